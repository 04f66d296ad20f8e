#include "rtmp/chunk/message_assembler.hpp"

#include <algorithm>

#include "media/media.hpp"

namespace rtmpscope::rtmp {
namespace {

/// A body larger than this gives its memory back with the message, so that nothing of it stays with a
/// connection that is idle afterwards. The head of a media message fits.
constexpr std::size_t reusable_capacity = 64;

/// In what steps bodies count as shared memory, and what is left of one that is shortened.
constexpr std::size_t count_step = std::size_t{16} << 10;
constexpr std::size_t shortened_size = 256;

/// A body of that size grows by a quarter: a vector would double it.
constexpr std::size_t large_size = std::size_t{64} << 10;

bool is_media(std::uint8_t type_id) {
  return type_id == MessageType::audio || type_id == MessageType::video;
}

std::uint32_t media_bytes_wanted(std::uint8_t type_id, Bytes head, std::uint32_t length) {
  const auto type = type_id == MessageType::audio ? media::MediaType::audio : media::MediaType::video;
  return std::min(media::bytes_wanted(type, head, length), length);
}

}  // namespace

MessageAssembler::Body& MessageAssembler::begin(Number& body, const MessageHeader& message) {
  if (unused_ == 0) {
    bodies_.emplace_back();
    unused_ = static_cast<Number>(bodies_.size());
  }
  body = unused_;
  Body& fresh = bodies_[body - 1];
  unused_ = fresh.next_unused;
  fresh.next_unused = 0;
  fresh.type_id = message.type_id;
  fresh.length = message.length;
  fresh.head_seen = media_whole_ || !is_media(message.type_id);
  fresh.wanted = fresh.head_seen ? message.length : std::min(message.length, media::head_size);
  fresh.limited = false;
  fresh.passed = 0;
  fresh.walk = walks_frames_ && message.type_id == MessageType::video ? media::FrameWalk(message.length)
                                                                      : media::FrameWalk();
  return fresh;
}

void MessageAssembler::end_before_gap(Number& body, const MessageHeader& message) {
  Body& cut = begun_body(body, message);
  cut.wanted = static_cast<std::uint32_t>(cut.bytes.size());
  cut.head_seen = true;
  cut.walk.stop();
}

/// The byte that the walk waits for has come with `payload`, which is the last that has passed.
void MessageAssembler::follow(Body& body, Bytes payload) {
  const auto before = body.passed - static_cast<std::uint32_t>(payload.size());
  if (!body.walk.started()) {
    const std::size_t head = std::min<std::size_t>(body.length, media::head_size);
    if (body.bytes.size() < head) return body.walk.stop();  // kept in part
    body.walk.start(Bytes(body.bytes).first(head));
    body.walk.take(Bytes(body.bytes).first(std::min<std::size_t>(before, head)), 0);
  }
  body.walk.take(payload, before);
}

Bytes MessageAssembler::whole(const MessageHeader& message, Bytes payload) {
  if (walks_frames_ && message.type_id == MessageType::video)
    contents_ = media::read_frame_contents(payload, message.length);
  if (media_whole_ || !is_media(message.type_id)) return payload;
  const std::uint32_t head = std::min(message.length, media::head_size);
  return payload.first(
      std::max(head, media_bytes_wanted(message.type_id, payload.first(head), message.length)));
}

/// SharedMemory has too much. Empty bodies are no message's.
void MessageAssembler::shorten_bodies() {
  for (Body& body : bodies_) {
    if (body.bytes.size() <= shortened_size) continue;
    retained_ -= body.bytes.size() - shortened_size;
    body.bytes.resize(shortened_size);
    body.bytes.shrink_to_fit();
    body.wanted = shortened_size;
    body.head_seen = true;
    body.limited = true;
  }
  memory_->leave(*place_);
  place_.reset();
  count_as(std::max(retained_, uncounted_bytes));
}

void MessageAssembler::grow_count() {
  if (memory_ == nullptr) {
    counted_ = maximum_retained_bytes;
    return;
  }
  if (!place_) place_ = memory_->enter(*this);
  const std::size_t more = std::max(retained_ - counted_, count_step);
  counted_ += more;
  memory_->add_bodies(more);
}

/// Counts less than before.
void MessageAssembler::count_as(std::size_t bytes) {
  if (memory_ == nullptr) return;
  memory_->remove_bodies(counted_ - bytes);
  counted_ = bytes;
  if (bytes > uncounted_bytes || !place_) return;
  memory_->leave(*place_);
  place_.reset();
}

void MessageAssembler::forget(Number& body) {
  Body& done = bodies_[body - 1];
  retained_ -= done.bytes.size();
  if (counted_ > uncounted_bytes && retained_ <= counted_ / 2) [[unlikely]]
    count_as(std::max(retained_, uncounted_bytes));
  done.bytes.clear();
  if (done.bytes.capacity() > reusable_capacity) done.bytes.shrink_to_fit();
  done.next_unused = unused_;
  unused_ = body;
  body = 0;
}

void MessageAssembler::keep(Body& body, Bytes payload) {
  while (!payload.empty()) {
    const std::size_t room = body.wanted - body.bytes.size();
    std::size_t count = std::min(room, payload.size());
    if (retained_ + count > maximum_retained_bytes) {
      count = maximum_retained_bytes - retained_;
      body.limited = true;
      body.head_seen = true;
      body.wanted = static_cast<std::uint32_t>(body.bytes.size() + count);
    }
    if (body.bytes.size() >= large_size && body.bytes.capacity() - body.bytes.size() < count) [[unlikely]] {
      const std::size_t more = std::max(count, body.bytes.size() / 4);
      body.bytes.reserve(std::min<std::size_t>(body.wanted, body.bytes.size() + more));
    }
    body.bytes.insert(body.bytes.end(), payload.begin(),
                      payload.begin() + static_cast<std::ptrdiff_t>(count));
    retained_ += count;
    if (retained_ > counted_) [[unlikely]]
      grow_count();
    payload = payload.subspan(count);
    if (body.bytes.size() < body.wanted || body.head_seen) return;
    limit_to_wanted(body, body.bytes);
  }
}

void MessageAssembler::limit_to_wanted(Body& body, Bytes head) {
  body.head_seen = true;
  body.wanted = std::max(body.wanted, media_bytes_wanted(body.type_id, head, body.length));
}

}  // namespace rtmpscope::rtmp
