// Failures of the environment: files, permissions, filter syntax, full disks. Captured bytes never cause one
// of these; what is wrong with them is a finding.
#pragma once

#include <cstdint>
#include <string>

#include <tl/expected.hpp>

namespace rtmpscope {

enum class ErrorKind : std::uint8_t {
  usage,         ///< the command line is wrong
  open_input,    ///< an input cannot be opened or is no capture
  write_output,  ///< an output cannot be written
};

/// `message` is one line for a person, without a full stop and without a newline.
struct Error {
  ErrorKind kind{};
  std::string message;
};

template <typename T>
using Expected = tl::expected<T, Error>;

}  // namespace rtmpscope
