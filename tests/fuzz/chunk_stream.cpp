// One direction's chunk stream. The first bytes of the input say how the rest is cut, what is missing of it,
// and how long its packets are; the oracle is that messages, chunks and findings do not depend on the cuts,
// and that describing a message twice gives the same fields.
#include <string>
#include <vector>

#include "fuzz/oracle.hpp"
#include "rtmp/message/describe_message.hpp"
#include "rtmp/session/chunk_stream_decoder.hpp"
#include "schema/tape.hpp"

namespace {

using namespace rtmpscope;
using namespace rtmpscope::rtmp;

class Log final : public ChunkStreamListener {
 public:
  std::string text;

  void on_chunk(const ChunkHeader& h, std::uint32_t payload_length, PacketRef) override {
    Tape tape;
    describe_chunk(h, payload_length, tape);
    text += tape.to_string();
  }
  void on_chunk_finding(const ChunkHeader& h, const ChunkFinding& f, PacketRef) override {
    require(f.range.end() <= h.size);
    text += "finding " + std::string(info(f.id).id) + " " + std::to_string(f.a) + " " + std::to_string(f.b) +
            "\n";
  }
  void on_framing_finding(const MessageHeader& m, FindingId id, std::uint64_t a, std::uint64_t b,
                          PacketRef) override {
    text += std::string(info(id).id) + std::to_string(m.stream_offset) + " " + std::to_string(a) + " " +
            std::to_string(b) + "\n";
  }
  void on_message(const Message& m, PacketRef) override {
    require(m.body.size() <= m.header.length);
    Tape once;
    Tape twice;
    describe_message(m, once);
    describe_message(m, twice);
    require(once == twice);
    for (const Tape::Entry& entry : once.entries()) require(entry.range.end() <= m.header.length);
    text += "message " + std::to_string(m.header.stream_offset) + " " + std::to_string(m.header.timestamp) +
            " " + std::to_string(m.header.chunks) + (m.complete ? " whole\n" : " partial\n") +
            once.to_string();
  }
  void on_sync_lost(std::uint64_t offset, std::uint8_t reason, PacketRef) override {
    text += "lost " + std::to_string(offset) + " " + std::to_string(reason) + "\n";
  }
  void on_sync_found(const SyncFound& found, std::uint32_t chunk_size) override {
    text += "found " + std::to_string(found.header) + " " + std::to_string(found.skipped) + " " +
            std::to_string(chunk_size) + "\n";
  }
};

/// What is missing of a stream: its beginning, and one gap; and how long its packets are.
struct Damage {
  std::size_t packet_size = SIZE_MAX;
  bool midstream = false;
  std::size_t gap_begin = 0;
  std::size_t gap_end = 0;
};

std::string run(Bytes stream, Bytes cuts, const Damage& damage) {
  Log log;
  ChunkStreamDecoder decoder;
  if (damage.midstream) decoder.lose_sync(0, SyncLostReason::start_not_captured, {1, 0}, log);
  std::size_t at = 0;
  for (std::size_t i = 0; at < stream.size(); ++i) {
    const PacketRef packet{1 + at / damage.packet_size, 0};
    if (at == damage.gap_begin && damage.gap_end > at) {
      decoder.on_gap({at, damage.gap_end - at, GapCause::not_captured, packet}, log);
      at = damage.gap_end;
      continue;
    }
    const std::size_t end = at < damage.gap_begin ? std::min(stream.size(), damage.gap_begin) : stream.size();
    const std::size_t left = std::min(end - at, damage.packet_size - at % damage.packet_size);
    const std::size_t wanted = cuts.empty() ? left : std::size_t{1} + cuts[i % cuts.size()];
    const std::size_t size = std::min(wanted, left);
    decoder.on_data({at, stream.subspan(at, size), packet}, log);
    at += size;
  }
  decoder.on_end({1, 0}, log);
  return log.text;
}

void require_same(Bytes stream, Bytes cuts, const Damage& damage) {
  const std::string whole = run(stream, {}, damage);
  require(run(stream, cuts, damage) == whole);
  const std::uint8_t one_byte[] = {0};
  if (stream.size() < 4096) require(run(stream, one_byte, damage) == whole);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::size_t cut_bytes = 8;
  if (size < cut_bytes) return 0;
  const Bytes input(data, size);
  const Bytes cuts = input.first(cut_bytes);
  const Bytes stream = input.subspan(cut_bytes);
  require_same(stream, cuts, {});
  require_same(stream, cuts, {.midstream = true});
  const std::size_t begin = (std::size_t{cuts[6]} << 4) + 1;
  const std::size_t end = begin + 1 + std::size_t{cuts[7]} * 6;
  if (end < stream.size()) {
    Damage damage{.midstream = (cuts[5] & 1U) != 0, .gap_begin = begin, .gap_end = end};
    require_same(stream, cuts, damage);
    damage.packet_size = std::size_t{1} + cuts[4];
    require_same(stream, cuts, damage);
  }
  return 0;
}
