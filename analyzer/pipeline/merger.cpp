#include "pipeline/merger.hpp"

#include <algorithm>
#include <tuple>

namespace rtmpscope::pipeline {
void Merger::add_capture(const output::Output& output, output::Buffer& to) {
  for (const output::OutputSpan& span : output.spans) assembler_->add(output, span, 0, to);
}

void Merger::add(const std::array<output::Output, shard_count>& outputs, const output::Output* capture,
                 output::Buffer& to, const std::function<void()>& drain) {
  places_.clear();
  for (std::uint32_t shard = 0; shard < shard_count; ++shard) outputs_[shard] = &outputs[shard];
  outputs_[shard_count] = capture;
  for (std::uint32_t shard = 0; shard < outputs_.size(); ++shard) {
    if (outputs_[shard] == nullptr) continue;
    const auto& spans = outputs_[shard]->spans;
    for (std::uint32_t i = 0; i < spans.size(); ++i) places_.push_back({spans[i].frame, shard, i});
  }
  sort_by_frame();
  order_ties();
  for (const Place& place : places_) {
    const output::Output& output = *outputs_[place.shard];
    add_span(place.shard, output, output.spans[place.index], to);
    if (to.size() >= drained_size) drain();
  }
}

/// Spans of one frame stay in the order of shards and of their output. Frames of one window lie close
/// together, so that counting beats comparing.
void Merger::sort_by_frame() {
  if (places_.empty()) return;
  const auto [low, high] = std::minmax_element(
      places_.begin(), places_.end(), [](const Place& a, const Place& b) { return a.frame < b.frame; });
  const std::uint64_t first = low->frame;
  const std::uint64_t range = high->frame - first + 1;
  constexpr std::uint64_t countable = std::uint64_t{4} * window_packets;  // a filter leaves frame numbers out
  if (range > countable) {
    std::sort(places_.begin(), places_.end(), [](const Place& a, const Place& b) {
      return std::tie(a.frame, a.shard, a.index) < std::tie(b.frame, b.shard, b.index);
    });
    return;
  }
  counts_.assign(range + 1, 0);
  for (const Place& place : places_) ++counts_[place.frame - first + 1];
  for (std::size_t i = 1; i < counts_.size(); ++i) counts_[i] += counts_[i - 1];
  sorted_.resize(places_.size());
  for (const Place& place : places_) sorted_[counts_[place.frame - first]++] = place;
  std::swap(places_, sorted_);
}

/// One frame has spans of several shards where a timeout or the capture's end reaches all of them. They
/// are ordered by connection number, so that the order does not depend on how hosts fall into shards.
void Merger::order_ties() {
  const auto rank = [&](const Place& place) {
    const output::OutputSpan& span = outputs_[place.shard]->spans[place.index];
    return std::tuple(number_of(place.shard, span.connection), place.shard, place.index);
  };
  for (std::size_t begin = 0; begin < places_.size();) {
    std::size_t end = begin + 1;
    bool several = false;
    for (; end < places_.size() && places_[end].frame == places_[begin].frame; ++end) {
      several = several || places_[end].shard != places_[begin].shard;
    }
    if (several) {
      std::sort(places_.begin() + static_cast<std::ptrdiff_t>(begin),
                places_.begin() + static_cast<std::ptrdiff_t>(end),
                [&](const Place& a, const Place& b) { return rank(a) < rank(b); });
    }
    begin = end;
  }
}

/// 0 as long as the connection has none.
std::uint32_t Merger::number_of(std::size_t shard, std::uint32_t connection) const {
  if (connection == 0) return 0;
  const auto& numbers = numbers_[shard];
  return connection <= numbers.size() ? numbers[connection - 1] : 0;
}

void Merger::add_span(std::size_t shard, const output::Output& output, const output::OutputSpan& span,
                      output::Buffer& to) {
  std::uint32_t number = 0;
  if (span.connection != 0) {
    auto& numbers = numbers_[shard];
    if ((span.flags & output::OutputSpan::opens_connection) != 0) {
      if (numbers.size() < span.connection) numbers.resize(span.connection);
      numbers[span.connection - 1] = next_number_++;
    }
    number = number_of(shard, span.connection);
    const bool attached = (span.flags & output::OutputSpan::attached) != 0;
    if (only_connection_ && number != *only_connection_ && !attached) return;
  }
  assembler_->add(output, span, number, to);
}

}  // namespace rtmpscope::pipeline
