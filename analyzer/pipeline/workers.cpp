#include "pipeline/workers.hpp"

#include <thread>
#include <vector>

namespace rtmpscope::pipeline {

void run_workers(unsigned jobs, const std::function<void(unsigned)>& work) {
  std::vector<std::thread> threads;
  for (unsigned i = 1; i < jobs; ++i) threads.emplace_back([&work, i] { work(i); });
  work(0);
  for (std::thread& thread : threads) thread.join();
}

}  // namespace rtmpscope::pipeline
