#include "pipeline/workers.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <set>
#include <thread>
#include <vector>

namespace rtmpscope::test {
namespace {

TEST(Workers, EachWorkRunsOnceOnAThreadOfItsOwn) {
  for (const unsigned jobs : {1U, 2U, 7U}) {
    std::vector<std::thread::id> ran_on(jobs);
    std::vector<std::atomic<int>> runs(jobs);
    pipeline::run_workers(jobs, [&](unsigned i) {
      ran_on[i] = std::this_thread::get_id();
      ++runs[i];
    });
    EXPECT_TRUE(std::all_of(runs.begin(), runs.end(), [](const auto& r) { return r == 1; })) << jobs;
    EXPECT_EQ(ran_on[0], std::this_thread::get_id());
  }
}

}  // namespace
}  // namespace rtmpscope::test
