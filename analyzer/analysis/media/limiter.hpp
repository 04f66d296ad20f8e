// Network or encoder: what made media late, from when media came and from what limited the sender's TCP.
#pragma once

#include <cstdint>
#include <string_view>

namespace rtmpscope::analysis {

/// Milliseconds of a window, of event tcp_sample: what kept the sender from sending more.
struct LimiterTimes {
  std::uint32_t application = 0;  ///< it had nothing to send
  std::uint32_t receiver = 0;     ///< the receiver's window
  std::uint32_t network = 0;      ///< loss, or a full path
  std::uint32_t sender = 0;       ///< its own socket buffer
  std::uint32_t unknown = 0;

  [[nodiscard]] std::uint32_t total() const { return application + receiver + network + sender + unknown; }
  LimiterTimes& operator+=(const LimiterTimes& more);
};

/// Numbers as in the value table limited_by.
enum class LimitedBy : std::uint8_t {
  undecided,
  nothing,        ///< media comes on time, and nothing holds it back
  encoder,        ///< the program or its machine is too slow, or paused
  path,           ///< the way is too slow, or loses packets
  receiver,       ///< the receiver does not read fast enough
  socket_buffer,  ///< the sender's socket buffer, or its program
  margin,         ///< media comes on time, but the path is often the limit
  lower_rate,     ///< media comes on time, since the encoder lowered its rate
};

/// The window that is asked about, of 5 s or more.
struct MediaWindow {
  bool late = false;       ///< media rate below 0.95, or a pause
  bool rate_fell = false;  ///< the produced bit rate fell
  bool decided = true;     ///< no hole in it, timestamps exact
};

[[nodiscard]] LimitedBy limited_by(const MediaWindow& media, const LimiterTimes& sender);
/// For the text of a finding, with its subject: "the encoder …"; empty for undecided and nothing.
[[nodiscard]] std::string_view describe(LimitedBy answer);

}  // namespace rtmpscope::analysis
