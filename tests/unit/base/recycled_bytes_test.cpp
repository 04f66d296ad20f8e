#include "base/recycled_bytes.hpp"

#include <gmock/gmock.h>

#include <memory>
#include <numeric>
#include <thread>
#include <vector>

namespace rtmpscope {
namespace {

using ::testing::ElementsAreArray;
using Buffer = RecycledBytes<64>;

std::vector<std::uint8_t> numbers(std::size_t count) {
  std::vector<std::uint8_t> out(count);
  std::iota(out.begin(), out.end(), std::uint8_t{0});
  return out;
}

TEST(RecycledBytes, KeepsWhatWasAppendedWhileItGrows) {
  const auto all = numbers(1000);
  for (const std::size_t step : {1U, 7U, 63U, 64U, 65U, 500U}) {
    Buffer buffer;
    for (std::size_t at = 0; at < all.size(); at += step) {
      buffer.append(Bytes(all).subspan(at, std::min(step, all.size() - at)));
    }
    EXPECT_THAT(buffer.view(), ElementsAreArray(all)) << step;
    buffer.erase_front(990);
    EXPECT_THAT(buffer.view(), ElementsAreArray(Bytes(all).last(10))) << step;
    buffer.erase_front(10);
    EXPECT_EQ(buffer.size(), 0U);
  }
}

TEST(RecycledBytes, MovesWithItsMemory) {
  const auto all = numbers(10);
  Buffer from;
  from.append(all);
  const std::uint8_t* const data = from.view().data();
  Buffer to = std::move(from);
  EXPECT_EQ(to.view().data(), data);
  Buffer other;
  other.append(Bytes(all).first(3));
  other = std::move(to);
  EXPECT_THAT(other.view(), ElementsAreArray(all));
}

TEST(RecycledBytes, TheNextOneGetsTheMemoryOfTheLast) {
  for (const std::size_t size : {std::size_t{20}, std::size_t{64}, std::size_t{100'000}}) {
    const std::uint8_t* last = nullptr;
    {
      Buffer buffer;
      buffer.reserve(size);
      last = buffer.view().data();
    }
    Buffer buffer;
    buffer.reserve(size);
    EXPECT_EQ(buffer.view().data(), last) << size;
    EXPECT_GE(buffer.capacity(), size);
  }
}

TEST(RecycledBytes, MayEndInAnotherThreadThanItBegan) {
  std::vector<Buffer> buffers(1000);
  const auto all = numbers(100);
  for (std::size_t i = 0; i < buffers.size(); ++i) buffers[i].append(Bytes(all).first(i % 100));
  std::thread([moved = std::move(buffers)]() mutable { moved.clear(); }).join();
}

TEST(Recycled, ObjectsAndArraysShareTheBlocks) {
  struct Object : Recycled<256> {
    int values[16] = {};
  };
  using Numbers = std::vector<int, RecycledAllocator<int, 256>>;
  const void* last = nullptr;
  {
    auto object = std::make_unique<Object>();
    last = object.get();
  }
  Numbers numbers;
  numbers.reserve(10);
  EXPECT_EQ(numbers.data(), last);
  for (int i = 0; i < 1000; ++i) numbers.push_back(i);  // beyond a block
  EXPECT_EQ(std::accumulate(numbers.begin(), numbers.end(), 0), 999 * 1000 / 2);
  const auto other = std::make_unique<Object>();
  EXPECT_EQ(other.get(), last);
}

}  // namespace
}  // namespace rtmpscope
