// What the program's exit codes mean. They are part of the contract with scripts; the manual lists them.
#pragma once

#include "base/error.hpp"

namespace rtmpscope::app {

enum ExitCode : int {
  success = 0,        ///< also if the reader of the output closed its pipe
  partial_input = 1,  ///< an input is truncated or corrupt; everything before that place was analysed
  usage_error = 2,    ///< the command line or a filter expression is wrong
  input_error = 3,    ///< an input cannot be opened, is no capture, or an interface cannot be captured from
  output_error = 4,   ///< the output cannot be written
  nothing_found = 5,  ///< export: the inputs hold nothing that could be written
  failed = 6,         ///< out of memory, or a fault of the program; what was found until then was put out
  // check: the worst that was found, from the severity of --fail-on on.
  check_found_note = 10,
  check_found_warning = 11,
  check_found_error = 12,
};

[[nodiscard]] constexpr ExitCode exit_code(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::usage: return usage_error;
    case ErrorKind::open_input: return input_error;
    case ErrorKind::write_output: return output_error;
  }
  return input_error;
}

}  // namespace rtmpscope::app
