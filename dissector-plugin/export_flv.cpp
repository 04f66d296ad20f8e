#include "export_flv.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "flv/tags.hpp"
#include "media/media.hpp"
#include "output/redaction.hpp"
#include "output/text/terminal_text.hpp"
#include "recording/body_collector.hpp"
#include "rtmp/message/aggregate.hpp"
#include "rtmp/message/command_facts.hpp"
#include "rtmp/message/describe_message.hpp"
#include "taps.hpp"
#include "visit.hpp"

namespace rtmpscope::plugin {
namespace {

using rtmp::MessageType;

/// A message as it becomes a tag.
struct Media {
  std::uint8_t type;
  std::uint32_t timestamp;
  Bytes body;
  std::uint32_t frame;  ///< packet
};

/// Coded frames give the file its times; configuration often comes with a time of its own.
bool is_coded(const Media& media) {
  const auto length = static_cast<std::uint32_t>(media.body.size());
  if (media.type == MessageType::video) {
    return media::read_video_facts(media.body, length).kind == media::VideoPacketKind::coded_frames;
  }
  return media.type == MessageType::audio &&
         media::read_audio_facts(media.body, length).kind == media::AudioPacketKind::coded_frames;
}

/// One file. Its bytes belong to Wireshark's list from the first one on, and are in order after each call.
class FlvFile {
 public:
  /// `entry` has all but its payload.
  explicit FlvFile(export_object_entry_t* entry) : entry_(entry) { append(flv::file_header(0)); }

  void add(const Media& media) {
    const bool coded = is_coded(media);
    const std::uint32_t timestamp = coded ? coded_time(media.timestamp) : other_time(media.timestamp);
    if (coded && !media_begin_) media_begin_ = entry_->payload_len;
    if (media.type == MessageType::audio) entry_->payload_data[flv::flags_at] |= flv::has_audio;
    if (media.type == MessageType::video) entry_->payload_data[flv::flags_at] |= flv::has_video;
    const auto length = static_cast<std::uint32_t>(media.body.size());
    append(flv::tag_header(media.type, length, timestamp));
    append(media.body);
    append(flv::back_pointer(length));
  }

 private:
  /// Times count from the earliest frame. That is nearly always the first one.
  std::uint32_t coded_time(std::uint32_t timestamp) {
    constexpr std::uint32_t most_shifts = 64;
    if (!last_) {
      last_ = begin_ = timestamp;
    } else {
      *last_ += static_cast<std::int32_t>(timestamp - static_cast<std::uint32_t>(*last_));
    }
    if (*last_ < begin_ && shifts_ < most_shifts) {
      ++shifts_;
      flv::shift_tags({entry_->payload_data + *media_begin_, entry_->payload_len - *media_begin_},
                      static_cast<std::uint32_t>(begin_ - *last_));
      begin_ = *last_;
    }
    return static_cast<std::uint32_t>(std::max<std::int64_t>(*last_ - begin_, 0));
  }
  [[nodiscard]] std::uint32_t other_time(std::uint32_t timestamp) const {
    if (!last_) return 0;
    const std::int64_t time =
        *last_ + static_cast<std::int32_t>(timestamp - static_cast<std::uint32_t>(*last_));
    return static_cast<std::uint32_t>(std::max<std::int64_t>(time - begin_, 0));
  }

  void append(Bytes bytes) {
    if (bytes.empty()) return;
    if (capacity_ - entry_->payload_len < bytes.size()) {
      capacity_ = std::max<std::size_t>(capacity_ + capacity_ / 2, entry_->payload_len + bytes.size());
      entry_->payload_data = static_cast<guint8*>(g_realloc(entry_->payload_data, capacity_));
    }
    std::copy(bytes.begin(), bytes.end(), entry_->payload_data + entry_->payload_len);
    entry_->payload_len += bytes.size();
  }

  export_object_entry_t* entry_;
  std::size_t capacity_ = 0;
  std::optional<std::size_t> media_begin_;  ///< of the first coded frame's tag
  std::optional<std::int64_t> last_;        ///< time of the last coded frame, without wraps
  std::int64_t begin_ = 0;                  ///< of the earliest one
  std::uint32_t shifts_ = 0;
};

/// A stream that media of one direction belongs to.
struct OpenStream {
  Direction direction;
  std::optional<std::uint32_t> message_stream_id;  ///< none: the header that tells was not captured
  std::uint32_t name;                              ///< as in recording::MessageRecord
  FlvFile file;
};

/// Of one connection.
struct Source {
  std::array<recording::BodyCollector, 2> bodies;  ///< by index_of(Direction)
  std::vector<OpenStream> streams;
};

struct Export {
  std::map<std::uint32_t, Source> sources;  ///< by the connection's number
  std::set<std::string> names;
};

/// By Wireshark's list, which outlives its tap.
std::map<const export_object_list_t*, Export>& exports() {
  static auto& instance = *new std::map<const export_object_list_t*, Export>;
  return instance;
}

// ---- names

std::optional<std::uint32_t> stream_id(const recording::MessageRecord& record) {
  return record.header.message_stream_id_known ? std::optional(record.header.message_stream_id)
                                               : std::nullopt;
}

/// Cut to `size` bytes, between characters.
void cut(std::string& text, std::size_t size) {
  if (text.size() <= size) return;
  while (size > 0 && (static_cast<unsigned char>(text[size]) & 0xC0U) == 0x80U) --size;
  text.resize(size);
}

/// Captured text as a part of a file's name, on any system.
std::string name_part(std::string_view captured) {
  constexpr std::size_t longest = 96;
  std::string text = output::safe(captured, false);
  for (char& character : text) {
    if (std::string_view("/\\:*?\"<>|%").find(character) != std::string_view::npos) character = '_';
  }
  if (text.starts_with('.')) text.front() = '_';
  cut(text, longest);
  return text;
}

std::string file_name(Export& all, const Connection& connection, const recording::MessageRecord& record) {
  const std::string_view app = connection.records().text(record.app);
  const std::string_view stream = connection.records().text(record.stream_name);
  std::string name = name_part(redact != 0 ? output::redact_app(app) : app);
  if (!name.empty()) name += '_';
  name += stream.empty() || redact != 0 ? fmt::format("stream{}", stream_id(record).value_or(0))
                                        : name_part(stream);
  // The same stream may be published and played, and more than once.
  std::string unique = name;
  for (std::uint32_t i = 1; !all.names.insert(unique).second; ++i) {
    unique = fmt::format("{}-{}{}", name, connection.index(), i == 1 ? "" : fmt::format("-{}", i));
  }
  return unique + ".flv";
}

// ---- from messages to files

FlvFile new_file(export_object_list_t* list, Export& all, const Connection& connection,
                 const recording::MessageRecord& record) {
  auto* entry = g_new0(export_object_entry_t, 1);
  entry->pkt_num = record.frame;
  entry->hostname = g_strdup(connection.session()->summary().info.server.to_string().c_str());
  entry->content_type = g_strdup("video/x-flv");
  entry->filename = g_strdup(file_name(all, connection, record).c_str());
  FlvFile file(entry);
  list->add_entry(list->gui_data, entry);
  return file;
}

/// Some servers send on message stream 0 what belongs to another one.
bool is_same_stream(const OpenStream& stream, Direction direction, const recording::MessageRecord& record) {
  if (stream.direction != direction) return false;
  const auto id = stream_id(record);
  if (!id || !stream.message_stream_id || id == stream.message_stream_id) return true;
  return (stream.message_stream_id == 0U || id == 0U) && stream.name == record.stream_name &&
         record.stream_name != 0;
}

class Exporter {
 public:
  Exporter(export_object_list_t* list, const TappedBatch& tapped)
      : list_(list),
        all_(exports()[list]),
        connection_(*tapped.connection),
        source_(all_.sources[connection_.index()]),
        tapped_(tapped) {}

  void take_batch() {
    const recording::RecordBatch& batch = tapped_.batch;
    if (batch.repeated < tapped_.frame.size()) {
      source_.bodies[index_of(batch.direction)].add(batch.stream_offset + batch.repeated,
                                                    tapped_.frame.subspan(batch.repeated));
    }
    recording::Record record;
    for (recording::RecordReader records(batch); records.next(record);) {
      recording::BodyCollector& bodies = source_.bodies[index_of(record.direction)];
      switch (record.kind) {
        case recording::Record::Kind::chunk: bodies.begin_chunk(record.chunk); break;
        case recording::Record::Kind::message: take_message(record.message, record.direction, bodies); break;
        case recording::Record::Kind::event:
          if (connection_.records().event(record.event).kind == EventKind::sync_lost) bodies.lose_borders();
          break;
      }
    }
  }

 private:
  void take_message(const recording::MessageRecord& record, Direction direction,
                    recording::BodyCollector& bodies) {
    Bytes body = bodies.end_message(record.header);
    const Bytes kept = bytes_of(record.body, tapped_.frame);
    if (kept.size() == record.header.length) body = kept;
    if (!record.complete || body.size() != record.header.length || body.empty()) return;
    const rtmp::Message message{record.header, body, true};
    switch (record.header.type_id) {
      case MessageType::command_amf0:
      case MessageType::command_amf3:
        if (direction == Direction::to_server) take_command(message);
        break;
      case MessageType::aggregate: {
        rtmp::AggregateReader reader(message);
        while (const auto inner = reader.next()) {
          if (inner->body.size() != inner->length) break;
          add(record, direction, {inner->type_id, inner->absolute_timestamp, inner->body, record.frame});
        }
        break;
      }
      default: add(record, direction, {record.header.type_id, record.header.timestamp, body, record.frame});
    }
  }

  /// What follows is another recording, though the message stream may be the same.
  void take_command(const rtmp::Message& message) {
    rtmp::FactSink sink;
    rtmp::describe_command(message, sink);
    const std::string_view name = sink.facts().name;
    if (name != "publish" && name != "play" && name != "play2") return;
    std::erase_if(source_.streams, [&](const OpenStream& stream) {
      return stream.message_stream_id.value_or(0) == 0 ||
             stream.message_stream_id == message.header.message_stream_id;
    });
  }

  void add(const recording::MessageRecord& record, Direction direction, Media media) {
    if (media.type == MessageType::data_amf0 || media.type == MessageType::data_amf3) {
      media.body = flv::script_of(media.type, media.body);
      media.type = MessageType::data_amf0;
    } else if (media.type != MessageType::audio && media.type != MessageType::video) {
      return;
    }
    if (!media.body.empty()) file_of(record, direction).add(media);
  }

  FlvFile& file_of(const recording::MessageRecord& record, Direction direction) {
    const auto found =
        std::find_if(source_.streams.rbegin(), source_.streams.rend(),
                     [&](const OpenStream& stream) { return is_same_stream(stream, direction, record); });
    if (found != source_.streams.rend()) {
      if (!found->message_stream_id) found->message_stream_id = stream_id(record);
      return found->file;
    }
    source_.streams.push_back(
        {direction, stream_id(record), record.stream_name, new_file(list_, all_, connection_, record)});
    return source_.streams.back().file;
  }

  export_object_list_t* list_;
  Export& all_;
  const Connection& connection_;
  Source& source_;
  const TappedBatch& tapped_;
};

tap_packet_status on_batch(void* user, packet_info*, epan_dissect_t*, const void* data, tap_flags_t) {
  const auto& tapped = *static_cast<const TappedBatch*>(data);
  if (tapped.connection->session() == nullptr) return TAP_PACKET_DONT_REDRAW;
  try {
    Exporter(static_cast<export_object_list_t*>(user), tapped).take_batch();
  } catch (...) {
    return TAP_PACKET_FAILED;
  }
  return TAP_PACKET_REDRAW;
}

void forget_all() {
  exports().clear();
}

}  // namespace

void register_export(int protocol_id) {
  add_tap(Tap::export_object, register_export_object(protocol_id, on_batch, forget_all));
  // Connections are numbered anew with the next capture.
  register_cleanup_routine(forget_all);
}

}  // namespace rtmpscope::plugin
