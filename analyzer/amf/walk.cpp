#include "amf/walk.hpp"

#include <cmath>

#include "base/text.hpp"

namespace rtmpscope::amf {

bool Walk::stop(FindingId id, std::uint32_t start, std::uint64_t a, std::uint64_t b) {
  const std::uint32_t read = reader.position() - start;
  const std::uint32_t left = static_cast<std::uint32_t>(reader.remaining());
  // The bytes between `start` and the reader's position lie directly before the rest.
  const Bytes rest = reader.take(left);
  const Range range = since(start);
  sink.finding(id, range, a, b);
  if (range.length > 0) sink.blob(FieldId::amf_unparsed, range, {rest.data() - read, range.length});
  return false;
}

bool Walk::stop_truncated(std::uint32_t start, std::uint64_t needed) {
  return stop(FindingId::amf_value_truncated, start, reader.remaining(), needed);
}

bool Walk::count_expansion(std::uint32_t start, Bytes text) {
  references.expanded += text.size();
  const std::uint64_t message = reader.position() + reader.remaining();
  const std::uint64_t limit = free_expansion + max_expansion_factor * message;
  if (references.expanded <= limit) return true;
  return stop(FindingId::amf_expansion_limit, start, limit);
}

bool Walk::take_text(FieldId id, std::uint32_t start, std::uint32_t length) {
  const std::size_t available = reader.remaining();
  const Bytes text = reader.take(length);
  if (available < length) {
    // No check for UTF-8: the cut may have gone through a character.
    sink.finding(FindingId::amf_value_truncated, since(start), available, length);
    sink.text(id, since(start), text);
    return false;
  }
  check_utf8(since(start), text);
  sink.text(id, since(start), text);
  return true;
}

void Walk::real(FieldId id, Range range, double value) {
  if (!std::isfinite(value)) sink.finding(FindingId::amf_number_not_finite, range);
  sink.real(id, range, value);
}

void Walk::check_utf8(Range range, Bytes text) {
  if (!is_utf8(text)) sink.finding(FindingId::amf_text_not_utf8, range, text.size());
}

}  // namespace rtmpscope::amf
