// The values of one message, AMF0 with switches to AMF3.
#include <cstdio>
#include <cstdlib>

#include "fuzz/amf_oracle.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace rtmpscope::test;
  const std::string problem = find_amf_problem(AmfVersion::amf0, {data, size});
  if (problem.empty()) return 0;
  std::fprintf(stderr, "%s\n", problem.c_str());
  std::abort();
}
