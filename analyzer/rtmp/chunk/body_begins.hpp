// How the bodies of one direction begin.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>

#include "rtmp/chunk/message.hpp"

namespace rtmpscope::rtmp {

/// The first bytes of bodies, by kind of message: codec and kind of frame (FLV E.4.2.1, E.4.3.1; Enhanced
/// RTMP), the marker of a command's name, the high byte of a number. A stream has few of them, so that one
/// that was not seen before says that the header before it may be none.
class BodyBegins {
 public:
  [[nodiscard]] bool contains(std::uint8_t type_id, std::uint8_t first) const {
    const Kind& kind = kinds_[kind_of(type_id)];
    const auto end = kind.first.begin() + kind.count;
    return std::find(kind.first.begin(), end, first) != end;
  }
  void add(std::uint8_t type_id, std::uint8_t first) {
    if (contains(type_id, first)) [[likely]]
      return;
    Kind& kind = kinds_[kind_of(type_id)];
    kind.first[kind.oldest] = first;
    kind.oldest = static_cast<std::uint8_t>((kind.oldest + 1U) % most);
    kind.count = static_cast<std::uint8_t>(std::min<std::size_t>(kind.count + 1U, most));
  }

 private:
  static constexpr std::size_t most = 6;  ///< an older one is forgotten for each that is new
  struct Kind {
    std::array<std::uint8_t, most> first{};
    std::uint8_t count = 0;
    std::uint8_t oldest = 0;
  };
  static std::size_t kind_of(std::uint8_t type_id) {
    constexpr std::size_t control = 2;
    constexpr std::size_t other = 3;
    if (type_id == MessageType::audio || type_id == MessageType::video) return type_id - MessageType::audio;
    return type_id < MessageType::audio ? control : other;
  }

  std::array<Kind, 4> kinds_{};
};

}  // namespace rtmpscope::rtmp
