// What the fuzz targets have in common.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <source_location>
#include <string>

namespace rtmpscope {

/// Ends the program as a fuzzer expects it of a finding, with the place and what should hold there.
inline void require(bool holds, const char* what = "",
                    std::source_location where = std::source_location::current()) {
  if (holds) return;
  std::fprintf(stderr, "broken: %s:%u: %s\n", where.file_name(), static_cast<unsigned>(where.line()), what);
  std::abort();
}

/// The same of two texts, which are shown if they differ.
inline void require_same(const std::string& one, const std::string& other, const char* what = "",
                         std::source_location where = std::source_location::current()) {
  if (one != other) {
    for (const std::string& text : {"--- one\n" + one, "\n--- other\n" + other, std::string("\n---\n")})
      std::fwrite(text.data(), 1, text.size(), stderr);
  }
  require(one == other, what, where);
}

}  // namespace rtmpscope
