#include "output/judgement/judgement_events.hpp"

#include "analysis/record/captured_text.hpp"
#include "output/time_text.hpp"

namespace rtmpscope::output {
namespace {

using analysis::CapturedKind;

void push_text(FieldSink& sink, FieldId id, std::string_view text) {
  if (!text.empty()) sink.text(id, {}, as_bytes(text));
}

void push_moment(FieldSink& sink, FieldId time, FieldId frame, const analysis::Moment& at) {
  if (at.frame != 0) sink.number(frame, {}, at.frame);
  if (at.time != 0) sink.text(time, {}, as_bytes(time_text(at.time)));
}

std::uint64_t side_of(Direction sender) {
  return sender == Direction::to_server ? 0 : 1;  // value table side
}

struct ConformanceFields {
  FieldId object, kept, broken, undecided, not_applicable, conformance;
};

void push_conformance(FieldSink& sink, const ConformanceFields& id, const analysis::Conformance& counts) {
  sink.begin(id.object, 0);
  sink.number(id.kept, {}, counts.kept);
  sink.number(id.broken, {}, counts.broken);
  sink.number(id.undecided, {}, counts.undecided);
  sink.number(id.not_applicable, {}, counts.not_applicable);
  if (const auto score = counts.score()) sink.number(id.conformance, {}, static_cast<std::uint64_t>(*score));
  sink.end(id.object, 0);
}

void push_texts(FieldSink& sink, FieldId list, FieldId item, const std::vector<std::string>& texts,
                const Redaction* redaction) {
  if (texts.empty()) return;
  sink.begin(list, 0);
  for (const std::string& text : texts) sink.text(item, {}, as_bytes(shown_text(text, redaction)));
  sink.end(list, 0);
}

std::string shown_piece(const Redaction& redaction, CapturedKind kind, std::string_view piece) {
  switch (kind) {
    case CapturedKind::address:
      return redaction.hides_addresses() ? redaction.pseudonym("address", piece) : std::string(piece);
    case CapturedKind::name: return redaction.shown(FieldId::message_stream_name, piece);
    case CapturedKind::host: return redaction.pseudonym("host", piece);
    case CapturedKind::url: return redaction.pseudonym("url", piece);
    case CapturedKind::user: return redaction.pseudonym("user", piece);
    case CapturedKind::software: return redaction.pseudonym("software", piece);
    case CapturedKind::code: return redaction.shown(FieldId::document_stream_status, piece);
    case CapturedKind::text: break;
  }
  return redaction.pseudonym("text", piece);
}

}  // namespace

std::string shown_text(std::string_view text, const Redaction* redaction) {
  if (redaction == nullptr) return analysis::without_marks(text);
  return analysis::with_captured(
      text, [&](CapturedKind kind, std::string_view piece) { return shown_piece(*redaction, kind, piece); });
}

JudgedFindingEvent::JudgedFindingEvent(const analysis::JudgedFinding& f, const Redaction* r)
    : FindingEvent(f.id), finding(f), redaction(r) {
  direction = f.direction;
}

void JudgedFindingEvent::describe(FieldSink& sink) const {
  sink.text(FieldId::finding_id, {}, as_bytes(info(id).id));
  sink.text(FieldId::finding_severity, {}, as_bytes(name(finding.severity)));
  sink.text(FieldId::finding_text, {}, as_bytes(text()));
  sink.number(FieldId::finding_priority, {}, finding.priority);
  push_moment(sink, FieldId::finding_since, FieldId::finding_since_frame, finding.since);
  if (finding.until) push_moment(sink, FieldId::finding_until, FieldId::finding_until_frame, *finding.until);
  sink.number(FieldId::finding_count, {}, finding.count);
  if (finding.worst) sink.real(FieldId::finding_worst, {}, *finding.worst);
  push_text(sink, FieldId::finding_unit, finding.unit);
  push_text(sink, FieldId::finding_limit, finding.limit);
  push_text(sink, FieldId::finding_profile, finding.profile);
  push_text(sink, FieldId::finding_issue, finding.issue);
  push_text(sink, FieldId::finding_reference, finding.reference);
  push_text(sink, FieldId::finding_what_to_do, shown_text(finding.what_to_do, redaction));
  if (finding.evidence.empty()) return;
  sink.begin(FieldId::finding_evidence, 0);
  for (const analysis::FindingEvidence& evidence : finding.evidence) {
    sink.begin(FieldId::finding_evidence_item, 0);
    push_moment(sink, FieldId::finding_evidence_time, FieldId::finding_evidence_frame, evidence.at);
    if (evidence.stream_offset)
      sink.number(FieldId::finding_evidence_stream_offset, {}, *evidence.stream_offset);
    push_text(sink, FieldId::finding_evidence_field, evidence.field);
    push_text(sink, FieldId::finding_evidence_value, shown_text(evidence.value, redaction));
    sink.end(FieldId::finding_evidence_item, 0);
  }
  sink.end(FieldId::finding_evidence, 0);
}

void FingerprintEvent::describe(FieldSink& sink) const {
  sink.number(FieldId::fingerprint_side, {}, side_of(fingerprint.side));
  push_text(sink, FieldId::fingerprint_id, fingerprint.id);
  push_text(sink, FieldId::fingerprint_name, fingerprint.name);
  push_text(sink, FieldId::fingerprint_version, fingerprint.version);
  sink.signed_number(FieldId::fingerprint_score, {}, fingerprint.score);
  push_texts(sink, FieldId::fingerprint_matched, FieldId::fingerprint_matched_feature, fingerprint.matched,
             redaction);
  push_texts(sink, FieldId::fingerprint_against, FieldId::fingerprint_against_feature, fingerprint.against,
             redaction);
}

void ScoreEvent::describe(FieldSink& sink) const {
  using enum FieldId;
  if (score.health) sink.number(score_health, {}, static_cast<std::uint64_t>(*score.health));
  sink.begin(score_parts, 0);
  for (const analysis::ScorePart& part : score.parts) {
    sink.begin(score_part, 0);
    push_text(sink, score_part_name, part.name);
    sink.real(score_part_weight, {}, part.weight);
    if (part.share) sink.real(score_part_share, {}, *part.share);
    push_text(sink, score_part_reason, part.reason);
    sink.end(score_part, 0);
  }
  sink.end(score_parts, 0);
  push_conformance(sink,
                   {score_client, score_client_kept, score_client_broken, score_client_undecided,
                    score_client_not_applicable, score_client_conformance},
                   score.conformance[0]);
  push_conformance(sink,
                   {score_server, score_server_kept, score_server_broken, score_server_undecided,
                    score_server_not_applicable, score_server_conformance},
                   score.conformance[1]);
}

namespace {

void push_verdict(FieldSink& sink, const analysis::Verdict& verdict, const Redaction* redaction) {
  using enum FieldId;
  if (verdict.ended_by) sink.number(verdict_ended_by, {}, side_of(*verdict.ended_by));
  sink.number(verdict_cause, {}, static_cast<std::uint64_t>(verdict.cause));
  sink.number(verdict_confidence, {}, static_cast<std::uint64_t>(verdict.confidence));
  push_text(sink, verdict_sentence, shown_text(verdict.sentence, redaction));
  push_text(sink, verdict_next_step, shown_text(verdict.next_step, redaction));
  sink.begin(verdict_evidence, 0);
  for (const analysis::VerdictEvidence& evidence : verdict.evidence) {
    sink.begin(verdict_evidence_item, 0);
    push_moment(sink, verdict_evidence_time, verdict_evidence_frame, evidence.at);
    push_text(sink, verdict_evidence_what, shown_text(evidence.what, redaction));
    sink.end(verdict_evidence_item, 0);
  }
  sink.end(verdict_evidence, 0);
  sink.begin(verdict_runners_up, 0);
  for (const analysis::RunnerUp& runner_up : verdict.runners_up) {
    sink.begin(verdict_runner_up, 0);
    sink.number(verdict_runner_up_cause, {}, static_cast<std::uint64_t>(runner_up.cause));
    sink.number(verdict_runner_up_confidence, {}, static_cast<std::uint64_t>(runner_up.confidence));
    push_text(sink, verdict_runner_up_sentence, shown_text(runner_up.sentence, redaction));
    sink.end(verdict_runner_up, 0);
  }
  sink.end(verdict_runners_up, 0);
}

}  // namespace

void SilenceEvent::describe(FieldSink& sink) const {
  push_verdict(sink, verdict, redaction);
  sink.number(FieldId::verdict_silent, {}, seconds);
}

void VerdictEvent::describe(FieldSink& sink) const {
  using enum FieldId;
  push_verdict(sink, report.verdict, redaction);
  if (told_with.empty()) return;
  sink.begin(verdict_told_with, 0);
  for (const std::uint32_t number : told_with) sink.number(verdict_told_with_connection, {}, number);
  sink.end(verdict_told_with, 0);
}

void CaptureVerdictEvent::describe(FieldSink& sink) const {
  using enum FieldId;
  push_text(sink, capture_verdict_severity, name(verdict.severity));
  push_text(sink, capture_verdict_sentence, shown_text(verdict.title, redaction));
  push_text(sink, capture_verdict_next_step, shown_text(verdict.next_step, redaction));
  constexpr std::size_t most_listed = 100;
  sink.begin(capture_verdict_connections, 0);
  for (std::size_t i = 0; i < verdict.connections.size() && i < most_listed; ++i)
    sink.number(capture_verdict_connection, {}, verdict.connections[i]);
  sink.end(capture_verdict_connections, 0);
}

}  // namespace rtmpscope::output
