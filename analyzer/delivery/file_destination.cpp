#include "delivery/file_destination.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstdio>
#include <cstring>
#include <thread>
#include <utility>

namespace rtmpscope::delivery {
namespace {

constexpr mode_t permissions = 0666;
constexpr int wait_milliseconds = 20;
constexpr auto wait_for_room = std::chrono::milliseconds(50);

std::int64_t period_of(const Rotation& rotation) {
  if (rotation.interval.count() == 0) return 0;
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::seconds>(now) / rotation.interval;
}

/// Of what `bytes` begin with, the whole lines that fit; at least one line.
std::size_t lines_within(std::string_view bytes, std::uint64_t room) {
  if (bytes.size() <= room) return bytes.size();
  const std::size_t last = room == 0 ? std::string_view::npos : bytes.rfind('\n', room - 1);
  if (last != std::string_view::npos) return last + 1;
  return std::min(bytes.size(), bytes.find('\n') + 1);
}

}  // namespace

FileDestination::FileDestination() : descriptor_(STDOUT_FILENO) {
  look_at_file();
}

FileDestination::FileDestination(int descriptor, std::string path, const Rotation& rotation)
    : descriptor_(descriptor), path_(std::move(path)), rotation_(rotation), period_(period_of(rotation)) {
  look_at_file();
}

FileDestination::~FileDestination() {
  close();
}

Expected<std::unique_ptr<FileDestination>> FileDestination::open(const std::string& path,
                                                                 const Rotation& rotation) {
  constexpr int flags = O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC;
  int descriptor = ::open(path.c_str(), flags | O_EXCL, permissions);
  const bool made = descriptor >= 0;
  if (!made) descriptor = ::open(path.c_str(), flags | (rotation.wanted() ? 0 : O_TRUNC), permissions);
  if (descriptor < 0) {
    return tl::unexpected(
        Error{ErrorKind::write_output, fmt::format("cannot write {}: {}", path, std::strerror(errno))});
  }
  std::unique_ptr<FileDestination> result(new FileDestination(descriptor, path, rotation));
  result->made_ = made;
  return result;
}

std::string FileDestination::name() const {
  return path_.empty() ? "standard output" : path_;
}

void FileDestination::look_at_file() {
  struct stat status {};
  regular_ = ::fstat(descriptor_, &status) == 0 && S_ISREG(status.st_mode);
  size_ = regular_ ? static_cast<std::uint64_t>(status.st_size) : 0;
}

bool FileDestination::has_room() const {
  if (regular_) return true;
  pollfd ready{descriptor_, POLLOUT, 0};
  return ::poll(&ready, 1, 0) != 0;
}

/// So much never waits where poll() says that there is room; what is not a regular file may be shared with
/// others, so that its descriptor is not switched to non-blocking.
Written FileDestination::write(std::string_view bytes, bool at_line) {
  if (!has_room()) return {0, State::full};
  std::size_t size = regular_ ? bytes.size() : std::min<std::size_t>(bytes.size(), PIPE_BUF);
  if (rotation_.wanted() && regular_ && at_line) {
    rotate_if_due(std::min(bytes.size(), bytes.find('\n') + 1));
    if (rotation_.bytes != 0 && !rotation_failed_)
      size = lines_within(bytes, rotation_.bytes - std::min(size_, rotation_.bytes));
  }
  const ssize_t written = ::write(descriptor_, bytes.data(), size);
  if (written < 0) return fail(errno);
  size_ += static_cast<std::uint64_t>(written);
  if (no_room_) say("there is room again");
  no_room_ = false;
  return {static_cast<std::size_t>(written)};
}

Written FileDestination::fail(int error_number) {
  if (error_number == EINTR || error_number == EAGAIN) return {0, State::full};
  if (regular_ && (error_number == ENOSPC || error_number == EDQUOT || error_number == EFBIG)) {
    if (!no_room_)
      say(fmt::format("{}; lines wait, and are dropped if they are too many", std::strerror(error_number)));
    no_room_ = true;
    return {0, State::full};
  }
  if (error_number != EPIPE) error_ = fmt::format("cannot write {}: {}", name(), std::strerror(error_number));
  return {0, State::ended};
}

void FileDestination::wait() {
  if (regular_) {
    std::this_thread::sleep_for(wait_for_room);
    return;
  }
  pollfd ready{descriptor_, POLLOUT, 0};
  ::poll(&ready, 1, wait_milliseconds);
}

void FileDestination::rotate_if_due(std::size_t coming) {
  const std::int64_t period = period_of(rotation_);
  const bool too_large = rotation_.bytes != 0 && size_ != 0 && size_ + coming > rotation_.bytes;
  const bool too_old = period != period_ && size_ != 0;
  period_ = period;
  if (too_old || (too_large && !rotation_failed_)) rotate();
}

/// FILE.1 becomes FILE.2 and so on; the oldest goes.
void FileDestination::rotate() {
  const auto numbered = [&](unsigned number) { return fmt::format("{}.{}", path_, number); };
  for (unsigned number = rotation_.keep; number > 1; --number)
    std::rename(numbered(number - 1).c_str(), numbered(number).c_str());
  const int status =
      rotation_.keep == 0 ? ::unlink(path_.c_str()) : std::rename(path_.c_str(), numbered(1).c_str());
  rotation_failed_ = status != 0 && errno != ENOENT;
  if (rotation_failed_) say(fmt::format("it cannot be rotated: {}", std::strerror(errno)));
  if (!rotation_failed_) rotation_failed_ = !open_anew();
}

void FileDestination::reopen() {
  if (path_.empty()) return;
  rotation_failed_ = !open_anew();
}

bool FileDestination::open_anew() {
  const int opened = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, permissions);
  if (opened < 0) {
    say(fmt::format("it cannot be opened anew: {}; the output goes on in the file that was there before",
                    std::strerror(errno)));
    return false;
  }
  close();
  descriptor_ = opened;
  look_at_file();
  return true;
}

void FileDestination::say(std::string text) {
  message_ = fmt::format("{}: {}", name(), text);
}

std::string FileDestination::take_message() {
  return std::exchange(message_, {});
}

/// Some errors (quota, network file systems) show only when a file is closed.
void FileDestination::close() {
  const int descriptor = std::exchange(descriptor_, -1);
  if (descriptor > STDERR_FILENO && ::close(descriptor) != 0 && error_.empty())
    error_ = fmt::format("cannot write {}: {}", name(), std::strerror(errno));
}

}  // namespace rtmpscope::delivery
