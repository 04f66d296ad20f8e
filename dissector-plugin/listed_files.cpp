#include "listed_files.hpp"

#include <algorithm>

#include "output/redaction.hpp"
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

}  // namespace

ListedFiles::ListedFiles(export_object_list_t* list, flv::FileNames& names,
                         const RecordedConnection& connection)
    : list_(list), names_(names), connection_(connection), redaction_(presenter().redaction()) {}

std::unique_ptr<flv::ByteFile> ListedFiles::create(const flv::StreamKey& stream,
                                                   const flv::RecordedMessage& first) {
  const std::string name =
      names_.name({first.app, stream.name, stream.message_stream_id, connection_.index()}, redaction_.get());
  auto* entry = g_new0(export_object_entry_t, 1);
  entry->pkt_num = static_cast<guint32>(first.frame);
  if (const rtmp::ConnectionSummary* summary = connection_.summary()) {
    entry->hostname = g_strdup(output::endpoint_text(summary->info.server, redaction_.get()).c_str());
  }
  entry->content_type = g_strdup(content_type({}).c_str());
  entry->filename = g_strdup(name.c_str());
  list_->add_entry(list_->gui_data, entry);
  return std::make_unique<ListedFile>(entry);
}

void ListedFiles::on_added(flv::FileWriter& writer) {
  writer.patch_duration();
  static_cast<ListedFile&>(writer.file()).set_content_type(content_type(writer.contents()));
}

}  // namespace rtmpscope::plugin
