#include "keys/key_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace rtmpscope::keys {

struct KeyFiles::File {
  std::string path;
  int descriptor = -1;
  bool is_regular = false;
  off_t position = 0;
  int error = 0;  ///< errno of a read that failed
  KeyReader reader;

  File() = default;
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  ~File() {
    if (descriptor >= 0) close(descriptor);
  }

  void read_to_end(KeyStore& store) {
    std::array<std::uint8_t, std::size_t{64} << 10> buffer{};
    while (error == 0) {
      const ssize_t size = read(descriptor, buffer.data(), buffer.size());
      if (size > 0) {
        position += size;
        reader.add(Bytes(buffer).first(static_cast<std::size_t>(size)), store);
      } else if (size == 0) {
        return;
      } else if (errno != EINTR) {
        error = errno;
      }
    }
  }

  void read_appended(KeyStore& store) {
    struct stat status {};
    if (!is_regular || fstat(descriptor, &status) != 0 || status.st_size == position) return;
    if (status.st_size < position) {
      reader.restart();
      position = lseek(descriptor, 0, SEEK_SET);
    }
    read_to_end(store);
  }

  [[nodiscard]] std::string note() const {
    const KeyCounts& counts = reader.counts();
    if (error != 0) return fmt::format("{} cannot be read: {}", path, std::strerror(error));
    if (counts.lines == 0) return fmt::format("{} is empty: there are no keys", path);
    std::string text;
    if (counts.usable + counts.dropped == 0) {
      text = fmt::format("{} has no usable key line ({} lines, {} of unknown kinds, {} malformed)", path,
                         counts.lines, counts.unknown, counts.malformed);
    } else if (counts.malformed > 0) {
      text = fmt::format("{} has {} malformed key line{}, the first is line {}", path, counts.malformed,
                         counts.malformed == 1 ? "" : "s", counts.first_malformed);
    }
    if (counts.dropped == 0) return text;
    return fmt::format("{}{} has more keys than are kept: {} are left out", text.empty() ? "" : text + "; ",
                       path, counts.dropped);
  }
};

KeyFiles::KeyFiles() = default;
KeyFiles::KeyFiles(KeyFiles&&) noexcept = default;
KeyFiles& KeyFiles::operator=(KeyFiles&&) noexcept = default;
KeyFiles::~KeyFiles() = default;

Expected<KeyFiles> KeyFiles::open(std::span<const std::string> paths) {
  KeyFiles result;
  for (const std::string& path : paths) {
    auto file = std::make_unique<File>();
    file->path = path;
    file->descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    struct stat status {};
    if (file->descriptor < 0 || fstat(file->descriptor, &status) != 0) {
      return tl::unexpected(Error{ErrorKind::open_input, fmt::format("the key file {} cannot be opened: {}",
                                                                     path, std::strerror(errno))});
    }
    if (S_ISDIR(status.st_mode)) {
      return tl::unexpected(
          Error{ErrorKind::open_input, fmt::format("the key file {} is a directory", path)});
    }
    file->is_regular = S_ISREG(status.st_mode);
    result.files_.push_back(std::move(file));
  }
  return result;
}

void KeyFiles::read_all(KeyStore& store, bool follow) {
  for (const auto& file : files_) {
    file->read_to_end(store);
    if (!follow || !file->is_regular) file->reader.finish(store);
  }
}

void KeyFiles::read_appended(KeyStore& store) {
  for (const auto& file : files_) file->read_appended(store);
}

std::vector<std::string> KeyFiles::notes() const {
  std::vector<std::string> notes;
  for (const auto& file : files_) {
    if (std::string note = file->note(); !note.empty()) notes.push_back(std::move(note));
  }
  return notes;
}

}  // namespace rtmpscope::keys
