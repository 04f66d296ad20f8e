// Any bytes as a capture file. The oracle: the size of the batches and the way the bytes come (in place or
// out of a decompressor) change nothing about packets, statistics and fault.
#include <vector>

#include <zstd.h>

#include "capture/source.hpp"
#include "fuzz/oracle.hpp"

namespace {

using namespace rtmpscope;
using namespace rtmpscope::capture;

/// FNV-1a over everything that a reader of the source gets to see.
class Digest {
 public:
  void add(std::uint64_t value) {
    for (unsigned shift = 0; shift < 64; shift += 8) step(static_cast<std::uint8_t>(value >> shift));
  }
  void add(Bytes bytes) {
    add(bytes.size());
    for (const std::uint8_t byte : bytes) step(byte);
  }
  [[nodiscard]] std::uint64_t value() const { return state_; }

 private:
  void step(std::uint8_t byte) { state_ = (state_ ^ byte) * 0x100000001b3U; }
  std::uint64_t state_ = 0xcbf29ce484222325U;
};

void add_packet(Digest& digest, const Packet& packet) {
  require(packet.wire_length >= packet.captured_length);
  digest.add(packet.bytes());
  digest.add(packet.wire_length);
  digest.add(static_cast<std::uint64_t>(packet.time));
  digest.add(packet.number);
  digest.add(packet.link_type);
  digest.add(packet.interface_id);
}

std::uint64_t digest_of(PacketSource& source, std::size_t batch_size) {
  Digest digest;
  PacketBatch batch;
  std::uint64_t last_number = 0;
  std::uint64_t count = 0;
  bool more = true;
  while (more) {
    more = source.read(batch, batch_size);
    require(batch.packets.size() <= batch_size);
    for (const Packet& packet : batch.packets) {
      require(packet.number > last_number);
      last_number = packet.number;
      require(packet.interface_id < source.statistics().interfaces.size());
      require(packet.link_type == source.statistics().interfaces[packet.interface_id].link_type);
      add_packet(digest, packet);
      ++count;
    }
  }
  const SourceStatistics& statistics = source.statistics();
  require(statistics.packets == count);
  digest.add(statistics.captured_bytes);
  digest.add(statistics.wire_bytes);
  digest.add(statistics.interfaces.size());
  digest.add(statistics.comment_count);
  digest.add(statistics.comments.size());
  digest.add(statistics.secrets.size());
  digest.add(statistics.secrets_dropped);
  digest.add(statistics.kernel_drops.value_or(~std::uint64_t{0}));
  digest.add(statistics.interface_drops.value_or(~std::uint64_t{0}));
  digest.add(source.fault().has_value() ? 1U : 0U);
  return digest.value();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Bytes bytes(data, size);
  auto one = open_memory(bytes, "input");
  if (!one) {
    require(one.error().kind == ErrorKind::open_input && !one.error().message.empty());
    return 0;
  }
  const std::uint64_t expected = digest_of(**one, 1);
  auto many = open_memory(bytes, "input");
  require(many && digest_of(**many, 64) == expected);

  auto filtered = open_memory(bytes, "input", {.filter = "tcp port 1935"});
  if (filtered) digest_of(**filtered, 16);

  const std::string format = (*one)->format();
  if (format.find('+') != std::string::npos) return 0;
  std::vector<std::uint8_t> compressed(ZSTD_compressBound(size));
  compressed.resize(ZSTD_compress(compressed.data(), compressed.size(), data, size, 1));
  auto streamed = open_memory(compressed, "input");
  require(streamed.has_value());
  require((*streamed)->format() == format + "+zst");
  require(digest_of(**streamed, 7) == expected);
  return 0;
}
