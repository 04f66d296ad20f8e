// A command that ends with an error.
#pragma once

#include "app/exit_code.hpp"
#include "app/standard_error.hpp"

namespace rtmpscope::app {

/// Tells the user, and returns what the program is to exit with.
[[nodiscard]] inline int fail(const Error& error) {
  say("rtmpscope: {}\n", error.message);
  return exit_code(error.kind);
}

}  // namespace rtmpscope::app
