#include "media/obu.hpp"

namespace rtmpscope::media {
namespace {

/// The unsigned little-endian base-128 number at `at` (AV1 4.10.5); false if it does not end in eight bytes.
bool read_leb128(const BodyCursor& cursor, std::uint32_t& at, std::uint64_t& value) {
  value = 0;
  for (unsigned shift = 0; shift < 56; shift += 7) {
    if (cursor.have(at + 1) != Have::yes) return false;
    const std::uint8_t byte = cursor.u8(at++);
    value |= static_cast<std::uint64_t>(byte & 0x7F) << shift;
    if ((byte & 0x80) == 0) return true;
  }
  return false;
}

}  // namespace

bool read_obu(const BodyCursor& cursor, Obu& obu) {
  if (cursor.have(1) != Have::yes) return false;
  const std::uint8_t first = cursor.u8();
  obu.type = first >> 3 & 15;
  std::uint32_t at = (first & 4) != 0 ? 2 : 1;
  std::uint64_t length = at <= cursor.left() ? cursor.left() - at : 0;
  if ((first & 2) != 0 && !read_leb128(cursor, at, length)) return false;
  if (length > cursor.left() || cursor.have(at + length) != Have::yes) return false;
  obu.header_length = at;
  obu.length = static_cast<std::uint32_t>(length);
  return true;
}

}  // namespace rtmpscope::media
