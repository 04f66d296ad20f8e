#include "evidence/packet_keeper.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rtmpscope::evidence {
namespace {

using testing::ElementsAre;

constexpr std::size_t packet_bytes = 1000;
constexpr std::size_t kept_bytes = packet_bytes + sizeof(KeptPacket);

net::FlowKey key_of(std::uint16_t port) {
  net::FlowKey key;
  key.low_port = port;
  return key;
}

class Keeper {
 public:
  explicit Keeper(std::size_t packets) : keeper_(packets * kept_bytes) {}

  void add(std::uint16_t port, int count = 1) {
    const std::vector<std::uint8_t> bytes(packet_bytes, 7);
    for (int i = 0; i < count; ++i) {
      capture::Packet packet;
      packet.data = bytes.data();
      packet.captured_length = packet_bytes;
      packet.number = ++number_;
      keeper_.add(key_of(port), packet);
    }
  }
  std::vector<std::uint64_t> numbers(std::uint16_t port) const {
    std::vector<std::uint64_t> numbers;
    keeper_.for_each(key_of(port), [&](const capture::Packet& packet) {
      EXPECT_EQ(packet.data[packet_bytes - 1], 7);
      numbers.push_back(packet.number);
    });
    return numbers;
  }
  PacketKeeper& operator*() { return keeper_; }
  PacketKeeper* operator->() { return &keeper_; }

 private:
  PacketKeeper keeper_;
  std::uint64_t number_ = 0;
};

TEST(PacketKeeper, TheOldestPacketsGo) {
  Keeper keeper(3);
  keeper.add(1);
  keeper.add(2);
  keeper.add(1);
  keeper.add(2);
  EXPECT_THAT(keeper.numbers(1), ElementsAre(3));
  EXPECT_THAT(keeper.numbers(2), ElementsAre(2, 4));
  EXPECT_EQ(keeper->bytes(), 3 * kept_bytes);
  keeper.add(2, 3);
  EXPECT_FALSE(keeper->knows(key_of(1)));
}

TEST(PacketKeeper, ABeginningStays) {
  Keeper keeper(100);
  keeper.add(1, 3);
  keeper->keep_beginning(key_of(1));
  keeper.add(1, 2);
  keeper.add(2, 200);
  EXPECT_THAT(keeper.numbers(1), ElementsAre(1, 2, 3, 4, 5));
  EXPECT_LE(keeper->bytes(), 100 * kept_bytes);
  keeper.add(1, 100);  // more than a beginning has
  keeper.add(2, 200);
  const std::vector<std::uint64_t> numbers = keeper.numbers(1);
  EXPECT_EQ(numbers.size(), PacketKeeper::beginning_bytes / kept_bytes);
  EXPECT_EQ(numbers.front(), 1U);
}

TEST(PacketKeeper, BeginningsAreHalfOfAllAtMost) {
  Keeper keeper(10);
  for (std::uint16_t port = 1; port <= 10; ++port) {
    keeper.add(port);
    keeper->keep_beginning(key_of(port));
  }
  keeper.add(11, 100);
  EXPECT_EQ(keeper.numbers(5).size(), 1U);
  EXPECT_EQ(keeper.numbers(6).size(), 0U);
  EXPECT_EQ(keeper->bytes(), 10 * kept_bytes);
}

TEST(PacketKeeper, ForgetsAConnection) {
  Keeper keeper(10);
  keeper.add(1, 4);
  keeper->keep_beginning(key_of(1));
  keeper.add(2, 2);
  keeper->forget(key_of(1));
  EXPECT_EQ(keeper->bytes(), 2 * kept_bytes);
  EXPECT_THAT(keeper.numbers(1), ElementsAre());
  keeper.add(1);
  EXPECT_THAT(keeper.numbers(1), ElementsAre(7));
  keeper.add(2, 20);
  EXPECT_EQ(keeper->bytes(), 10 * kept_bytes);
}

}  // namespace
}  // namespace rtmpscope::evidence
