// Messages before the header with which a search ended: see TrialParser::parse_backward.
#include <algorithm>

#include "base/byte_order.hpp"
#include "rtmp/recovery/trial_parser.hpp"

namespace rtmpscope::rtmp {
namespace {

/// What must speak for a header that gives its message's length, which leads exactly to the header behind it.
constexpr int explicit_bits = 36;
/// The same for a header that inherits its length from one that is not there.
constexpr int inheriting_bits = 30;
constexpr int first_byte_bits = 8;    // format and chunk stream of an orphan
constexpr int time_bits = 14;         // a time step below 1000 ms in 24 bits
constexpr int same_length_bits = 16;  // other messages of the chunk stream are as long
/// Of how alike two messages of unknown length must begin.
constexpr int repeated_length_bits = 14;
constexpr std::size_t places_a_step = 8;

/// Whether chunks of that size, of a message whose payload begins at `payload` and ends at `end`, have their
/// headers.
bool is_split(Bytes run, std::size_t payload, std::size_t end, std::uint8_t chunk_stream_id,
              std::uint32_t chunk_size) {
  for (std::size_t at = payload + chunk_size; at < end; at += chunk_size + 1) {
    if (run[at] != (0xC0 | chunk_stream_id)) return false;
  }
  return true;
}

constexpr std::size_t header_size(std::uint8_t first) {
  return std::size_t{1} + message_header_size[first >> 6];
}

}  // namespace

/// One message before a header that is known.
struct TrialParser::PrecedingMessage {
  std::size_t at = 0;  ///< index of its header
  int bits = 0;
  bool inherits = false;
  std::uint32_t chunk_size = 0;  ///< that shows by it
  MessageSample sample{};
};

/// Bits for a body of chunk stream `id` and that type, judged by itself and beside others of the stream.
std::optional<int> TrialParser::weigh_sample(const MessageSample& sample, Bytes body,
                                             std::span<const MessageSample> samples) const {
  const auto shown = weigh_body(sample.type_id, body, sample.length, profile_);
  if (!shown) return std::nullopt;
  int alike = 0;
  for (const MessageSample& other : samples) {
    if (other.chunk_stream_id != sample.chunk_stream_id || other.type_id != sample.type_id) continue;
    alike = std::max(alike, other.head.weigh_alike(body));
  }
  return std::max(*shown, alike);
}

/// A usual chunk size by which a message of that length, from `payload` to `end`, is divided; 0: none.
std::uint32_t TrialParser::dividing_size(Bytes run, std::size_t payload, std::size_t end,
                                         std::uint8_t chunk_stream_id, std::uint32_t length) const {
  for (const std::uint32_t size : usual_chunk_sizes) {
    if (size < end_.least_chunk_size || size >= length || payload + length + (length - 1) / size != end)
      continue;
    if (is_split(run, payload, end, chunk_stream_id, size)) return size;
  }
  return 0;
}

std::size_t TrialParser::bytes_on_wire(std::uint32_t length) const {
  return bytes_in_chunks(length, end_.chunk_size_certain ? end_.chunk_size : 0);
}

/// The message with a header at `at` that ends at `end`, with whatever length leads there.
std::optional<TrialParser::PrecedingMessage> TrialParser::match_known_length(
    Bytes run, std::size_t at, std::size_t end, std::span<const MessageSample> samples) const {
  const std::uint8_t first = run[at];
  const std::uint8_t id = first & 0x3F;
  const std::size_t payload = at + header_size(first);
  if (id < 2 || payload >= end) return std::nullopt;
  if (end_.chunk_size_certain && !is_split(run, payload, end, id, end_.chunk_size)) return std::nullopt;
  PrecedingMessage found{.at = at, .inherits = first >= 0x80};
  found.sample.chunk_stream_id = id;
  const std::uint32_t time = first < 0xC0 ? load_be24(run.data() + at + 1) : 0;
  const Bytes body = run.subspan(payload, std::min<std::size_t>(weighed_body_bytes, end - payload));
  if (!found.inherits) {
    const ChunkHeader header{.format = static_cast<std::uint8_t>(first >> 6),
                             .basic_size = 1,
                             .type_id = run[at + 7],
                             .chunk_stream_id = id,
                             .timestamp_field = time,
                             .length = load_be24(run.data() + at + 4),
                             .message_stream_id = first < 0x40 ? load_le32(run.data() + at + 8) : 0};
    if (time > usual_longest_step_ms) return std::nullopt;
    if (payload + bytes_on_wire(header.length) != end) {
      if (end_.chunk_size_certain) return std::nullopt;
      found.chunk_size = dividing_size(run, payload, end, id, header.length);
      if (found.chunk_size == 0) return std::nullopt;
    }
    const auto bits = weigh_header(header, nullptr);
    if (!bits) return std::nullopt;
    found.sample.length = header.length;
    found.sample.type_id = header.type_id;
    const auto shown = weigh_sample(found.sample, body, samples);
    found.bits = shown ? *bits + *shown : 0;
    if (found.bits < explicit_bits) return std::nullopt;
  } else {
    if (id < 3 || time > longest_inheriting_step_ms) return std::nullopt;
    const std::size_t wire = end - payload;
    const std::size_t splits = end_.chunk_size_certain ? (wire - 1) / (end_.chunk_size + 1) : 0;
    found.sample.length = static_cast<std::uint32_t>(wire - splits);
    // Splits are no evidence: so are the last chunks of a message that began before.
    found.bits = first_byte_bits + (first < 0xC0 ? time_bits : 0);
    int shown = -1;
    for (const MessageSample& other : samples) {
      if (other.chunk_stream_id != id || other.length != found.sample.length) continue;
      MessageSample guess = found.sample;
      guess.type_id = other.type_id;
      const int bits = weigh_sample(guess, body, samples).value_or(-1);
      if (bits <= shown) continue;
      shown = bits;
      found.sample.type_id = other.type_id;
    }
    // With any other length, a message that began earlier would lead there as well, if it is not repeated or
    // does not say itself where it ends.
    if (shown < 0) {
      if (const auto whole = match_by_content(run, found, end)) return whole;
      return 2 * (end - at) <= end ? match_repeated_length(run, found, body) : std::nullopt;
    }
    found.bits += shown + same_length_bits;
    if (found.bits < inheriting_bits) return std::nullopt;
  }
  found.sample.head = BodyHead(body);
  return found;
}

/// Of two messages of one length whose bodies show what they are, the later one: before it there must be
/// another.
std::optional<TrialParser::PrecedingMessage> TrialParser::match_repeated_length(Bytes run,
                                                                                PrecedingMessage found,
                                                                                Bytes body) const {
  const RecognizedType type = recognize_type(body, nullptr);
  if (type.type_id == 0) return std::nullopt;
  // While the chunk size is not known, the message may be split, and so be shorter.
  const auto mark = static_cast<std::uint8_t>(0xC0 | found.sample.chunk_stream_id);
  const std::size_t payload = found.at + header_size(run[found.at]);
  const bool may_be_split = std::ranges::any_of(small_chunk_sizes, [&](std::uint32_t size) {
    return size < found.sample.length && run[payload + size] == mark;
  });
  if (!end_.chunk_size_certain && may_be_split) return std::nullopt;
  found.sample.type_id = type.type_id;
  found.sample.head = BodyHead(body);
  for (const std::size_t size : {std::size_t{1}, std::size_t{4}}) {
    const std::size_t whole = size + bytes_on_wire(found.sample.length);
    if (whole > found.at) continue;
    const std::size_t at = found.at - whole;
    const std::uint8_t first = run[at];
    if ((first & 0x3F) != found.sample.chunk_stream_id || first < 0x80 || header_size(first) != size)
      continue;
    if (size == 4 && load_be24(run.data() + at + 1) > longest_inheriting_step_ms) continue;
    const Bytes other = run.subspan(at + size, std::min(body.size(), whole - size));
    if (recognize_type(other, nullptr).type_id != type.type_id ||
        found.sample.head.weigh_alike(other) < repeated_length_bits)
      continue;
    return found;
  }
  return std::nullopt;
}

/// A message of unknown length whose body shows by its contents that it ends at `end`.
std::optional<TrialParser::PrecedingMessage> TrialParser::match_by_content(Bytes run, PrecedingMessage found,
                                                                           std::size_t end) const {
  const std::size_t payload = found.at + header_size(run[found.at]);
  const auto id = static_cast<std::uint8_t>(found.sample.chunk_stream_id);
  // The last byte of a time may look like a header of type 3.
  if (run[found.at] >= 0xC0 && found.at >= 3) {
    const std::uint8_t first = run[found.at - 3];
    const bool time =
        first >= 0x83 && first < 0xC0 && load_be24(run.data() + found.at - 2) <= longest_inheriting_step_ms;
    if (time) return std::nullopt;
  }
  const Bytes wire = run.subspan(payload, end - payload);
  RecognizedType type = recognize_whole(wire, end_.chunk_size_certain ? end_.chunk_size : 0);
  for (const std::uint32_t size : usual_chunk_sizes) {
    if (type.type_id != 0 || end_.chunk_size_certain || size >= wire.size()) break;
    if (size < end_.least_chunk_size || !is_split(run, payload, end, id, size)) continue;
    type = recognize_whole(wire, size);
    found.chunk_size = size;
    found.sample.length = static_cast<std::uint32_t>(wire.size() - (wire.size() - 1) / (size + 1));
  }
  found.bits += type.bits;
  if (type.type_id == 0 || found.bits < inheriting_bits) return std::nullopt;
  found.sample.type_id = type.type_id;
  found.sample.head = BodyHead(run.subspan(payload));
  return found;
}

/// The message that ends at `end`, if one is believable: the nearest.
std::optional<TrialParser::PrecedingMessage> TrialParser::find_preceding(
    Bytes run, std::size_t end, std::span<const MessageSample> samples,
    std::span<const HeaderDefaults> inherited, bool all) {
  const auto fits = [&](const PrecedingMessage& before) {
    const auto later =
        std::ranges::find(inherited, before.sample.chunk_stream_id, &HeaderDefaults::chunk_stream_id);
    return later == inherited.end() ||
           (later->length == before.sample.length && later->type_id == before.sample.type_id);
  };
  for (const MessageSample& sample : samples) {
    for (const std::size_t size : {std::size_t{1}, std::size_t{4}}) {
      const std::size_t whole = size + bytes_on_wire(sample.length);
      ++work_;
      if (sample.length == 0 || whole > end) continue;
      const std::size_t at = end - whole;
      if ((run[at] & 0x3F) != sample.chunk_stream_id || run[at] < 0x80 || header_size(run[at]) != size)
        continue;
      const auto before = match_known_length(run, at, end, samples);
      if (before && fits(*before)) return before;
    }
  }
  for (std::size_t at = all ? end : 0; at-- > 0 && work_ < work_limit_;) {
    if ((end - at) % places_a_step == 0) ++work_;
    const std::uint8_t first = run[at];
    if ((first & 0x3F) < 2 || end - at < weighed_body_bytes) continue;
    if (first < 0x80 && load_be24(run.data() + at + 4) > end - at) continue;
    const auto before = match_known_length(run, at, end, samples);
    if (before && fits(*before)) return before;
  }
  return std::nullopt;
}

bool TrialParser::collect_samples(TrialStart start) {
  constexpr int most_strangers = 4;
  std::vector<MessageSample> gathered;
  std::vector<HeaderDefaults> known(start.defaults.begin(), start.defaults.end());
  TrialResult first;
  bool done = false;
  for (int strangers = 0; strangers <= most_strangers; ++strangers) {
    start.defaults = known;
    const TrialResult end = try_from(start);
    if (strangers == 0) first = end;
    for (const MessageSample& sample : samples_) {
      if (gathered.size() < most_samples) gathered.push_back(sample);
      if (sample.length == 0) continue;
      std::erase_if(
          known, [&](const HeaderDefaults& each) { return each.chunk_stream_id == sample.chunk_stream_id; });
      known.push_back({sample.chunk_stream_id, sample.length, sample.type_id});
    }
    done = end.reason == TrialResult::Reason::enough || gathered.size() >= most_samples;
    if (end.reason != TrialResult::Reason::contradiction || end.messages == 0 ||
        gathered.size() >= most_samples)
      break;
    start.offset = end.offset;
    start.chunk_size = end.chunk_size;
    start.chunk_size_certain = end.chunk_size_certain;
    start.least_chunk_size = end.least_chunk_size;
    start.least_first_bits = 0;
    start.defaults_guessed = true;
    start.defaults = known;
    const InferredLength inference = infer_length(start);
    if (!inference.defaults) break;
    known.push_back(*inference.defaults);
  }
  end_ = first;
  samples_.assign(gathered.begin(), gathered.end());
  return done;
}

bool TrialParser::has_passed(const HeaderDefaults& what) const {
  return std::ranges::any_of(samples_, [&](const MessageSample& sample) {
    return sample.chunk_stream_id == what.chunk_stream_id && sample.length == what.length &&
           sample.type_id == what.type_id;
  });
}

/// Of chunk streams that have been seen before the loss.
void TrialParser::add_known_samples(std::pmr::vector<MessageSample>& samples) const {
  for (std::size_t i = 0; i < parser_.stream_count() && samples.size() < most_samples; ++i) {
    const ChunkStream& stream = parser_.stream(i);
    if (stream.last_format == 0xFF) continue;
    const Bytes head = stream.message.type_id == MessageType::audio   ? profile_.audio_head()
                       : stream.message.type_id == MessageType::video ? profile_.video_head()
                                                                      : Bytes{};
    samples.push_back(
        {stream.message.chunk_stream_id, stream.message.length, stream.message.type_id, BodyHead(head)});
  }
}

PrecedingMessages TrialParser::parse_backward(std::uint64_t header, std::uint64_t least,
                                              std::span<const RepeatedLength> guesses, bool all) {
  const std::uint64_t begin = std::max(window_.run_begin(header), least);
  PrecedingMessages result{.offset = header};
  if (begin >= header) return result;
  const Bytes run = window_.at(begin).first(static_cast<std::size_t>(header - begin));
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-member-init)
  alignas(MessageSample) std::array<std::byte, 2 * most_samples * sizeof(MessageSample)> memory;
  std::pmr::monotonic_buffer_resource resource(memory.data(), memory.size());
  std::pmr::vector<MessageSample> samples(&resource);
  samples.reserve(2 * most_samples);
  samples.assign(samples_.begin(), samples_.end());
  add_known_samples(samples);
  for (const RepeatedLength& guess : guesses) {
    if (guess.chunk_size != 0 && end_.chunk_size_certain && guess.chunk_size != end_.chunk_size) continue;
    samples.push_back(
        {guess.defaults.chunk_stream_id, guess.defaults.length, guess.defaults.type_id, guess.head});
  }
  for (std::size_t end = run.size(); end > 0;) {
    const auto before = find_preceding(run, end, samples, result.defaults, all);
    if (!before) break;
    std::erase_if(result.defaults, [&](const HeaderDefaults& each) {
      return each.chunk_stream_id == before->sample.chunk_stream_id;
    });
    if (before->inherits) {
      result.defaults.push_back(
          {before->sample.chunk_stream_id, before->sample.length, before->sample.type_id});
    }
    samples.insert(samples.begin(), before->sample);
    if (samples.size() > most_samples) samples.pop_back();
    result.longest = std::max(result.longest, before->sample.length);
    if (before->chunk_size != 0) {
      result.chunk_size = before->chunk_size;
      end_.chunk_size = before->chunk_size;
      end_.chunk_size_certain = true;
    }
    end = before->at;
    result.offset = begin + end;
    ++result.messages;
    if (!before->inherits) ++result.explicit_headers;
  }
  return result;
}

}  // namespace rtmpscope::rtmp
