// Bodies that are compressed with gzip, zlib or plain deflate (RFC 1952, 1950, 1951), with zlib inside.
#pragma once

#include <array>
#include <functional>
#include <memory>

#include "base/bytes.hpp"

namespace rtmpscope::carrier {

/// Expands one body, piece by piece. Keeps 40 KiB from the first piece on.
class Inflater {
 public:
  /// Calls `take` with what `compressed` expands to, up to 16 KiB a call. False: the body is not what it
  /// claims to be, or expands to more than `most_expanded` times its size; nothing more comes of it.
  bool add(Bytes compressed, const std::function<void(Bytes)>& take);

  /// Media does not become smaller, and commands by less than that: more is an attack.
  static constexpr std::uint64_t most_expanded = 100;

 private:
  struct State;
  struct StateDeleter {
    void operator()(State* state) const;
  };

  struct Room {
    std::array<std::uint8_t, 16 << 10> bytes;
    std::size_t filled = 0;
  };

  bool begin(Bytes compressed);
  void add_byte(std::uint8_t byte, Room& room, const std::function<void(Bytes)>& take);

  std::unique_ptr<State, StateDeleter> state_;
  std::uint64_t taken_ = 0;
  std::uint64_t expanded_ = 0;
  bool failed_ = false;
  bool ended_ = false;
};

}  // namespace rtmpscope::carrier
