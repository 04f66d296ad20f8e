#include "pipeline/window.hpp"

#include <gtest/gtest.h>

namespace rtmpscope::test {
namespace {

constexpr Timestamp second = 1'000'000'000;

struct Moment {
  std::optional<Timestamp> packet;  ///< time of one packet
  std::optional<Timestamp> clock;
};

/// One batch for each moment.
class Moments final : public capture::PacketSource {
 public:
  explicit Moments(std::vector<Moment> moments) : moments_(std::move(moments)) {}
  bool read(capture::PacketBatch& batch, std::size_t) override {
    batch.clear();
    const Moment& moment = moments_[next_++];
    if (moment.packet) {
      capture::Packet& packet = batch.packets.add();
      packet.time = *moment.packet;
      packet.number = ++number_;
    }
    batch.clock = moment.clock;
    return next_ < moments_.size();
  }
  [[nodiscard]] std::optional<capture::Fault> fault() const override { return std::nullopt; }
  [[nodiscard]] const capture::SourceStatistics& statistics() const override { return statistics_; }
  [[nodiscard]] std::string name() const override { return "moments"; }
  [[nodiscard]] std::string format() const override { return "live"; }

 private:
  std::vector<Moment> moments_;
  std::size_t next_ = 0;
  std::uint64_t number_ = 0;
  capture::SourceStatistics statistics_;
};

/// Times and numbers of all ticks.
std::vector<std::pair<Timestamp, std::uint64_t>> ticks(std::vector<Moment> moments) {
  Moments source(std::move(moments));
  pipeline::WindowReader reader(source, 100);
  pipeline::Window window;
  std::vector<std::pair<Timestamp, std::uint64_t>> all;
  do {
    reader.read(window);
    for (const pipeline::Section& section : window.sections) {
      if (section.tick) all.emplace_back(section.tick->packet.time, section.tick->packet.number);
    }
  } while (!window.last);
  return all;
}

using Ticks = std::vector<std::pair<Timestamp, std::uint64_t>>;

TEST(Window, ThePacketThatReachesAFullSecondTicks) {
  EXPECT_EQ(ticks({{10 * second + 5, {}}, {10 * second + 900, {}}, {12 * second + 1, {}}}),
            (Ticks{{10 * second + 5, 1}, {12 * second + 1, 3}}));
}

TEST(Window, TheClockTicksWhenNoPacketComes) {
  EXPECT_EQ(ticks({{10 * second, {}}, {{}, 10 * second + 5}, {{}, 11 * second}, {{}, 12 * second + 7}}),
            (Ticks{{10 * second, 1}, {11 * second, 1}, {12 * second + 7, 1}}));
}

TEST(Window, TicksNeverGoBack) {
  EXPECT_EQ(
      ticks({{10 * second, {}}, {{}, 15 * second}, {{}, 3 * second}, {14 * second, {}}, {16 * second, {}}}),
      (Ticks{{10 * second, 1}, {15 * second, 1}, {16 * second, 3}}));
}

}  // namespace
}  // namespace rtmpscope::test
