// Several files as one source.
#include <memory>
#include <set>

#include <gmock/gmock.h>

#include "capture/limits.hpp"
#include "files.hpp"

namespace rtmpscope::capture::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

/// One byte a packet, at the given times.
File pcap_at(std::uint8_t mark, const std::vector<Timestamp>& times) {
  std::vector<OwnedPacket> packets;
  for (const Timestamp time : times) {
    packets.push_back(make_packet(1, 0, time));
    packets.back().bytes = {mark};
  }
  return make_pcap(packets, {.nanoseconds = true});
}

std::vector<std::pair<std::uint8_t, Timestamp>> marks(const std::vector<OwnedPacket>& packets) {
  std::vector<std::pair<std::uint8_t, Timestamp>> result;
  for (const OwnedPacket& packet : packets) result.emplace_back(packet.bytes.at(0), packet.time);
  return result;
}

void expect_consecutive_numbers(const std::vector<OwnedPacket>& packets) {
  for (std::size_t i = 0; i < packets.size(); ++i) EXPECT_EQ(packets[i].number, i + 1);
}

TEST(Merged, PacketsComeByTimeAndThenByInput) {
  const TemporaryFile a(pcap_at('a', {10, 20, 20, 50}));
  const TemporaryFile b(gzip(pcap_at('b', {5, 20, 60, 70})));
  const TemporaryFile c(zstd(pcap_at('c', {20})));
  const TemporaryFile d(make_pcap({}));
  for (const std::size_t batch_size : {1U, 2U, 100U}) {
    auto source = open_files({a.path(), b.path(), c.path(), d.path()}, Order::merged);
    ASSERT_TRUE(source) << source.error().message;
    const auto packets = read_all(**source, batch_size);
    EXPECT_THAT(marks(packets), ElementsAre(std::pair('b', 5), std::pair('a', 10), std::pair('a', 20),
                                            std::pair('a', 20), std::pair('b', 20), std::pair('c', 20),
                                            std::pair('a', 50), std::pair('b', 60), std::pair('b', 70)));
    expect_consecutive_numbers(packets);
    EXPECT_EQ((*source)->statistics().packets, 9U);
    EXPECT_EQ((*source)->statistics().interfaces.size(), 4U);
    EXPECT_EQ((*source)->format(), "mixed");
    EXPECT_EQ((*source)->progress(), 1.0);
    EXPECT_EQ((*source)->name(), a.path() + " and 3 more");
  }
}

/// Packets at the given times, in microseconds, with statistics behind the second one.
File pcapng_with_drops(const std::vector<std::uint32_t>& times, std::uint64_t drops) {
  PcapngBuilder builder;
  builder.section();
  builder.interface(1);
  for (std::size_t i = 0; i < times.size(); ++i) {
    builder.begin(6);
    for (const std::uint32_t word : {0U, 0U, times[i], 0U, 0U}) builder.u32(word);
    builder.end();
    if (i != 1) continue;
    builder.begin(5);
    builder.u32(0);
    builder.u64(0);
    builder.option64(7, drops);
    builder.end_of_options();
    builder.end();
  }
  return builder.file();
}

TEST(Merged, DropsKeepTheirPlace) {
  const TemporaryFile a(pcapng_with_drops({10, 20, 30}, 7));
  const TemporaryFile b(pcapng_with_drops({5, 25}, 8));
  for (const Order order : {Order::merged, Order::one_by_one}) {
    for (const std::size_t batch_size : {1U, 2U, 100U}) {
      auto source = open_files({a.path(), b.path()}, order);
      ASSERT_TRUE(source);
      std::vector<std::pair<std::uint64_t, std::uint64_t>> seen;  // number, drops
      std::set<std::uint16_t> interfaces;
      PacketBatch batch;
      for (bool more = true; more;) {
        more = (*source)->read(batch, batch_size);
        for (const Drops& drops : (*source)->statistics().drops) {
          interfaces.insert(drops.interface_id);
          seen.emplace_back(drops.at.number, drops.kernel_drops.value_or(0));
        }
      }
      // Merged: b 5, a 10, a 20, b 25, then b's end, and a 30 with what a has noted in front of it.
      const std::uint64_t of_a = order == Order::merged ? 4 : 2;
      const std::uint64_t of_b = order == Order::merged ? 4 : 5;
      EXPECT_THAT(seen, testing::UnorderedElementsAre(std::pair(of_a, std::uint64_t{7}),
                                                      std::pair(of_b, std::uint64_t{8})));
      EXPECT_EQ(interfaces.size(), 2U);
    }
  }
}

TEST(Merged, ManyPacketsOfManyFilesAreInOrderAndComplete) {
  constexpr std::size_t files = 5;
  constexpr std::size_t packets_each = 3000;  // several of the merger's own batches
  std::vector<std::unique_ptr<TemporaryFile>> kept;
  std::vector<std::string> paths;
  for (std::size_t f = 0; f < files; ++f) {
    std::vector<OwnedPacket> packets;
    for (std::size_t i = 0; i < packets_each; ++i) {
      packets.push_back(make_packet(f * 100000 + i, 20, static_cast<Timestamp>((i * files + f) * 1000)));
    }
    const File content = make_pcap(packets);
    kept.push_back(std::make_unique<TemporaryFile>(f % 2 == 0 ? content : gzip(content)));
    paths.push_back(kept.back()->path());
  }
  auto source = open_files(paths, Order::merged);
  ASSERT_TRUE(source);
  const auto packets = read_all(**source, 1000);
  ASSERT_EQ(packets.size(), files * packets_each);
  for (std::size_t i = 0; i < packets.size(); ++i) {
    ASSERT_EQ(packets[i].time, static_cast<Timestamp>(i * 1000));
    ASSERT_TRUE(packets[i].bytes == make_packet((i % files) * 100000 + i / files, 20, 0).bytes);
  }
  expect_consecutive_numbers(packets);
}

TEST(OneByOne, FilesFollowEachOtherWhateverTheirTimes) {
  const TemporaryFile a(pcap_at('a', {100, 200}));
  const TemporaryFile b(gzip(pcap_at('b', {5})));
  const TemporaryFile c(make_pcapng({}));
  const TemporaryFile d(pcap_at('d', {7, 8}));
  for (const std::size_t batch_size : {1U, 2U, 100U}) {
    auto source = open_files({a.path(), b.path(), c.path(), d.path()}, Order::one_by_one);
    ASSERT_TRUE(source);
    const auto packets = read_all(**source, batch_size);
    EXPECT_THAT(marks(packets), ElementsAre(std::pair('a', 100), std::pair('a', 200), std::pair('b', 5),
                                            std::pair('d', 7), std::pair('d', 8)));
    expect_consecutive_numbers(packets);
    EXPECT_EQ(packets[4].interface_id, 3);
    EXPECT_EQ((*source)->statistics().interfaces[3].packets, 2U);
    EXPECT_EQ((*source)->progress(), 1.0);
  }
}

TEST(OneByOne, PacketsOfAFinishedFileStayValid) {
  const auto packets = make_packets(20, 50);
  const TemporaryFile a(make_pcap(packets));
  const TemporaryFile b(gzip(make_pcap(packets)));
  auto source = open_files({a.path(), b.path(), a.path()}, Order::one_by_one);
  ASSERT_TRUE(source);
  std::vector<PacketBatch> batches;
  bool more = true;
  while (more) more = (*source)->read(batches.emplace_back(), 20);
  std::size_t count = 0;
  for (const PacketBatch& batch : batches) {
    for (const OwnedPacket& packet : owned(batch)) {
      EXPECT_EQ(packet.bytes, packets[count % 20].bytes);
      ++count;
    }
  }
  EXPECT_EQ(count, 60U);
}

TEST(Several, InterfacesAreCountedOverAllInputs) {
  PcapngBuilder two;
  two.section();
  two.interface(1, 9, "eth0");
  two.interface(113, 9, "any");
  two.packet(1, 10, make_packet(1, 5, 0));
  two.packet(0, 30, make_packet(2, 5, 0));
  const TemporaryFile a(two.file());
  const TemporaryFile b(pcap_at('b', {20}));
  for (const Order order : {Order::merged, Order::one_by_one}) {
    auto source = open_files({a.path(), b.path()}, order);
    ASSERT_TRUE(source);
    const auto packets = read_all(**source);
    ASSERT_EQ(packets.size(), 3U);
    const auto& interfaces = (*source)->statistics().interfaces;
    ASSERT_EQ(interfaces.size(), 3U);
    EXPECT_EQ(interfaces[0].name, "eth0");
    EXPECT_EQ(interfaces[1].name, "any");
    EXPECT_EQ(interfaces[2].name, "");
    for (const OwnedPacket& packet : packets) {
      EXPECT_EQ(packet.interface_id, packet.time == 10 ? 1 : packet.time == 20 ? 2 : 0);
    }
    EXPECT_EQ(interfaces[2].packets, 1U);
  }
}

TEST(Several, CommentsAndSecretsOfAllInputsAreKept) {
  PcapngBuilder builder;
  builder.section();
  builder.interface(1);
  builder.secrets(7, "key");
  builder.packet(0, 10, make_packet(1, 5, 0), "look here");
  const TemporaryFile a(builder.file());
  const TemporaryFile b(gzip(builder.file()));
  for (const Order order : {Order::merged, Order::one_by_one}) {
    auto source = open_files({a.path(), b.path()}, order);
    ASSERT_TRUE(source);
    read_all(**source, 1);
    const SourceStatistics& statistics = (*source)->statistics();
    EXPECT_EQ(statistics.secrets.size(), 2U);
    ASSERT_EQ(statistics.comments.size(), 2U);
    EXPECT_EQ(statistics.comment_count, 2U);
    EXPECT_EQ(statistics.comments[0].packet_number, 1U);
    EXPECT_EQ(statistics.comments[0].input + statistics.comments[1].input, 1U);
  }
}

TEST(Several, AFilterDoesNotChangeNumbers) {
  const TemporaryFile a(pcap_at('a', {10, 30}));
  const TemporaryFile b(gzip(pcap_at('b', {20, 40})));
  for (const Order order : {Order::merged, Order::one_by_one}) {
    auto source = open_files({a.path(), b.path()}, order, {.filter = "link[0] = 0x62"});  // 'b'
    ASSERT_TRUE(source) << source.error().message;
    const auto packets = read_all(**source);
    ASSERT_EQ(packets.size(), 2U);
    EXPECT_EQ(packets[0].bytes[0], 'b');
    EXPECT_EQ(packets[0].number, order == Order::merged ? 2U : 3U);
    EXPECT_EQ(packets[1].number, 4U);
    EXPECT_EQ((*source)->statistics().filtered_out, 2U);
  }
}

TEST(Several, ADamagedInputDoesNotEndTheOthers) {
  File cut = pcap_at('a', {10, 20, 30});
  cut.pop_back();
  const TemporaryFile a(cut);
  const TemporaryFile b(pcap_at('b', {40}));
  for (const Order order : {Order::merged, Order::one_by_one}) {
    auto source = open_files({a.path(), b.path(), a.path()}, order);
    ASSERT_TRUE(source);
    EXPECT_EQ(read_all(**source).size(), 5U);
    ASSERT_TRUE((*source)->fault());
    EXPECT_THAT((*source)->fault()->text, HasSubstr(a.path() + " is truncated"));
    ASSERT_EQ((*source)->statistics().notes.size(), 1U);
    EXPECT_THAT((*source)->statistics().notes[0], HasSubstr("is truncated"));
  }
}

TEST(Several, EveryInputIsCheckedWhenOpening) {
  const TemporaryFile a(pcap_at('a', {10}));
  for (const Order order : {Order::merged, Order::one_by_one}) {
    auto source = open_files({a.path(), "/no/such/file.pcap"}, order);
    ASSERT_FALSE(source);
    EXPECT_EQ(source.error().message, "cannot open /no/such/file.pcap: No such file or directory");
    EXPECT_EQ(open_files({}, order).error().kind, ErrorKind::usage);
    EXPECT_EQ(open_files({"-", "-"}, order).error().kind, ErrorKind::usage);
    EXPECT_EQ(open_files({a.path(), a.path()}, order, {.filter = "tcp prot"}).error().kind, ErrorKind::usage);
  }
}

TEST(Several, AnInputThatVanishesBeforeItsTurnIsAFault) {
  const TemporaryFile a(pcap_at('a', {10}));
  auto b = std::make_unique<TemporaryFile>(pcap_at('b', {20}));
  const TemporaryFile c(pcap_at('c', {30}));
  auto source = open_files({a.path(), b->path(), c.path()}, Order::one_by_one);
  ASSERT_TRUE(source);
  b.reset();
  EXPECT_THAT(marks(read_all(**source)), ElementsAre(std::pair('a', 10), std::pair('c', 30)));
  ASSERT_TRUE((*source)->fault());
  EXPECT_THAT((*source)->fault()->text, HasSubstr("No such file or directory"));
}

TEST(Several, OnePathIsThatFile) {
  const TemporaryFile a(pcap_at('a', {10}));
  auto source = open_files({a.path()}, Order::merged);
  ASSERT_TRUE(source);
  EXPECT_EQ((*source)->name(), a.path());
  EXPECT_EQ(read_all(**source).size(), 1U);
}

TEST(Several, RequestStopEndsTheSource) {
  const TemporaryFile a(pcap_at('a', {10, 20, 30}));
  for (const Order order : {Order::merged, Order::one_by_one}) {
    auto source = open_files({a.path(), a.path()}, order);
    ASSERT_TRUE(source);
    PacketBatch batch;
    EXPECT_TRUE((*source)->read(batch, 1));
    (*source)->request_stop();
    EXPECT_FALSE((*source)->read(batch, 1));
    EXPECT_TRUE(batch.packets.empty());
  }
}

}  // namespace
}  // namespace rtmpscope::capture::test
