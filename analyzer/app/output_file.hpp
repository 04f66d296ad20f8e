// Where the rendered bytes go: a file or standard output.
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "sandbox/privileges.hpp"

namespace rtmpscope::app {

class OutputFile {
 public:
  /// "-" or an empty path is standard output. A file is replaced.
  [[nodiscard]] static Expected<OutputFile> open(const std::string& path);
  OutputFile(OutputFile&& other) noexcept;
  OutputFile& operator=(OutputFile&&) = delete;
  ~OutputFile();

  /// The next write opens the file of that name anew and goes on at its end: it may have been moved away, as
  /// a rotation of logs does. If that is not possible, it stays with the old file and says so. Standard
  /// output stays as it is. May be called from any thread.
  void request_reopen() { reopen_requested_ = true; }

  /// A file that was made by open() belongs to `user` from now on, who can open it anew then.
  void give_to(const sandbox::User& user);

  /// False if not all bytes could be written; `error` says why.
  bool write(std::string_view bytes);
  /// To be called once at the end: some errors (quota, network file systems) show only when a file is closed.
  void close();

  /// Set after a failure, but not if the reader of a pipe has gone: that is how `| head` ends a program.
  [[nodiscard]] const std::optional<Error>& error() const { return error_; }
  [[nodiscard]] bool is_terminal() const;
  /// Of the terminal or the environment, see terminal_columns.
  [[nodiscard]] std::optional<std::uint32_t> columns() const;

 private:
  OutputFile(int descriptor, std::string name) : descriptor_(descriptor), name_(std::move(name)) {}
  void fail(int error_number);
  void reopen();

  int descriptor_;
  std::string name_;
  bool made_ = false;  ///< it was not there before
  bool failed_ = false;
  std::atomic<bool> reopen_requested_ = false;
  std::optional<Error> error_;
};

}  // namespace rtmpscope::app
