// Where the rendered bytes go: a file or standard output.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/error.hpp"

namespace rtmpscope::app {

class OutputFile {
 public:
  /// "-" or an empty path is standard output. A file is replaced.
  [[nodiscard]] static Expected<OutputFile> open(const std::string& path);
  OutputFile(OutputFile&& other) noexcept;
  OutputFile& operator=(OutputFile&&) = delete;
  ~OutputFile();

  /// False if not all bytes could be written; `error` says why.
  bool write(std::string_view bytes);
  /// To be called once at the end: some errors (quota, network file systems) show only when a file is closed.
  void close();

  /// Set after a failure, but not if the reader of a pipe has gone: that is how `| head` ends a program.
  [[nodiscard]] const std::optional<Error>& error() const { return error_; }
  [[nodiscard]] bool is_terminal() const;

 private:
  OutputFile(int descriptor, std::string name) : descriptor_(descriptor), name_(std::move(name)) {}
  void fail(int error_number);

  int descriptor_;
  std::string name_;
  bool failed_ = false;
  std::optional<Error> error_;
};

}  // namespace rtmpscope::app
