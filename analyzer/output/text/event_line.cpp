#include "output/text/event_line.hpp"

#include <fmt/format.h>

#include <iterator>
#include <span>
#include <vector>

#include "output/text/carrier_line.hpp"
#include "output/text/field_texts.hpp"
#include "output/text/rtmfp_line.hpp"
#include "output/time_text.hpp"
#include "rtmp/message/command_facts.hpp"

namespace rtmpscope::output {
namespace {

using Op = Tape::Op;

bool is_value(const Tape::Entry& entry) {
  return entry.op != Op::begin && entry.op != Op::end && entry.op != Op::key && entry.op != Op::finding;
}

bool is_list(FieldId id) {
  return info(id).kind == FieldKind::list;
}

/// Index behind the value or container that begins at `at`.
std::size_t skip_value(const Tape& tape, std::size_t at) {
  const auto& entries = tape.entries();
  std::size_t depth = 0;
  for (; at < entries.size(); ++at) {
    if (entries[at].op == Op::begin) ++depth;
    if (entries[at].op == Op::end && depth > 0) --depth;
    if (depth == 0 && entries[at].op != Op::key && entries[at].op != Op::finding) return at + 1;
  }
  return at;
}

struct Entries {
  std::size_t begin = 0;
  std::size_t end = 0;
};

/// What a message line needs to know of a tape: the head's values and where the body is.
struct MessageParts {
  std::uint64_t type_id = 0;
  std::uint64_t length = 0;
  bool complete = true;
  std::optional<double> response_time;
  std::optional<FieldId> body;
  Entries members;  ///< inside the body
};

MessageParts find_parts(const Tape& tape) {
  MessageParts parts;
  const auto& entries = tape.entries();
  for (std::size_t at = 0; at < entries.size(); ++at) {
    const Tape::Entry& entry = entries[at];
    if (entry.op == Op::begin) {
      const std::size_t end = skip_value(tape, at);
      parts.body = entry.id;
      parts.members = {at + 1, end > at + 1 ? end - 1 : end};
      at = end - 1;
    } else if (entry.id == FieldId::message_type_id) {
      parts.type_id = entry.number;
    } else if (entry.id == FieldId::message_length) {
      parts.length = entry.number;
    } else if (entry.id == FieldId::message_complete && entry.op == Op::flag) {
      parts.complete = entry.number != 0;
    } else if (entry.id == FieldId::message_response_time && entry.op == Op::real) {
      parts.response_time = entry.real;
    }
  }
  return parts;
}

/// The list that holds a command's or data message's arguments.
Entries find_arguments(const Tape& tape, Entries members) {
  for (std::size_t at = members.begin; at < members.end; ++at) {
    if (tape.entries()[at].op != Op::begin) continue;
    const std::size_t end = skip_value(tape, at);
    return {at + 1, end > at + 1 ? end - 1 : end};
  }
  return {members.end, members.end};
}

/// Arguments separated by blanks. `of_command`: the null that stands for a command object is left out.
std::string arguments_text(const Tape& tape, Entries arguments, bool of_command, const Style& style) {
  std::string out;
  for (std::size_t at = arguments.begin; at < arguments.end && out.size() < style.longest_line();) {
    const std::size_t end = std::min(skip_value(tape, at), arguments.end);
    const bool null = tape.entries()[at].op == Op::flag && tape.entries()[at].id == FieldId::amf_null;
    if (!null || !of_command || at != arguments.begin) {
      out.append("  ").append(compact_text(tape, at, end, style, style.longest_line()));
    }
    at = std::max(end, at + 1);
  }
  return out;
}

/// Where a status sends the client: the redirect of a connect that is rejected (with the number that HTTP
/// would give it), the address of a ReconnectRequest. Empty without one.
std::string redirect_text(const Tape& tape, Entries arguments, const Style& style) {
  std::string number;
  for (std::size_t at = arguments.begin; at + 1 < arguments.end; ++at) {
    if (tape.entries()[at].op != Op::key) continue;
    const std::string_view key = as_text(tape.bytes(tape.entries()[at]));
    const Tape::Entry& value = tape.entries()[at + 1];
    if (key == "code" && value.op == Op::real) number = real_text(value.real) + " ";
    const bool address = key == "redirect" || key == "redirect2" || key == "tcUrl";
    if (address && value.op == Op::text && value.bytes_length != 0) {
      return fmt::format("  {}to {}", number, quoted(tape.bytes(value), style));
    }
  }
  return {};
}

/// Of a data message, too.
std::string command_line(const Tape& tape, const MessageParts& parts, const Style& style) {
  rtmp::FactSink sink;
  tape.replay(sink);  // the tape's, not the event's own: they are redacted where the tape is
  const rtmp::CommandFacts& facts = sink.facts();
  const Entries arguments = find_arguments(tape, parts.members);
  const bool command = parts.body == FieldId::command;
  std::string line = !facts.name.empty() ? safe(facts.name, style.ascii) : command ? "command" : "data";
  if (parts.length == 0) line.append("  (empty)");
  if (facts.transaction_id) line.append("(").append(real_text(*facts.transaction_id)).append(")");
  const bool shows_status = facts.is_response() || facts.name.starts_with("on");
  if (!shows_status || facts.code.empty()) {
    return line.append(arguments_text(tape, arguments, command, style));
  }
  line.append("  ").append(safe(facts.code, style.ascii));
  if (!facts.description.empty()) {
    line.append("  \"").append(safe(facts.description, style.ascii)).append("\"");
  }
  return line.append(redirect_text(tape, arguments, style));
}

/// A member as a person reads it: numbers with what they count.
std::string member_text(const Tape& tape, const Tape::Entry& entry, const Style& style) {
  const std::string_view key = info(entry.id).key;
  std::string value = value_text(tape, entry, style);
  if (key == "message_stream_id") return fmt::format("stream {}", value);
  if (key == "chunk_stream_id") return fmt::format("chunk stream {}", value);
  if (key.ends_with("_ms")) return value + " ms";
  return value;
}

std::string members_text(const Tape& tape, Entries members, const Style& style) {
  std::string out;
  for (std::size_t at = members.begin; at < members.end && out.size() < style.longest_line();) {
    const Tape::Entry& entry = tape.entries()[at];
    const std::size_t end = std::min(skip_value(tape, at), members.end);
    if (is_value(entry)) {
      // An enumeration that leads the body is its name: "Stream Begin", not a value of something.
      out.append(out.empty() ? "" : ", ").append(member_text(tape, entry, style));
    } else if (entry.op == Op::begin) {
      out.append(out.empty() ? "" : ", ").append(compact_text(tape, at, end, style, style.longest_line()));
    }
    at = std::max(end, at + 1);
  }
  return out;
}

/// The configuration of a codec in one line, from the members whose keys say what they are.
class MediaText {
 public:
  /// Where the value of a member goes; null if no line shows it.
  [[nodiscard]] std::string* place_of(std::string_view key, bool in_configuration) {
    if (key == "codec") return &codec_;
    if (key == "packet_type" || key == "command") return &kind_;
    if (key == "track_id") return &track_;
    if (!in_configuration) return nullptr;
    if (key == "profile_name" || key == "object_type") return &profile_;
    if (key == "level_name") return &level_;
    if (key == "width") return &width_;
    if (key == "height") return &height_;
    if (key == "frame_rate") return &frame_rate_;
    if (key == "sample_rate") return &sample_rate_;
    if (key == "channels") return &channels_;
    return nullptr;
  }
  [[nodiscard]] std::string text() const {
    std::string detail = profile_;
    if (!level_.empty()) detail.append(detail.empty() ? "level " : " ").append(level_);
    if (!width_.empty() && !height_.empty()) append(detail, width_ + "x" + height_);
    if (!frame_rate_.empty()) append(detail, frame_rate_ + " fps");
    if (!sample_rate_.empty()) append(detail, sample_rate_ + " Hz");
    if (!channels_.empty()) append(detail, channels_ + (channels_ == "1" ? " channel" : " channels"));
    std::string out = track_.empty() ? "" : "track " + track_;
    if (!codec_.empty()) out.append(out.empty() ? "" : "  ").append(codec_);
    if (!kind_.empty()) out.append(out.empty() ? "" : "  ").append(kind_);
    if (!detail.empty()) out.append(out.empty() ? "" : "  ").append(detail);
    return out;
  }

 private:
  static void append(std::string& out, const std::string& part) {
    if (!part.empty()) out.append(out.empty() ? "" : ", ").append(part);
  }
  std::string track_, codec_, kind_, profile_, level_, width_, height_, frame_rate_, sample_rate_, channels_;
};

std::string media_text(const Tape& tape, Entries members, const Style& style) {
  MediaText whole;
  std::string tail;
  std::size_t depth = 0;
  std::size_t configuration_depth = 0;
  for (std::size_t at = members.begin; at < members.end; ++at) {
    const Tape::Entry& entry = tape.entries()[at];
    const std::string_view key = entry.op == Op::key || entry.op == Op::finding ? "" : info(entry.id).key;
    if (entry.op == Op::begin) {
      ++depth;
      if (key == "configuration") configuration_depth = depth;
      if (key == "track" || key == "metadata" || key == "multichannel") {
        const std::size_t end = std::min(skip_value(tape, at), members.end);
        if (key == "track") {
          tail.append("  [").append(media_text(tape, {at + 1, end - 1}, style)).append("]");
        } else {
          tail.append("  ").append(compact_text(tape, at, end, style, style.longest_line()));
        }
        --depth;
        at = end - 1;
      }
    } else if (entry.op == Op::end) {
      if (depth == configuration_depth) configuration_depth = 0;
      if (depth > 0) --depth;
    } else if (depth == 0 || (configuration_depth != 0 && depth == configuration_depth)) {
      std::string* place = whole.place_of(key, configuration_depth != 0);
      if (place == nullptr) continue;
      *place = entry.op == Op::text ? safe(as_text(tape.bytes(entry)), style.ascii)
                                    : value_text(tape, entry, style);
    }
  }
  return whole.text() + tail;
}

std::string finding_line(const FieldTexts& fields) {
  std::string line = fmt::format("{}: {}  [{}]", fields[FieldId::finding_severity],
                                 fields[FieldId::finding_text], fields[FieldId::finding_id]);
  if (!fields[FieldId::finding_after_gap].empty()) line.append("  (after a gap)");
  return line;
}

std::string gap_line(const FieldTexts& fields) {
  const std::string length = fields[FieldId::gap_length];
  return fmt::format("gap: {} missing, {}", length.empty() ? "bytes" : length + " bytes",
                     fields[FieldId::gap_cause]);
}

/// The name of how sure a sync is. docs/values.md says what it means.
std::string_view confidence_of(const FieldTexts& fields) {
  const Tape::Entry* entry = fields.find(FieldId::sync_found_confidence);
  const ValueInfo* row = entry == nullptr ? nullptr : find_value(ValueTable::sync_confidence, entry->number);
  return row == nullptr ? std::string_view() : row->name;
}

std::string sync_found_line(const FieldTexts& fields) {
  std::string line = "chunk borders found again";
  const std::string skipped = fields[FieldId::sync_found_skipped];
  if (!skipped.empty()) line.append(" after ").append(skipped).append(" bytes");
  const std::string chunk_size = fields[FieldId::sync_found_chunk_size];
  if (!chunk_size.empty()) line.append(", chunk size ").append(chunk_size);
  if (fields[FieldId::sync_found_chunk_size_exact] == "false") line.append(" assumed");
  const std::string_view confidence = confidence_of(fields);
  if (!confidence.empty()) line.append(", confidence ").append(confidence);
  return line.append(": ").append(fields[FieldId::sync_found_method]);
}

std::string handshake_done_line(const FieldTexts& fields) {
  const bool complete = fields[FieldId::handshake_done_complete] == "true";
  std::string line =
      fmt::format("handshake {}: {}, {}", complete ? "done" : "not complete",
                  fields[FieldId::handshake_done_protocol], fields[FieldId::handshake_done_kind]);
  const std::string duration = fields.duration(FieldId::handshake_done_duration);
  if (!duration.empty()) line.append("  [").append(duration).append("]");
  return line;
}

std::string handshake_line(const FieldTexts& fields) {
  std::string line = fields[FieldId::handshake_part];
  const std::string software = fields[FieldId::handshake_software];
  if (!software.empty()) line.append(" (").append(software).append(")");
  return line;
}

}  // namespace

std::string compact_text(const Tape& tape, std::size_t begin, std::size_t end, const Style& style,
                         std::size_t limit) {
  std::string out;
  std::vector<bool> lists;
  bool first = true;
  bool named = false;
  for (std::size_t at = begin; at < end; ++at) {
    const Tape::Entry& entry = tape.entries()[at];
    // How many members an array has is seen.
    if (entry.op == Op::finding || (entry.op == Op::number && entry.id == FieldId::amf_ecma_count)) continue;
    if (entry.op == Op::end) {
      if (lists.empty()) continue;
      out.push_back(lists.back() ? ']' : '}');
      lists.pop_back();
      first = named = false;
      continue;
    }
    if (out.size() > limit) return out.append(style.dots());
    if (!first && !named) out.append(", ");
    first = false;
    if (entry.op == Op::key) {
      append_safe(out, as_text(tape.bytes(entry)), style.ascii);
      out.append(": ");
      named = true;
      continue;
    }
    if (!named && !lists.empty() && !lists.back()) out.append(info(entry.id).key).append(": ");
    named = false;
    if (entry.op == Op::begin) {
      lists.push_back(is_list(entry.id));
      out.push_back(lists.back() ? '[' : '{');
      first = true;
    } else {
      out.append(value_text(tape, entry, style));
    }
  }
  return out;
}

std::string message_line(const Tape& message, const Style& style) {
  const MessageParts parts = find_parts(message);
  const ValueInfo* type = find_value(ValueTable::message_type, parts.type_id);
  std::string line = type == nullptr ? fmt::format("message type {}, {} bytes", parts.type_id, parts.length)
                                     : std::string(type->text);
  if (parts.body == FieldId::command || parts.body == FieldId::data) {
    line = command_line(message, parts, style);
  } else if (parts.body == FieldId::user_control) {
    const std::string members = members_text(message, parts.members, style);
    if (!members.empty()) line = members;  // which has no name where the type of the event is missing
    if (const std::size_t comma = line.find(", "); comma != std::string::npos) line.erase(comma, 1);
  } else if (parts.body == FieldId::video || parts.body == FieldId::audio) {
    line = info(*parts.body).key;
    line.append("  ").append(media_text(message, parts.members, style));
  } else if (parts.body && type != nullptr) {
    const std::string members = members_text(message, parts.members, style);
    if (!members.empty()) line.append(" ").append(members);
  }
  if (!parts.complete) line.append("  (incomplete)");
  if (parts.response_time) line.append("  [").append(duration_text(*parts.response_time)).append("]");
  return line;
}

std::string event_line(EventKind kind, const Tape& event, const Style& style) {
  const FieldTexts fields(event, style);
  switch (kind) {
    case EventKind::finding: return finding_line(fields);
    case EventKind::gap: return gap_line(fields);
    case EventKind::sync_lost:
      return fmt::format("chunk borders lost: {}", fields[FieldId::sync_lost_reason]);
    case EventKind::sync_found: return sync_found_line(fields);
    case EventKind::handshake_done: return handshake_done_line(fields);
    case EventKind::handshake: return handshake_line(fields);
    default:
      if (const auto line = carrier_line(kind, fields)) return *line;
      if (const auto line = rtmfp_line(kind, fields, style)) return *line;
      return fmt::format("{}  {}", info(kind).name,
                         compact_text(event, 0, event.entries().size(), style, style.longest_line()));
  }
}

}  // namespace rtmpscope::output
