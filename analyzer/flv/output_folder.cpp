#include "flv/output_folder.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

namespace rtmpscope::flv {
namespace {

/// A process has 1024 file descriptors as a rule.
constexpr std::size_t most_open = 64;
/// Of each open file: 4 MiB in all.
constexpr std::size_t buffer_size = std::size_t{64} << 10;
constexpr mode_t file_permissions = 0666;
constexpr mode_t folder_permissions = 0777;

tl::unexpected<Error> failure(std::string message) {
  return tl::unexpected(Error{ErrorKind::write_output, std::move(message)});
}

}  // namespace

/// Bytes are `written_` on disk, then `buffer_`. Without a descriptor the buffer is empty.
class OutputFolder::File final : public ByteFile {
 public:
  File(OutputFolder& folder, std::string path) : folder_(folder), path_(std::move(path)) {}
  ~File() override { folder_.close(*this); }

  /// An error number, 0 without.
  int create(bool overwrite) {
    constexpr int flags = O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC;
    descriptor_ = ::open(path_.c_str(), flags, file_permissions);
    if (descriptor_ < 0 && errno == EEXIST && overwrite) {
      // Not emptied but removed: what is read from it meanwhile stays, and links are not followed.
      if (::unlink(path_.c_str()) != 0) return errno;
      descriptor_ = ::open(path_.c_str(), flags, file_permissions);
    }
    return descriptor_ < 0 ? errno : 0;
  }

  void append(Bytes bytes) override {
    if (!ready()) return;
    if (buffer_.size() + bytes.size() > buffer_size) flush();
    if (bytes.size() >= buffer_size) {
      put(written_, bytes);
      written_ += bytes.size();
    } else {
      buffer_.insert(buffer_.end(), bytes.begin(), bytes.end());
    }
  }

  void write_at(std::uint64_t offset, Bytes bytes) override {
    if (!ready()) return;
    if (offset >= written_) {
      std::copy(bytes.begin(), bytes.end(), buffer_.begin() + static_cast<std::ptrdiff_t>(offset - written_));
      return;
    }
    flush();
    put(offset, bytes);
  }

  std::size_t read_at(std::uint64_t offset, std::span<std::uint8_t> bytes) override {
    if (!ready()) return 0;
    flush();
    std::size_t done = 0;
    while (done < bytes.size()) {
      const ssize_t size =
          ::pread(descriptor_, bytes.data() + done, bytes.size() - done, static_cast<off_t>(offset + done));
      if (size < 0 && errno == EINTR) continue;
      if (size < 0) folder_.fail(path_, errno);
      if (size <= 0) break;
      done += static_cast<std::size_t>(size);
    }
    return done;
  }

  [[nodiscard]] bool is_open() const { return descriptor_ >= 0; }

  void reopen() {
    descriptor_ = ::open(path_.c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW);
    if (descriptor_ < 0) folder_.fail(path_, errno);
  }

  /// Some errors (quota, network file systems) show only when a file is closed.
  void close() {
    flush();
    if (::close(std::exchange(descriptor_, -1)) != 0) folder_.fail(path_, errno);
    buffer_ = {};
  }

 private:
  bool ready() {
    if (folder_.error_) return false;
    folder_.use(*this);
    return is_open();
  }

  void flush() {
    put(written_, buffer_);
    written_ += buffer_.size();
    buffer_.clear();
  }

  void put(std::uint64_t offset, Bytes bytes) {
    while (!bytes.empty() && !folder_.error_) {
      const ssize_t size = ::pwrite(descriptor_, bytes.data(), bytes.size(), static_cast<off_t>(offset));
      if (size < 0 && errno == EINTR) continue;
      if (size < 0) return folder_.fail(path_, errno);
      bytes = bytes.subspan(static_cast<std::size_t>(size));
      offset += static_cast<std::uint64_t>(size);
    }
  }

  OutputFolder& folder_;
  std::string path_;
  int descriptor_ = -1;
  std::uint64_t written_ = 0;
  std::vector<std::uint8_t> buffer_;
};

Expected<std::unique_ptr<OutputFolder>> OutputFolder::open(const std::string& path, bool overwrite) {
  const bool made = ::mkdir(path.c_str(), folder_permissions) == 0;
  if (!made && errno != EEXIST) {
    return failure(fmt::format("cannot make the folder {}: {}", path, std::strerror(errno)));
  }
  struct stat found {};
  if (::stat(path.c_str(), &found) != 0 || !S_ISDIR(found.st_mode)) {
    return failure(fmt::format("{} is not a folder", path));
  }
  if (::access(path.c_str(), W_OK | X_OK) != 0) {
    return failure(fmt::format("cannot write to {}: {}", path, std::strerror(errno)));
  }
  return std::unique_ptr<OutputFolder>(new OutputFolder(path, overwrite, made));
}

OutputFolder::~OutputFolder() {
  if (made_) ::rmdir(path_.c_str());  // fails if something is in it
}

std::unique_ptr<ByteFile> OutputFolder::create(const std::string& name) {
  if (error_) return nullptr;
  const std::string path = fmt::format("{}{}{}", path_, path_.ends_with('/') ? "" : "/", name);
  auto file = std::make_unique<File>(*this, path);
  const int error = file->create(overwrite_);
  if (error == EEXIST) {
    error_ = Error{ErrorKind::write_output, fmt::format("{} exists; --force overwrites it", path)};
    failed_ = true;
  } else if (error != 0) {
    fail(path, error);
  }
  if (error != 0) return nullptr;
  use(*file);
  return file;
}

/// Opens the file unless it is open, in place of another one if there are too many.
void OutputFolder::use(File& file) {
  const auto known = std::find(open_.rbegin(), open_.rend(), &file);
  if (known == open_.rend()) {
    if (open_.size() == most_open) close(*open_.front());
    if (!file.is_open()) file.reopen();
    if (file.is_open()) open_.push_back(&file);
  } else {
    std::rotate(known.base() - 1, known.base(), open_.end());
  }
}

void OutputFolder::close(File& file) {
  std::erase(open_, &file);
  if (file.is_open()) file.close();
}

void OutputFolder::flush() {
  while (!open_.empty()) close(*open_.back());
}

void OutputFolder::fail(const std::string& path, int error_number) {
  if (error_) return;
  error_ =
      Error{ErrorKind::write_output, fmt::format("cannot write {}: {}", path, std::strerror(error_number))};
  failed_ = true;
}

}  // namespace rtmpscope::flv
