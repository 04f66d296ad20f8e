// What lines can be written to.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace rtmpscope::delivery {

enum class State : std::uint8_t {
  ready,  ///< the next write may succeed
  full,   ///< there is no room now: the reader is slow, or the disk is full
  away,   ///< nobody takes anything now; what comes next begins with a new line
  ended,  ///< for good
};

struct Written {
  std::size_t bytes = 0;  ///< of those that were given
  State state = State::ready;
  std::size_t lines_left_out =
      0;  ///< among `bytes`: they can never be written, as a datagram that is too long
};

/// Used by one thread at a time. No call waits for the reader.
class Destination {
 public:
  Destination() = default;
  Destination(const Destination&) = delete;
  Destination& operator=(const Destination&) = delete;
  virtual ~Destination() = default;

  /// For messages.
  [[nodiscard]] virtual std::string name() const = 0;
  /// Writes as much as there is room for. `at_line`: `bytes` begin with the beginning of a line.
  virtual Written write(std::string_view bytes, bool at_line) = 0;
  /// Waits a short while for a change of `full` or `away`.
  virtual void wait() = 0;
  /// A file: another one of the same name may be there.
  virtual void reopen() {}
  /// What somebody should know, one line; empty: nothing. Each is told once.
  virtual std::string take_message() = 0;
  /// Why it has `ended`, or what went wrong when it was closed; empty: the reader has gone, as `| head` does.
  [[nodiscard]] virtual std::string error() const = 0;
  virtual void close() = 0;
};

}  // namespace rtmpscope::delivery
