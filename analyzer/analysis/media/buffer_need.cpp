#include "analysis/media/buffer_need.hpp"

#include <algorithm>
#include <limits>

#include "analysis/media/whole_numbers.hpp"

namespace rtmpscope::analysis {
namespace {

constexpr std::array<std::int64_t, 5> buffers = {500'000, 1'000'000, 2'000'000, 5'000'000, 10'000'000};

std::uint32_t milliseconds(std::int64_t value) {
  return static_cast<std::uint32_t>(std::clamp<std::int64_t>(
      divide_rounded(std::max<std::int64_t>(value, 0), 1000), 0, std::numeric_limits<std::uint32_t>::max()));
}

}  // namespace

void BufferNeed::join(std::int64_t delay) {
  least_join_ = begun_ ? std::min(least_join_, delay) : delay;
  begun_ = any_ = true;
  if (++skipped_ < every_) return;
  skipped_ = 0;
  if (used_ == joins_.size()) {
    for (std::size_t i = 0; i < joins_.size() / 2; ++i) joins_[i] = joins_[2 * i];
    used_ = static_cast<std::uint8_t>(joins_.size() / 2);
    every_ *= 2;
  }
  joins_[used_++] = {delay, delay};
}

void BufferNeed::cut() {
  for (std::size_t i = 0; i < used_; ++i) over_.add(milliseconds(joins_[i].greatest - joins_[i].delay));
  used_ = 0;
  skipped_ = 0;
  begun_ = false;
}

std::optional<std::uint32_t> BufferNeed::greatest() const {
  return any_ ? std::optional(milliseconds(greatest_)) : std::nullopt;
}

std::optional<std::uint32_t> BufferNeed::median() const {
  QuantileSketch all = over_;
  for (std::size_t i = 0; i < used_; ++i) all.add(milliseconds(joins_[i].greatest - joins_[i].delay));
  return all.quantile(500);
}

void Players::join(std::int64_t media_time) {
  joined_ = true;
  for (Player& player : players_) {
    player.waiting = true;
    player.stalling = false;
    player.position = media_time;
  }
  waiting_ = static_cast<std::uint8_t>(players_.size());
}

void Players::cut() {
  joined_ = false;
  waiting_ = 0;
}

void Players::advance(std::int64_t time, std::int64_t media_time, std::int64_t available) {
  waiting_ = 0;
  least_offset_ = std::numeric_limits<std::int64_t>::max();
  for (std::size_t i = 0; i < players_.size(); ++i) {
    Player& player = players_[i];
    if (!player.waiting && time - media_time > player.offset) {
      player.waiting = player.stalling = true;
      player.position = media_time;
      player.since = player.offset + media_time;
      ++player.stalls;
    }
    if (player.waiting && available - player.position >= buffers[i]) {
      if (player.stalling)
        player.stalled += static_cast<std::uint64_t>(std::max<std::int64_t>(time - player.since, 0));
      player.waiting = player.stalling = false;
      player.offset = time - player.position;
    }
    if (player.waiting) {
      ++waiting_;
    } else {
      least_offset_ = std::min(least_offset_, player.offset);
    }
  }
}

std::array<PlayerFigures, 5> Players::figures(std::int64_t time) const {
  std::array<PlayerFigures, 5> figures{};
  for (std::size_t i = 0; i < figures.size(); ++i) {
    const Player& player = players_[i];
    const std::int64_t open = player.stalling ? std::max<std::int64_t>(time - player.since, 0) : 0;
    figures[i] = {static_cast<std::uint32_t>(buffers[i] / 1000), player.stalls,
                  divide_rounded(player.stalled + static_cast<std::uint64_t>(open), 1000)};
  }
  return figures;
}

}  // namespace rtmpscope::analysis
