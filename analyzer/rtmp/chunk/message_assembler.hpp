// Keeps the payload of messages in progress, as far as it will be needed.
#pragma once

#include <optional>
#include <vector>

#include "base/bytes.hpp"
#include "base/prefetch.hpp"
#include "media/frame_walk.hpp"
#include "rtmp/chunk/message.hpp"
#include "rtmp/chunk/shared_memory.hpp"

namespace rtmpscope::rtmp {

/// Message bytes that one direction keeps at most at the same time. A 16 MiB message fits; thousands of open
/// ones do not, and are kept in part.
inline constexpr std::size_t maximum_retained_bytes = std::size_t{32} << 20;

/// Bodies of one direction's messages that come in pieces.
///
/// A message that comes in one piece needs no body here: it is neither copied nor looked up. Of media
/// payload only the head is kept (media::bytes_wanted), so that video costs nothing. The caller keeps the
/// number of a message's body with its chunk stream; 0, as at the beginning: it has none.
class MessageAssembler final : private SharedMemory::Holder {
 public:
  using Number = std::uint32_t;

  MessageAssembler() = default;
  MessageAssembler(const MessageAssembler&) = delete;
  MessageAssembler& operator=(const MessageAssembler&) = delete;
  ~MessageAssembler() { count_as(uncounted_bytes); }

  /// Before anything else. `memory` outlives this; null: bodies are limited by maximum_retained_bytes alone.
  void share(SharedMemory* memory) { memory_ = memory; }
  [[nodiscard]] SharedMemory* memory() const { return memory_; }

  /// Loads what is there of bodies into the cache.
  void prefetch() const { rtmpscope::prefetch(bodies_.data(), sizeof(Body)); }

  /// For somebody who wants the media, too. Holds for bodies that begin later.
  void keep_media_whole(bool whole) { media_whole_ = whole; }
  /// Whether frames of messages that begin later are followed to their ends: see `contents`.
  void walk_frames(bool walk) { walks_frames_ = walk; }
  /// Payload in order, of a message with that header; nothing is kept after a gap.
  void append(Number& body, const MessageHeader& message, Bytes payload) {
    if (payload.empty()) return;
    Body& to = begun_body(body, message);
    keep(to, payload);
    to.passed += static_cast<std::uint32_t>(payload.size());
    if (to.passed > to.walk.next()) follow(to, payload);
  }
  /// Bytes are missing here: the body ends before them.
  void end_before_gap(Number& body, const MessageHeader& message);
  /// Takes the last piece of a message, empty if bytes are missing. Returns the body, valid until `release`
  /// or the next call.
  [[nodiscard]] Bytes finish(Number& body, const MessageHeader& message, Bytes payload) {
    contents_.reset();
    if (body == 0 && payload.size() == message.length) return whole(message, payload);
    append(body, message, payload);
    if (body == 0) return {};
    contents_ = bodies_[body - 1].walk.contents();
    return bodies_[body - 1].bytes;
  }
  /// What the message that `finish` took last consists of; valid until it takes another one. Null: it is no
  /// frame of NAL units, or frames are not followed.
  [[nodiscard]] const media::FrameContents* contents() const { return contents_ ? &*contents_ : nullptr; }
  /// The body, if there is one, is no longer needed. Large ones give their memory back.
  void release(Number& body) {
    if (body != 0) forget(body);
  }
  /// Bytes that were wanted and not kept because of maximum_retained_bytes, or of SharedMemory.
  [[nodiscard]] bool limited(Number body) const { return body != 0 && bodies_[body - 1].limited; }

 private:
  struct Body {
    std::vector<std::uint8_t> bytes;
    std::uint32_t length = 0;
    std::uint32_t wanted = 0;  ///< bytes to keep at most
    Number next_unused = 0;    ///< while it is no message's
    std::uint32_t passed = 0;  ///< payload so far
    media::FrameWalk walk;
    std::uint8_t type_id = 0;
    bool head_seen = true;  ///< `wanted` is final
    bool limited = false;
  };

  Body& begun_body(Number& body, const MessageHeader& message) {
    return body == 0 ? begin(body, message) : bodies_[body - 1];
  }
  Body& begin(Number& body, const MessageHeader& message);
  void shorten_bodies() override;
  void grow_count();
  void count_as(std::size_t bytes);
  [[nodiscard]] Bytes whole(const MessageHeader& message, Bytes payload);
  static void follow(Body& body, Bytes payload);
  void forget(Number& body);
  void keep(Body& body, Bytes payload);
  static void limit_to_wanted(Body& body, Bytes head);

  std::vector<Body> bodies_;
  std::size_t retained_ = 0;
  std::size_t counted_ = uncounted_bytes;  ///< of `retained_`, in steps; what is above it is not shared yet
  SharedMemory* memory_ = nullptr;
  std::optional<SharedMemory::Place> place_;
  Number unused_ = 0;  ///< the first one
  bool media_whole_ = false;
  bool walks_frames_ = false;
  std::optional<media::FrameContents> contents_;
};

}  // namespace rtmpscope::rtmp
