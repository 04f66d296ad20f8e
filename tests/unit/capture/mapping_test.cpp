// Files that change while they are mapped.
#include <span>

#include <fcntl.h>
#include <gmock/gmock.h>

#include "capture/input.hpp"
#include "capture/mapping.hpp"
#include "files.hpp"

namespace rtmpscope::capture::test {
namespace {

using ::testing::HasSubstr;

/// Of one length, 1,016 bytes in the file.
std::vector<OwnedPacket> many_packets() {
  std::vector<OwnedPacket> packets;
  for (std::uint64_t i = 1; i <= 4000; ++i) packets.push_back(make_packet(i, 1000, static_cast<Timestamp>(i) * 1'000'000));
  return packets;
}

/// At any byte of a page, and of a record: what is whole before it comes out, and no packet of zeros.
TEST(MappedFile, ThatShrinksBehindWhatWasShownEndsWhereItIsCut) {
  const auto packets = many_packets();
  const File content = make_pcap(packets);
  for (const std::size_t cut : {300'000U, 300'001U, 73U * 4096U, 73U * 4096U + 1U, 75U * 4096U - 1U, 24U + 300U * 1016U}) {
    const TemporaryFile file(content);
    auto source = open_file(file.path());
    ASSERT_TRUE(source);
    PacketBatch batch;
    ASSERT_TRUE((*source)->read(batch, 100));
    const auto seen = owned(batch);
    std::filesystem::resize_file(file.path(), cut);
    auto rest = read_all(**source);
    const std::size_t whole = (cut - 24) / 1016;
    ASSERT_EQ(seen.size() + rest.size(), whole) << cut;
    EXPECT_TRUE(std::ranges::equal(rest, std::span(packets).subspan(100, whole - 100))) << cut;
    if (cut == 24 + whole * 1016 && rest.empty()) continue;
    ASSERT_TRUE((*source)->fault()) << cut;
    EXPECT_THAT((*source)->fault()->text, HasSubstr("cannot be read any more")) << cut;
    EXPECT_EQ((*source)->fault()->offset, 24 + whole * 1016) << cut;
  }
}

TEST(MappedFile, BytesThatAreGoneAreZeros) {
  const TemporaryFile file(make_pcap(many_packets()));
  auto source = open_file(file.path());
  ASSERT_TRUE(source);
  PacketBatch batch;
  ASSERT_TRUE((*source)->read(batch, 400));
  std::filesystem::resize_file(file.path(), 100'000);
  const Bytes last = batch.packets[batch.packets.size() - 1].bytes();
  EXPECT_EQ(File(last.begin(), last.end()), File(1000));
  EXPECT_EQ(batch.packets[0].bytes()[5], make_packet(1, 10, 0).bytes[5]);
  ASSERT_TRUE((*source)->fault());
  EXPECT_THAT((*source)->fault()->text, HasSubstr("cannot be read any more"));
}

TEST(MappedFile, ThatGrowsIsReadToItsNewEnd) {
  const auto packets = many_packets();
  const File content = make_pcap(packets);
  const TemporaryFile file(Bytes(content).first(24 + 1016 * 1000 + 500));
  auto source = open_file(file.path());
  ASSERT_TRUE(source);
  PacketBatch batch;
  ASSERT_TRUE((*source)->read(batch, 900));
  file.write(content);
  EXPECT_EQ(batch.packets.size() + read_all(**source).size(), packets.size());
  EXPECT_FALSE((*source)->fault());
}

TEST(Mapping, TellsWhatWasLost) {
  const TemporaryFile file(File(10 * 4096, 7));
  const Descriptor descriptor(open(file.path().c_str(), O_RDONLY));
  const auto mapping = Mapping::of(descriptor.get(), 0, 10 * 4096);
  ASSERT_NE(mapping, nullptr);
  EXPECT_EQ(mapping->lost(), mapping->end());
  std::filesystem::resize_file(file.path(), 4096);
  EXPECT_EQ(mapping->lost(), mapping->end());
  EXPECT_EQ(mapping->begin()[9 * 4096], 0);
  EXPECT_EQ(mapping->lost(), mapping->begin() + 9 * 4096);
  EXPECT_EQ(mapping->begin()[5 * 4096 + 3], 0);
  EXPECT_EQ(mapping->lost(), mapping->begin() + 5 * 4096);
  EXPECT_EQ(mapping->begin()[100], 7);
}

TEST(Mapping, ThereMayBeMoreThanAreGuarded) {
  const TemporaryFile file(File(100, 7));
  const Descriptor descriptor(open(file.path().c_str(), O_RDONLY));
  std::vector<std::shared_ptr<const Mapping>> mappings;
  while (auto mapping = Mapping::of(descriptor.get(), 0, 100)) mappings.push_back(std::move(mapping));
  EXPECT_GE(mappings.size(), 256U);
  const TemporaryFile capture(make_pcap(make_packets(5)));
  auto source = open_file(capture.path());
  ASSERT_TRUE(source);
  EXPECT_EQ(read_all(**source).size(), 5U);  // by reading
  mappings.pop_back();
  EXPECT_NE(Mapping::of(descriptor.get(), 0, 100), nullptr);
}

}  // namespace
}  // namespace rtmpscope::capture::test
