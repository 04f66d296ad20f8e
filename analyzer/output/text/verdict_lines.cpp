#include "output/text/verdict_lines.hpp"

#include <fmt/format.h>

#include <optional>

#include "output/text/connection_header.hpp"
#include "output/text/field_texts.hpp"

namespace rtmpscope::output {
namespace {

void add_line(std::string& out, std::string_view text) {
  out.append(header_indent, ' ').append(text).push_back('\n');
}

/// "frame 974 deleteStream, frame 976 FIN of the client"
std::string evidence_text(const Tape& event, const Style& style) {
  std::string out;
  std::string packet;
  for (const Tape::Entry& entry : event.entries()) {
    if (entry.op == Tape::Op::number && entry.id == FieldId::verdict_evidence_frame)
      packet = fmt::format("frame {}", entry.number);
    if (entry.op == Tape::Op::text && entry.id == FieldId::verdict_evidence_what)
      packet.append(packet.empty() ? "" : " ").append(safe(as_text(event.bytes(entry)), style.ascii));
    if (entry.op == Tape::Op::end && entry.id == FieldId::verdict_evidence_item && !packet.empty()) {
      out.append(out.empty() ? "" : ", ").append(packet);
      packet.clear();
    }
  }
  return out;
}

/// "publish_busy (possible), server_closed (certain)"
std::string runners_up_text(const Tape& event) {
  std::string out;
  for (const Tape::Entry& entry : event.entries()) {
    if (entry.op != Tape::Op::number) continue;
    if (entry.id == FieldId::verdict_runner_up_cause) {
      const ValueInfo* const cause = find_value(ValueTable::cause, entry.number);
      out.append(out.empty() ? "" : ", ").append(cause == nullptr ? "" : cause->name);
    } else if (entry.id == FieldId::verdict_runner_up_confidence) {
      out.append(" (").append(value_word(ValueTable::confidence, entry.number)).append(")");
    }
  }
  return out;
}

std::string told_with_text(const Tape& event) {
  std::string out;
  for (const Tape::Entry& entry : event.entries()) {
    if (entry.op == Tape::Op::number && entry.id == FieldId::verdict_told_with_connection)
      out.append(out.empty() ? "#" : ", #").append(std::to_string(entry.number));
  }
  return out;
}

}  // namespace

std::string verdict_lines(const Tape& event, const Style& style) {
  const FieldTexts fields(event, style);
  const ValueInfo* const cause = find_value(ValueTable::cause, fields.number(FieldId::verdict_cause));
  std::string out;
  add_line(out, fmt::format("{}{}{}  {}[{}, {}]{}", style.bold(), fields[FieldId::verdict_sentence],
                            style.reset(), style.dim(), cause == nullptr ? "" : cause->name,
                            value_word(ValueTable::confidence, fields.number(FieldId::verdict_confidence)),
                            style.reset()));
  if (const std::string evidence = evidence_text(event, style); !evidence.empty())
    add_line(out, "evidence: " + evidence);
  if (const std::string with = told_with_text(event); !with.empty()) add_line(out, "together with " + with);
  if (const std::string step = fields[FieldId::verdict_next_step]; !step.empty())
    add_line(out, "next: " + step);
  if (const std::string others = runners_up_text(event); !others.empty()) add_line(out, "or else: " + others);
  return out;
}

std::string health_line(const Tape& event, const Style& style) {
  std::optional<std::uint64_t> health;
  std::string parts, name;
  for (const Tape::Entry& entry : event.entries()) {
    if (entry.op == Tape::Op::number && entry.id == FieldId::score_health) health = entry.number;
    if (entry.op == Tape::Op::text && entry.id == FieldId::score_part_name)
      name = safe(as_text(event.bytes(entry)), style.ascii);
    if (entry.op == Tape::Op::real && entry.id == FieldId::score_part_share && entry.real > 0)
      parts.append(fmt::format("{}{} {:.0f} % bad", parts.empty() ? ": " : ", ", name, 100 * entry.real));
  }
  if (!health) return {};
  std::string out;
  add_line(out, fmt::format("health {} of 100{}", *health, parts));
  return out;
}

namespace {

std::string lines_of(const rtmp::Event& event, const Tape& described, const Style& style) {
  if (event.kind == EventKind::capture_verdict) return capture_verdict_lines(described, style);
  if (event.kind == EventKind::score) return health_line(described, style);
  return verdict_lines(described, style);
}

}  // namespace

void add_verdict_span(Output& output, const rtmp::Event& event, const Tape& described, const Style& style) {
  const auto begin = static_cast<std::uint32_t>(output.bytes.size());
  output.bytes.append(lines_of(event, described, style));
  const auto end = static_cast<std::uint32_t>(output.bytes.size());
  output.spans.push_back(
      {.connection = event.connection,
       .begin = begin,
       .number_at = end,
       .end = end,
       .flags = event.kind == EventKind::score ? OutputSpan::health_line : OutputSpan::verdict_lines});
}

std::string capture_verdict_lines(const Tape& event, const Style& style) {
  const FieldTexts fields(event, style);
  std::string out =
      fmt::format("{}{}{}\n", style.bold(), fields[FieldId::capture_verdict_sentence], style.reset());
  if (const std::string step = fields[FieldId::capture_verdict_next_step]; !step.empty())
    out.append("next: ").append(step).append("\n");
  return out.append("\n");
}

}  // namespace rtmpscope::output
