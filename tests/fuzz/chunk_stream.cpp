// One direction's chunk stream. The first bytes of the input say how the rest is cut; the oracle is that messages,
// chunks and findings do not depend on it, and that describing a message twice gives the same fields.
#include <cstdlib>
#include <string>
#include <vector>

#include "rtmp/chunk_stream_decoder.hpp"
#include "rtmp/describe_message.hpp"
#include "schema/tape.hpp"

namespace {

using namespace rtmpscope;
using namespace rtmpscope::rtmp;

void require(bool holds) {
  if (!holds) std::abort();
}

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
    text += "finding " + std::string(info(f.id).id) + " " + std::to_string(f.a) + " " + std::to_string(f.b) + "\n";
  }
  void on_framing_finding(const MessageHeader& m, FindingId id, std::uint64_t a, std::uint64_t b, PacketRef) override {
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
    text += "message " + std::to_string(m.header.stream_offset) + " " + std::to_string(m.header.timestamp) + " " +
            std::to_string(m.header.chunks) + (m.complete ? " whole\n" : " partial\n") + once.to_string();
  }
  void on_sync_lost(std::uint64_t offset, std::uint8_t reason, PacketRef) override {
    text += "lost " + std::to_string(offset) + " " + std::to_string(reason) + "\n";
  }
};

std::string run(Bytes stream, Bytes cuts) {
  Log log;
  ChunkStreamDecoder decoder;
  std::size_t at = 0;
  for (std::size_t i = 0; at < stream.size(); ++i) {
    const std::size_t wanted = cuts.empty() ? stream.size() : std::size_t{1} + cuts[i % cuts.size()];
    const std::size_t size = std::min(wanted, stream.size() - at);
    decoder.on_data({at, stream.subspan(at, size), {1, 0}}, log);
    at += size;
  }
  decoder.on_end({1, 0}, log);
  return log.text;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::size_t cut_bytes = 8;
  if (size < cut_bytes) return 0;
  const Bytes input(data, size);
  const Bytes stream = input.subspan(cut_bytes);
  const std::string whole = run(stream, {});
  require(run(stream, input.first(cut_bytes)) == whole);
  const std::uint8_t one_byte[] = {0};
  if (stream.size() < 4096) require(run(stream, one_byte) == whole);
  return 0;
}
