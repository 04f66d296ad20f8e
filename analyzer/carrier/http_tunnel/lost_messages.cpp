#include "carrier/http_tunnel/lost_messages.hpp"

#include <algorithm>
#include <string_view>

namespace rtmpscope::carrier {

void LostMessages::begin(std::optional<std::uint64_t> from) {
  clear();
  from_ = from;
}

bool LostMessages::add(const StreamData& data, std::size_t most_together) {
  pieces_.add(data.offset, data.bytes, data.packet);
  share_.set(share_.bytes() + data.bytes.size() + piece_memory);
  return bytes() <= most_kept && share_.total() <= most_together;
}

void LostMessages::add(const StreamGap& gap) {
  if (!gap.length) from_.reset();
  pieces_.add(gap);
  share_.set(share_.bytes() + piece_memory);
}

void LostMessages::clear() {
  pieces_.clear();
  share_.set(0);
  from_.reset();
}

std::optional<StreamRange> LostMessages::body_of_one(std::uint64_t end, const HeadForm& form,
                                                     std::size_t target_size) const {
  if (!from_ || !form.fixed_size()) return std::nullopt;
  const std::uint64_t fixed = *form.fixed_size() + target_size;
  if (end < *from_ + fixed) return std::nullopt;
  const std::optional<std::uint64_t> body = body_with_digits(end - *from_ - fixed);
  if (!body || !ends_head_at(end - *body)) return std::nullopt;
  return StreamRange{end - *body, end};
}

std::size_t LostMessages::body_bytes(Direction direction) const {
  std::size_t count = 0;
  for_each_body(
      direction, [&](const StreamData& data) { count += data.bytes.size(); }, [](const StreamGap&) {});
  return count;
}

std::size_t LostMessages::head_end_size(std::size_t at, Direction direction) const {
  constexpr std::size_t least = 4;  // an empty line with the line end before it
  constexpr std::size_t longest = 4096;
  const std::string_view text = as_text(pieces_.bytes()).substr(at, longest);
  const std::optional<std::size_t> end = http_head_end(text, 0);
  if (!end || *end < least) return 0;
  const auto is_head_text = [](char c) {
    return (c >= ' ' && c <= '~') || c == '\r' || c == '\n' || c == '\t';
  };
  if (!std::ranges::all_of(text.substr(0, *end), is_head_text)) return 0;
  return *end + (direction == Direction::to_client ? 1 : 0);
}

/// False if bytes are kept that contradict it.
bool LostMessages::ends_head_at(std::uint64_t offset) const {
  constexpr std::string_view head_end = "\r\n\r\n";
  bool fits = true;
  const StreamRange before{offset - head_end.size(), offset};
  for_each_in(
      before,
      [&](const StreamData& data) {
        const auto at = static_cast<std::size_t>(data.offset - before.begin);
        fits = fits && as_text(data.bytes) == head_end.substr(at, data.bytes.size());
      },
      [](const StreamGap&) {});
  return fits;
}

}  // namespace rtmpscope::carrier
