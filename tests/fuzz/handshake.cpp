// Detection and handshake: fuzzer-chosen pieces and gaps of both directions.
//
// Input: hints (1 byte), length of the client's stream (2 bytes), seed of the cuts (1 byte), then the
// client's and the server's stream. Oracles: the detector decides, within its limit, and releases what it was
// given; the handshake tells the same whether it gets whole streams or pieces; all ranges lie inside their
// part.
#include <algorithm>
#include <string>
#include <vector>

#include "carrier/protocol_detector.hpp"
#include "fuzz/oracle.hpp"
#include "rtmp/handshake/handshake.hpp"
#include "schema/tape.hpp"

namespace rtmpscope {
namespace {

struct Recorder final : rtmp::HandshakeListener {
  std::string text;
  void on_part(const rtmp::HandshakePartFacts& facts, Bytes raw) override {
    Tape tape;
    describe_handshake_part(facts, raw, tape);
    for (const Tape::Entry& entry : tape.entries())
      require(entry.range.end() <= raw.size(), "range inside part");
    text += tape.to_string();
  }
  void on_done(const rtmp::HandshakeOutcome& outcome) override {
    Tape tape;
    describe_handshake_done(outcome, tape);
    for (const rtmp::HandshakeFinding& finding : findings_of(outcome)) {
      tape.finding(finding.id, {}, finding.a, finding.b);
    }
    text += tape.to_string();
  }
};

struct Collector final : StreamSink {
  std::vector<std::uint8_t> bytes[2];
  void on_data(Direction direction, const StreamData& data) override {
    std::vector<std::uint8_t>& way = bytes[index_of(direction)];
    require(data.offset == way.size(), "released in order");
    way.insert(way.end(), data.bytes.begin(), data.bytes.end());
  }
  void on_gap(Direction, const StreamGap&) override { require(false, "no gap was given"); }
  void on_end(Direction, const StreamEnd&) override {}
};

/// A small generator: cuts come from the input, so that a crash can be reproduced.
struct Cuts {
  std::uint32_t state;
  std::uint32_t next(std::uint32_t limit) {
    state = state * 1664525U + 1013904223U;
    return (state >> 8) % limit;
  }
};

void detect(const Bytes (&streams)[2], Cuts cuts, carrier::ProtocolDetector::Hints hints) {
  carrier::ProtocolDetector detector(hints);
  std::size_t sent[2] = {0, 0};
  while (sent[0] < streams[0].size() || sent[1] < streams[1].size()) {
    std::size_t way = cuts.next(2);
    if (sent[way] == streams[way].size()) way = 1 - way;
    const Bytes rest = streams[way].subspan(sent[way]);
    const Bytes piece = rest.first(std::min<std::size_t>(rest.size(), 1 + cuts.next(2000)));
    const carrier::Detection detection = detector.add(way == 0 ? Direction::to_server : Direction::to_client,
                                                      StreamData{sent[way], piece, {}});
    sent[way] += piece.size();
    if (detection.protocol != carrier::Protocol::undecided) break;
    require(sent[way] < carrier::ProtocolDetector::held_limit, "decided within the limit");
  }
  const carrier::Detection detection = detector.at_end();
  require(detection.protocol != carrier::Protocol::undecided, "decided at the end");
  require(!detection.midstream || (hints.known_port && !hints.syn_seen), "midstream by the port only");
  require(!detection.swapped || !hints.syn_seen, "roles exchanged without a SYN only");
  Collector collector;
  detector.release_held(collector);
  if (detection.protocol == carrier::Protocol::other) return;
  for (std::size_t way = 0; way < 2; ++way) {
    const std::vector<std::uint8_t>& got = collector.bytes[detection.swapped ? 1 - way : way];
    require(std::ranges::equal(got, streams[way].first(sent[way])), "released what came");
  }
}

void detect_with_gaps(const Bytes (&streams)[2], Cuts cuts, carrier::ProtocolDetector::Hints hints) {
  carrier::ProtocolDetector detector(hints);
  Recorder recorder;
  rtmp::Handshake handshake(recorder);
  for (std::size_t way = 0; way < 2; ++way) {
    const Direction direction = way == 0 ? Direction::to_server : Direction::to_client;
    std::uint64_t offset = 0;
    for (Bytes rest = streams[way]; !rest.empty();) {
      if (cuts.next(4) == 0) {
        StreamGap gap{offset, 1 + cuts.next(3000), static_cast<GapCause>(cuts.next(4)), {}};
        if (cuts.next(8) == 0) gap.length.reset();
        detector.add(direction, gap);
        handshake.skip(direction, gap);
        offset += gap.length.value_or(0);
      }
      const Bytes piece = rest.first(std::min<std::size_t>(rest.size(), 1 + cuts.next(2000)));
      detector.add(direction, StreamData{offset, piece, {}});
      require(handshake.consume(direction, {offset, piece, {}}) <= piece.size(),
              "takes no more than there is");
      offset += piece.size();
      rest = rest.subspan(piece.size());
    }
  }
  handshake.finish({}, EndCause::fin);
  require(detector.at_end().protocol != carrier::Protocol::undecided, "decided at the end");
}

void read_handshake(const Bytes (&streams)[2], Cuts cuts) {
  Recorder whole, pieces;
  rtmp::Handshake at_once(whole);
  rtmp::Handshake cut(pieces);
  for (std::size_t way = 0; way < 2; ++way) {
    const Direction direction = way == 0 ? Direction::to_server : Direction::to_client;
    const Bytes stream = streams[way];
    if (stream.empty()) continue;
    const std::size_t taken = at_once.consume(direction, {0, stream, {}});
    const std::size_t read_again =
        at_once.reply_left_out(direction) ? at_once.in_place_of_reply(direction).bytes.size() : 0;
    const std::size_t most =
        read_again != 0 ? handshake_size - handshake_block_size + read_again : handshake_size;
    require(taken == std::min<std::size_t>(stream.size(), most), "takes the handshake and nothing else");
    std::size_t at = 0;
    while (at < stream.size()) {
      const Bytes piece = stream.subspan(at, std::min<std::size_t>(stream.size() - at, 1 + cuts.next(2000)));
      cut.consume(direction, {at, piece, {}});
      at += piece.size();
    }
  }
  at_once.finish({}, EndCause::reset);
  cut.finish({}, EndCause::reset);
  require(whole.text == pieces.text, "the same however it is cut");
}

}  // namespace
}  // namespace rtmpscope

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace rtmpscope;
  constexpr std::size_t head = 4;
  if (size < head) return 0;
  const carrier::ProtocolDetector::Hints hints{.known_port = (data[0] & 1) != 0,
                                               .syn_seen = (data[0] & 2) != 0};
  const Bytes body(data + head, size - head);
  const std::size_t client_size =
      std::min<std::size_t>(body.size(), static_cast<std::size_t>(data[1]) << 8 | data[2]);
  const Bytes streams[2] = {body.first(client_size), body.subspan(client_size)};
  const Cuts cuts{data[3]};
  detect(streams, cuts, hints);
  detect_with_gaps(streams, cuts, hints);
  read_handshake(streams, cuts);
  return 0;
}
