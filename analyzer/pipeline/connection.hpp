// One TCP connection from its first payload to its end: first undecided, then an RTMP session or of no interest.
#pragma once

#include <memory>
#include <optional>
#include <span>

#include "net/flow_handler.hpp"
#include "rtmp/session.hpp"
#include "transport/detector.hpp"

namespace rtmpscope::pipeline {

/// What connections of one shard have in common.
struct ConnectionContext {
  rtmp::EventSink& sink;
  rtmp::SessionOptions session;
  std::span<const std::uint16_t> rtmp_ports;  ///< where mid-stream captures and other protocols are reported
  std::uint32_t opened = 0;                   ///< sessions so far; numbers them within the shard
  std::uint64_t others = 0;                   ///< connections that carry something else
};

class Connection final : public net::FlowHandler {
 public:
  Connection(const net::FlowInfo& info, ConnectionContext& context);

  void on_data(Direction direction, const StreamData& data) override;
  void on_gap(Direction direction, const StreamGap& gap) override;
  void on_end(Direction direction, const StreamEnd& end) override;
  [[nodiscard]] bool wants_data() const override { return state_ == State::undecided || state_ == State::decoding; }
  void on_overlap_conflict(Direction direction, std::uint64_t offset, std::uint32_t length,
                           PacketRef packet) override;
  void on_close(EndCause cause, PacketRef packet, const net::FlowTotals& totals) override;

 private:
  enum class State : std::uint8_t { undecided, decoding, opaque, other };

  void act_on(const transport::Verdict& verdict);
  void open_session(const transport::Verdict& verdict, rtmp::Transport transport);
  [[nodiscard]] bool on_rtmp_port() const;
  [[nodiscard]] Direction way(Direction direction) const { return swapped_ ? opposite(direction) : direction; }

  net::FlowInfo info_;
  ConnectionContext& context_;
  State state_ = State::undecided;
  bool swapped_ = false;
  std::unique_ptr<transport::Detector> detector_;
  std::unique_ptr<rtmp::Session> session_;
};

}  // namespace rtmpscope::pipeline
