// A file that is rotated, or standard output, or any other descriptor.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>

#include "base/error.hpp"
#include "delivery/destination.hpp"

namespace rtmpscope::delivery {

struct Rotation {
  std::uint64_t bytes = 0;           ///< a file becomes no larger; 0: it may
  std::chrono::seconds interval{0};  ///< a new file at each multiple of it since 1970; 0: never
  unsigned keep = 10;                ///< older files, FILE.1 is the newest

  [[nodiscard]] bool wanted() const { return bytes != 0 || interval.count() != 0; }
};

class FileDestination : public Destination {
 public:
  /// Replaces the file; with rotation goes on at its end. Errors: write_output.
  [[nodiscard]] static Expected<std::unique_ptr<FileDestination>> open(const std::string& path,
                                                                       const Rotation& rotation);
  /// Standard output.
  FileDestination();
  ~FileDestination() override;

  [[nodiscard]] int descriptor() const { return descriptor_; }
  /// open() has made it: it was not there before.
  [[nodiscard]] bool made() const { return made_; }

  [[nodiscard]] std::string name() const override;
  Written write(std::string_view bytes, bool at_line) override;
  void wait() override;
  void reopen() override;
  std::string take_message() override;
  [[nodiscard]] std::string error() const override { return error_; }
  void close() override;

 private:
  FileDestination(int descriptor, std::string path, const Rotation& rotation);
  [[nodiscard]] bool has_room() const;
  Written fail(int error_number);
  void look_at_file();
  void rotate_if_due(std::size_t coming);
  void rotate();
  bool open_anew();
  void say(std::string text);

  int descriptor_;
  std::string path_;  ///< empty: standard output
  Rotation rotation_;
  bool made_ = false;
  bool regular_ = false;
  bool no_room_ = false;  ///< and that has been said
  bool rotation_failed_ = false;
  std::uint64_t size_ = 0;
  std::int64_t period_ = 0;  ///< number of the interval that the file belongs to
  std::string message_;
  std::string error_;
};

}  // namespace rtmpscope::delivery
