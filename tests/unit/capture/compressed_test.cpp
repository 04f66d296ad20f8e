// gzip and zstd: concatenation, damage.
#include <gmock/gmock.h>

#include "capture/byte_stream.hpp"
#include "files.hpp"
#include "support/bytes.hpp"

namespace rtmpscope::capture::test {
namespace {

using rtmpscope::test::bytes_of;
using rtmpscope::test::concat;
using testing::HasSubstr;

struct Expansion {
  File bytes;
  ReadStatus status = ReadStatus::data;
  std::string error;
};

/// Reads `compressed` to its end, at most `room` bytes at a time.
Expansion expand(const File& compressed, std::size_t room) {
  const auto stream = make_expander(make_memory_stream(compressed), recognise_compression(compressed));
  Expansion expansion;
  File buffer(room);
  while (expansion.status == ReadStatus::data) {
    const ReadResult result = stream->read(buffer.data(), room, Wait::until_data);
    EXPECT_EQ(result.status == ReadStatus::data, result.bytes > 0);
    expansion.bytes.insert(expansion.bytes.end(), buffer.begin(),
                           buffer.begin() + static_cast<std::ptrdiff_t>(result.bytes));
    expansion.status = result.status;
  }
  expansion.error = stream->error();
  return expansion;
}

/// Text that compresses, but not to nothing.
File sample_text() {
  std::string text;
  for (int i = 0; i < 20000; ++i) text += std::to_string(i * 7919 % 10007) + ' ';
  return bytes_of(text);
}

TEST(Compressed, MembersAndFramesThatFollowEachOtherAreOneStream) {
  const File text = sample_text();
  const File whole = concat(text, File{}, text);
  const File skippable = rtmpscope::test::hex("5a2a4d18 03000000 aabbcc");
  const File variants[] = {
      gzip(whole),
      concat(gzip(text), gzip(File{}), gzip(text)),
      concat(gzip(whole), File(1000)),  // padded, as tapes do
      zstd(whole),
      concat(zstd(text), zstd(File{}), zstd(text)),
      concat(skippable, zstd(text), skippable, zstd(text), skippable),
  };
  for (const File& compressed : variants) {
    for (const std::size_t room : {1U, 7U, 4096U, 1U << 20U}) {
      const Expansion expansion = expand(compressed, room);
      EXPECT_EQ(expansion.status, ReadStatus::end) << expansion.error;
      EXPECT_TRUE(expansion.bytes == whole);
    }
  }
}

TEST(Compressed, EveryTruncationFailsAfterAPrefixOfTheContent) {
  const File text = bytes_of("one two three four five six seven eight nine ten, one two three four five six");
  for (const File& compressed : {gzip(text), zstd(text)}) {
    for (std::size_t length = 4; length < compressed.size(); ++length) {
      const Expansion expansion =
          expand(File(compressed.begin(), compressed.begin() + static_cast<std::ptrdiff_t>(length)), 10);
      EXPECT_EQ(expansion.status, ReadStatus::failed);
      EXPECT_EQ(expansion.error, "the compressed data ends too early");
      EXPECT_TRUE(std::equal(expansion.bytes.begin(), expansion.bytes.end(), text.begin()));
    }
  }
}

TEST(Compressed, DamageAndTrailingRubbishFail) {
  const File text = sample_text();
  File broken_gzip = gzip(text);
  broken_gzip[broken_gzip.size() - 8] ^= 1U;  // the check sum
  EXPECT_EQ(expand(broken_gzip, 4096).error, "the gzip data is damaged (incorrect data check)");
  EXPECT_TRUE(expand(broken_gzip, 4096).bytes == text);
  EXPECT_THAT(expand(concat(gzip(text), bytes_of("rubbish")), 4096).error,
              HasSubstr("the gzip data is damaged"));
  EXPECT_THAT(expand(concat(zstd(text), bytes_of("rubbish")), 4096).error,
              HasSubstr("the zstd data is damaged"));
}

TEST(Compressed, ATooLargeWindowIsSaidToBeOne) {
  // Frame header (RFC 8878, 3.1.1.1): no content size, a window of 2 GiB; then one empty last block.
  const File frame = rtmpscope::test::hex("28b52ffd 00 a8 010000");
  EXPECT_EQ(expand(frame, 4096).error,
            "it was compressed with a window above 128 MiB; unpack it first, with zstd -d --long=31");
}

TEST(Compressed, DamageInTheMiddleDeliversThePacketsBeforeIt) {
  const auto packets = make_packets(3000, 1);
  const File plain = make_pcap(packets);
  for (File compressed : {gzip(plain), zstd(plain)}) {
    for (std::size_t i = 0; i < 50; ++i) compressed[compressed.size() * 3 / 4 + i] ^= 0xffU;
    auto source = open_memory(compressed, "x");
    ASSERT_TRUE(source);
    const auto read = read_all(**source, 100);
    ASSERT_TRUE((*source)->fault());  // what the decompressor noticed, or what rubbish looks like as a record
    ASSERT_GT(read.size(), 2000U);
    ASSERT_LT(read.size(), packets.size());
    EXPECT_TRUE(std::equal(read.begin(), read.begin() + 2000, packets.begin()));
  }
}

TEST(Compressed, RecordsLongerThanTheBufferComeThrough) {
  std::vector<OwnedPacket> packets;
  for (const std::size_t length : {10U, 300'000U, 20U, 3'000'000U, 30U}) {
    packets.push_back(make_packet(packets.size() + 1, length, 0));
  }
  for (const File& plain : {make_pcap(packets), make_pcapng(packets)}) {
    for (const File& compressed : {gzip(plain), zstd(plain)}) {
      auto source = open_memory(compressed, "x");
      ASSERT_TRUE(source);
      EXPECT_TRUE(read_all(**source) == packets);
      EXPECT_FALSE((*source)->fault());
    }
  }
}

TEST(Compressed, ProgressIsTheShareOfTheCompressedBytes) {
  const auto packets = make_packets(3000, 1);
  const File compressed = gzip(make_pcap(packets));
  auto source = open_memory(compressed, "x");
  ASSERT_TRUE(source);
  PacketBatch batch;
  double last = 0;
  while ((*source)->read(batch, 100)) {
    ASSERT_TRUE((*source)->progress());
    EXPECT_GE(*(*source)->progress(), last);
    last = *(*source)->progress();
    EXPECT_LE(last, 1.0);
  }
  EXPECT_EQ((*source)->progress(), 1.0);
}

}  // namespace
}  // namespace rtmpscope::capture::test
