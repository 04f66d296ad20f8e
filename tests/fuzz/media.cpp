// Audio and video bodies. The first byte of the input says what the rest is: bit 0 video, bit 1 a prefix of a
// message whose further length is in the next three bytes.
#include <cstdio>
#include <cstdlib>

#include "base/byte_order.hpp"
#include "fuzz/media_oracle.hpp"

using namespace rtmpscope;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Bytes input(data, size);
  if (input.empty()) return 0;
  const std::uint8_t mode = input[0];
  input = input.subspan(1);
  std::uint32_t more = 0;
  if ((mode & 2) != 0) {
    if (input.size() < 3) return 0;
    more = load_be24(input.data());
    input = input.subspan(3);
  }
  const auto type = (mode & 1) != 0 ? media::MediaType::video : media::MediaType::audio;
  const auto length = static_cast<std::uint32_t>(input.size()) + more;
  const std::string complaint = test::check_media_body(type, input, length);
  if (!complaint.empty()) {
    std::fprintf(stderr, "%s\n", complaint.c_str());
    std::abort();
  }
  return 0;
}
