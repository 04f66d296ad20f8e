#include "flv/recorder.hpp"

#include <algorithm>

#include "flv/redacted_script.hpp"
#include "flv/tags.hpp"
#include "rtmp/message/aggregate.hpp"

namespace rtmpscope::flv {
namespace {

using rtmp::MessageType;

StreamKey key_of(const RecordedMessage& message) {
  const rtmp::MessageHeader& header = message.message.header;
  return {message.direction,
          header.message_stream_id_known ? std::optional(header.message_stream_id) : std::nullopt,
          message.stream_name};
}

bool is_media(std::uint8_t type) {
  return type == MessageType::audio || type == MessageType::video || type == MessageType::data_amf0 ||
         type == MessageType::data_amf3 || type == MessageType::aggregate;
}

}  // namespace

void Recorder::on_command(std::string_view name, std::uint32_t message_stream_id) {
  if (name != "publish" && name != "play" && name != "play2") return;
  std::erase_if(streams_, [&](OpenStream& stream) {
    const bool ends =
        stream.message_stream_id.value_or(0) == 0 || stream.message_stream_id == message_stream_id;
    if (ends) finish(stream);
    return ends;
  });
}

void Recorder::on_message(const RecordedMessage& message) {
  const rtmp::MessageHeader& header = message.message.header;
  const Bytes body = message.message.body;
  if (!is_media(header.type_id) || header.length == 0) return;
  if (!message.message.complete || body.size() != header.length) {
    OpenStream* stream = find(key_of(message));
    const bool has_file = stream != nullptr && stream->writer != nullptr;
    return files_.on_left_out(has_file ? &stream->writer->file() : nullptr, message);
  }
  if (header.type_id != MessageType::aggregate) return add(message, {header.type_id, header.timestamp, body});
  rtmp::AggregateReader reader(message.message);
  while (const auto inner = reader.next()) {
    if (inner->body.size() != inner->length) break;
    add(message, {inner->type_id, inner->absolute_timestamp, inner->body});
  }
}

void Recorder::finish() {
  for (OpenStream& stream : streams_) finish(stream);
  streams_.clear();
}

void Recorder::add(const RecordedMessage& message, Tag tag) {
  std::vector<std::uint8_t> redacted;
  if (tag.type == MessageType::data_amf0 || tag.type == MessageType::data_amf3) {
    tag.body = script_of(tag.type, tag.body);
    tag.type = MessageType::data_amf0;
    if (redaction_ != nullptr) {
      redacted = redact_script(tag.body, *redaction_);
      tag.body = redacted;
    }
  } else if (tag.type != MessageType::audio && tag.type != MessageType::video) {
    return;
  }
  if (tag.body.empty()) return;
  const StreamKey key = key_of(message);
  OpenStream* stream = find(key);
  if (stream == nullptr) stream = open(key, message);
  if (stream == nullptr || stream->writer == nullptr) return;
  if (!stream->message_stream_id) stream->message_stream_id = key.message_stream_id;
  stream->writer->add(tag);
  files_.on_added(*stream->writer);
}

/// The latest one that fits.
Recorder::OpenStream* Recorder::find(const StreamKey& key) {
  const auto found = std::find_if(streams_.rbegin(), streams_.rend(), [&](const OpenStream& stream) {
    return is_same_stream(stream.key(), key);
  });
  return found == streams_.rend() ? nullptr : &*found;
}

Recorder::OpenStream* Recorder::open(const StreamKey& key, const RecordedMessage& message) {
  if (streams_.size() == most_open_streams) return nullptr;
  std::unique_ptr<ByteFile> file = files_.create(key, message);
  std::unique_ptr<FileWriter> writer;
  if (file != nullptr) writer = std::make_unique<FileWriter>(std::move(file), timestamps_);
  streams_.push_back({key.direction, key.message_stream_id, std::string(key.name), std::move(writer)});
  return &streams_.back();
}

void Recorder::finish(OpenStream& stream) {
  if (stream.writer != nullptr) files_.on_finished(*stream.writer);
  stream.writer.reset();
}

}  // namespace rtmpscope::flv
