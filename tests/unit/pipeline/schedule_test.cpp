#include "pipeline/schedule.hpp"

#include <gtest/gtest.h>

#include "pipeline/workers.hpp"

namespace rtmpscope::test {
namespace {

using pipeline::Duty;
using pipeline::Schedule;
using pipeline::Task;

TEST(Schedule, OneWorkerReadsProcessesAndMergesInTurn) {
  Schedule schedule(1, 1, 1);
  for (std::uint64_t window = 0; window < 3; ++window) {
    Task task = schedule.take(0);
    EXPECT_EQ(task.duty, Duty::read);
    EXPECT_EQ(task.window, window);
    schedule.read_done(window == 2);
    EXPECT_EQ(schedule.take(0).duty, Duty::process);
    schedule.process_done(0);
    task = schedule.take(0);
    EXPECT_EQ(task.duty, Duty::merge);
    EXPECT_EQ(task.window, window);
    schedule.merge_done(true);
  }
  EXPECT_EQ(schedule.take(0).duty, Duty::stop);
  EXPECT_EQ(schedule.windows(), 3U);
}

TEST(Schedule, WhoeverIsAheadReadsAndTheOtherCatchesUp) {
  Schedule schedule(2, 4, 2);
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(schedule.take(0).duty, Duty::read);
    schedule.read_done(false);
  }
  EXPECT_EQ(schedule.take(0).duty, Duty::process);
  schedule.process_done(0);
  EXPECT_EQ(schedule.take(0).duty, Duty::read);  // one window ahead of worker 1, and only one more is there
  EXPECT_EQ(schedule.take(1).duty, Duty::process);
  schedule.process_done(1);
  EXPECT_EQ(schedule.take(1).duty, Duty::merge);  // as far as worker 0, which reads
  schedule.read_done(false);
  const Task task = schedule.take(0);
  EXPECT_EQ(task.duty, Duty::process);
  EXPECT_EQ(task.window, 1U);
}

TEST(Schedule, AfterAFailureAllStop) {
  Schedule schedule(2, 4, 2);
  EXPECT_EQ(schedule.take(0).duty, Duty::read);
  schedule.read_done(false);
  EXPECT_EQ(schedule.take(0).duty, Duty::read);
  EXPECT_EQ(schedule.take(1).duty, Duty::process);
  schedule.process_done(1);
  schedule.abort();  // worker 0 will report nothing
  EXPECT_EQ(schedule.take(1).duty, Duty::stop);
  EXPECT_EQ(schedule.processed(0), 0U);
  EXPECT_EQ(schedule.processed(1), 1U);
  EXPECT_EQ(schedule.merged(), 0U);
}

TEST(Schedule, AFullRingIsNotReadInto) {
  Schedule schedule(2, 2, 2);
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(schedule.take(0).duty, Duty::read);
    schedule.read_done(false);
  }
  for (std::uint64_t window = 0; window < 2; ++window) {
    EXPECT_EQ(schedule.take(0).duty, Duty::process);
    schedule.process_done(0);
  }
  EXPECT_EQ(schedule.take(1).duty, Duty::process);
  schedule.process_done(1);
  EXPECT_EQ(schedule.take(0).duty, Duty::merge);  // no place for a third window before
  schedule.merge_done(true);
  EXPECT_EQ(schedule.take(0).duty, Duty::read);
}

TEST(Schedule, AllStopWhenTheOutputIsGone) {
  Schedule schedule(2, 4, 2);
  EXPECT_EQ(schedule.take(0).duty, Duty::read);
  schedule.read_done(false);
  schedule.merge_done(false);
  EXPECT_EQ(schedule.take(0).duty, Duty::stop);
  EXPECT_EQ(schedule.take(1).duty, Duty::stop);
}

TEST(Schedule, EveryWindowIsReadProcessedByAllAndMergedOnceInOrder) {
  for (const unsigned workers : {1U, 2U, 5U}) {
    constexpr std::uint64_t windows = 500;
    Schedule schedule(workers, workers == 1 ? 1 : 4, workers == 1 ? 1 : 2);
    std::vector<std::uint64_t> processed(workers);
    std::uint64_t read = 0;
    std::uint64_t merged = 0;
    pipeline::run_workers(workers, [&](unsigned worker) {
      for (Task task = schedule.take(worker); task.duty != Duty::stop; task = schedule.take(worker)) {
        switch (task.duty) {
          case Duty::read:
            EXPECT_EQ(task.window, read++);
            schedule.read_done(read == windows);
            break;
          case Duty::process:
            EXPECT_EQ(task.window, processed[worker]++);
            schedule.process_done(worker);
            break;
          case Duty::merge:
            EXPECT_EQ(task.window, merged++);
            schedule.merge_done(true);
            break;
          case Duty::stop: break;
        }
      }
    });
    EXPECT_EQ(read, windows);
    EXPECT_EQ(merged, windows);
    for (const std::uint64_t each : processed) EXPECT_EQ(each, windows);
  }
}

}  // namespace
}  // namespace rtmpscope::test
