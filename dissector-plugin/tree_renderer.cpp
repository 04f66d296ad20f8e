#include "tree_renderer.hpp"

#include <cstring>

#include "expert_items.hpp"
#include "field_registry.hpp"
#include "field_tree.hpp"
#include "item_label.hpp"
#include "recording/header_bytes.hpp"

// No local variable of this file has a destructor: see render().

namespace rtmpscope::plugin {
namespace {

constexpr Timestamp nanoseconds_per_second = 1'000'000'000;

void add_direction(Target& target, proto_tree* tree, Direction direction) {
  proto_item_set_generated(proto_tree_add_uint(tree, field(FieldId::event_direction), target.tvb, 0, 0,
                                               static_cast<guint32>(direction)));
}

void add_chunk(Target& target, tvbuff_t* frame_tvb, proto_tree* tree, const recording::ChunkRecord& record,
               const recording::RecordBatch& batch, Direction direction, std::size_t captured) {
  const bool same_direction = direction == batch.direction;
  const rtmp::ChunkHeader& header = record.header;
  const bool inside = same_direction && header.stream_offset >= batch.stream_offset &&
                      header.stream_offset + header.size <= batch.stream_offset + captured;
  int base = 0;
  int length = header.size;
  if (inside) {
    target.tvb = frame_tvb;
    const auto place = static_cast<std::uint32_t>(header.stream_offset - batch.stream_offset);
    base = static_cast<int>(batch.proxy_header + place);
    const auto room = static_cast<std::uint32_t>(captured) - place - header.size;
    length += static_cast<int>(std::min(record.payload_length, room));
    if (record.payload_length <= room)
      target.chunks.add(header.chunk_stream_id, static_cast<std::uint32_t>(base) + header.size,
                        record.payload_length);
  } else {
    // It began in an earlier packet.
    auto* bytes = static_cast<std::uint8_t*>(wmem_alloc(target.pinfo->pool, rtmp::maximum_header_size));
    recording::write_header(header, bytes);
    target.tvb = tvb_new_child_real_data(frame_tvb, bytes, header.size, header.size);
    add_new_data_source(target.pinfo, target.tvb, "RTMP chunk header");
  }
  proto_item* item = add_bare_item(tree, field(EventKind::chunk), target.tvb, base, 0);
  proto_item_set_len(item, length);
  ItemLabel label(item);
  label << "Chunk: type ";
  label.number(unsigned{header.format}) << ", chunk stream ";
  label.number(header.chunk_stream_id) << ", ";
  label.number(record.payload_length)
      << (record.payload_length == 1 ? " byte of payload" : " bytes of payload");
  proto_tree* subtree_of_chunk = proto_item_add_subtree(item, subtree());
  if (!same_direction) add_direction(target, subtree_of_chunk, direction);
  add_fields(target, subtree_of_chunk, item, target.presenter->chunk_fields(record), base, true);
}

/// The bytes of a message or handshake part as a tvb of their own.
tvbuff_t* tvb_of(Target& target, tvbuff_t* frame_tvb, const recording::KeptBytes& kept, std::uint32_t size,
                 const char* name) {
  if (kept.copy != nullptr) {
    tvbuff_t* tvb =
        tvb_new_child_real_data(frame_tvb, kept.copy, kept.size, static_cast<int>(std::max(size, kept.size)));
    const char* title = kept.size >= size ? name
                                          : wmem_strdup_printf(target.pinfo->pool, "%s, first %u of %u bytes",
                                                               name, kept.size, size);
    add_new_data_source(target.pinfo, tvb, title);
    return tvb;
  }
  const std::uint32_t there = tvb_reported_length(frame_tvb);
  const std::uint32_t offset = std::min(kept.offset, there);
  return tvb_new_subset_length(frame_tvb, static_cast<int>(offset),
                               static_cast<int>(std::min(size, there - offset)));
}

/// The packets that the message came in, as other dissectors list them.
void add_segments(Target& target, proto_tree* tree, const recording::Record& found,
                  const RecordedConnection& connection) {
  if (found.message.header.first_frame == 0 || found.message.header.first_frame >= found.message.frame)
    return;
  const bool wanted = target.labels || proto_field_is_referenced(tree, field(ExtraField::segment)) ||
                      proto_field_is_referenced(tree, field(ExtraField::segments)) ||
                      proto_field_is_referenced(tree, field(ExtraField::segment_count));
  if (!wanted) return;
  const auto segments = target.presenter->segments(found.message, connection, found.direction);
  if (segments.size() < 2) return;  // but for its header it came in one
  const char* label = target.labels ? target.presenter->segments_label() : "";
  proto_item* item = add_heading(target, tree, field(ExtraField::segments), 0, 0, "Came in", label);
  proto_item_set_generated(item);
  proto_tree* list = proto_item_add_subtree(item, subtree());
  for (const recording::Segment& segment : segments) {
    if (++target.items >= most_items) break;
    proto_item* one = proto_tree_add_uint(list, field(ExtraField::segment), target.tvb, 0, 0, segment.frame);
    if (target.labels)
      proto_item_append_text(one, ", %u byte%s", segment.bytes, segment.bytes == 1 ? "" : "s");
    proto_item_set_generated(one);
  }
  proto_item_set_generated(proto_tree_add_uint(list, field(ExtraField::segment_count), target.tvb, 0, 0,
                                               static_cast<guint32>(segments.size())));
}

/// The command that the message answers, and the one that answers it; add_fields adds a _result's request.
void add_links(Target& target, proto_tree* tree, const recording::Recorder& records,
               const recording::MessageRecord& record) {
  const recording::CommandLink& link = records.link(record);
  const auto add_frame = [&](ExtraField id, std::uint32_t frame) {
    proto_item_set_generated(proto_tree_add_uint(tree, field(id), target.tvb, 0, 0, frame));
  };
  if (link.response_frame != 0) add_frame(ExtraField::response_frame, link.response_frame);
  const recording::CommandLink* opening = records.opening(link);
  if (opening == nullptr) return;
  add_frame(ExtraField::opening_frame, opening->frame);
  nstime_t passed;
  nstime_set_zero(&passed);
  passed.secs = static_cast<time_t>(link.response_time / nanoseconds_per_second);
  passed.nsecs = static_cast<int>(link.response_time % nanoseconds_per_second);
  proto_item_set_generated(
      proto_tree_add_time(tree, field(ExtraField::opening_time), target.tvb, 0, 0, &passed));
}

void add_message(Target& target, tvbuff_t* frame_tvb, proto_tree* tree, const recording::Record& found,
                 const recording::RecordBatch& batch, const RecordedConnection& connection, Bytes frame) {
  const recording::MessageRecord& record = found.message;
  const bool empty = record.body.size == 0;
  target.begins_here = record.header.first_frame == record.frame;
  recording::KeptBytes body = record.body;
  if (body.copy != nullptr && body.size < record.header.length && target.begins_here && record.complete &&
      found.direction == batch.direction) {
    if (const std::uint8_t* whole = target.chunks.message(record.header, frame_tvb, target.pinfo)) {
      body.copy = whole;
      body.size = record.header.length;
    }
  }
  target.tvb = empty ? frame_tvb : tvb_of(target, frame_tvb, body, record.header.length, "RTMP message");
  const Tape& tape = target.presenter->message_fields(record, connection, frame);
  const char* label = target.labels ? target.presenter->message_label(record, frame) : "";
  proto_item* item = add_heading(target, tree, field(EventKind::message), 0, 0, "Message", label);
  if (!empty) proto_item_set_len(item, static_cast<int>(tvb_reported_length(target.tvb)));
  proto_tree* subtree_of_message = proto_item_add_subtree(item, subtree());
  if (found.direction != batch.direction) {
    // It was held until this packet decided what the connection is.
    add_direction(target, subtree_of_message, found.direction);
  }
  if (!connection.records().text(record.app).empty()) {
    const char* app = target.presenter->app(record, connection);
    proto_item_set_generated(
        proto_tree_add_string(subtree_of_message, field(ExtraField::app), target.tvb, 0, 0, app));
  }
  add_links(target, subtree_of_message, connection.records(), record);
  add_segments(target, subtree_of_message, found, connection);
  // A gap is to blame for what is odd about an incomplete message, not the sender.
  add_fields(target, subtree_of_message, item, tape, 0, record.complete);
  add_message_experts(target.pinfo, item, record, batch, tape);
}

/// A handshake part where it lies, if the packet has all of it.
recording::KeptBytes part_in_packet(tvbuff_t* frame_tvb, const recording::EventRecord& record,
                                    Direction direction, const recording::RecordBatch& batch) {
  recording::KeptBytes part = record.part;
  const std::uint64_t offset = record.handshake->place.stream_offset;
  if (part.copy == nullptr || direction != batch.direction || offset < batch.stream_offset) return part;
  const std::uint64_t place = offset - batch.stream_offset + batch.proxy_header;
  if (place + part.size > tvb_captured_length(frame_tvb)) return part;
  const auto at = static_cast<std::uint32_t>(place);
  if (tvb_memeql(frame_tvb, static_cast<gint>(at), part.copy, part.size) == 0)
    part = {nullptr, at, part.size};
  return part;
}

void add_event(Target& target, tvbuff_t* frame_tvb, proto_tree* tree, const recording::EventRecord& record,
               Direction direction, const recording::RecordBatch& batch, Bytes frame) {
  const Tape& fields = target.presenter->event_fields(record, frame);
  const char* label = target.presenter->event_label(record.kind, fields);
  target.tvb = record.kind == EventKind::handshake && record.part.size > 0
                   ? tvb_of(target, frame_tvb, part_in_packet(frame_tvb, record, direction, batch),
                            record.part.size, "RTMP handshake")
                   : frame_tvb;
  proto_item* item = add_heading(target, tree, field(record.kind), 0, 0, nullptr, label);
  if (record.kind == EventKind::handshake) {
    proto_item_set_len(item, static_cast<int>(record.part.size));
  } else {
    proto_item_set_generated(item);
  }
  add_fields(target, proto_item_add_subtree(item, subtree()), item, fields, 0, true);
  add_event_experts(target.pinfo, item, record, label);
}

void add_head(Target& target, proto_tree* tree, proto_item* item, const RecordedConnection& connection,
              const recording::RecordBatch& batch) {
  proto_item_set_generated(
      proto_tree_add_uint(tree, field(ExtraField::stream), target.tvb, 0, 0, connection.index()));
  add_direction(target, tree, batch.direction);
  if (const auto completed = connection.records().completed_in(batch)) {
    proto_item_set_generated(
        proto_tree_add_uint(tree, field(ExtraField::completed_in), target.tvb, 0, 0, *completed));
  }
  add_missing_segment(target.pinfo, item, batch);
}

/// What the packet brings, behind the protocol's name.
void add_summary(proto_item* item, std::string_view info) {
  constexpr std::size_t longest = 190;
  constexpr unsigned continues = 0x80;  // as the first two bits of a byte within a character
  const bool is_cut = info.size() > longest;
  if (is_cut) {
    std::size_t end = longest;
    while (end > 0 && (static_cast<unsigned char>(info[end]) & 0xC0U) == continues) --end;
    info = info.substr(0, end);
  }
  const field_info* const about = PITEM_FINFO(item);
  if (about == nullptr) return;
  ItemLabel label(item);
  label << about->hfinfo->name << ", " << info << (is_cut ? "\u2026" : "");
}

/// What chunks and messages lie in: the packet's bytes, or if those are enciphered, what they are in clear. A
/// clear text that the packet has but a part of is not shown.
tvbuff_t* tvb_in_clear(Target& target, tvbuff_t* tvb, const RecordedConnection& connection,
                       const recording::RecordBatch& batch, Bytes frame) {
  const Bytes clear = connection.content(batch, frame);
  if (clear.size() != frame.size() || clear.empty() || clear.data() == frame.data() ||
      std::memcmp(clear.data(), frame.data(), frame.size()) == 0)
    return tvb;
  tvbuff_t* in_clear = tvb_new_child_real_data(tvb, clear.data(), static_cast<guint>(clear.size()),
                                               static_cast<gint>(tvb_reported_length(tvb)));
  add_new_data_source(target.pinfo, in_clear, "Deciphered RTMPE");
  return in_clear;
}

}  // namespace

void render(int protocol, tvbuff_t* tvb, packet_info* pinfo, proto_tree* tree,
            const RecordedConnection& connection, const recording::RecordBatch& batch, Bytes frame,
            const char* info, Presenter& presenter) {
  if (tree == nullptr) return;
  Target target;
  target.tvb = tvb;
  target.pinfo = pinfo;
  target.presenter = &presenter;
  target.redacted = presenter.redaction() != nullptr;
  target.labels = PTREE_DATA(tree)->visible != 0;
  const bool at_end = batch.place == end_place;
  tvbuff_t* clear = tvb_in_clear(target, tvb, connection, batch, frame);
  proto_item* item = proto_tree_add_item(tree, protocol, clear, 0, at_end ? 0 : -1, ENC_NA);
  if (target.labels)
    add_summary(item, info != nullptr ? info : presenter.info_column(batch, connection, frame));
  proto_tree* root = proto_item_add_subtree(item, subtree());
  add_head(target, root, item, connection, batch);
  recording::Record record;
  for (recording::RecordReader records(batch); !target.limit_told && records.next(record);) {
    switch (record.kind) {
      case recording::Record::Kind::chunk:
        add_chunk(target, clear, root, record.chunk, batch, record.direction,
                  frame.size() - batch.proxy_header);
        break;
      case recording::Record::Kind::message:
        add_message(target, clear, root, record, batch, connection, frame);
        break;
      case recording::Record::Kind::event:
        add_event(target, clear, root, connection.records().event(record.event), record.direction, batch,
                  frame);
        break;
    }
  }
}

}  // namespace rtmpscope::plugin
