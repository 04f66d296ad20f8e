// The TLS layer: fuzzer-chosen pieces and gaps of both directions, with a key log.
//
// Input: options (1 byte, bit 0: the streams begin within the session), size of the key log (2 bytes), key
// log; then again and again what comes (1 byte, bit 0: to the client, bit 1: a gap, bit 2 with it: of unknown
// length), a size (2 bytes), and as many bytes unless it is a gap. Oracle: the inner streams, the events and
// the findings are the same however the pieces are cut; inner streams have no overlap and no gap between
// their parts; offsets map back.
#include <string>

#include "carrier/tls_layer.hpp"
#include "fuzz/oracle.hpp"
#include "keys/key_reader.hpp"
#include "schema/tape.hpp"

namespace rtmpscope {
namespace {

/// What the layer hands on and tells.
struct Recorder final : StreamSink, carrier::LayerListener {
  std::string text;
  std::string streams[2];
  std::uint64_t next_offset[2] = {};
  bool ended[2] = {};

  void on_data(Direction direction, const StreamData& data) override {
    std::uint64_t& next = next_offset[index_of(direction)];
    require(data.offset == next && !data.bytes.empty(), "data in order");
    require(!ended[index_of(direction)], "nothing behind the end");
    next += data.bytes.size();
    streams[index_of(direction)] += as_text(data.bytes);
  }
  void on_gap(Direction direction, const StreamGap& gap) override {
    std::uint64_t& next = next_offset[index_of(direction)];
    require(gap.offset == next, "gap in order");
    next += gap.length.value_or(0);
    streams[index_of(direction)] += "<gap " + (gap.length ? std::to_string(*gap.length) : "?") + ">";
  }
  void on_end(Direction direction, const StreamEnd& end) override {
    require(end.offset == next_offset[index_of(direction)], "end in order");
    ended[index_of(direction)] = true;
  }
  void on_layer_event(std::unique_ptr<carrier::LayerEvent> event) override {
    Tape tape;
    event->describe(tape);
    text += std::to_string(static_cast<int>(event->kind)) + " " + std::to_string(event->packet.number) +
            tape.to_string();
  }
  void on_layer_finding(const carrier::LayerFinding& finding) override {
    text += std::string(info(finding.id).id) + " " + std::to_string(finding.packet.number) + " " +
            std::to_string(finding.a) + " " + std::to_string(finding.b) + "\n";
  }
};

struct Input {
  bool inside = false;
  Bytes key_log;
  Bytes pieces;
};

/// Small pieces of random sizes, or, with seed 0, the pieces as they are.
struct Cuts {
  std::uint32_t state;
  std::size_t next(std::size_t left) {
    if (state == 0) return left;
    state = state * 1664525U + 1013904223U;
    return std::min<std::size_t>(left, 1 + (state >> 8) % ((state >> 4 & 3) == 0 ? 8 : 2000));
  }
};

void feed(carrier::TlsLayer& layer, Bytes pieces, Cuts cuts, std::uint64_t (&offsets)[2]) {
  std::uint64_t packet = 0;
  while (pieces.size() >= 3) {
    const std::size_t way = pieces[0] & 1;
    const Direction direction = way == 0 ? Direction::to_server : Direction::to_client;
    const bool gap = (pieces[0] & 2) != 0, unknown = (pieces[0] & 4) != 0;
    std::size_t size = std::size_t{pieces[1]} << 8 | pieces[2];
    pieces = pieces.subspan(3);
    const PacketRef at{++packet, static_cast<Timestamp>(packet)};
    if (size == 0) continue;
    if (gap) {
      StreamGap missing{offsets[way], size, GapCause::not_captured, at};
      if (unknown) missing.length.reset();
      layer.on_gap(direction, missing);
      offsets[way] += missing.length.value_or(0);
      continue;
    }
    size = std::min(size, pieces.size());
    for (Bytes rest = pieces.first(size); !rest.empty();) {
      const Bytes piece = rest.first(cuts.next(rest.size()));
      layer.on_data(direction, {offsets[way], piece, at});
      offsets[way] += piece.size();
      rest = rest.subspan(piece.size());
    }
    pieces = pieces.subspan(size);
  }
}

Recorder run(const Input& input, Cuts cuts) {
  keys::KeyStore store;
  keys::KeyReader reader;
  reader.add(input.key_log, store);
  reader.finish(store);
  const keys::KeyView keys(&store);
  Recorder recorder;
  carrier::LayerContext context;
  context.keys = &keys;
  context.listener = &recorder;
  using Begin = carrier::TlsLayer::Begin;
  carrier::TlsLayer layer(context, input.inside ? Begin::inside : Begin::at_start);
  layer.set_next(recorder);
  std::uint64_t offsets[2] = {};
  feed(layer, input.pieces, cuts, offsets);
  for (std::size_t way = 0; way < 2; ++way) {
    const Direction direction = way == 0 ? Direction::to_server : Direction::to_client;
    require(layer.outer_offset(direction, 0) <= offsets[way], "outer offset inside");
    require(layer.inner_offset(direction, offsets[way]) <= recorder.next_offset[way], "inner offset inside");
    layer.on_end(direction, {offsets[way], EndCause::fin, {1000, 1000}});
  }
  layer.add_to(context);
  require(context.carriers.tls, "says that it is there");
  return recorder;
}

}  // namespace
}  // namespace rtmpscope

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace rtmpscope;
  if (size < 3) return 0;
  const Bytes all(data, size);
  const std::size_t key_log_size =
      std::min<std::size_t>(size - 3, static_cast<std::size_t>(data[1]) << 8 | data[2]);
  const Input input{(data[0] & 1) != 0, all.subspan(3, key_log_size), all.subspan(3 + key_log_size)};
  const Recorder whole = run(input, {0});
  for (const std::uint32_t seed : {1U, 77U}) {
    const Recorder cut = run(input, {seed});
    require_same(cut.text, whole.text, "the same events however it is cut");
    require(cut.streams[0] == whole.streams[0] && cut.streams[1] == whole.streams[1],
            "the same streams however it is cut");
  }
  return 0;
}
