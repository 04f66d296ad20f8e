// One TCP connection from its first payload to its end: first undecided, then an RTMP session or of no
// interest.
#pragma once

#include <memory>
#include <optional>
#include <set>
#include <span>
#include <unordered_map>
#include <vector>

#include "carrier/layer_stack.hpp"
#include "carrier/news/layer_news.hpp"
#include "net/flow_handler.hpp"
#include "rtmp/session/opaque_connection.hpp"
#include "rtmp/session/session.hpp"

namespace rtmpscope::pipeline {

class Connection;
class Tunnels;
class TunnelledSession;

/// What connections of one shard have in common.
struct ConnectionContext {
  rtmp::EventSink& sink;
  rtmp::SessionOptions session;
  std::span<const std::uint16_t> rtmp_ports;  ///< where mid-stream captures and other protocols are reported
  keys::KeyView keys{};                       ///< what carriers know of sessions' keys
  std::size_t held_bytes = 0;                 ///< carrier::LayerContext
  std::size_t searched_bytes = 0;             ///< carrier::ProtocolDetector::Hints
  std::uint32_t opened = 0;                   ///< sessions so far; numbers them within the shard
  std::uint64_t opaque = 0;                   ///< of these, on an RTMP port with something else
  std::uint64_t others = 0;                   ///< connections that carry something else
  /// What layers of connections that are not decided yet have told.
  std::unordered_map<const Connection*, carrier::EarlyNews> early_news{};
  /// Addresses of servers of sessions: whoever asks them in vain is of interest on any port. At most
  /// `servers_remembered`.
  std::set<IpAddress> servers{};
  std::uint64_t unopened = 0;           ///< of `opened`, without an answer
  std::uint64_t unopened_left_out = 0;  ///< the same beyond `unopened_shown`
  bool gaps = false;                    ///< bytes of sessions were missing: some may look for chunk borders
  /// Something else on an RTMP port. Few connections are; a pointer in each would cost all of them memory.
  std::unordered_map<const Connection*, rtmp::OpaqueConnection> opaque_connections{};
  /// Made for the first connection with HTTP; see on_tick and finish.
  std::shared_ptr<Tunnels> tunnels{};

  /// A connection came to nothing.
  void on_unopened(const net::UnopenedFlow& flow);
  /// A second of capture time has passed.
  void on_tick(PacketRef packet);
  /// All connections have ended: so do sessions that may go over several of them.
  void finish(PacketRef last);
};

class Connection final : public net::FlowHandler, private carrier::LayerListener {
 public:
  Connection(const net::FlowInfo& info, ConnectionContext& context);
  ~Connection() override { context_.early_news.erase(this); }

  void on_data(Direction direction, const StreamData& data) override;
  void on_gap(Direction direction, const StreamGap& gap) override;
  void on_end(Direction direction, const StreamEnd& end) override;
  [[nodiscard]] bool wants_data() const override { return layers_.wants_data(); }
  void on_overlap_conflict(Direction direction, std::uint64_t offset, std::uint32_t length,
                           PacketRef packet) override;
  void on_syn_again(Direction direction, PacketRef packet) override;
  [[nodiscard]] bool takes_samples() const override;
  void on_icmp(Direction direction, const IcmpFacts& error) override;
  void on_sample(Direction direction, const TcpSample& sample, PacketRef packet) override;
  void on_close(EndCause cause, PacketRef packet, const net::FlowTotals& totals,
                const SideEnds& ends) override;
  void prefetch(Direction direction, unsigned step) const override {
    if (session_ != nullptr) session_->prefetch(layers_.inner_direction(direction), step);
  }

 private:
  StreamSink* on_decided(const carrier::Decision& decision);
  [[nodiscard]] StreamSink* open_session(const carrier::Decision& decision, rtmp::Transport transport);
  [[nodiscard]] StreamSink* begin_tunnel(const carrier::Decision& decision);
  void open_other(const carrier::Decision& decision);
  void on_layer_event(std::unique_ptr<carrier::LayerEvent> event) override;
  void on_layer_finding(const carrier::LayerFinding& finding) override;
  /// Null: the connection is not decided, or of no interest.
  [[nodiscard]] rtmp::OpaqueConnection* opaque();
  /// Null: it carries no session of RTMPT, or none so far.
  [[nodiscard]] TunnelledSession* tunnelled() const;
  /// It is not decided yet whom to tell.
  [[nodiscard]] bool may_tell_later() const;
  void tell_early_news();
  void open_opaque(const carrier::Decision& decision, rtmp::Transport transport);

  ConnectionContext& context_;
  std::unique_ptr<rtmp::Session> session_;  ///< null: undecided, or not RTMP
  carrier::LayerStack layers_;
};

}  // namespace rtmpscope::pipeline
