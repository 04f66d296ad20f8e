#include "app/output_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "app/text_style.hpp"

namespace rtmpscope::app {
namespace {

constexpr mode_t permissions = 0666;

}  // namespace

Expected<OutputFile> OutputFile::open(const std::string& path) {
  if (path.empty() || path == "-") return OutputFile(STDOUT_FILENO, "standard output");
  const int descriptor = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, permissions);
  if (descriptor < 0) {
    return tl::unexpected(
        Error{ErrorKind::write_output, fmt::format("cannot write {}: {}", path, std::strerror(errno))});
  }
  return OutputFile(descriptor, path);
}

OutputFile::OutputFile(OutputFile&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)),
      name_(std::move(other.name_)),
      failed_(other.failed_),
      error_(std::move(other.error_)) {}

OutputFile::~OutputFile() {
  close();
}

bool OutputFile::write(std::string_view bytes) {
  while (!bytes.empty() && !failed_) {
    const ssize_t written = ::write(descriptor_, bytes.data(), bytes.size());
    if (written < 0) {
      if (errno != EINTR) fail(errno);
    } else {
      bytes.remove_prefix(static_cast<std::size_t>(written));
    }
  }
  return !failed_;
}

void OutputFile::close() {
  const int descriptor = std::exchange(descriptor_, -1);
  if (descriptor > STDERR_FILENO && ::close(descriptor) != 0 && !failed_) fail(errno);
}

bool OutputFile::is_terminal() const {
  return ::isatty(descriptor_) == 1;
}

std::optional<std::uint32_t> OutputFile::columns() const {
  return terminal_columns(descriptor_);
}

void OutputFile::fail(int error_number) {
  failed_ = true;
  if (error_number == EPIPE) return;
  error_ =
      Error{ErrorKind::write_output, fmt::format("cannot write {}: {}", name_, std::strerror(error_number))};
}

}  // namespace rtmpscope::app
