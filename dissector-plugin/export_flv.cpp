#include "export_flv.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <variant>

#include "flv/file_names.hpp"
#include "flv/recorder.hpp"
#include "output/redaction.hpp"
#include "recording/body_collector.hpp"
#include "rtmp/message/message_facts.hpp"
#include "taps.hpp"
#include "visit.hpp"

namespace rtmpscope::plugin {
namespace {

/// A file whose bytes belong to Wireshark's list.
class ListedFile final : public flv::ByteFile {
 public:
  /// `entry` has all but its payload.
  explicit ListedFile(export_object_entry_t* entry) : entry_(entry) {}

  void append(Bytes bytes) override {
    if (bytes.empty()) return;
    if (capacity_ - entry_->payload_len < bytes.size()) {
      capacity_ = std::max<std::size_t>(capacity_ + capacity_ / 2, entry_->payload_len + bytes.size());
      entry_->payload_data = static_cast<guint8*>(g_realloc(entry_->payload_data, capacity_));
    }
    std::copy(bytes.begin(), bytes.end(), entry_->payload_data + entry_->payload_len);
    entry_->payload_len += bytes.size();
  }
  void write_at(std::uint64_t offset, Bytes bytes) override {
    std::copy(bytes.begin(), bytes.end(), entry_->payload_data + offset);
  }
  void set_content_type(const std::string& text) {
    if (entry_->content_type != nullptr && text == entry_->content_type) return;
    g_free(entry_->content_type);
    entry_->content_type = g_strdup(text.c_str());
  }
  std::size_t read_at(std::uint64_t offset, std::span<std::uint8_t> bytes) override {
    const std::uint64_t there = entry_->payload_len - std::min<std::uint64_t>(offset, entry_->payload_len);
    const std::size_t size = std::min<std::uint64_t>(bytes.size(), there);
    std::copy_n(entry_->payload_data + offset, size, bytes.begin());
    return size;
  }

 private:
  export_object_entry_t* entry_;
  std::size_t capacity_ = 0;
};

/// With what a player will miss, since the list of Wireshark has no other place for it.
std::string content_type(const flv::FileContents& contents) {
  std::string text = "video/x-flv";
  const bool video = !contents.has_video_configuration && contents.undecodable_video != 0;
  const bool audio = !contents.has_audio_configuration && contents.undecodable_audio != 0;
  if (!video && !audio) return text;
  text.append(" (the configuration of the ").append(video ? "video" : "audio");
  return text.append(video && audio ? " and audio" : "").append(" was not captured)");
}

/// The files of one connection.
class ListedFiles final : public flv::FileStore {
 public:
  ListedFiles(export_object_list_t* list, flv::FileNames& names, const RecordedConnection& connection)
      : list_(list), names_(names), connection_(connection) {}

  std::unique_ptr<flv::ByteFile> create(const flv::StreamKey& stream,
                                        const flv::RecordedMessage& first) override {
    const std::string name = names_.name(
        {first.app, stream.name, stream.message_stream_id, connection_.index()}, redaction_.get());
    auto* entry = g_new0(export_object_entry_t, 1);
    entry->pkt_num = static_cast<guint32>(first.frame);
    entry->hostname =
        g_strdup(output::endpoint_text(connection_.summary()->info.server, redaction_.get()).c_str());
    entry->content_type = g_strdup(content_type({}).c_str());
    entry->filename = g_strdup(name.c_str());
    list_->add_entry(list_->gui_data, entry);
    return std::make_unique<ListedFile>(entry);
  }
  /// Wireshark does not say when its list is complete.
  void on_added(flv::FileWriter& writer) override {
    writer.patch_duration();
    static_cast<ListedFile&>(writer.file()).set_content_type(content_type(writer.contents()));
  }
  void on_left_out(flv::ByteFile*, const flv::RecordedMessage&) override {}
  void on_finished(flv::FileWriter&) override {}

 private:
  export_object_list_t* list_;
  flv::FileNames& names_;
  const RecordedConnection& connection_;
  output::RedactionPointer redaction_ = presenter().redaction();
};

/// One connection.
class Source {
 public:
  Source(export_object_list_t* list, flv::FileNames& names, const RecordedConnection& connection)
      : connection_(connection), files_(list, names, connection) {}
  Source(const Source&) = delete;
  Source& operator=(const Source&) = delete;

  void take_batch(const recording::RecordBatch& batch, Bytes frame) {
    if (const Bytes content = connection_.content(batch, frame); !content.empty()) {
      bodies_[index_of(batch.direction)].add(batch.stream_offset + batch.repeated, content);
    }
    recording::Record record;
    for (recording::RecordReader records(batch); records.next(record);) {
      recording::BodyCollector& bodies = bodies_[index_of(record.direction)];
      switch (record.kind) {
        case recording::Record::Kind::chunk: bodies.begin_chunk(record.chunk); break;
        case recording::Record::Kind::message: take_message(record.message, record.direction, frame); break;
        case recording::Record::Kind::event:
          if (connection_.records().event(record.event).kind == EventKind::sync_lost) bodies.lose_borders();
          break;
      }
    }
  }

 private:
  void take_message(const recording::MessageRecord& record, Direction direction, Bytes frame) {
    const rtmp::MessageHeader& header = record.header;
    Bytes body = bodies_[index_of(direction)].end_message(header);
    const Bytes kept = bytes_of(record.body, frame);
    if (kept.size() == header.length) body = kept;
    const rtmp::Message message{header, body, record.complete && body.size() == header.length};
    if (rtmp::is_command(header.type_id) && message.complete && direction == Direction::to_server) {
      const rtmp::MessageFacts facts = rtmp::read_message_facts(message);
      if (const auto* command = std::get_if<rtmp::CommandFacts>(&facts)) {
        recorder_.on_command(command->name, header.message_stream_id);
      }
    }
    recorder_.on_message({message, direction, connection_.records().text(record.stream_name),
                          connection_.records().text(record.app), record.frame});
  }

  const RecordedConnection& connection_;
  std::array<recording::BodyCollector, 2> bodies_;  ///< by index_of(Direction)
  ListedFiles files_;
  output::RedactionPointer redaction_ = presenter().redaction();
  flv::Recorder recorder_{files_, flv::Timestamps::from_zero, redaction_.get()};
};

struct Export {
  std::map<std::uint32_t, Source> sources;  ///< by the connection's number
  flv::FileNames names;
};

/// By Wireshark's list, which outlives its tap.
std::map<const export_object_list_t*, Export>& exports() {
  static auto& instance = *new std::map<const export_object_list_t*, Export>;
  return instance;
}

tap_packet_status on_batch(void* user, packet_info*, epan_dissect_t*, const void* data, tap_flags_t) {
  const auto& tapped = *static_cast<const TappedBatch*>(data);
  const RecordedConnection& connection = *tapped.connection;
  if (connection.summary() == nullptr) return TAP_PACKET_DONT_REDRAW;
  try {
    auto* list = static_cast<export_object_list_t*>(user);
    Export& all = exports()[list];
    const auto source = all.sources.try_emplace(connection.index(), list, all.names, connection).first;
    source->second.take_batch(tapped.batch, tapped.frame);
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
