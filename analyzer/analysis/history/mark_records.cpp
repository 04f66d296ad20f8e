#include "analysis/history/mark_records.hpp"

#include <algorithm>
#include <array>

#include "analysis/record/json.hpp"
#include "analysis/record/value_builder.hpp"

namespace rtmpscope::analysis {
namespace {

constexpr std::uint64_t handshake_bytes = 3073;  // RTMP 5.2: C0, C1 and C2
constexpr std::uint32_t longest_plain_time = 0xFFFFFF;
constexpr std::size_t most_metadata_times = 16;
constexpr std::size_t most_nameless = 4;
constexpr std::size_t most_pairs = 8;
constexpr std::size_t most_properties = 256;
constexpr std::array marked_findings = {FindingId::data_message_empty, FindingId::extended_timestamp_absent,
                                        FindingId::chunk_size_not_obeyed};

SideMarks& marks_of(History& history, const Record& record) {
  return history.side(record.direction.value_or(Direction::to_server)).marks;
}

/// The handshake's size is known, so that a hole in it costs nothing behind it.
void add_hole(SideMarks& marks, std::uint64_t offset, std::optional<std::uint64_t> length) {
  if (length && offset + *length <= handshake_bytes) return;
  const std::uint64_t begin = std::max(offset, handshake_bytes);
  if (!marks.hole || begin < *marks.hole) marks.hole = begin;
}

void add_finding(SideMarks& marks, const Record& record) {
  if (flag_at(record.members, "after_gap")) return;
  const std::string_view id = text_at(record.members, "id");
  for (const FindingId each : marked_findings) {
    if (info(each).id != id) continue;
    const auto known = std::ranges::find(marks.findings, each, &MarkedFinding::id);
    if (known != marks.findings.end()) {
      ++known->count;
    } else {
      marks.findings.push_back({each, record.at, !marks.first_audio && !marks.first_video, 1});
    }
  }
}

void add_metadata(SideMarks& marks, const Record& record, Value arguments, bool wrapped) {
  ++marks.metadata_count;
  if (marks.metadata_at.size() < most_metadata_times) marks.metadata_at.push_back(record.at);
  if (!marks.metadata.is_null()) return;
  for (const Value each : arguments.elements()) {
    if (!each.is_object() || each.size() > most_properties) continue;
    marks.metadata = bounded(each, largest_value);
    marks.metadata_wrapped = wrapped;
    return;
  }
}

void add_data(SideMarks& marks, const Record& record, Value data) {
  const std::string_view name = text_at(data, "name");
  const Value arguments = member(data, "arguments");
  if (name.empty() && record.message().complete) {
    const auto length = static_cast<std::uint32_t>(record.message().length.value_or(0));
    if (marks.nameless_data.size() < most_nameless) marks.nameless_data.push_back(length);
    return;
  }
  marks.on_fi = marks.on_fi || name == "onFI";
  if (!arguments || !arguments.is_array()) return;
  if (name == "onMetaData") {
    add_metadata(marks, record, arguments, false);
  } else if (name == "@setDataFrame" && arguments.element(0).text() == "onMetaData") {
    add_metadata(marks, record, arguments, true);
  }
}

void add_command(SideMarks& marks, const MessageMembers& from) {
  const std::string_view name = from.command_name;
  const Value arguments = from.arguments;
  if (!arguments || !arguments.is_array()) return;
  if (name == "deleteStream" && marks.delete_stream_argument.empty()) {
    marks.delete_stream_argument = "none";
    for (const Value each : arguments.elements()) {
      if (each.is_text()) marks.delete_stream_argument = "string";
      if (each.is_number()) marks.delete_stream_argument = "number";
    }
  } else if (name == "onStatus" && marks.status_client_id.empty()) {
    for (const Value each : arguments.elements()) {
      const Value id = member(each, "clientid");
      if (!id) continue;
      if (id.is_text()) marks.status_client_id = id.text();
      if (id.is_number()) marks.status_client_id = json_text(id);
    }
  }
}

/// A command that ends within its first chunk: the program closed, and the kernel dropped the rest.
void add_cut(SideMarks& marks, const Record& record) {
  marks.cut_command.reset();
  const MessageMembers& message = record.message();
  if (message.complete || !message.command_name.empty() || message.type_id != 20) return;
  marks.cut_command = message.stream_offset;
}

void add_message(SideMarks& marks, const Record& record) {
  const MessageMembers& from = record.message();
  add_cut(marks, record);
  const auto length = static_cast<std::uint32_t>(from.length.value_or(0));
  if (length > marks.largest.length) marks.largest = {length, record.at};
  if (from.type_id == 22) ++marks.aggregates;
  const std::pair pair(from.message_stream_id, from.chunk_stream_id);
  if (pair.first != 0 && marks.streams_on_chunk_streams.size() < most_pairs &&
      std::ranges::find(marks.streams_on_chunk_streams, pair) == marks.streams_on_chunk_streams.end())
    marks.streams_on_chunk_streams.push_back(pair);
  const std::string_view event = from.control_event;
  if (event == "ping_request") ++marks.pings;
  if (event == "ping_response") ++marks.ping_answers;
  if (from.command) add_command(marks, from);
  if (from.data) add_data(marks, record, from.data);
}

/// From the totals of a direction: how its chunk streams began (RTMP 5.3.1.2).
void add_openings(SideMarks& marks, Value side) {
  const Value chunk_streams = member(side, "chunk_streams");
  if (!chunk_streams || !chunk_streams.is_array() || marks.hole) return;
  std::uint32_t highest = 0;
  for (const Value each : chunk_streams.elements()) {
    const std::uint64_t type = unsigned_at(each, "first_type").value_or(0);
    if (type == 1 || type == 2)
      highest = std::max(highest, static_cast<std::uint32_t>(unsigned_at(each, "id").value_or(0)));
  }
  marks.opened_with_delta = highest;
}

void add_totals(History& history, const Record& record) {
  for (const auto& [direction, key] :
       {std::pair(Direction::to_server, "to_server"), std::pair(Direction::to_client, "to_client")}) {
    SideMarks& marks = history.side(direction).marks;
    const Value side = member(record.members, key);
    if (!side) continue;
    add_openings(marks, side);
    // What was cut is known once the stream's length is.
    const auto bytes = unsigned_at(side, "bytes");
    if (marks.cut_command && bytes && *bytes >= *marks.cut_command) {
      marks.cut_command = *bytes - *marks.cut_command;
    } else {
      marks.cut_command.reset();
    }
  }
}

}  // namespace

void add_marks(History& history, const Record& record) {
  SideMarks& marks = marks_of(history, record);
  const auto offset = [&record] { return unsigned_at(record.members, "stream_offset").value_or(0); };
  switch (record.kind) {
    case EventKind::gap: return add_hole(marks, offset(), unsigned_at(record.members, "length"));
    case EventKind::sync_lost: ++marks.sync_losses; return add_hole(marks, offset(), std::nullopt);
    case EventKind::finding: return add_finding(marks, record);
    case EventKind::connection_close: return add_totals(history, record);
    case EventKind::message:
      if (marks.intact(record.message().stream_offset)) add_message(marks, record);
      return;
    default: return;
  }
}

void add_marks(History& history, const MediaRecord& record) {
  SideMarks& marks = history.side(record.direction).marks;
  marks.cut_command.reset();
  if (!marks.intact(record.stream_offset)) return;
  const bool audio = record.type == MediaType::audio;
  std::optional<Moment>& first = audio ? marks.first_audio : marks.first_video;
  if (record.length > marks.largest.length) marks.largest = {record.length, record.at};
  if (!marks.extended_time && record.timestamp_exact && record.timestamp >= longest_plain_time)
    marks.extended_time = record.at;
  if (first) return;
  first = record.at;
  (audio ? marks.audio_chunk_stream : marks.video_chunk_stream) = record.chunk_stream_id;
  if (record.timestamp_exact) (audio ? marks.first_audio_time : marks.first_video_time) = record.timestamp;
  if (!marks.media_message_stream) marks.media_message_stream = record.message_stream_id;
}

}  // namespace rtmpscope::analysis
