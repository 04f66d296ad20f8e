// The last ten seconds of one direction of TCP.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "analysis/record/record.hpp"

namespace rtmpscope::analysis {

/// One second, or sums of several. Times are milliseconds.
struct TransportSecond {
  std::uint32_t segments = 0;      ///< with new bytes
  std::uint32_t lost = 0;          ///< segments, before or behind the capture point
  std::uint64_t not_captured = 0;  ///< bytes
  std::uint32_t application = 0, receiver = 0, network = 0, sender = 0,
                unknown = 0;  ///< what limited the sender
  std::uint32_t zero_window = 0;
  std::optional<std::uint32_t> round_trip;  ///< median of the receiver's half, tenths of milliseconds

  [[nodiscard]] std::uint32_t known() const { return application + receiver + network + sender; }
};

/// Reads an event tcp_sample. `seconds`: how many it is about.
[[nodiscard]] TransportSecond read_tcp_sample(Value members, std::uint32_t& seconds);

class TransportWindow {
 public:
  void push(const TransportSecond& second);
  /// Seconds that nothing is known of.
  void push_nothing(std::uint32_t seconds);

  /// Sums of the window; the round trip is the median of the seconds' medians.
  [[nodiscard]] TransportSecond sum() const;
  /// The least median of a second of the whole connection, tenths of milliseconds.
  [[nodiscard]] std::optional<std::uint32_t> least_round_trip() const { return least_; }
  /// Milliseconds up to now for which the path was the limit without a pause, in whole seconds but for the
  /// first.
  [[nodiscard]] std::uint32_t held_up() const { return held_up_; }
  /// Segments that were lost in that time.
  [[nodiscard]] std::uint32_t lost_while_held_up() const { return lost_while_held_up_; }

 private:
  std::array<TransportSecond, 10> seconds_{};
  std::optional<std::uint32_t> least_;
  std::uint32_t held_up_ = 0, lost_while_held_up_ = 0;
  std::uint8_t newest_ = 0;
};

}  // namespace rtmpscope::analysis
