#include "carrier/http_tunnel/http_reader.hpp"

#include <algorithm>
#include <utility>

#include "base/text.hpp"

namespace rtmpscope::carrier {
namespace {

/// Bytes that show that a message is none of HTTP's.
constexpr std::size_t decisive_size = 16;

std::string_view without_line_end(std::string_view line) {
  while (line.ends_with('\n') || line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

/// "1f4;name=value"
std::optional<std::uint64_t> chunk_size(std::string_view line) {
  constexpr std::size_t most_digits = 15;
  const std::string_view digits = line.substr(0, line.find_first_of("; \t"));
  return digits.size() <= most_digits ? whole_number<std::uint64_t>(digits, 16) : std::nullopt;
}

}  // namespace

/// How messages of this direction begin. Neither text repeats its first character.
std::string_view HttpReader::marker() const {
  return direction_ == Direction::to_server ? "POST /" : "HTTP/1.";
}

void HttpReader::on_data(const StreamData& data) {
  packet_ = data.packet;
  for (std::size_t at = 0; at < data.bytes.size();) {
    const Bytes rest = data.bytes.subspan(at);
    switch (state_) {
      case State::head: at += take_head(rest, data.offset + at); break;
      case State::lost: at += search(rest, data.offset + at); break;
      case State::body:
      case State::rest:
      case State::chunk: at += take_body(rest); break;
      case State::chunk_line:
      case State::chunk_end:
      case State::trailer: at += take_line(rest); break;
    }
  }
}

std::size_t HttpReader::take_head(Bytes bytes, std::uint64_t offset) {
  std::size_t skipped = 0;
  if (kept_.empty()) {
    // Empty lines in front of a request are to be ignored (RFC 9112, 2.2).
    while (skipped < bytes.size() && (bytes[skipped] == '\r' || bytes[skipped] == '\n')) ++skipped;
    if (skipped == bytes.size()) return skipped;
    begin_ = offset + skipped;
  }
  const std::string_view text = as_text(bytes.subspan(skipped));
  if (kept_.size() < decisive_size && !begins_well(text)) {
    const std::string before = std::exchange(kept_, {});
    lose_borders();
    if (!before.empty()) search(as_bytes(before), begin_);
    return skipped;
  }
  if (kept_.empty()) {
    if (const auto end = http_head_end(text, 0); end && *end <= longest_head) {
      begin_message(text.substr(0, *end));
      return skipped + *end;
    }
  }
  const std::size_t before = kept_.size();
  kept_.append(text.substr(0, longest_head - before));
  if (const auto end = http_head_end(kept_, before)) {
    const std::string whole = std::exchange(kept_, {});
    begin_message(std::string_view(whole).substr(0, *end));
    return skipped + *end - before;
  }
  const std::size_t taken = skipped + kept_.size() - before;
  if (kept_.size() >= longest_head) lose_borders();
  return taken;
}

/// Whether what is kept and what follows it can be a head, by its first bytes.
bool HttpReader::begins_well(std::string_view next) const {
  std::string start = kept_;
  start.append(next.substr(0, decisive_size - start.size()));
  return may_be_http(start);
}

void HttpReader::begin_message(std::string_view text) {
  const std::optional<HttpHead> head = read_http_head(text);
  if (!head || head->is_request != (direction_ == Direction::to_server)) {
    return lose_borders();
  }
  listener_.on_head(direction_, *head, begin_, packet_);
  begin_body(*head);
}

void HttpReader::begin_body(const HttpHead& head) {
  coding_ = head.coding;
  unreadable_ = false;
  inflater_.reset();
  left_ = head.content_length.value_or(0);
  if (never_has_body(head)) {
    state_ = State::body;
    left_ = 0;
  } else if (head.chunked) {
    state_ = State::chunk_line;
  } else if (head.content_length || head.is_request) {
    state_ = State::body;
  } else {
    state_ = State::rest;
  }
  if (state_ == State::body && left_ == 0) return end_message(true);
  if (coding_ == ContentCoding::unknown) skip_rest_of_body();
}

/// What is left of this body cannot be read; where it ends is known all the same.
void HttpReader::skip_rest_of_body() {
  if (unreadable_) return;
  unreadable_ = true;
  listener_.on_body_gap(direction_, std::nullopt, GapCause::not_captured, packet_);
}

void HttpReader::hand_on(Bytes bytes) {
  if (unreadable_ || bytes.empty()) return;
  if (coding_ == ContentCoding::identity) return listener_.on_body(direction_, bytes, packet_);
  if (!inflater_) inflater_ = std::make_unique<Inflater>();
  const auto take = [&](Bytes expanded) { listener_.on_body(direction_, expanded, packet_); };
  if (!inflater_->add(bytes, take)) skip_rest_of_body();
}

std::size_t HttpReader::take_body(Bytes bytes) {
  if (state_ == State::rest) {
    hand_on(bytes);
    return bytes.size();
  }
  const auto taken = static_cast<std::size_t>(std::min<std::uint64_t>(left_, bytes.size()));
  hand_on(bytes.first(taken));
  left_ -= taken;
  if (left_ == 0) end_body_part();
  return taken;
}

void HttpReader::end_body_part() {
  if (state_ == State::body) return end_message(true);
  state_ = State::chunk_end;
}

/// A line of a chunked body (RFC 9112, 7.1).
std::size_t HttpReader::take_line(Bytes bytes) {
  const std::string_view text = as_text(bytes);
  const std::size_t line_end = text.find('\n');
  const std::size_t size = line_end == std::string_view::npos ? text.size() : line_end + 1;
  const std::size_t taken = std::min(size, longest_head - kept_.size());
  kept_.append(text.substr(0, taken));
  if (line_end != std::string_view::npos && taken == size) {
    const std::string line = std::exchange(kept_, {});
    on_line(without_line_end(line));
  } else if (kept_.size() >= longest_head) {
    lose_borders();
  }
  return taken;
}

void HttpReader::on_line(std::string_view line) {
  if (state_ == State::chunk_end) {
    if (!line.empty()) return lose_borders();
    state_ = State::chunk_line;
  } else if (state_ == State::chunk_line) {
    const std::optional<std::uint64_t> size = chunk_size(line);
    if (!size) return lose_borders();
    left_ = *size;
    state_ = left_ == 0 ? State::trailer : State::chunk;
    trailer_size_ = 0;
  } else if (line.empty()) {
    end_message(true);
  } else if ((trailer_size_ += line.size()) > longest_head) {
    lose_borders();
  }
}

void HttpReader::end_message(bool complete) {
  state_ = State::head;
  kept_.clear();
  inflater_.reset();
  listener_.on_message_end(direction_, complete, packet_);
}

/// `rest`: how many bytes of the body in progress are missing, if that is known.
void HttpReader::end_lost_body(GapCause cause, std::optional<std::uint64_t> rest) {
  if (!is_in_body()) return;
  if (!unreadable_ && rest != 0U) listener_.on_body_gap(direction_, rest, cause, packet_);
  end_message(true);
}

void HttpReader::lose_borders(std::optional<std::uint64_t> from) {
  end_lost_body(GapCause::not_captured, std::nullopt);
  state_ = State::lost;
  matched_ = 0;
  kept_.clear();
  listener_.on_borders_lost(direction_, from);
}

/// Looks for the next head.
std::size_t HttpReader::search(Bytes bytes, std::uint64_t offset) {
  const std::string_view text = as_text(bytes);
  const std::string_view start = marker();
  if (matched_ > 0) {
    const std::size_t size = std::min(start.size() - matched_, text.size());
    if (text.substr(0, size) == start.substr(matched_, size)) {
      matched_ += size;
      if (matched_ < start.size()) return size;
      begin_ = offset + size - start.size();
      kept_ = start;
      state_ = State::head;
      return size;
    }
    const std::size_t before = std::exchange(matched_, 0);
    listener_.on_rest(direction_, {offset - before, as_bytes(start.substr(0, before)), packet_});
  }
  const std::size_t found = text.find(start);
  if (found != std::string_view::npos) {
    if (found > 0) listener_.on_rest(direction_, {offset, bytes.first(found), packet_});
    state_ = State::head;
    return found;
  }
  matched_ = std::min(start.size() - 1, text.size());
  while (matched_ > 0 && !text.ends_with(start.substr(0, matched_))) --matched_;
  if (matched_ < text.size())
    listener_.on_rest(direction_, {offset, bytes.first(text.size() - matched_), packet_});
  return text.size();
}

void HttpReader::on_gap(const StreamGap& gap) {
  packet_ = gap.noticed_at;
  if (gap.length == 0U) return;
  const bool has_place = state_ == State::body || state_ == State::chunk || state_ == State::rest;
  if (!gap.length || !has_place) return lose_head(gap);
  const bool countable = coding_ == ContentCoding::identity;
  if (!countable) skip_rest_of_body();
  if (state_ == State::rest) {
    if (countable) listener_.on_body_gap(direction_, *gap.length, gap.cause, packet_);
    return;
  }
  if (*gap.length > left_) {
    const bool is_whole = state_ == State::body;
    const std::uint64_t end = gap.offset + left_;
    end_lost_body(gap.cause, is_whole && countable ? std::optional(left_) : std::nullopt);
    lose_borders(is_whole ? std::optional(end) : std::nullopt);
    listener_.on_rest_gap(direction_, {end, gap.offset + *gap.length - end, gap.cause, packet_});
    return;
  }
  if (countable) listener_.on_body_gap(direction_, *gap.length, gap.cause, packet_);
  left_ -= *gap.length;
  if (left_ == 0) end_body_part();
}

/// A gap where a message would begin, or whose place in a message is not known.
void HttpReader::lose_head(const StreamGap& gap) {
  if (state_ == State::lost && matched_ > 0) {  // those bytes are no head's
    const std::string_view start = marker().substr(0, std::exchange(matched_, 0));
    listener_.on_rest(direction_, {gap.offset - start.size(), as_bytes(start), packet_});
  }
  const bool in_head = state_ == State::head && gap.length;
  end_lost_body(gap.cause, std::nullopt);
  if (state_ != State::lost) {
    const std::uint64_t begin = kept_.empty() ? gap.offset : begin_;
    lose_borders(in_head ? std::optional(begin) : std::nullopt);
  }
  listener_.on_rest_gap(direction_, gap);
}

void HttpReader::on_end(const PacketRef& packet) {
  packet_ = packet;
  if (is_in_body()) end_message(state_ == State::rest);
}

}  // namespace rtmpscope::carrier
