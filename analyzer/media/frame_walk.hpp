// Follows the lengths of a frame's NAL units while its bytes pass (ISO/IEC 14496-15, section 5.3.4.2).
#pragma once

#include <limits>
#include <optional>

#include "base/bytes.hpp"
#include "media/frame_contents.hpp"

namespace rtmpscope::media {

/// Where the NAL units of a message are.
struct FramePlace {
  VideoCodec codec = VideoCodec::unknown;
  std::uint32_t begin = 0;  ///< offset in the body; they go to its end
};
/// Of a message that is one coded frame of H.264, H.265 or H.266: nothing for all others, those with several
/// tracks included, and where the head does not say it. `head` is as in bytes_wanted.
[[nodiscard]] std::optional<FramePlace> frame_place(Bytes head, std::uint32_t length);

/// Reads four bytes of length and one or two of header of each NAL unit, and nothing else.
///
/// Begin it with a message. When byte `next()` of the body has come, `start` it with the head, and hand over
/// the bytes that hold it; and so on. What comes in between need not be handed over. Lengths of another size
/// than four are not followed: the walk ends where one goes beyond the message.
class FrameWalk {
 public:
  /// `next()` if no more is wanted.
  static constexpr std::uint32_t never = std::numeric_limits<std::uint32_t>::max();

  FrameWalk() = default;
  /// For a message of `length` bytes.
  explicit FrameWalk(std::uint32_t length);

  [[nodiscard]] std::uint32_t next() const { return next_; }
  [[nodiscard]] bool started() const { return started_; }
  /// `head`: the first bytes of the body, head_size of them or all.
  void start(Bytes head);
  /// `bytes` are those of the body from `offset` on, with byte `next()` among them or behind them.
  void take(Bytes bytes, std::uint32_t offset);
  /// Bytes are missing from here on, or nobody will hand them over.
  void stop() { next_ = never; }

  /// What has been seen; nothing if the message is no frame of NAL units, or its head has not come.
  [[nodiscard]] const std::optional<FrameContents>& contents() const { return contents_; }

 private:
  void take_byte(std::uint8_t byte);
  void begin_unit();
  void end_length();

  std::optional<FrameContents> contents_;
  std::uint32_t next_ = never;
  std::uint32_t end_ = 0;     ///< of the body
  std::uint32_t length_ = 0;  ///< of the NAL unit, as far as it was read
  std::uint8_t read_ = 0;     ///< bytes of its length and header
  bool started_ = false;
  VideoCodec codec_ = VideoCodec::unknown;
};

/// Of a body whose first `body.size()` bytes are here.
[[nodiscard]] std::optional<FrameContents> read_frame_contents(Bytes body, std::uint32_t length);

/// `kept` is the beginning of a video message of `length` bytes. describe_video says the same of so many of
/// its bytes: where they end within a picture, only the head of that is read.
[[nodiscard]] std::size_t bytes_described(Bytes kept, std::uint32_t length);

}  // namespace rtmpscope::media
