// What the fuzz targets have in common.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <source_location>

namespace rtmpscope {

/// Ends the program as a fuzzer expects it of a finding, with the place and what should hold there.
inline void require(bool holds, const char* what = "",
                    std::source_location where = std::source_location::current()) {
  if (holds) return;
  std::fprintf(stderr, "broken: %s:%u: %s\n", where.file_name(), static_cast<unsigned>(where.line()), what);
  std::abort();
}

}  // namespace rtmpscope
