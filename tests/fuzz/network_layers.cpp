// Packets of any link type through the packet decoder.
//
// Input: records of link type (2 bytes), bytes cut off (1), length (2), packet. Oracle: payload lies within
// the packet or within a defragmented datagram; a second decoder that gets each packet in a buffer of its own
// gives the same; what waits for fragments stays within the limits.
#include <algorithm>
#include <cstring>

#include "base/byte_reader.hpp"
#include "fuzz/oracle.hpp"
#include "net/packet_decoder.hpp"

namespace {

using namespace rtmpscope;
using namespace rtmpscope::net;

void check(const TcpSegment& segment, Bytes packet, std::size_t datagrams_before, std::size_t datagrams) {
  require(segment.payload_length <= segment.wire_length);
  const std::uint8_t* end = segment.payload + segment.payload_length;
  const bool inside = segment.payload >= packet.data() && end <= packet.data() + packet.size();
  require(inside || datagrams > datagrams_before);
  std::uint32_t sum = 0;  // a sanitizer checks these reads
  for (const std::uint8_t* p = segment.payload; p != end; ++p) sum += *p;
  volatile std::uint32_t sink = sum;
  (void)sink;
  require(segment.key.address_length == 4 || segment.key.address_length == 16);
  const Endpoint low = segment.key.low();
  const Endpoint high = segment.key.high();
  require(low.address < high.address || (low.address == high.address && low.port <= high.port));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  DecoderLimits limits;
  limits.pending_datagrams = 8;
  limits.pending_fragment_bytes = 20'000;
  limits.fragments_per_datagram = 16;
  PacketDecoder decoder(limits);
  PacketDecoder again(limits);
  ByteReader reader({data, size});
  PacketRef ref;
  while (!reader.at_end()) {
    const std::uint16_t link_type = reader.u16();
    const std::uint8_t cut = reader.u8();
    const Bytes packet = reader.take(reader.u16());
    const auto wire_length = static_cast<std::uint32_t>(packet.size() + cut);
    ref = {ref.number + 1, ref.time + cut * second};
    TcpSegment segment;
    const std::uint64_t datagrams = decoder.fragments().counters().datagrams;
    const DecodeResult result = decoder.decode(packet, wire_length, link_type, ref, segment);
    if (result == DecodeResult::tcp)
      check(segment, packet, datagrams, decoder.fragments().counters().datagrams);

    const std::vector<std::uint8_t> copy(packet.begin(), packet.end());
    TcpSegment other;
    require(again.decode(copy, wire_length, link_type, ref, other) == result);
    if (result == DecodeResult::tcp) {
      require(segment.key == other.key && segment.hash == other.hash && segment.from_low == other.from_low);
      require(segment.sequence == other.sequence && segment.wire_length == other.wire_length);
      require(segment.payload_length == other.payload_length);
      require(std::equal(segment.payload, segment.payload + segment.payload_length, other.payload));
    }
    require(decoder.fragments().pending_bytes() <= limits.pending_fragment_bytes);
    require(decoder.fragments().pending_datagrams() <= limits.pending_datagrams);
    decoder.release_buffers();
    again.release_buffers();
  }
  return 0;
}
