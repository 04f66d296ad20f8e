#include "analysis/judge/capture_summary.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>

namespace rtmpscope::analysis {
namespace {

constexpr std::size_t most_connections = 100;

constexpr std::array titles{
#define CAUSE(number, identifier, title, explanation) std::string_view(title),
#include "schema/tables/causes.def"
#undef CAUSE
};

/// As within a sentence: "TLS failed" stays, "The name is in use" begins small.
std::string title_of(CauseId cause) {
  std::string text(titles[static_cast<std::size_t>(cause)]);
  const bool is_word = text.size() > 1 && std::islower(static_cast<unsigned char>(text[1])) != 0;
  if (is_word || text.starts_with("A "))
    text[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(text[0])));
  return text;
}

bool is_well(CauseId cause) {
  return cause == CauseId::client_stopped || cause == CauseId::capture_ended || cause == CauseId::not_rtmp ||
         cause == CauseId::connect_redirect;
}

bool is_broken(CauseId cause) {
  switch (cause) {
    case CauseId::message_too_large:
    case CauseId::protocol_error:
    case CauseId::extended_time:
    case CauseId::codec_refused:
    case CauseId::bad_start:
    case CauseId::server_restart:
    case CauseId::ack_stall:
    case CauseId::receiver_stopped:
    case CauseId::path_lost:
    case CauseId::send_timeout:
    case CauseId::ping_unanswered:
    case CauseId::publisher_silent:
    case CauseId::middlebox_idle:
    case CauseId::middlebox_reset:
    case CauseId::time_limit:
    case CauseId::server_reset: return true;
    default: return is_refusal(cause);
  }
}

std::string_view plural(std::uint64_t count, std::string_view one, std::string_view more) {
  return count == 1 ? one : more;
}

}  // namespace

Severity severity_of(const ConnectionReport& report) {
  const CauseId cause = report.verdict.cause;
  if (is_broken(cause)) return Severity::error;
  if (is_well(cause) || (cause == CauseId::publisher_gone && report.publisher_stopped)) return Severity::note;
  const bool is_player = std::ranges::none_of(
      report.history.streams, [](const StreamHistory& stream) { return stream.use == StreamUse::publish; });
  // Players leave as they like.
  if (is_player && (cause == CauseId::client_closed || cause == CauseId::client_vanished))
    return Severity::note;
  return Severity::warning;
}

CaptureSummary::Part CaptureSummary::part_of(const History& history) {
  Part part = Part::other;
  for (const StreamHistory& stream : history.streams) {
    if (stream.use == StreamUse::publish) return Part::publisher;
    if (stream.use == StreamUse::play) part = Part::player;
  }
  return part;
}

void CaptureSummary::add_fault(const ConnectionReport& report) {
  for (const JudgedFinding& finding : report.findings) {
    if (finding.severity > fault_.severity)
      fault_ = {finding.severity, report.connection, finding.text, finding.what_to_do};
  }
}

void CaptureSummary::add(const ConnectionReport& report, bool is_told) {
  add_fault(report);
  if (is_told) return;
  const Part part = part_of(report.history);
  ++count_;
  ++of_part_[part];
  Group& group = groups_[{part, report.verdict.cause}];
  if (group.count++ == 0) {
    group.severity = severity_of(report);
    group.sentence = report.verdict.sentence;
    group.next_step = report.verdict.next_step;
  }
  group.severity = std::max(group.severity, severity_of(report));
  if (group.connections.size() < most_connections) group.connections.push_back(report.connection);
}

CaptureVerdict CaptureSummary::all_well() const {
  CaptureVerdict verdict;
  std::uint64_t open = 0;
  for (const auto& [key, group] : groups_) {
    if (key.second == CauseId::capture_ended) open += group.count;
  }
  if (count_ == 1) {
    verdict.title = groups_.begin()->second.sentence;
  } else if (open == count_) {
    verdict.title = fmt::format("All {} connections were open when the capture ended.", count_);
  } else if (open > 0) {
    verdict.title = fmt::format("{} of {} connections ended properly; {} {} open when the capture ended.",
                                count_ - open, count_, open, plural(open, "was", "were"));
  } else {
    verdict.title = fmt::format("All {} connections ended properly.", count_);
  }
  if (fault_.severity == Severity::note) return verdict;
  verdict.severity = fault_.severity;
  verdict.title += count_ == 1 ? " But " + fault_.text + "."
                               : fmt::format(" But in connection {}: {}.", fault_.connection, fault_.text);
  verdict.next_step = fault_.what_to_do;
  verdict.connections = {fault_.connection};
  return verdict;
}

std::string CaptureSummary::title(Part part, CauseId cause, const Group& group) const {
  if (count_ == 1) return group.sentence;
  constexpr std::array<std::string_view, 3> ones{"publisher", "player", "connection"};
  constexpr std::array<std::string_view, 3> more{"publishers", "players", "connections"};
  const std::uint64_t all = part == Part::other ? count_ : of_part_.at(part);
  const auto noun = plural(all, ones[static_cast<std::size_t>(part)], more[static_cast<std::size_t>(part)]);
  const std::string who = all == 1             ? fmt::format("The {}", noun)
                          : group.count == all ? fmt::format("All {} {}", all, noun)
                                               : fmt::format("{} of {} {}", group.count, all, noun);
  const std::string_view verb = plural(group.count, "was", "were");
  if (is_undecided(cause) && cause != CauseId::unknown)
    return fmt::format("The capture is incomplete: it does not hold why {} of {} connections ended.",
                       group.count, count_);
  if (is_refusal(cause)) return fmt::format("{} {} refused: {}.", who, verb, title_of(cause));
  return fmt::format("{} ended: {}.", who, title_of(cause));
}

CaptureVerdict CaptureSummary::verdict() const {
  if (count_ == 0) return {Severity::note, "No connection of the RTMP family is in the capture.", {}, {}};
  const auto worst = std::ranges::max_element(groups_, [](const auto& one, const auto& other) {
    if (one.second.severity != other.second.severity) return one.second.severity < other.second.severity;
    // Among equals what is decided goes first, then what befell more connections; else the first in the order
    // of parts and causes.
    const bool one_says_less = is_undecided(one.first.second),
               other_says_less = is_undecided(other.first.second);
    if (one_says_less != other_says_less) return one_says_less;
    return one.second.count < other.second.count;
  });
  const auto& [key, group] = *worst;
  if (group.severity == Severity::note) return all_well();
  std::vector<std::uint32_t> connections = group.connections;
  std::ranges::sort(connections);
  return {group.severity, title(key.first, key.second, group), group.next_step, std::move(connections)};
}

}  // namespace rtmpscope::analysis
