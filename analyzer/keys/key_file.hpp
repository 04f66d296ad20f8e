// Key logs in files, which may still grow while they are read.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "keys/key_reader.hpp"

namespace rtmpscope::keys {

/// The files of `--keys`, read in their order.
class KeyFiles {
 public:
  /// Fails if one cannot be opened or is a directory.
  static Expected<KeyFiles> open(std::span<const std::string> paths);
  KeyFiles();
  KeyFiles(KeyFiles&&) noexcept;
  KeyFiles& operator=(KeyFiles&&) noexcept;
  ~KeyFiles();

  [[nodiscard]] bool empty() const { return files_.empty(); }

  /// Reads all files to their ends. What is not a regular file is read until its writer closes it. With
  /// `follow` a last line without a line end waits for its rest, which read_appended brings.
  void read_all(KeyStore& store, bool follow);
  /// Reads what has been appended to regular files since; a line without a line end waits for its rest. A
  /// file that has become shorter is read anew.
  void read_appended(KeyStore& store);

  /// For a person, one line each, without a newline: files with no usable line, with malformed lines, with
  /// more than is kept, and those that could not be read to their ends. Says nothing of keys themselves.
  [[nodiscard]] std::vector<std::string> notes() const;

 private:
  struct File;
  std::vector<std::unique_ptr<File>> files_;
};

}  // namespace rtmpscope::keys
