// The threads of a run.
#pragma once

#include <functional>

namespace rtmpscope::pipeline {

/// Calls `work(i)` for each i below `jobs`, at least 1, each on a thread of its own. work(0) runs on the
/// calling thread, so that with one job no thread is made at all. Returns when all calls have returned.
void run_workers(unsigned jobs, const std::function<void(unsigned)>& work);

}  // namespace rtmpscope::pipeline
