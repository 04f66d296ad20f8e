#include "net/out_of_order_buffer.hpp"

#include <gtest/gtest.h>

#include <random>

namespace rtmpscope::net {
namespace {

/// What the buffer should do, byte by byte: 0 is absent, 256 is a byte that the capture cut off.
struct Model {
  std::vector<int> bytes = std::vector<int>(64);
  std::uint32_t duplicates = 0;
  int first_conflict = -1;
  int last_conflict = -1;

  void insert(std::size_t offset, Bytes captured, std::size_t wire_length) {
    duplicates = 0;
    first_conflict = last_conflict = -1;
    for (std::size_t i = 0; i < wire_length; ++i) {
      int& here = bytes[offset + i];
      const int fresh = i < captured.size() ? captured[i] : 256;
      if (here == 0) {
        here = fresh;
        continue;
      }
      ++duplicates;
      if (here != fresh && here != 256 && fresh != 256) {
        if (first_conflict < 0) first_conflict = static_cast<int>(offset + i);
        last_conflict = static_cast<int>(offset + i);
      }
    }
  }
};

void expect_equal(const OutOfOrderBuffer& buffer, const Model& model) {
  std::vector<int> bytes(64);
  std::uint64_t previous_end = 0;
  for (std::size_t i = 0; i < buffer.size(); ++i) {
    const auto& piece = buffer[i];
    EXPECT_GT(piece.length, 0U);
    EXPECT_GE(piece.offset, previous_end);
    previous_end = piece.end();
    for (std::uint64_t at = piece.offset; at < piece.end(); ++at) {
      bytes[at] = !piece.bytes.empty() ? piece.bytes[at - piece.offset] : 256;
    }
  }
  EXPECT_EQ(bytes, model.bytes);
}

// Every pair of overlapping segments [a,b) and [c,d) after a fixed one, the later copies with other contents.
TEST(OutOfOrderBuffer, OverlapMatrixKeepsTheFirstCopy) {
  const std::vector<std::uint8_t> one(16, 1);
  const std::vector<std::uint8_t> two(16, 2);
  const std::vector<std::uint8_t> three(16, 3);
  for (std::size_t a = 0; a < 10; ++a) {
    for (std::size_t b = a + 1; b <= 10; ++b) {
      for (std::size_t c = 0; c < 10; ++c) {
        for (std::size_t d = c + 1; d <= 10; ++d) {
          OutOfOrderBuffer buffer;
          Model model;
          const auto insert = [&](std::size_t from, std::size_t to, const std::vector<std::uint8_t>& bytes) {
            const Bytes part = Bytes(bytes).first(to - from);
            const auto inserted = buffer.insert(from, part, static_cast<std::uint32_t>(to - from), {}, {});
            model.insert(from, part, to - from);
            EXPECT_EQ(inserted.duplicate_bytes, model.duplicates);
            if (model.first_conflict < 0) {
              EXPECT_EQ(inserted.conflict_length, 0U);
            } else {
              EXPECT_EQ(inserted.conflict_offset, static_cast<std::uint64_t>(model.first_conflict));
              EXPECT_EQ(inserted.conflict_length,
                        static_cast<std::uint32_t>(model.last_conflict - model.first_conflict + 1));
            }
          };
          insert(3, 5, one);
          insert(a, b, two);
          insert(c, d, three);
          expect_equal(buffer, model);
          if (HasFailure()) FAIL() << a << ' ' << b << ' ' << c << ' ' << d;
        }
      }
    }
  }
}

TEST(OutOfOrderBuffer, RandomSegmentsWithCutEndsMatchAModel) {
  std::mt19937 random(1);  // NOLINT: reproducible on purpose
  for (int round = 0; round < 3000; ++round) {
    OutOfOrderBuffer buffer;
    Model model;
    for (int step = 0; step < 12; ++step) {
      const std::size_t offset = random() % 50;
      const std::size_t wire = 1 + random() % (63 - offset);
      std::vector<std::uint8_t> bytes(random() % 3 == 0 ? random() % (wire + 1) : wire);
      for (auto& b : bytes) b = static_cast<std::uint8_t>(1 + random() % 2);
      const auto wire_length = static_cast<std::uint32_t>(wire);
      const OutOfOrderBuffer::Cost cost = buffer.cost_of(offset, bytes.size(), wire_length);
      const std::size_t pieces = buffer.size();
      const std::size_t charge = buffer.charge();
      const auto inserted = buffer.insert(offset, bytes, wire_length, {}, {});
      EXPECT_LE(buffer.size(), pieces + cost.pieces);
      EXPECT_LE(buffer.charge(), charge + cost.bytes);
      model.insert(offset, bytes, wire);
      EXPECT_EQ(inserted.duplicate_bytes, model.duplicates);
      EXPECT_EQ(inserted.conflict_length > 0, model.first_conflict >= 0);
    }
    expect_equal(buffer, model);
    if (HasFailure()) FAIL() << round;
    buffer.drop_front(buffer.size());
    EXPECT_EQ(buffer.charge(), 0U);
  }
}

TEST(OutOfOrderBuffer, SmallNeighboursShareAPiece) {
  OutOfOrderBuffer buffer;
  const std::vector<std::uint8_t> byte{7};
  for (std::uint64_t offset = 10; offset < 10 + 3000; ++offset) buffer.insert(offset, byte, 1, {}, {});
  EXPECT_EQ(buffer.size(), 2U);
  EXPECT_EQ(buffer.front().end(), buffer[1].offset);
}

TEST(OutOfOrderBuffer, SmallNeighboursShareAPieceWhateverTheirOrder) {
  constexpr std::uint64_t count = 2000;
  std::vector<std::uint64_t> backwards;
  std::vector<std::uint64_t> odd_ones_first;
  for (std::uint64_t i = 0; i < count; ++i) backwards.push_back(count - 1 - i);
  for (std::uint64_t i = 0; i < count; ++i)
    odd_ones_first.push_back(i < count / 2 ? 2 * i + 1 : 2 * i - count);
  for (const auto& order : {backwards, odd_ones_first}) {
    OutOfOrderBuffer buffer;
    for (const std::uint64_t i : order) {
      const std::vector<std::uint8_t> byte{static_cast<std::uint8_t>(i * 7)};
      buffer.insert(10 + i, byte, 1, {}, {i, 0});
    }
    EXPECT_LE(buffer.size(), 3U);
    std::uint64_t next = 0;
    for (std::size_t at = 0; at < buffer.size(); ++at) {
      const auto& piece = buffer[at];
      ASSERT_EQ(piece.offset, 10 + next);
      ASSERT_EQ(piece.bytes.size(), piece.length);
      ASSERT_EQ(piece.later.size(), piece.length - 1);
      for (std::uint32_t i = 0; i < piece.length; ++i, ++next) {
        EXPECT_EQ(piece.bytes[i], static_cast<std::uint8_t>(next * 7));
        EXPECT_EQ(i == 0 ? piece.packet.number : piece.later[i - 1].packet.number, next);
        EXPECT_EQ(i == 0 ? 0 : piece.later[i - 1].begin, i);
      }
    }
    EXPECT_EQ(next, count);
    EXPECT_LT(buffer.charge(), 60 * count);
    buffer.drop_front(buffer.size());
    EXPECT_EQ(buffer.charge(), 0U);
  }
}

TEST(OutOfOrderBuffer, SharedPiecesKnowThePacketOfEachByte) {
  OutOfOrderBuffer buffer;
  const std::vector<std::uint8_t> bytes(20, 7);
  const std::size_t alone = [&] {
    OutOfOrderBuffer other;
    other.insert(10, bytes, 20, {}, {3, 300});
    return other.charge();
  }();
  buffer.insert(10, Bytes(bytes).first(5), 5, {}, {3, 300});
  buffer.insert(15, Bytes(bytes).first(5), 5, {}, {3, 300});
  EXPECT_LE(buffer.charge(), alone);
  buffer.insert(20, Bytes(bytes).first(5), 5, {}, {4, 400});
  buffer.insert(25, Bytes(bytes).first(5), 5, {}, {6, 600});
  ASSERT_EQ(buffer.size(), 1U);
  EXPECT_EQ(buffer[0].packet, (PacketRef{3, 300}));
  ASSERT_EQ(buffer[0].later.size(), 2U);
  EXPECT_EQ(buffer[0].later[0].begin, 10U);
  EXPECT_EQ(buffer[0].later[0].packet, (PacketRef{4, 400}));
  EXPECT_EQ(buffer[0].later[1].begin, 15U);
  EXPECT_EQ(buffer[0].later[1].packet, (PacketRef{6, 600}));
  EXPECT_GT(buffer.charge(), alone) << "it takes memory";
  buffer.drop_front(1);
  EXPECT_EQ(buffer.charge(), 0U);
}

TEST(OutOfOrderBuffer, AGapIsAsOldAsThePieceAfterIt) {
  OutOfOrderBuffer buffer;
  const std::vector<std::uint8_t> bytes(2000, 7);
  buffer.insert(10'000, bytes, 2000, {1, 100}, {});
  buffer.insert(5'000, bytes, 2000, {2, 200}, {});
  buffer.insert(20'000, bytes, 2000, {3, 300}, {});
  EXPECT_EQ(buffer[0].noticed.packet, 1U);
  EXPECT_EQ(buffer[1].noticed.packet, 1U);
  EXPECT_EQ(buffer[2].noticed.packet, 3U);
}

}  // namespace
}  // namespace rtmpscope::net
