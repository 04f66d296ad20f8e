#include "rtmp/message_assembler.hpp"

#include <algorithm>

#include "media/media.hpp"

namespace rtmpscope::rtmp {
namespace {

/// A body larger than this gives its memory back with the message, so that nothing of it stays with a connection that
/// is idle afterwards. The head of a media message fits.
constexpr std::size_t reusable_capacity = 64;

bool is_media(std::uint8_t type_id) { return type_id == MessageType::audio || type_id == MessageType::video; }

std::uint32_t media_bytes_wanted(std::uint8_t type_id, Bytes head, std::uint32_t length) {
  const auto type = type_id == MessageType::audio ? media::MediaType::audio : media::MediaType::video;
  return std::min(media::bytes_wanted(type, head, length), length);
}

}  // namespace

void MessageAssembler::begin(std::size_t stream, std::uint8_t type_id, std::uint32_t length) {
  if (stream >= bodies_.size()) {
    if (stream < usual_chunk_streams) bodies_.reserve(stream + 1);  // room for more would mostly stay empty
    bodies_.resize(stream + 1);
  }
  Body& body = bodies_[stream];
  release(stream);
  body.type_id = type_id;
  body.length = length;
  body.head_seen = media_whole_ || !is_media(type_id);
  body.wanted = body.head_seen ? length : std::min(length, media::head_size);
  body.limited = false;
}

void MessageAssembler::append(std::size_t stream, Bytes payload) { keep(bodies_[stream], payload); }

void MessageAssembler::hole(std::size_t stream) {
  Body& body = bodies_[stream];
  body.wanted = static_cast<std::uint32_t>(body.bytes.size());
  body.head_seen = true;
}

Bytes MessageAssembler::finish(std::size_t stream, Bytes payload) {
  Body& body = bodies_[stream];
  if (body.bytes.empty() && payload.size() == body.length) {
    // The whole message in one piece: a view does.
    if (!body.head_seen) settle(body, payload.first(body.wanted));
    return payload.first(body.wanted);
  }
  keep(body, payload);
  return body.bytes;
}

void MessageAssembler::forget(Body& body) {
  retained_ -= body.bytes.size();
  body.bytes.clear();
  if (body.bytes.capacity() > reusable_capacity) body.bytes.shrink_to_fit();
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
    body.bytes.insert(body.bytes.end(), payload.begin(), payload.begin() + static_cast<std::ptrdiff_t>(count));
    retained_ += count;
    payload = payload.subspan(count);
    if (body.bytes.size() < body.wanted || body.head_seen) return;
    settle(body, body.bytes);
  }
}

void MessageAssembler::settle(Body& body, Bytes head) {
  body.head_seen = true;
  body.wanted = std::max(body.wanted, media_bytes_wanted(body.type_id, head, body.length));
}

}  // namespace rtmpscope::rtmp
