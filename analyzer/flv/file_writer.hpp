// One FLV file, as a recorder writes it: a message becomes a tag.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>

#include "base/bytes.hpp"
#include "flv/byte_file.hpp"

namespace rtmpscope::flv {

/// What the times of tags are.
enum class Timestamps : std::uint8_t {
  from_zero,  ///< milliseconds since the earliest coded frame; what comes before that frame has 0
  as_sent,    ///< the messages' own, modulo 2^32
};

struct Tag {
  std::uint8_t type = 0;        ///< 8, 9 or 18, which mean the same in messages and tags
  std::uint32_t timestamp = 0;  ///< the message's, in milliseconds
  Bytes body;  ///< the message's, whole, below 16 MiB; Enhanced RTMP's headers are part of it
};

/// What a file holds.
struct FileContents {
  std::uint64_t video = 0;  ///< tags
  std::uint64_t audio = 0;
  std::uint64_t data = 0;
  std::uint64_t bytes = 0;
  std::uint32_t duration = 0;           ///< milliseconds from the earliest coded frame to the latest
  std::uint64_t undecodable_video = 0;  ///< coded frames before the configuration that their codec needs
  std::uint64_t undecodable_audio = 0;
  bool has_video_configuration = false;
  bool has_audio_configuration = false;
};

/// The file is complete after each call.
class FileWriter {
 public:
  FileWriter(std::unique_ptr<ByteFile> file, Timestamps timestamps);

  void add(const Tag& tag);
  /// Writes the file's duration so far into the metadata, if the sender gave one: live it is 0, and of a part
  /// it is too long. To be called after the last tag, or after each where nobody knows which is the last.
  void patch_duration();

  [[nodiscard]] const FileContents& contents() const { return contents_; }
  [[nodiscard]] ByteFile& file() { return *file_; }

 private:
  /// What a tag's body says of itself.
  struct Kind {
    bool coded = false;  ///< gives the file its times; configuration often comes with a time of its own
    bool configuration = false;  ///< what a decoder needs before the first frame
    bool needs_configuration = false;
  };

  [[nodiscard]] static Kind kind_of(const Tag& tag);
  void count(const Tag& tag, Kind kind);
  void note_duration_place(const Tag& tag);
  void set_flag(std::uint8_t flag);
  [[nodiscard]] std::uint32_t coded_time(std::uint32_t timestamp);
  [[nodiscard]] std::uint32_t other_time(std::uint32_t timestamp) const;
  void move_tags(std::uint32_t milliseconds);
  void append(Bytes bytes);

  std::unique_ptr<ByteFile> file_;
  Timestamps timestamps_;
  FileContents contents_;
  std::uint8_t flags_ = 0;                       ///< of the file header
  std::optional<std::uint64_t> media_begin_;     ///< offset of the first coded frame's tag
  std::optional<std::uint64_t> duration_place_;  ///< offset of the metadata's duration, an AMF0 number
  std::optional<std::int64_t> last_;             ///< time of the last coded frame, without wraps
  std::int64_t begin_ = 0;                       ///< of the earliest one
  std::int64_t end_ = 0;                         ///< of the latest one
  std::uint32_t moves_ = 0;
};

}  // namespace rtmpscope::flv
