// Sketches and histograms against exact computation.
#include <gmock/gmock.h>

#include <algorithm>
#include <random>
#include <vector>

#include "analysis/media/quantile_sketch.hpp"
#include "analysis/media/sliding_histogram.hpp"

namespace rtmpscope::analysis {
namespace {

/// With linear interpolation, as the sketch has it.
double exact(std::vector<std::uint32_t> values, std::uint32_t per_mille) {
  std::sort(values.begin(), values.end());
  const double place = static_cast<double>(values.size() - 1) * per_mille / 1000;
  const auto low = static_cast<std::size_t>(place);
  const std::size_t high = std::min(low + 1, values.size() - 1);
  return values[low] + (values[high] - static_cast<double>(values[low])) * (place - static_cast<double>(low));
}

TEST(QuantileSketch, IsExactForEqualValues) {
  QuantileSketch sketch;
  for (int i = 0; i < 100'000; ++i) sketch.add(29'970);
  EXPECT_EQ(sketch.quantile(50), 29'970U);
  EXPECT_EQ(sketch.quantile(500), 29'970U);
  EXPECT_EQ(sketch.quantile(950), 29'970U);
}

TEST(QuantileSketch, IsExactForSmallValues) {
  QuantileSketch sketch;
  for (std::uint32_t value = 0; value < 40; ++value) sketch.add(value);
  EXPECT_EQ(sketch.quantile(0), 0U);
  EXPECT_EQ(sketch.quantile(500), 20U);  // 19.5
  EXPECT_EQ(sketch.quantile(1000), 39U);
  EXPECT_FALSE(QuantileSketch().quantile(500).has_value());
}

TEST(QuantileSketch, StaysWithinItsErrorAndMemory) {
  std::mt19937 random(7);
  for (const double spread : {0.01, 0.3, 1.5}) {
    std::lognormal_distribution<double> values(8, spread);
    QuantileSketch sketch;
    std::vector<std::uint32_t> all;
    for (int i = 0; i < 20'000; ++i) {
      all.push_back(static_cast<std::uint32_t>(values(random)));
      sketch.add(all.back());
    }
    EXPECT_EQ(sketch.count(), all.size());
    EXPECT_LE(sketch.memory(), 64U * 8);
    for (const std::uint32_t per_mille : {50U, 500U, 950U}) {
      const double want = exact(all, per_mille);
      EXPECT_NEAR(*sketch.quantile(per_mille), want, want / sketch.precision() + 1)
          << spread << ' ' << per_mille;
    }
  }
}

TEST(HistogramBins, EdgesAreWhereBinsBegin) {
  for (std::size_t bin = 0; bin < histogram_bins; ++bin) {
    EXPECT_EQ(histogram_bin(histogram_edge(bin)), bin);
    if (bin > 0) {
      EXPECT_EQ(histogram_bin(histogram_edge(bin) - 1), bin - 1);
    }
  }
  EXPECT_EQ(histogram_bin(16'383), histogram_bins - 1);
  EXPECT_EQ(histogram_bin(4'000'000'000), histogram_bins - 1);
}

/// Ten seconds of delays that also drift, against the exact percentiles of the window.
TEST(SlidingHistogram, StaysWithinAnEighthOfTheDistanceFromTheFloor) {
  std::mt19937 random(3);
  std::exponential_distribution<double> queue(1.0 / 60);
  SlidingHistogram<10> histogram;
  std::vector<std::vector<std::int32_t>> seconds;
  for (int second = 0; second < 40; ++second) {
    auto& now = seconds.emplace_back();
    for (int i = 0; i < 50; ++i) {
      const auto value = static_cast<std::int32_t>(queue(random)) - 30 * second;
      now.push_back(value);
      histogram.add(value);
    }
    std::vector<std::int32_t> window;
    for (std::size_t i = seconds.size() > 10 ? seconds.size() - 10 : 0; i < seconds.size(); ++i)
      window.insert(window.end(), seconds[i].begin(), seconds[i].end());
    std::sort(window.begin(), window.end());
    const HistogramSum sum = histogram.sum();
    EXPECT_EQ(sum.total, window.size());
    for (const std::uint32_t per_mille : {50U, 500U, 950U}) {
      const std::int32_t want = window[(window.size() - 1) * per_mille / 1000];
      const double off = (want - static_cast<double>(sum.anchor)) / 4 + 4;
      EXPECT_NEAR(static_cast<double>(*sum.quantile(per_mille)), want, off) << second << ' ' << per_mille;
    }
    histogram.next(*sum.quantile(0));
  }
}

TEST(SlidingHistogram, ForgetsWhatIsOlderThanItsRows) {
  SlidingHistogram<5> histogram;
  histogram.add_size(4000);
  histogram.next(0);
  for (int second = 0; second < 4; ++second) {
    histogram.add_size(3);
    histogram.next(0);
  }
  histogram.add_size(3);
  EXPECT_EQ(histogram.sum().quantile(1000), 3);
}

}  // namespace
}  // namespace rtmpscope::analysis
