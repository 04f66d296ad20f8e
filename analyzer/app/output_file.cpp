#include "app/output_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "app/standard_error.hpp"
#include "app/text_style.hpp"

namespace rtmpscope::app {
namespace {

constexpr mode_t permissions = 0666;

}  // namespace

Expected<OutputFile> OutputFile::open(const std::string& path) {
  if (path.empty() || path == "-") return OutputFile(STDOUT_FILENO, "standard output");
  int descriptor = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, permissions);
  const bool made = descriptor >= 0;
  if (!made) descriptor = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, permissions);
  if (descriptor < 0) {
    return tl::unexpected(
        Error{ErrorKind::write_output, fmt::format("cannot write {}: {}", path, std::strerror(errno))});
  }
  OutputFile file(descriptor, path);
  file.made_ = made;
  return file;
}

OutputFile::OutputFile(OutputFile&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)),
      name_(std::move(other.name_)),
      made_(other.made_),
      failed_(other.failed_),
      error_(std::move(other.error_)) {}

OutputFile::~OutputFile() {
  close();
}

bool OutputFile::write(std::string_view bytes) {
  if (reopen_requested_.exchange(false)) reopen();
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

void OutputFile::reopen() {
  if (descriptor_ <= STDERR_FILENO) return;
  const int opened = ::open(name_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, permissions);
  if (opened < 0) {
    say("rtmpscope: {} cannot be opened anew: {}; the output goes on in the file that was there before\n",
        name_, std::strerror(errno));
    return;
  }
  close();
  descriptor_ = opened;
}

void OutputFile::give_to(const sandbox::User& user) {
  // Where it fails, the file cannot be opened anew, which is said then.
  if (made_) [[maybe_unused]]
    const int status = ::fchown(descriptor_, user.id, user.group);
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
