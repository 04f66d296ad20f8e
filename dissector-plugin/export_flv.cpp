#include "export_flv.hpp"

#include <array>
#include <map>
#include <variant>

#include "connection_store.hpp"
#include "listed_files.hpp"
#include "recording/body_collector.hpp"
#include "rtmfp_export.hpp"
#include "rtmp/message/message_facts.hpp"
#include "taps.hpp"
#include "visit.hpp"

namespace rtmpscope::plugin {
namespace {

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
  flv::FileNames names;
  std::map<std::uint32_t, Source> sources;  ///< by the connection's number
  std::unique_ptr<RtmfpExport> rtmfp;       ///< null: no session so far
};

/// `tapped` is of an RTMFP session.
void take_datagram(Export& all, export_object_list_t* list, const packet_info* pinfo,
                   const TappedBatch& tapped) {
  if (all.rtmfp == nullptr) all.rtmfp = std::make_unique<RtmfpExport>(list, all.names, rtmfp_sessions());
  const PacketRef packet{pinfo->num, time_of(pinfo)};
  if (tapped.batch.place == end_place) return all.rtmfp->on_packet(packet);
  const auto size = static_cast<std::uint32_t>(tapped.frame.size());
  all.rtmfp->on_datagram(
      {source_of(pinfo), destination_of(pinfo), packet, tapped.frame, tapped.batch.length - size});
}

/// By Wireshark's list, which outlives its tap.
std::map<const export_object_list_t*, Export>& exports() {
  static auto& instance = *new std::map<const export_object_list_t*, Export>;
  return instance;
}

tap_packet_status on_batch(void* user, packet_info* pinfo, epan_dissect_t*, const void* data, tap_flags_t) {
  const auto& tapped = *static_cast<const TappedBatch*>(data);
  const RecordedConnection& connection = *tapped.connection;
  if (connection.summary() == nullptr) return TAP_PACKET_DONT_REDRAW;
  try {
    auto* list = static_cast<export_object_list_t*>(user);
    Export& all = exports()[list];
    if (connection.transport() == rtmp::Transport::rtmfp) {
      take_datagram(all, list, pinfo, tapped);
      return TAP_PACKET_REDRAW;
    }
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
