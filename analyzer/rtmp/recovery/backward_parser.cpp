#include "rtmp/recovery/backward_parser.hpp"

#include <algorithm>

#include "rtmp/evidence/usual_values.hpp"
#include "rtmp/recovery/body_type.hpp"

namespace rtmpscope::rtmp {
namespace {

/// Evidence for a header that gives its message's length, which leads exactly to the header behind it.
constexpr int explicit_bits = 36;
/// The same for a header that inherits its length from one that is not there.
constexpr int inheriting_bits = 30;
constexpr int first_byte_bits = 8;    // format and chunk stream of a header that inherits
constexpr int time_bits = 14;         // a time step below 1000 ms in 24 bits
constexpr int same_length_bits = 16;  // other messages of the chunk stream are as long
/// How alike two messages of unknown length must begin.
constexpr int repeated_length_bits = 14;

/// Sizes of the headers that inherit length and type.
constexpr std::array<std::size_t, 2> inheriting_header_sizes = {1, 4};

}  // namespace

/// Whether the headers between chunks of that size are there.
bool BackwardParser::is_split(const Match& match, std::uint32_t chunk_size) const {
  const std::uint8_t type3 = type3_byte(match.sample.chunk_stream_id);
  for (std::size_t at = match.payload + chunk_size; at < match.end; at += chunk_size + 1) {
    if (run_[at] != type3) return false;
  }
  return true;
}

/// Bits for a body on the sample's chunk stream and of its type, by itself and compared with other samples.
std::optional<int> BackwardParser::weigh_sample(const MessageSample& sample, Bytes body,
                                                const Samples& samples) const {
  const auto bits = weigh_body(sample.type_id, body, sample.length, input_.profile);
  if (!bits) return std::nullopt;
  int alike = 0;
  for (const MessageSample& other : samples) {
    if (other.chunk_stream_id != sample.chunk_stream_id || other.type_id != sample.type_id) continue;
    alike = std::max(alike, other.head.weigh_alike(body));
  }
  return std::max(*bits, alike);
}

/// A usual chunk size by which a message of that length is split; 0: none.
std::uint32_t BackwardParser::dividing_size(const Match& match, std::uint32_t length) const {
  for (const std::uint32_t size : usual_chunk_sizes) {
    if (size < chunk_size_.at_least || size >= length) continue;
    if (match.payload + bytes_in_chunks(length, size) == match.end && is_split(match, size)) return size;
  }
  return 0;
}

/// The message with a header at `at` that ends at `end`, with whatever length leads there.
std::optional<BackwardParser::Match> BackwardParser::match_at(std::size_t at, std::size_t end,
                                                              const Samples& samples) const {
  const FirstByte first{run_[at]};
  Match match{.at = at, .payload = at + first.header_size(), .end = end, .inherits = first.inherits_length()};
  if (!first.is_whole() || match.payload >= end) return std::nullopt;
  match.sample.chunk_stream_id = first.id();
  if (chunk_size_.certain && !is_split(match, chunk_size_.size)) return std::nullopt;
  if (match.inherits ? match_inheriting(match, samples) : match_explicit(match, samples)) return match;
  return std::nullopt;
}

/// A header that gives length and type.
bool BackwardParser::match_explicit(Match& match, const Samples& samples) const {
  ChunkHeader header;
  const Bytes bytes = run_.subspan(match.at);
  if (!read_basic_header(bytes, header) || !read_message_header(bytes, header)) return false;
  if (header.timestamp_field > usual_longest_step_ms) return false;
  if (match.payload + bytes_on_wire(header.length) != match.end) {
    if (chunk_size_.certain) return false;
    match.chunk_size = dividing_size(match, header.length);
    if (match.chunk_size == 0) return false;
  }
  const auto bits = weigh_header(header, nullptr);
  if (!bits) return false;
  match.sample.length = header.length;
  match.sample.type_id = header.type_id;
  const Bytes body = body_of(match);
  const auto body_bits = weigh_sample(match.sample, body, samples);
  match.bits = body_bits ? *bits + *body_bits : 0;
  match.sample.head = BodyHead(body);
  return match.bits >= explicit_bits;
}

/// A header that inherits length and type.
bool BackwardParser::match_inheriting(Match& match, const Samples& samples) const {
  const FirstByte first{run_[match.at]};
  if (first.id() < lowest_inheriting_stream || !has_inheriting_step(run_.subspan(match.at))) return false;
  const std::size_t wire = match.end - match.payload;
  const std::size_t splits = chunk_size_.certain ? (wire - 1) / (std::size_t{chunk_size_.size} + 1) : 0;
  match.sample.length = static_cast<std::uint32_t>(wire - splits);
  // Splits are no evidence: the last chunks of a message that began before have them, too.
  match.bits = first_byte_bits + (first.format() == 2 ? time_bits : 0);
  const int body_bits = match_known_length(match, samples);
  if (body_bits >= 0) {
    match.bits += body_bits + same_length_bits;
    match.sample.head = BodyHead(body_of(match));
    return match.bits >= inheriting_bits;
  }
  // With any other length, a message that began earlier would lead there as well, if it is not repeated and
  // does not say itself where it ends.
  Match by_content = match;
  if (match_by_content(by_content)) {
    match = by_content;
    return true;
  }
  return 2 * (match.end - match.at) <= match.end && match_repeated_length(match);
}

/// Other messages of the chunk stream have that length: sets the type for which the body has most evidence.
/// Returns that evidence; below 0 if there is none.
int BackwardParser::match_known_length(Match& match, const Samples& samples) const {
  const Bytes body = body_of(match);
  int best = -1;
  for (const MessageSample& other : samples) {
    if (other.chunk_stream_id != match.sample.chunk_stream_id || other.length != match.sample.length)
      continue;
    MessageSample guess = match.sample;
    guess.type_id = other.type_id;
    const int bits = weigh_sample(guess, body, samples).value_or(-1);
    if (bits <= best) continue;
    best = bits;
    match.sample.type_id = other.type_id;
  }
  return best;
}

/// Accepts a message of unknown length if the message before it has the same length and type.
bool BackwardParser::match_repeated_length(Match& match) const {
  const Bytes body = body_of(match);
  const RecognizedType type = recognize_type(body, nullptr, input_.profile);
  if (type.type_id == 0) return false;
  // While the chunk size is not known, the message may be split, and so be shorter.
  const std::uint8_t type3 = type3_byte(match.sample.chunk_stream_id);
  const bool may_be_split = std::ranges::any_of(small_chunk_sizes, [&](std::uint32_t size) {
    return size < match.sample.length && run_[match.payload + size] == type3;
  });
  if (!chunk_size_.certain && may_be_split) return false;
  match.sample.type_id = type.type_id;
  match.sample.head = BodyHead(body);
  for (const std::size_t size : inheriting_header_sizes) {
    const std::size_t whole = size + bytes_on_wire(match.sample.length);
    if (whole > match.at) continue;
    const std::size_t at = match.at - whole;
    const FirstByte first{run_[at]};
    if (first.id() != match.sample.chunk_stream_id || !first.inherits_length()) continue;
    if (first.header_size() != size || !has_inheriting_step(run_.subspan(at))) continue;
    const Bytes other = run_.subspan(at + size, std::min(body.size(), whole - size));
    if (recognize_type(other, nullptr, input_.profile).type_id != type.type_id) continue;
    if (match.sample.head.weigh_alike(other) >= repeated_length_bits) return true;
  }
  return false;
}

/// Accepts a message of unknown length if its body's contents end where it does.
bool BackwardParser::match_by_content(Match& match) const {
  // The last byte of a timestamp delta may look like a header of type 3.
  if (FirstByte{run_[match.at]}.format() == 3 && match.at >= 3) {
    const Bytes before = run_.subspan(match.at - 3);
    const FirstByte first{before[0]};
    const bool is_delta =
        first.format() == 2 && first.id() >= lowest_inheriting_stream && has_inheriting_step(before);
    if (is_delta) return false;
  }
  const Bytes wire = run_.subspan(match.payload, match.end - match.payload);
  RecognizedType type = recognize_whole(wire, chunk_size_.certain ? chunk_size_.size : 0, input_.work);
  for (const std::uint32_t size : usual_chunk_sizes) {
    if (type.type_id != 0 || chunk_size_.certain || size >= wire.size()) break;
    if (size < chunk_size_.at_least || !is_split(match, size)) continue;
    type = recognize_whole(wire, size, input_.work);
    match.chunk_size = size;
    match.sample.length = static_cast<std::uint32_t>(wire.size() - (wire.size() - 1) / (size + 1));
  }
  match.bits += type.bits;
  if (type.type_id == 0 || match.bits < inheriting_bits) return false;
  match.sample.type_id = type.type_id;
  match.sample.head = BodyHead(run_.subspan(match.payload));
  return true;
}

/// The message that ends at `end`, if one is believable: the nearest. `later`: what messages behind it
/// inherit.
std::optional<BackwardParser::Match> BackwardParser::find(std::size_t end, const Samples& samples,
                                                          std::span<const HeaderDefaults> later, bool all) {
  const auto fits = [&](const std::optional<Match>& match) {
    if (!match) return false;
    const MessageSample& sample = match->sample;
    const auto known = std::ranges::find(later, sample.chunk_stream_id, &HeaderDefaults::chunk_stream_id);
    return known == later.end() || (known->length == sample.length && known->type_id == sample.type_id);
  };
  for (const MessageSample& sample : samples) {
    for (const std::size_t size : inheriting_header_sizes) {
      const std::size_t whole = size + bytes_on_wire(sample.length);
      ++input_.work.steps;
      if (sample.length == 0 || whole > end) continue;
      const std::size_t at = end - whole;
      const FirstByte first{run_[at]};
      if (first.id() != sample.chunk_stream_id || !first.inherits_length()) continue;
      if (first.header_size() != size) continue;
      if (const auto match = match_at(at, end, samples); fits(match)) return match;
    }
  }
  for (std::size_t at = all ? end : 0; at-- > 0 && input_.work.steps < input_.work.limit;) {
    if ((end - at) % places_a_step == 0) ++input_.work.steps;
    const FirstByte first{run_[at]};
    if (!first.is_whole() || end - at < weighed_body_bytes) continue;
    if (!first.inherits_length() && load_be24(run_.data() + at + 4) > end - at) continue;
    if (const auto match = match_at(at, end, samples); fits(match)) return match;
  }
  return std::nullopt;
}

/// Samples behind the header, of chunk streams seen before the loss, and of the guesses.
void BackwardParser::gather_samples(std::span<const RepeatedLength> guesses, Samples& samples) const {
  samples.assign(behind_.begin(), behind_.end());
  const ChunkParser& parser = input_.parser;
  for (std::size_t i = 0; i < parser.stream_count() && samples.size() < most_samples; ++i) {
    const ChunkStream& stream = parser.stream(i);
    if (!stream.has_defaults()) continue;
    const MessageHeader& message = stream.message;
    const Bytes head = message.type_id == MessageType::audio   ? input_.profile.audio_head()
                       : message.type_id == MessageType::video ? input_.profile.video_head()
                                                               : Bytes{};
    samples.push_back({message.chunk_stream_id, message.length, message.type_id, BodyHead(head)});
  }
  for (const RepeatedLength& guess : guesses) {
    if (guess.chunk_size != 0 && chunk_size_.certain && guess.chunk_size != chunk_size_.size) continue;
    samples.push_back(
        {guess.defaults.chunk_stream_id, guess.defaults.length, guess.defaults.type_id, guess.head});
  }
}

PrecedingMessages BackwardParser::parse(std::uint64_t header, std::uint64_t least,
                                        std::span<const RepeatedLength> guesses, bool all) {
  const std::uint64_t begin = std::max(input_.window.run_begin(header), least);
  PrecedingMessages result{.offset = header};
  if (begin >= header) return result;
  run_ = input_.window.at(begin).first(static_cast<std::size_t>(header - begin));
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-member-init)
  alignas(MessageSample) std::array<std::byte, 2 * most_samples * sizeof(MessageSample)> memory;
  std::pmr::monotonic_buffer_resource resource(memory.data(), memory.size());
  Samples samples(&resource);
  samples.reserve(2 * most_samples);
  gather_samples(guesses, samples);
  for (std::size_t end = run_.size(); end > 0;) {
    const auto match = find(end, samples, result.defaults, all);
    if (!match) break;
    const MessageSample& sample = match->sample;
    std::erase_if(result.defaults,
                  [&](const HeaderDefaults& each) { return each.chunk_stream_id == sample.chunk_stream_id; });
    if (match->inherits) {
      result.defaults.push_back({sample.chunk_stream_id, sample.length, sample.type_id});
    }
    samples.insert(samples.begin(), sample);
    if (samples.size() > most_samples) samples.pop_back();
    result.longest = std::max(result.longest, sample.length);
    if (match->chunk_size != 0) {
      result.chunk_size = match->chunk_size;
      chunk_size_.size = match->chunk_size;
      chunk_size_.certain = true;
    }
    end = match->at;
    result.offset = begin + end;
    ++result.messages;
    if (!match->inherits) ++result.explicit_headers;
  }
  return result;
}

}  // namespace rtmpscope::rtmp
