// One TCP connection from its first payload to its end: first undecided, then an RTMP session or of no
// interest.
#pragma once

#include <memory>
#include <optional>
#include <span>

#include "carrier/protocol_detector.hpp"
#include "carrier/proxy_header.hpp"
#include "net/flow_handler.hpp"
#include "rtmp/session/session.hpp"

namespace rtmpscope::pipeline {

/// What connections of one shard have in common.
struct ConnectionContext {
  rtmp::EventSink& sink;
  rtmp::SessionOptions session;
  std::span<const std::uint16_t> rtmp_ports;  ///< where mid-stream captures and other protocols are reported
  std::size_t searched_bytes = 0;             ///< carrier::Detector::Hints
  std::uint32_t opened = 0;                   ///< sessions so far; numbers them within the shard
  std::uint64_t opaque = 0;                   ///< of these, on an RTMP port with something else
  std::uint64_t others = 0;                   ///< connections that carry something else
  bool gaps = false;  ///< bytes of sessions were missing: some may look for chunk borders
};

class Connection final : public net::FlowHandler {
 public:
  Connection(const net::FlowInfo& info, ConnectionContext& context);

  void on_data(Direction direction, const StreamData& data) override;
  void on_gap(Direction direction, const StreamGap& gap) override;
  void on_end(Direction direction, const StreamEnd& end) override;
  [[nodiscard]] bool wants_data() const override { return state_ == State::undecided || is_decoding(); }
  void on_overlap_conflict(Direction direction, std::uint64_t offset, std::uint32_t length,
                           PacketRef packet) override;
  void on_close(EndCause cause, PacketRef packet, const net::FlowTotals& totals) override;
  void prefetch(Direction direction, unsigned step) const override {
    if (session_ != nullptr) session_->prefetch(way(direction), step);
  }

 private:
  /// shifted: decoding, with offsets to the server that count from the end of a proxy header.
  enum class State : std::uint8_t { undecided, decoding, shifted, opaque, other };

  [[nodiscard]] bool is_decoding() const { return state_ == State::decoding || state_ == State::shifted; }
  /// What is needed until it is known what the connection carries.
  struct Beginning {
    net::FlowInfo info;
    bool began = false;  ///< the stream to the server is past where a proxy header can be
    std::unique_ptr<carrier::ProxyHeaderFinder> proxy_finder;
    carrier::Detector detector;
  };

  void on_beginning(Direction direction, const StreamData& data);
  /// `at` with an offset that counts from the end of the proxy header.
  template <typename Place>
  [[nodiscard]] Place shifted(Direction direction, Place at) const {
    if (direction == Direction::to_server) at.offset -= proxy_header_;
    return at;
  }
  void act_on(const carrier::Verdict& verdict);
  void open_session(const carrier::Verdict& verdict, rtmp::Transport transport);
  [[nodiscard]] Direction way(Direction direction) const {
    return swapped_ ? opposite(direction) : direction;
  }

  State state_ = State::undecided;
  bool swapped_ = false;
  std::uint32_t proxy_header_ = 0;
  std::unique_ptr<rtmp::Session> session_;
  ConnectionContext& context_;
  std::unique_ptr<Beginning> beginning_;
};

}  // namespace rtmpscope::pipeline
