// The values of one message, AMF3 without the AMF0 switch in front.
#include <cstdio>
#include <cstdlib>

#include "fuzz/amf_oracle.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace rtmpscope::test;
  const std::string problem = find_amf_problem(AmfVersion::amf3, {data, size});
  if (problem.empty()) return 0;
  std::fprintf(stderr, "%s\n", problem.c_str());
  std::abort();
}
