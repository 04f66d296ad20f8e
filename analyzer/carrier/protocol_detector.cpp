#include "carrier/protocol_detector.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <vector>

#include "base/byte_order.hpp"
#include "carrier/detector_side.hpp"
#include "rtmp/evidence/first_chunks.hpp"
#include "rtmp/evidence/midstream_chunks.hpp"
#include "rtmp/handshake/digest.hpp"

namespace rtmpscope::carrier {
namespace {

constexpr std::size_t first_block_end = handshake_first_block_end;
static_assert(ProtocolDetector::held_limit == handshake_size + rtmp::chunk_evidence_size);

/// Whether one block repeats another, but for the time fields and a signature at its end.
bool repeats(Bytes block, Bytes original) {
  constexpr std::size_t from = 8;
  return std::memcmp(block.data() + from, original.data() + from, handshake_signature_offset - from) == 0;
}

/// Whether the first bytes of a client are C0 and C1 in all likelihood, before the server has answered: both
/// are sent at once, and a first segment this long that looks like them is no accident.
bool is_client_handshake(Bytes bytes, Direction direction) {
  constexpr std::size_t convincing_size = 256;
  if (direction != Direction::to_server || bytes.size() > first_block_end || bytes.size() < convincing_size)
    return false;
  if (classify_opening(bytes.first(opening_size)) != Opening::handshake) return false;
  if (load_be32(bytes.data() + 5) == 0) return bytes[0] == 3;
  return bytes.size() == first_block_end && find_digest(bytes.subspan(1), direction) != DigestLayout::none;
}

}  // namespace

struct ProtocolDetector::Held {
  struct Segment {
    std::uint64_t offset;
    PacketRef packet;
    std::uint32_t begin;   ///< in the side's bytes; for a gap its index in `gaps`
    std::uint32_t length;  ///< 0: a gap
    Direction direction;
  };

  std::array<DetectorSide, 2> sides;
  std::vector<Segment> segments;
  std::vector<StreamGap> gaps;
  std::size_t* searched_bytes = nullptr;  ///< Hints::searched_bytes, if `charge` counts in it
  std::size_t charge = 0;
  std::optional<Direction> client_way;  ///< from the content: the direction that the client sends in

  Held() = default;
  Held(const Held&) = delete;
  Held& operator=(const Held&) = delete;
  ~Held() {
    if (searched_bytes != nullptr) *searched_bytes -= charge;
  }

  DetectorSide& side(Direction way) { return sides[index_of(way)]; }

  void begin(Direction way) {
    if (side(way).length == 0) side(way).peer_length_at_start = side(opposite(way)).length;
  }
  void end(Direction way) {
    side(way).reached_block_1 = side(way).reached_block_1 || side(way).length == first_block_end;
    side(way).reached_block_2 = side(way).reached_block_2 || side(way).length == handshake_size;
  }
};

ProtocolDetector::ProtocolDetector(Hints hints) : hints_(hints) {}
ProtocolDetector::ProtocolDetector(ProtocolDetector&&) noexcept = default;
ProtocolDetector& ProtocolDetector::operator=(ProtocolDetector&&) noexcept = default;
ProtocolDetector::~ProtocolDetector() = default;

void ProtocolDetector::hold() {
  if (held_) return;
  held_ = std::make_unique<Held>();
  if (may_prove_midstream()) held_->searched_bytes = hints_.searched_bytes;
}

bool ProtocolDetector::is_searching() const {
  return detection_.protocol == Protocol::undecided && held_ && held_->searched_bytes != nullptr;
}

bool ProtocolDetector::is_doubtful() const {
  if (detection_.protocol != Protocol::undecided || !held_) return false;
  return is_searching() || std::ranges::any_of(held_->sides, [](const DetectorSide& side) {
           return side.opening == Opening::odd_version;
         });
}

/// From now on messages are looked for, and what is kept for that is counted.
void ProtocolDetector::begin_search() {
  held_->searched_bytes = hints_.searched_bytes;
  for (const DetectorSide& side : held_->sides) held_->charge += side.bytes.size();
  *held_->searched_bytes += held_->charge;
}

Detection ProtocolDetector::add_slowly(Direction direction, const StreamData& data) {
  hold();
  held_->begin(direction);
  DetectorSide& side = held_->side(direction);
  held_->segments.push_back({data.offset, data.packet, static_cast<std::uint32_t>(side.bytes.size()),
                             static_cast<std::uint32_t>(data.bytes.size()), direction});
  const bool opening_is_complete = side.known >= opening_size;
  side.bytes.insert(side.bytes.end(), data.bytes.begin(), data.bytes.end());
  if (held_->searched_bytes != nullptr) {
    held_->charge += data.bytes.size();
    *held_->searched_bytes += data.bytes.size();
  }
  side.length += data.bytes.size();
  if (!side.has_gap) side.known = side.length;
  if (!opening_is_complete && side.known > 0 && !surely_lost_[index_of(direction)])
    side.opening = classify_opening(side.start());
  held_->end(direction);
  const Detection detection = decide(has_enough(direction));
  const bool early =
      hints_.policy == DecisionPolicy::decide_early && detection.protocol == Protocol::undecided;
  return early ? decide_early(direction, data) : detection;
}

/// `data` is the latest piece. What follows a gap is no evidence; the other direction may have some.
Detection ProtocolDetector::decide_early(Direction direction, const StreamData& data) {
  if (!hints_.syn_seen || data.offset != 0) return detection_;
  if (held_->segments.size() == 1 && is_client_handshake(data.bytes, direction)) return settle_handshake();
  if (is_doubtful() || !hints_.known_port || data.bytes.size() < opening_size) return detection_;
  return at_end();
}

void ProtocolDetector::lose_start_of(Direction direction) {
  start_lost_ = surely_lost_[index_of(direction)] = true;
  hold();
  held_->side(direction).opening = Opening::other;
}

Detection ProtocolDetector::add(Direction direction, const StreamGap& gap) {
  if (detection_.protocol != Protocol::undecided) return detection_;
  const bool at_start = !held_ || held_->side(direction).length == 0;
  start_lost_ = start_lost_ || at_start;
  hold();
  held_->begin(direction);
  DetectorSide& side = held_->side(direction);
  held_->segments.push_back(
      {gap.offset, gap.noticed_at, static_cast<std::uint32_t>(held_->gaps.size()), 0, direction});
  held_->gaps.push_back(gap);
  if (side.length == 0 && gap.cause == GapCause::start_not_captured) side.opening = Opening::other;
  side.has_gap = true;
  if (!gap.length) {
    ended_ = true;
    return decide(true);
  }
  side.length +=
      std::min(*gap.length, held_limit);  // cannot overflow; more than the limit is as good as the limit
  side.known_from = side.length;
  // In a search more may be kept already.
  side.bytes.resize(std::max(side.bytes.size(), static_cast<std::size_t>(std::min(side.length, held_limit))));
  side.readable_from = side.bytes.size();
  held_->end(direction);
  if (at_start) return detection_;  // the bytes behind it are better evidence
  return decide(has_enough(direction));
}

/// Nothing more of what `way` sends can help. If gaps hide what a handshake proves itself by, the other side
/// may.
bool ProtocolDetector::has_enough(Direction way) const {
  const DetectorSide& side = held_->sides[index_of(way)];
  const DetectorSide& peer = held_->sides[index_of(opposite(way))];
  if (side.length < held_limit) return false;
  const bool both = side.opening == Opening::handshake && peer.opening == Opening::handshake;
  return !both || !(side.has_gap || peer.has_gap) || peer.length >= held_limit ||
         side.length >= held_limit_with_gaps;
}

Detection ProtocolDetector::at_end() {
  if (detection_.protocol != Protocol::undecided) return detection_;
  if (!held_) return settle({Protocol::other});
  ended_ = true;
  return decide(true);
}

Detection ProtocolDetector::decide(bool last) {
  if (may_have_odd_version()) {
    if (prove_odd_version(last)) return settle_handshake();
    if (!last) return detection_;
  }
  bool waiting = false;
  for (const Direction way : {Direction::to_server, Direction::to_client}) {
    DetectorSide& side = held_->side(way);
    DetectorSide& peer = held_->side(opposite(way));
    if (surely_lost_[index_of(way)] && !surely_lost_[index_of(opposite(way))]) continue;
    switch (side.opening) {
      case Opening::open: waiting = waiting || (side.known > 0 && !side.has_gap); break;
      case Opening::handshake: break;
      case Opening::tls:
      case Opening::http:
      case Opening::odd_version:
      case Opening::other:
        if (peer.opening == Opening::handshake) return decide_against_handshake(peer, side);
        if (side.opening == Opening::tls) return settle({Protocol::tls});
        if (side.opening == Opening::http) return settle_http();
        // In mid-stream no byte is impossible, but enough text is distinguishable from RTMP.
        if (may_be_midstream() && !last && side.known < opening_size && !side.has_gap) return detection_;
        return settle_no_handshake();
    }
  }
  if (waiting && !last) return detection_;
  return decide_handshake(last);
}

/// One side's version is none, and nothing else speaks against a handshake so far.
bool ProtocolDetector::may_have_odd_version() const {
  const DetectorSide& client = held_->side(Direction::to_server);
  const DetectorSide& server = held_->side(Direction::to_client);
  const auto is_odd = [](const DetectorSide& side) { return side.opening == Opening::odd_version; };
  const auto fits = [](const DetectorSide& side) {
    return side.is_candidate() || (side.opening == Opening::open && !side.has_gap);
  };
  const bool asked_for = hints_.known_port || client.opening == Opening::handshake;
  return hints_.syn_seen && asked_for && (is_odd(client) || is_odd(server)) && fits(client) && fits(server);
}

/// Each proof is one that other protocols do not come by.
bool ProtocolDetector::prove_odd_version(bool last) {
  DetectorSide& client = held_->side(Direction::to_server);
  DetectorSide& server = held_->side(Direction::to_client);
  if (!client.has_block_1() || !is_varied(client.block_1())) return false;
  // A server that sends back whatever comes has S1 like C1, but not S2.
  if (server.has_block_2() && repeats(server.block_2(), client.block_1())) return true;
  if (server.has_block_1() && client.has_block_2() && is_varied(server.block_1()) &&
      repeats(client.block_2(), server.block_1())) {
    return true;
  }
  const rtmp::ChunkEvidence evidence = rtmp::read_chunk_evidence(client.after_handshake());
  if (evidence.plausible && evidence.enough && evidence.direction == Direction::to_server &&
      server.has_block_1()) {
    return true;
  }
  const bool answered = server.has_block_1();
  if ((last || answered) && !client.digest_checked) {
    client.digest_checked = true;
    if (find_digest(client.block_1(), Direction::to_server) != DigestLayout::none) return true;
  }
  const auto fits = [](const DetectorSide& side) {
    return side.length == first_block_end || side.length == handshake_size;
  };
  return last && client.zero_is_zero() && fits(client) && (server.length == 0 || fits(server));
}

/// One side begins like a handshake, the other like something else.
Detection ProtocolDetector::decide_against_handshake(DetectorSide& side, const DetectorSide& against) {
  const Direction way =
      &side == &held_->side(Direction::to_server) ? Direction::to_server : Direction::to_client;
  // A client that tries RTMP with a server of another protocol is worth showing.
  const bool fits = hints_.known_port && hints_.syn_seen && side.reached_block_1 && side.zero_is_zero();
  if (fits || prove_by_digest(way)) return settle_handshake();
  if (against.opening == Opening::tls) return settle({Protocol::tls});
  if (against.opening == Opening::http) return settle_http();
  return settle_no_handshake();
}

Detection ProtocolDetector::decide_handshake(bool last) {
  if (prove_by_sizes() || prove_by_copies() || prove_by_chunks(last)) return settle_handshake();
  // The digests cost the most and so come last, when the cheaper proofs have had their chance.
  const DetectorSide& client = held_->side(Direction::to_server);
  const DetectorSide& server = held_->side(Direction::to_client);
  const bool blocks_were_compared =
      client.has_block_1() && server.has_block_1() && (client.has_block_2() || server.has_block_2());
  const auto is_encrypted = [](const DetectorSide& side) { return side.has_block_1() && side.bytes[0] != 3; };
  const auto goes_on = [](const DetectorSide& side) { return side.length > first_block_end; };
  const bool encrypted_one_way = (is_encrypted(client) && goes_on(client) && server.length == 0) ||
                                 (is_encrypted(server) && goes_on(server) && client.length == 0);
  if ((last || blocks_were_compared || encrypted_one_way) && prove_by_digest()) return settle_handshake();
  if (encrypted_one_way) return settle_no_handshake();
  return last ? decide_incomplete() : detection_;
}

/// Both sides look like a handshake, the side that spoke first stopped after block 1, and so did the other,
/// or after block 2.
bool ProtocolDetector::prove_by_sizes() {
  for (const Direction way : {Direction::to_server, Direction::to_client}) {
    const DetectorSide& first = held_->side(way);
    const DetectorSide& second = held_->side(opposite(way));
    if (first.opening == Opening::handshake && second.opening == Opening::handshake &&
        second.peer_length_at_start == first_block_end &&
        (second.reached_block_1 || second.reached_block_2)) {
      held_->client_way = way;
      return true;
    }
  }
  return false;
}

/// A server's block repeats the client's (S1 or S2 is C1), or the client's the server's (C2 is S1).
bool ProtocolDetector::prove_by_copies() {
  const DetectorSide& a = held_->side(Direction::to_server);
  const DetectorSide& b = held_->side(Direction::to_client);
  if (a.opening != Opening::handshake || b.opening != Opening::handshake) return false;
  if (!a.has_block_1() || !b.has_block_1()) return false;
  const bool copied = repeats(a.block_1(), b.block_1()) ||
                      (b.has_block_2() && repeats(b.block_2(), a.block_1())) ||
                      (a.has_block_2() && repeats(a.block_2(), b.block_1()));
  if (copied) held_->client_way = b.peer_length_at_start > 0 ? Direction::to_server : Direction::to_client;
  return copied;
}

bool ProtocolDetector::prove_by_chunks(bool last) {
  for (const Direction way : {Direction::to_server, Direction::to_client}) {
    const DetectorSide& side = held_->side(way);
    // Without its first byte a side's offsets are to be trusted only if TCP knows where it began.
    const bool candidate =
        side.opening == Opening::handshake ? side.bytes[0] == 3 : side.start_is_missing() && hints_.syn_seen;
    if (!candidate || side.opening == Opening::other) continue;
    const rtmp::ChunkEvidence evidence = rtmp::read_chunk_evidence(side.after_handshake());
    if (!evidence.plausible || !evidence.enough) continue;
    const DetectorSide& peer = held_->side(opposite(way));
    if (evidence.direction) {
      held_->client_way = *evidence.direction == Direction::to_server ? way : opposite(way);
    } else if (peer.length > 0) {
      held_->client_way = peer.peer_length_at_start > 0 ? way : opposite(way);
    } else if (!hints_.syn_seen && !last) {
      continue;  // the next bytes may show who is the client
    }
    return true;
  }
  return false;
}

bool ProtocolDetector::prove_by_digest() {
  return prove_by_digest(Direction::to_server) || prove_by_digest(Direction::to_client);
}

bool ProtocolDetector::prove_by_digest(Direction way) {
  DetectorSide& side = held_->side(way);
  if (side.digest_checked || side.opening != Opening::handshake || !side.has_block_1()) return false;
  side.digest_checked = true;
  if (find_digest(side.block_1(), way) != DigestLayout::none) {
    held_->client_way = Direction::to_server;
    return true;
  }
  if (!hints_.syn_seen && find_digest(side.block_1(), opposite(way)) != DigestLayout::none) {
    held_->client_way = Direction::to_client;
    return true;
  }
  return false;
}

/// Nothing is proven, and nothing more will come.
Detection ProtocolDetector::decide_incomplete() {
  const DetectorSide& client = held_->side(Direction::to_server);
  const DetectorSide& server = held_->side(Direction::to_client);
  const bool both = client.opening == Opening::handshake && server.opening == Opening::handshake;
  if (both &&
      (server.peer_length_at_start == first_block_end || client.peer_length_at_start == first_block_end)) {
    held_->client_way =
        server.peer_length_at_start == first_block_end ? Direction::to_server : Direction::to_client;
    return settle_handshake();
  }
  for (const DetectorSide* side : {&client, &server}) {
    if (side->opening != Opening::handshake) continue;
    const bool fits = side->length == first_block_end || side->length == handshake_size;
    if (fits && side->bytes[0] == 3 && side->zero_is_zero()) return settle_handshake();
    // On its own port, and from its beginning, everything that may be RTMP is.
    const bool excluded = side->length > handshake_size && !both && !side->zero_is_zero();
    if (hints_.known_port && hints_.syn_seen && !excluded) return settle_handshake();
  }
  return settle_no_handshake();
}

Detection ProtocolDetector::settle_handshake() {
  Detection detection;
  const std::optional<Direction> content = hints_.syn_seen ? std::nullopt : held_->client_way;
  detection.swapped = content == Direction::to_client;
  // The server's version counts: it may refuse encryption.
  const DetectorSide& server = held_->side(detection.swapped ? Direction::to_server : Direction::to_client);
  const DetectorSide& client = held_->side(detection.swapped ? Direction::to_client : Direction::to_server);
  const DetectorSide& decisive = server.opening == Opening::handshake ? server : client;
  const bool plain = decisive.opening != Opening::handshake || decisive.bytes[0] == 3;
  detection.protocol = plain ? Protocol::rtmp : Protocol::rtmpe;
  if (!hints_.syn_seen) {
    // A capture that begins within one side's handshake; without a SYN its first byte has offset 0.
    const auto lost = [](const DetectorSide& side) {
      return side.known > 0 && side.opening != Opening::handshake;
    };
    // One byte of 256 looks like a beginning. But a server answers C0 or the whole of C1, nothing in between.
    const std::uint64_t asked = server.peer_length_at_start;
    const bool cut = server.length > 0 && asked > 1 && asked < first_block_end;
    detection.start_lost[index_of(Direction::to_server)] = lost(client) || (client.known > 0 && cut);
    detection.start_lost[index_of(Direction::to_client)] = lost(server);
  }
  for (const Direction way : {Direction::to_server, Direction::to_client}) {
    const Direction role = detection.swapped ? opposite(way) : way;
    if (surely_lost_[index_of(way)]) detection.start_lost[index_of(role)] = true;
  }
  return settle(detection);
}

Detection ProtocolDetector::settle_no_handshake() {
  if (held_->searched_bytes != nullptr) return decide_by_messages();
  if (!may_be_midstream()) return settle({Protocol::other});
  bool all_is_text = true;
  for (const DetectorSide& side : held_->sides) {
    const Bytes bytes = side.readable();
    if (bytes.empty()) continue;
    const bool text = is_plain_text(bytes);
    if (text && bytes.size() >= opening_size) {
      // Another protocol, or the middle of metadata or of an encoder's settings within a picture.
      if (!may_search()) return settle({Protocol::other});
      begin_search();
      return decide_by_messages();
    }
    all_is_text = all_is_text && text;
  }
  // A few bytes can look like text by chance, but not if there is nothing else.
  if (all_is_text) return settle({Protocol::other});
  return settle({.protocol = Protocol::rtmp, .swapped = false, .midstream = true});
}

/// Looks for messages each time that a direction has four times as many bytes as the last time.
Detection ProtocolDetector::decide_by_messages() {
  constexpr std::size_t first_search = 1024;
  bool done = ended_ || *held_->searched_bytes >= searched_bytes_limit;
  for (DetectorSide& side : held_->sides) {
    for (;;) {
      const std::size_t next = side.searched == 0 ? first_search : 4 * side.searched;
      const std::size_t size = done ? std::min(side.bytes.size(), searched_limit) : next;
      if (size > side.bytes.size() || size > searched_limit || size <= side.searched) break;
      side.searched = size;
      if (rtmp::is_midstream_rtmp(Bytes(side.bytes).first(size))) {
        // RTMPT: its chunks lie in the bodies of requests and responses, and are a tunnel's.
        const bool tunnelled =
            std::ranges::any_of(held_->sides, [](const DetectorSide& each) { return has_http(each.bytes); });
        if (tunnelled) return settle_http();
        return settle({.protocol = Protocol::rtmp, .swapped = false, .midstream = true});
      }
    }
    done = done || side.bytes.size() >= searched_limit;
  }
  return done ? settle({Protocol::other}) : detection_;
}

Detection ProtocolDetector::settle_http() {
  const bool swapped = as_text(held_->side(Direction::to_server).start()).starts_with("HTTP/1.") ||
                       as_text(held_->side(Direction::to_client).start()).starts_with("POST /");
  return settle({.protocol = Protocol::http, .swapped = swapped && !hints_.syn_seen});
}

Detection ProtocolDetector::settle(Detection detection) {
  detection_ = detection;
  if (detection.protocol == Protocol::other) held_.reset();
  return detection;
}

std::size_t ProtocolDetector::held_segments() const {
  return held_ ? held_->segments.size() : 0;
}

void ProtocolDetector::release_held(StreamSink& sink) {
  const std::unique_ptr<Held> held = std::move(held_);
  if (!held) return;
  for (const Held::Segment& segment : held->segments) {
    const Direction direction = detection_.swapped ? opposite(segment.direction) : segment.direction;
    if (segment.length == 0) {
      sink.on_gap(direction, held->gaps[segment.begin]);
    } else {
      const Bytes bytes = Bytes(held->side(segment.direction).bytes).subspan(segment.begin, segment.length);
      sink.on_data(direction, {segment.offset, bytes, segment.packet});
    }
  }
}

}  // namespace rtmpscope::carrier
