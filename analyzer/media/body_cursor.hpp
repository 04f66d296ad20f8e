// A part of a message body of which only the first bytes may have been kept.
#pragma once

#include <algorithm>

#include "base/byte_order.hpp"
#include "base/bytes.hpp"

namespace rtmpscope::media {

/// Whether the next bytes can be read.
enum class Have : std::uint8_t {
  yes,
  missing,  ///< the part ends before them: the sender's fault
  unseen,   ///< they are in the message, but were not kept: nobody's fault
};

/// A cursor over the bytes from `position` to `end` of a message body. `kept` is the beginning of the whole
/// body, so positions are offsets in the message. `kept` may end before `end`.
struct BodyCursor {
  Bytes kept;
  std::uint32_t position = 0;
  std::uint32_t end = 0;

  [[nodiscard]] std::uint32_t left() const { return end - position; }
  [[nodiscard]] bool at_end() const { return position == end; }
  [[nodiscard]] Range rest() const { return {position, left()}; }
  [[nodiscard]] Range next(std::uint32_t count) const { return {position, count}; }
  [[nodiscard]] Have have(std::uint64_t count) const {
    if (count > left()) return Have::missing;
    return position + count <= kept.size() ? Have::yes : Have::unseen;
  }
  /// All bytes up to `end` were kept.
  [[nodiscard]] bool whole() const { return kept.size() >= end; }
  /// What was kept of a range.
  [[nodiscard]] Bytes view(Range range) const {
    const std::size_t from = std::min<std::size_t>(range.offset, kept.size());
    return kept.subspan(from, std::min<std::size_t>(range.length, kept.size() - from));
  }
  [[nodiscard]] Bytes view() const { return view(rest()); }
  /// After have(count) == yes.
  [[nodiscard]] const std::uint8_t* data() const { return kept.data() + position; }
  [[nodiscard]] std::uint8_t u8(std::uint32_t at = 0) const { return data()[at]; }
  /// The part of the next `count` bytes, with the cursor at its beginning.
  [[nodiscard]] BodyCursor part(std::uint32_t count) const { return {kept, position, position + count}; }
};

}  // namespace rtmpscope::media
