#include "statistics.hpp"

#include <array>
#include <map>
#include <string>
#include <tuple>
#include <utility>

#include "command_status.hpp"
#include "output/media_text.hpp"
#include "output/text/terminal_text.hpp"
#include "rtmp/session/media_figures.hpp"
#include "rtmp/session/summary.hpp"
#include "taps.hpp"
#include "visit.hpp"

namespace rtmpscope::plugin {
namespace {

constexpr double milliseconds_per_second = 1000;

/// Rows of one table, by what they are about. Tables live in Wireshark; this outlives them.
using Key = std::tuple<std::uint32_t, std::uint32_t, double>;
std::map<const stat_tap_table*, std::map<Key, guint>>& rows() {
  static auto& instance = *new std::map<const stat_tap_table*, std::map<Key, guint>>;
  return instance;
}

stat_tap_table_item text_column(const char* name) {
  return {TABLE_ITEM_STRING, TAP_ALIGN_LEFT, name, "%s"};
}
stat_tap_table_item count_column(const char* name) {
  return {TABLE_ITEM_UINT, TAP_ALIGN_RIGHT, name, "%u"};
}
stat_tap_table_item real_column(const char* name) {
  return {TABLE_ITEM_FLOAT, TAP_ALIGN_RIGHT, name, "%.1f"};
}

/// The last row becomes the one in front of which `known` has it: rows are in the order of their keys.
void move_last_row(stat_tap_table* table, std::map<Key, guint>& known, std::map<Key, guint>::iterator added) {
  const guint last = added->second;
  for (auto behind = std::next(added); behind != known.end(); ++behind) {
    added->second = std::min(added->second, behind->second);
    ++behind->second;
  }
  for (guint row = last; row > added->second; --row) {
    for (guint column = 0; column < table->num_fields; ++column)
      std::swap(*stat_tap_get_field_data(table, row, column),
                *stat_tap_get_field_data(table, row - 1, column));
  }
}

/// The row for `key`, added empty if it is new. Numbers from column `blank` on are blank until they are set;
/// Wireshark shows nothing of a row behind one that is. Valid until the next one is asked for.
guint row_of(stat_tap_table* table, const Key& key, const stat_tap_table_item* columns, guint blank) {
  auto& known = rows()[table];
  const auto found = known.find(key);
  if (found != known.end()) return found->second;
  const auto row = static_cast<guint>(known.size());
  std::array<stat_tap_table_item_type, 24> empty{};
  for (guint i = 0; i < table->num_fields; ++i) {
    const bool is_blank = i >= blank && columns[i].type != TABLE_ITEM_STRING;
    empty[i].type = is_blank ? TABLE_ITEM_NONE : columns[i].type;
    if (columns[i].type == TABLE_ITEM_STRING) empty[i].value.string_value = g_strdup("");
  }
  stat_tap_init_table_row(table, row, table->num_fields, empty.data());
  const auto added = known.emplace(key, row).first;
  move_last_row(table, known, added);
  return added->second;
}

void set(stat_tap_table* table, guint row, guint column, const std::string& text) {
  stat_tap_table_item_type* cell = stat_tap_get_field_data(table, row, column);
  if (cell->value.string_value != nullptr && text == cell->value.string_value) return;
  g_free(const_cast<char*>(cell->value.string_value));
  cell->value.string_value = g_strdup(text.c_str());
}

/// Text that not every row has.
void set_if_any(stat_tap_table* table, guint row, guint column, const std::string& text) {
  set(table, row, column, text.empty() ? "-" : text);
}

void set(stat_tap_table* table, guint row, guint column, double value) {
  stat_tap_table_item_type* cell = stat_tap_get_field_data(table, row, column);
  cell->type = TABLE_ITEM_FLOAT;
  cell->value.float_value = value;
}

void set(stat_tap_table* table, guint row, guint column, std::uint64_t value) {
  stat_tap_table_item_type* cell = stat_tap_get_field_data(table, row, column);
  cell->type = TABLE_ITEM_UINT;
  cell->value.uint_value = static_cast<guint>(std::min<std::uint64_t>(value, UINT32_MAX));
}

void free_cell(stat_tap_table* table, guint row, guint column, stat_tap_table_item_type* cell) {
  if (cell->type == TABLE_ITEM_STRING) g_free(const_cast<char*>(cell->value.string_value));
  if (row == 0 && column == 0) rows().erase(table);
}

/// Rows stay: the packets are shown again and set every cell anew.
void keep_rows(stat_tap_table*) {}

/// A text of the wire, as far as it may be shown.
std::string shown_text(FieldId id, std::string_view text) {
  const output::Redaction* redaction = presenter().redaction().get();
  return output::safe(redaction == nullptr ? std::string(text) : redaction->shown(id, text), false);
}

std::string endpoint_text(const Endpoint& endpoint) {
  return output::endpoint_text(endpoint, presenter().redaction().get());
}

// ---- one row a message stream, and one for each further track

enum StreamColumn : guint {
  stream_number,
  stream_client,
  stream_server,
  stream_app,
  stream_name,
  stream_use,
  stream_track,
  stream_video,
  stream_audio,
  stream_missing,
  stream_messages,
  stream_bytes,
  stream_seconds,  ///< this and the following are blank where they have no value
  stream_bitrate,
  stream_keys,
  stream_rate,
  stream_key_interval,
  stream_columns
};

stat_tap_table_item* stream_fields() {
  static stat_tap_table_item fields[stream_columns] = {
      count_column("Connection"),    text_column("Client"),      text_column("Server"),
      text_column("Application"),    text_column("Stream"),      text_column("Use"),
      count_column("Track"),         text_column("Video"),       text_column("Audio"),
      count_column("Missing bytes"), count_column("Messages"),   count_column("Bytes"),
      real_column("Seconds"),        real_column("kbit/s"),      count_column("Key frames"),
      real_column("Frames/s"),       real_column("Key interval")};
  return fields;
}

template <typename Summary>
std::string media_text(const Summary& media) {
  const std::string configuration = output::configuration_text_of(media);
  const std::string codec(output::codec_text(media.codec));
  return configuration.empty() ? codec : codec + " " + configuration;
}

std::string_view use_text(rtmp::StreamUse use) {
  switch (use) {
    case rtmp::StreamUse::publish: return "publish";
    case rtmp::StreamUse::play: return "play";
    case rtmp::StreamUse::unknown: break;
  }
  return "";
}

/// What is in one row: a track of video, one of audio, or both. Null: none.
struct Tracks {
  const rtmp::VideoSummary* video = nullptr;
  const rtmp::AudioSummary* audio = nullptr;
};

void show_tracks(stat_tap_table* table, guint row, const Tracks& tracks) {
  std::uint64_t track = 0;
  std::uint64_t messages = 0;
  std::uint64_t bytes = 0;
  std::uint64_t span = 0;
  double rate = 0;
  const auto add = [&](const rtmp::MediaSummary& media) {
    track = media.track_id;
    messages += media.messages;
    bytes += media.bytes;
    span = std::max(span, media_span(media));
    rate += bit_rate(media);
  };
  if (tracks.audio != nullptr) add(*tracks.audio);
  if (tracks.video != nullptr) add(*tracks.video);
  set(table, row, stream_track, track);
  set_if_any(table, row, stream_video, tracks.video == nullptr ? std::string() : media_text(*tracks.video));
  set_if_any(table, row, stream_audio, tracks.audio == nullptr ? std::string() : media_text(*tracks.audio));
  set(table, row, stream_messages, messages);
  set(table, row, stream_bytes, bytes);
  if (messages == 0) return;
  set(table, row, stream_seconds, static_cast<double>(span) / milliseconds_per_second);
  set(table, row, stream_bitrate, rate / 1000);
  if (tracks.video == nullptr) return;
  set(table, row, stream_keys, tracks.video->key_frames);
  if (span == 0) return;
  set(table, row, stream_rate, frame_rate(*tracks.video));
  if (tracks.video->key_frames > 1) set(table, row, stream_key_interval, key_frame_interval(*tracks.video));
}

void show_stream(stat_tap_table* table, const RecordedConnection& connection,
                 const rtmp::ConnectionSummary& summary, std::uint32_t place) {
  const rtmp::StreamSummary& stream = summary.streams[place];
  double number = 0;  // within the stream; what a track is called may change with the next packet
  const auto show = [&](const Tracks& tracks) {
    const guint row = row_of(table, {connection.index(), place, number++}, stream_fields(), stream_seconds);
    set(table, row, stream_number, std::uint64_t{connection.index()});
    set(table, row, stream_client, endpoint_text(summary.info.client));
    set(table, row, stream_server, endpoint_text(summary.info.server));
    set_if_any(table, row, stream_app, shown_text(FieldId::document_app, summary.app));
    set_if_any(table, row, stream_name, shown_text(FieldId::document_stream_name, stream.name));
    set_if_any(table, row, stream_use, std::string(use_text(stream.use)));
    show_tracks(table, row, tracks);
    set(table, row, stream_missing, connection.missing_bytes());
  };
  show({stream.video.messages == 0 ? nullptr : &stream.video, &stream.audio});
  for (const rtmp::VideoSummary& video : stream.further_video) show({&video, nullptr});
  for (const rtmp::AudioSummary& audio : stream.further_audio) show({nullptr, &audio});
}

void show_streams(stat_tap_table* table, const TappedBatch& tapped) {
  if (tapped.connection->summary() == nullptr || tapped.batch.records.empty()) return;
  const rtmp::ConnectionSummary& summary = *tapped.connection->summary();
  for (std::uint32_t place = 0; place < summary.streams.size(); ++place) {
    const rtmp::StreamSummary& stream = summary.streams[place];
    if (stream.name.empty() && stream.video.messages == 0 && stream.audio.messages == 0) continue;
    show_stream(table, *tapped.connection, summary, place);
  }
}

// ---- one row a request

enum CommandColumn : guint {
  command_request,
  command_client,
  command_name,
  command_id,
  command_stream,
  command_response,
  command_code,
  command_response_frame,
  command_time,
  command_columns
};

stat_tap_table_item* command_fields() {
  static stat_tap_table_item fields[command_columns] = {
      count_column("Packet"), text_column("From"),         text_column("Command"),
      count_column("Id"),     text_column("Stream"),       text_column("Response"),
      text_column("Code"),    count_column("Response in"), real_column("Milliseconds")};
  return fields;
}

/// As a whole number, which all in use are: Wireshark's window shows real numbers with six decimals.
std::uint64_t whole_id(double id) {
  if (!(id > 0)) return 0;  // not a number, too
  return id < double{UINT32_MAX} ? static_cast<std::uint64_t>(id) : UINT32_MAX;
}

guint command_row(stat_tap_table* table, std::uint32_t connection, std::uint32_t frame, double id) {
  return row_of(table, {frame, connection, id}, command_fields(), command_response_frame);
}

void show_answer(stat_tap_table* table, guint row, const CommandStatus& status, std::uint32_t frame,
                 Timestamp passed) {
  set(table, row, command_response, std::string(status.name));
  set(table, row, command_code, output::safe(status.code, false));
  set(table, row, command_response_frame, std::uint64_t{frame});
  set(table, row, command_time, static_cast<double>(passed) / double{nanoseconds_per_millisecond});
}

void show_command(stat_tap_table* table, const TappedBatch& tapped, const recording::Record& record) {
  const RecordedConnection& connection = *tapped.connection;
  const recording::MessageRecord& message = record.message;
  if (!rtmp::is_command(message.header.type_id) || !message.complete) return;
  const recording::CommandLink& link = connection.records().link(message);
  const std::string_view name = connection.records().command_name(link);
  const recording::CommandLink* opening = connection.records().opening(link);
  if (link.request_frame != 0 || opening != nullptr) {
    const std::uint32_t request = opening != nullptr ? opening->frame : link.request_frame;
    const double id = opening != nullptr ? opening->transaction_id : link.transaction_id;
    const CommandStatus status = status_of(presenter().message_fields(message, connection, tapped.frame));
    return show_answer(table, command_row(table, connection.index(), request, id), status, message.frame,
                       link.response_time);
  }
  if (name == "onStatus" || (link.transaction_id == 0 && !rtmp::opens_stream(name)))
    return;  // waits for no answer
  const guint row = command_row(table, connection.index(), message.frame, link.transaction_id);
  const rtmp::ConnectionInfo& info = connection.summary()->info;
  set(table, row, command_request, std::uint64_t{message.frame});
  set(table, row, command_client,
      endpoint_text(record.direction == Direction::to_server ? info.client : info.server));
  set(table, row, command_name, shown_text(FieldId::command_name, name));
  set(table, row, command_id, whole_id(link.transaction_id));
  set(table, row, command_stream,
      shown_text(FieldId::message_stream_name, connection.records().text(message.stream_name)));
}

void show_commands(stat_tap_table* table, const TappedBatch& tapped) {
  recording::Record record;
  for (recording::RecordReader records(tapped.batch); records.next(record);) {
    if (record.kind == recording::Record::Kind::message) show_command(table, tapped, record);
  }
}

// ---- registration

template <void (*Show)(stat_tap_table*, const TappedBatch&)>
tap_packet_status on_batch(void* user, packet_info*, epan_dissect_t*, const void* data, tap_flags_t) {
  const auto* stat = static_cast<const stat_data_t*>(user);
  stat_tap_table* table = g_array_index(stat->stat_tap_data->tables, stat_tap_table*, 0);
  try {
    Show(table, *static_cast<const TappedBatch*>(data));
  } catch (...) {
    return TAP_PACKET_FAILED;
  }
  return TAP_PACKET_REDRAW;
}

void add_table(stat_tap_table_ui* ui) {
  const char* title = ui->title;
  stat_tap_table* table = stat_tap_find_table(ui, title);
  if (table != nullptr) return;
  table = stat_tap_init_table(title, static_cast<int>(ui->nfields), 0, nullptr);
  stat_tap_add_table(ui, table);
}

tap_param filter_parameter[] = {{PARAM_FILTER, "filter", "Filter", nullptr, TRUE}};

void register_table(stat_tap_table_ui& ui, const char* title, const char* command, tap_packet_cb on_packet,
                    stat_tap_table_item* fields, std::size_t count) {
  ui.group = REGISTER_PACKET_STAT_GROUP_UNSORTED;
  ui.title = title;
  ui.tap_name = "rtmpscope";
  ui.cli_string = command;
  ui.stat_tap_init_cb = add_table;
  ui.packet_func = on_packet;
  ui.stat_tap_reset_table_cb = keep_rows;
  ui.stat_tap_free_table_item_cb = free_cell;
  ui.nfields = count;
  ui.fields = fields;
  ui.nparams = std::size(filter_parameter);
  ui.params = filter_parameter;
  register_stat_tap_table_ui(&ui);
}

}  // namespace

void register_statistics() {
  static stat_tap_table_ui streams{};
  static stat_tap_table_ui commands{};
  add_tap(Tap::statistics, register_tap("rtmpscope"));
  register_table(streams, "RTMP streams", "rtmpscope,streams", on_batch<show_streams>, stream_fields(),
                 stream_columns);
  register_table(commands, "RTMP commands", "rtmpscope,commands", on_batch<show_commands>, command_fields(),
                 command_columns);
}

}  // namespace rtmpscope::plugin
