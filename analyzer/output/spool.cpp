#include "output/spool.hpp"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <system_error>

namespace rtmpscope::output {
namespace {

/// -1 if none can be made.
int open_temporary_file() {
  std::error_code error;
  const std::filesystem::path folder = std::filesystem::temp_directory_path(error);
  if (error) return -1;
  std::string name = (folder / "rtmpscope-text-XXXXXX").string();
  const int file = mkostemp(name.data(), O_CLOEXEC);
  if (file >= 0) unlink(name.c_str());
  return file;
}

/// False if not all of them could be written.
bool write_all(int file, std::string_view bytes, std::uint64_t at) {
  while (!bytes.empty()) {
    const ssize_t written = pwrite(file, bytes.data(), bytes.size(), static_cast<off_t>(at));
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(written));
    at += static_cast<std::uint64_t>(written);
  }
  return true;
}

bool read_all(int file, char* to, std::size_t length, std::uint64_t at) {
  while (length > 0) {
    const ssize_t got = pread(file, to, length, static_cast<off_t>(at));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return false;
    to += got;
    length -= static_cast<std::size_t>(got);
    at += static_cast<std::uint64_t>(got);
  }
  return true;
}

}  // namespace

Spool::~Spool() {
  if (file_ >= 0) ::close(file_);
}

SpoolPlace Spool::append(std::string_view bytes) {
  const SpoolPlace place{file_length_ + memory_.size(), bytes.size()};
  memory_.append(bytes);
  if (memory_.size() > memory_limit_ && !failed_) move_to_file();
  return place;
}

void Spool::move_to_file() {
  if (file_ < 0) file_ = open_temporary_file();
  failed_ = file_ < 0 || !write_all(file_, memory_, file_length_);
  if (failed_) return;
  file_length_ += memory_.size();
  memory_.clear();
}

bool Spool::copy(SpoolPlace place, Buffer& to) const {
  char* p = to.room(place.length);
  const std::uint64_t end = place.offset + place.length;
  const std::uint64_t file_end = std::min(end, file_length_);
  if (place.offset < file_end) {
    const std::size_t length = file_end - place.offset;
    if (!read_all(file_, p, length, place.offset)) return false;
    p += length;
  }
  if (end > file_length_) {
    const std::uint64_t begin = std::max(place.offset, file_length_);
    const std::size_t length = end - begin;
    std::memcpy(p, memory_.data() + (begin - file_length_), length);
    p += length;
  }
  to.commit(p);
  return true;
}

}  // namespace rtmpscope::output
