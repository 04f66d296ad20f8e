// The folder on disk that exported files go to.
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "flv/byte_file.hpp"

namespace rtmpscope::flv {

/// Files in one folder. Any number may be in use: only the latest ones are open and have a buffer.
///
/// All calls come from one thread at a time, but for `failed`. The files must not outlive the folder.
class OutputFolder {
 public:
  /// Makes the folder if there is none; the one above must be there. `overwrite`: files that are there
  /// already are replaced, which is an error otherwise.
  [[nodiscard]] static Expected<std::unique_ptr<OutputFolder>> open(const std::string& path, bool overwrite);
  /// Removes the folder again if it was made, and nothing was put there.
  ~OutputFolder();
  OutputFolder(const OutputFolder&) = delete;
  OutputFolder& operator=(const OutputFolder&) = delete;

  /// `name` has no separators. Null after an error.
  [[nodiscard]] std::unique_ptr<ByteFile> create(const std::string& name);

  [[nodiscard]] const std::string& path() const { return path_; }
  /// The first error. With it all files are closed, and take no bytes.
  [[nodiscard]] const std::optional<Error>& error() const { return error_; }
  /// Whether there is an error; for other threads.
  [[nodiscard]] bool failed() const { return failed_; }
  /// Writes what is buffered, and closes all files until they are used again. To be called before `error` is
  /// asked at the end.
  void flush();

 private:
  class File;

  OutputFolder(std::string path, bool overwrite, bool made)
      : path_(std::move(path)), overwrite_(overwrite), made_(made) {}
  void use(File& file);
  void close(File& file);
  void fail(const std::string& path, int error_number);

  std::string path_;
  bool overwrite_;
  bool made_;                ///< the folder was not there
  std::vector<File*> open_;  ///< the least recently used first
  std::optional<Error> error_;
  std::atomic<bool> failed_ = false;
};

}  // namespace rtmpscope::flv
