#include "rtmp/recovery/repeated_lengths.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <optional>
#include <utility>

#include "base/byte_order.hpp"
#include "rtmp/evidence/header_scan.hpp"
#include "rtmp/evidence/silent_aac.hpp"
#include "rtmp/evidence/usual_values.hpp"

namespace rtmpscope::rtmp {
namespace {

constexpr int least_repeats = 3;
constexpr std::size_t most_found = 3;
/// How unlikely by chance the count of a distance must be, in bits.
constexpr double least_significance = 12;
/// A key with more places than this is no header: by chance a key has fewer than three in the window.
constexpr std::size_t most_places = 2048;
/// A message and the next one of its kind may have others between them.
constexpr std::size_t neighbours = 6;
constexpr std::uint32_t shortest = 20;
/// Silence is shorter: AAC of one channel, which has 6 bytes. Its bodies are all alike, so they must say what
/// they are.
constexpr std::uint32_t shortest_silence = 6;
constexpr int silence_bits = 28;  // a FourCC, or an AAC frame that is read to its end
/// What sorting a place and its distances takes.
constexpr std::uint64_t steps_a_repeated_place = 8;

struct Place {
  std::uint32_t key = 0;  // chunk stream and first byte of the body
  std::uint32_t at = 0;
  std::uint32_t payload = 0;
};

/// Places that can be headers which inherit length and type.
std::vector<Place> list_places(Bytes bytes, std::span<const std::uint32_t> chunk_streams) {
  constexpr std::size_t bytes_behind = 5;
  std::vector<Place> places;
  if (bytes.size() <= bytes_behind) return places;
  const std::size_t end = bytes.size() - bytes_behind;
  const auto add = [&](std::size_t at) {
    const FirstByte first{bytes[at]};
    const std::size_t size = first.format() == 3 ? 1 : 4;  // others inherit nothing
    if (size == 4 && load_be24(bytes.data() + at + 1) > longest_inheriting_step_ms) return true;
    places.push_back({first.id() << 8 | bytes[at + size], static_cast<std::uint32_t>(at),
                      static_cast<std::uint32_t>(at + size)});
    return true;
  };
  if (chunk_streams.empty()) {
    for (std::size_t at = 0; at < end; ++at) {
      const FirstByte first{bytes[at]};
      if (first.inherits_length() && first.id() >= lowest_inheriting_stream) add(at);
    }
    return places;
  }
  HeaderScan scan;
  for (const std::uint32_t id : chunk_streams) {
    if (id >= lowest_inheriting_stream && id < 64) scan.add_inheriting(id);
  }
  scan.scan(bytes, 0, end, add);
  return places;
}

/// Drops keys that occur too seldom, and sorts the rest. Nearly all keys that occur by chance are dropped.
void sort_by_key(std::vector<Place>& places) {
  std::array<std::uint8_t, std::size_t{1} << 14> count{};  // by key; stops above least_repeats
  for (const Place& place : places) {
    if (std::uint8_t& own = count[place.key]; own <= least_repeats) ++own;
  }
  std::erase_if(places, [&](const Place& place) { return count[place.key] <= least_repeats; });
  std::ranges::sort(places, {}, [](const Place& place) { return std::pair(place.key, place.at); });
}

/// The bytes from a payload to the next header that occur most often, and how often.
struct Distance {
  std::uint32_t bytes = 0;
  int count = 0;
};

/// Counts how often each distance occurs. Sorting them would take ten times as long.
class DistanceCounter {
 public:
  /// Distances are below `end`.
  explicit DistanceCounter(std::size_t end) : counts_(end) {}

  /// Of those from `least` on.
  [[nodiscard]] Distance most_frequent(std::span<const Place> places, std::uint32_t least) {
    Distance best;
    for_each(places, least, [&](std::uint32_t bytes) {
      const int count = ++counts_[bytes];
      // Of equal counts the shortest: the distance over two messages repeats as often as that over one.
      if (count > best.count || (count == best.count && bytes < best.bytes)) best = {bytes, count};
    });
    for_each(places, least, [&](std::uint32_t bytes) { counts_[bytes] = 0; });
    return best;
  }

 private:
  template <typename Visit>
  static void for_each(std::span<const Place> places, std::uint32_t least, Visit visit) {
    for (std::size_t i = 0; i < places.size(); ++i) {
      for (std::size_t k = i + 1; k < places.size() && k <= i + neighbours; ++k) {
        if (places[k].at >= places[i].payload + least) visit(places[k].at - places[i].payload);
      }
    }
  }

  /// By distance; all 0 between calls. Six distances of each of most_places fit.
  std::vector<std::uint16_t> counts_;
};

/// Bits of evidence that a distance which occurs `count` times is no chance. Chance: as many `places`, spread
/// evenly over `window` bytes (Poisson).
double significance(std::size_t places, std::size_t window, int count) {
  const auto n = static_cast<double>(places);
  const auto bytes = static_cast<double>(window);
  const double expected = n * n / bytes;
  const double distances = neighbours * bytes / n;
  if (count <= expected) return 0;
  return count * std::log2(count / expected) - (count - expected) * std::numbers::log2e -
         std::log2(distances);
}

/// Calls `visit` with each place and the one at that distance behind its payload, where there is one.
template <typename Visit>
void for_each_pair(std::span<const Place> places, std::uint32_t distance, Visit visit) {
  for (const Place& place : places) {
    const auto next = std::ranges::lower_bound(places, place.payload + distance, {}, &Place::at);
    if (next != places.end() && next->at == place.payload + distance) visit(place, *next);
  }
}

/// Bytes between places and the ones at that distance behind their payload, each byte once.
std::uint64_t covered_bytes(std::span<const Place> places, std::uint32_t distance) {
  std::uint64_t covered = 0;
  std::uint32_t end = 0;
  for_each_pair(places, distance, [&](const Place& place, const Place& next) {
    covered += next.at - std::min(next.at, std::max(place.at, end));
    end = std::max(end, next.at);
  });
  return covered;
}

/// How many bodies differ from the next one, of those between places at that distance. Filler and waveforms
/// repeat as a whole and do not count.
int count_distinct(Bytes bytes, std::span<const Place> places, std::uint32_t distance) {
  constexpr std::size_t compared = 64;
  constexpr std::size_t least_share = 4;
  int distinct = 0;
  for_each_pair(places, distance, [&](const Place& place, const Place& next) {
    const Bytes a = bytes.subspan(place.payload, std::min<std::size_t>(distance, compared));
    const Bytes b = bytes.subspan(next.payload);
    std::size_t differing = 0;
    for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i) differing += a[i] != b[i] ? 1 : 0;
    distinct += differing * least_share >= a.size() ? 1 : 0;
  });
  return distinct;
}

/// Whether the period is one or several packets of an MPEG transport stream (ISO 13818-1, 2.4.3.2), with or
/// without a time or a checksum. Its packets are equally long, too, and begin with the same byte.
bool is_transport_stream(Bytes bytes, std::uint32_t period) {
  constexpr std::uint8_t sync_byte = 0x47;
  constexpr std::size_t packets = 5;
  return std::ranges::any_of(std::array{188U, 192U, 204U}, [&](std::uint32_t size) {
    if (period % size != 0) return false;
    for (std::size_t begin = 0; begin < size; ++begin) {
      std::size_t seen = 0;
      for (std::size_t i = begin; i < bytes.size() && bytes[i] == sync_byte; i += size) ++seen;
      if (seen >= packets) return true;
    }
    return false;
  });
}

/// The chunk size that puts a type 3 header into each of the messages; 0 if none does.
std::uint32_t split_of(Bytes bytes, std::span<const Place> places, std::uint32_t distance) {
  for (const std::uint32_t size : small_chunk_sizes) {
    if (size >= distance) break;
    int split = 0;
    int whole = 0;
    for_each_pair(places, distance, [&](const Place& place, const Place&) {
      ++(bytes[place.payload + size] == type3_byte(place.key >> 8) ? split : whole);
    });
    if (whole == 0 && split >= least_repeats) return size;
  }
  return 0;
}

/// Audio where the body does not show anything else: no other media have messages of constant length.
std::uint8_t type_of(Bytes body, const SenderProfile& profile) {
  constexpr int clear_bits = 14;
  const auto audio = weigh_body(MessageType::audio, body, maximum_message_length, profile);
  const auto video = weigh_body(MessageType::video, body, maximum_message_length, profile);
  if (video.value_or(0) >= clear_bits && video.value_or(0) > audio.value_or(0)) return MessageType::video;
  if (audio) return MessageType::audio;
  return 0;
}

bool is_no_chance(const Distance& distance, std::size_t places, std::size_t window) {
  return distance.count >= least_repeats &&
         significance(places, window, distance.count) >= least_significance;
}

/// The distance at which messages with one key follow each other, if there is one.
std::optional<Distance> period_of(Bytes bytes, std::span<const Place> places, DistanceCounter& distances,
                                  const SenderProfile& profile) {
  const Distance period = distances.most_frequent(places, shortest);
  if (is_no_chance(period, places.size(), bytes.size()) &&
      count_distinct(bytes, places, period.bytes) >= least_repeats) {
    return period;
  }
  const Bytes body = bytes.subspan(places[places.size() / 2].payload);
  const Bytes head = body.first(std::min(weighed_body_bytes, body.size()));
  const auto says_what_it_is = [&](std::uint32_t length) {
    return weigh_body(MessageType::audio, head, length, profile).value_or(0) >= silence_bits;
  };
  // Most bodies say nothing, and then distances need not be counted once more.
  const std::size_t aac = silent_aac_size(head.subspan(std::min<std::size_t>(head.size(), 2)));
  if (aac == 0 && !says_what_it_is(maximum_message_length)) return std::nullopt;
  const Distance silence = distances.most_frequent(places, shortest_silence);
  const bool found = is_no_chance(silence, places.size(), bytes.size()) && says_what_it_is(silence.bytes);
  return found ? std::optional(silence) : std::nullopt;
}

}  // namespace

std::vector<RepeatedLength> find_repeated_lengths(Bytes bytes, const SenderProfile& profile,
                                                  std::span<const std::uint32_t> chunk_streams,
                                                  WorkBudget& work) {
  bytes = bytes.first(std::min(bytes.size(), repetition_bytes));
  std::vector<Place> places = list_places(bytes, chunk_streams);
  work.steps += bytes.size() / places_a_step + places.size();
  sort_by_key(places);
  work.steps += places.size() * steps_a_repeated_place;
  struct Found {
    RepeatedLength repetition;
    std::uint32_t key = 0;
    std::uint64_t covered = 0;  // bytes; waveforms repeat as well, but not throughout
  };
  std::vector<Found> found;
  const std::span<const Place> all(places);
  DistanceCounter distances(bytes.size());
  for (std::size_t i = 0; i < places.size();) {
    const std::size_t begin = i;
    while (i < places.size() && places[i].key == places[begin].key) ++i;
    if (i - begin > most_places) continue;
    const std::span<const Place> own = all.subspan(begin, i - begin);
    const std::optional<Distance> period = period_of(bytes, own, distances, profile);
    if (!period) continue;
    const Distance& distance = *period;
    const Place& first = own.front();
    if (is_transport_stream(bytes, first.payload - first.at + distance.bytes)) continue;
    RepeatedLength repetition;
    repetition.defaults.chunk_stream_id = own.front().key >> 8;
    const Bytes body = bytes.subspan(own.front().payload);
    repetition.defaults.type_id = type_of(body.first(std::min(weighed_body_bytes, body.size())), profile);
    if (repetition.defaults.type_id == 0) continue;
    repetition.head = BodyHead(body.first(1));
    repetition.chunk_size = split_of(bytes, own, distance.bytes);
    const std::uint32_t splits =
        repetition.chunk_size == 0 ? 0 : (distance.bytes - 1) / (repetition.chunk_size + 1);
    repetition.defaults.length = distance.bytes - splits;
    found.push_back({repetition, own.front().key, covered_bytes(own, distance.bytes)});
  }
  std::ranges::sort(found, [](const Found& a, const Found& b) {
    return a.covered != b.covered ? a.covered > b.covered : a.key < b.key;
  });
  std::vector<RepeatedLength> result;
  for (const Found& each : found) {
    const bool known = std::ranges::any_of(result, [&](const RepeatedLength& other) {
      return other.defaults.chunk_stream_id == each.repetition.defaults.chunk_stream_id;
    });
    if (!known) result.push_back(each.repetition);
    if (result.size() == most_found) break;
  }
  return result;
}

}  // namespace rtmpscope::rtmp
