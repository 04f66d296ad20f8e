// Where the rendered bytes go.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/error.hpp"

namespace rtmpscope::app {

class Output {
 public:
  Output() = default;
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;
  virtual ~Output() = default;

  /// False if nothing can be written any more; `error` says why.
  virtual bool write(std::string_view bytes) = 0;
  /// To be called once at the end: some errors (quota, network file systems) show only when a file is closed.
  virtual void close() = 0;
  /// Set after a failure, but not if the reader of a pipe has gone: that is how `| head` ends a program.
  [[nodiscard]] virtual std::optional<Error> error() const = 0;
  [[nodiscard]] virtual bool is_terminal() const = 0;
  /// Of the terminal or the environment, see terminal_columns.
  [[nodiscard]] virtual std::optional<std::uint32_t> columns() const = 0;
};

}  // namespace rtmpscope::app
