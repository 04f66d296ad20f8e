// Files that change while they are mapped.
#include <atomic>
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
  for (std::uint64_t i = 1; i <= 4000; ++i)
    packets.push_back(make_packet(i, 1000, static_cast<Timestamp>(i) * 1'000'000));
  return packets;
}

std::shared_ptr<std::atomic<bool>> flag() {
  return std::make_shared<std::atomic<bool>>(false);
}

/// At any byte of a page, and of a record: what is whole before it comes out, and no packet of zeros.
TEST(MappedFile, ThatShrinksBehindWhatWasShownEndsWhereItIsCut) {
  const auto packets = many_packets();
  const File content = make_pcap(packets);
  for (const std::size_t cut :
       {300'000U, 300'001U, 73U * 4096U, 73U * 4096U + 1U, 75U * 4096U - 1U, 24U + 300U * 1016U}) {
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
  const auto any_lost = flag();
  const auto mapping = Mapping::of(descriptor.get(), 0, 10 * 4096, any_lost);
  ASSERT_NE(mapping, nullptr);
  EXPECT_EQ(mapping->lost(), mapping->end());
  std::filesystem::resize_file(file.path(), 4096);
  EXPECT_EQ(mapping->lost(), mapping->end());
  EXPECT_FALSE(*any_lost);
  EXPECT_EQ(mapping->begin()[9 * 4096], 0);
  EXPECT_TRUE(*any_lost);
  EXPECT_EQ(mapping->lost(), mapping->begin() + 9 * 4096);
  EXPECT_EQ(mapping->begin()[5 * 4096 + 3], 0);
  EXPECT_EQ(mapping->lost(), mapping->begin() + 5 * 4096);
  EXPECT_EQ(mapping->begin()[100], 7);
}

/// Takes all mappings that there may be.
std::vector<std::shared_ptr<const Mapping>> take_all(const Descriptor& file) {
  std::vector<std::shared_ptr<const Mapping>> mappings;
  while (auto mapping = Mapping::of(file.get(), 0, 100, flag())) mappings.push_back(std::move(mapping));
  return mappings;
}

TEST(Mapping, FilesAreReadWhereThereAreNoMore) {
  const TemporaryFile file(File(100, 7));
  const Descriptor descriptor(open(file.path().c_str(), O_RDONLY));
  auto mappings = take_all(descriptor);
  EXPECT_GE(mappings.size(), 200U);
  const TemporaryFile capture(make_pcap(make_packets(5)));
  auto source = open_file(capture.path());
  ASSERT_TRUE(source);
  EXPECT_EQ(read_all(**source).size(), 5U);
  mappings.pop_back();
  EXPECT_NE(Mapping::of(descriptor.get(), 0, 100, flag()), nullptr);
}

TEST(MappedFile, WhoseRestCannotBeMappedIsRead) {
  const auto packets = make_packets(6000, 4);  // more than is mapped at once
  const TemporaryFile file(make_pcap(packets, {.nanoseconds = true}));
  auto source = open_file(file.path());
  ASSERT_TRUE(source);
  const TemporaryFile other(File(100, 7));
  const Descriptor descriptor(open(other.path().c_str(), O_RDONLY));
  const auto mappings = take_all(descriptor);
  EXPECT_TRUE(read_all(**source) == packets);
  EXPECT_FALSE((*source)->fault());
}

/// Packets of earlier pieces, or of files that were read to their ends, may still be looked at.
TEST(MappedFile, WhatIsFoundToBeGoneLateIsTold) {
  const auto packets = make_packets(6000, 4);
  const File content = make_pcap(packets, {.nanoseconds = true});
  const TemporaryFile file(content);
  const TemporaryFile small(make_pcap(make_packets(5)));
  auto alone = open_file(file.path());
  auto several = open_files({file.path(), small.path()}, Order::one_by_one);
  for (PacketSource* source : {alone->get(), several->get()}) {
    std::vector<PacketBatch> batches(1);
    while (source->read(batches.back(), 700)) batches.emplace_back();
    EXPECT_FALSE(source->fault());
    std::filesystem::resize_file(file.path(), 1000);
    EXPECT_EQ(batches[4].packets[0].bytes()[7], 0);
    ASSERT_TRUE(source->fault());
    EXPECT_THAT(source->fault()->text, HasSubstr("cannot be read any more"));
    file.write(content);
  }
}

TEST(MappedFile, NumbersGoOnBehindOneThatHasShrunk) {
  const auto packets = many_packets();
  const TemporaryFile file(make_pcap(packets));
  const TemporaryFile second(make_pcap(make_packets(5)));
  auto source = open_files({file.path(), second.path()}, Order::one_by_one);
  ASSERT_TRUE(source);
  PacketBatch batch;
  ASSERT_TRUE((*source)->read(batch, 10));
  std::filesystem::resize_file(file.path(), 24 + 300 * 1016 + 500);
  const auto rest = read_all(**source);
  ASSERT_EQ(rest.size(), 295U);
  EXPECT_EQ(rest[289].number, 300U);
  EXPECT_EQ(rest[290].number, 301U);
}

TEST(MappedFile, PcapngThatShrinksIsNotCalledDamaged) {
  const TemporaryFile file(make_pcapng(many_packets()));
  auto source = open_file(file.path());
  ASSERT_TRUE(source);
  PacketBatch batch;
  ASSERT_TRUE((*source)->read(batch, 10));
  std::filesystem::resize_file(file.path(), 300'001);
  EXPECT_GT(read_all(**source).size(), 250U);
  ASSERT_TRUE((*source)->fault());
  EXPECT_THAT((*source)->fault()->text, HasSubstr("cannot be read any more"));
}

}  // namespace
}  // namespace rtmpscope::capture::test
