#include "pipeline/workers.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace rtmpscope::test {
namespace {

TEST(Workers, RunsEveryTaskOnceForAnyNumberOfThreads) {
  for (const unsigned jobs : {1U, 2U, 7U}) {
    pipeline::Workers workers(jobs);
    for (const std::size_t count : {0U, 1U, 5U, 1000U}) {
      std::vector<std::atomic<int>> runs(count);
      workers.run(count, [&](std::size_t task) { ++runs[task]; });
      EXPECT_TRUE(std::all_of(runs.begin(), runs.end(), [](const auto& r) { return r == 1; })) << jobs;
    }
  }
}

}  // namespace
}  // namespace rtmpscope::test
