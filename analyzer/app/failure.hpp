// A command that ends with an error.
#pragma once

#include "app/exit_code.hpp"
#include "app/standard_error.hpp"

namespace rtmpscope::app {

/// Prints the error on stderr; returns the program's exit code for it.
[[nodiscard]] inline int fail(const Error& error) {
  say("rtmpscope: {}\n", error.message);
  return exit_code(error.kind);
}

}  // namespace rtmpscope::app
