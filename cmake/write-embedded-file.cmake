# Writes OUTPUT, a C++ file whose function FUNCTION returns the bytes of FILE; see EmbedFile.cmake.
file(READ ${FILE} bytes HEX)
string(REGEX REPLACE "(..)" "0x\\1," bytes "${bytes}")
# Lines that tools can read.
string(REGEX REPLACE "(................................................................................)" "\\1\n" bytes "${bytes}")
file(WRITE ${OUTPUT} "// Made of ${FILE} by cmake/write-embedded-file.cmake.
#include <string_view>

namespace rtmpscope::embedded {
std::string_view ${FUNCTION}();
std::string_view ${FUNCTION}() {
  static constexpr unsigned char bytes[] = {
${bytes}
  };
  return {reinterpret_cast<const char*>(bytes), sizeof(bytes)};
}
}  // namespace rtmpscope::embedded
")
