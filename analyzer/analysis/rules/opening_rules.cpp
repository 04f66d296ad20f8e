#include "analysis/rules/opening_rules.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "analysis/record/sides.hpp"
#include "analysis/rules/senders.hpp"

namespace rtmpscope::analysis {
namespace {

/// Names of query members that hold what only the sender may know, in lower case.
constexpr auto secret_names = std::to_array<std::string_view>({
    "accesstoken", "access_token", "auth",     "auth_key", "authkey",  "jwt",  "key",
    "pass",        "passwd",       "password", "pwd",      "secret",   "sign", "signature",
    "streamkey",   "stream_key",   "token",    "txsecret", "wssecret",
});

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return result;
}

bool is_plain(std::string_view transport) {
  return transport == "rtmp" || transport == "rtmpt";
}

}  // namespace

void judge_tls(const RuleContext& context, const FindingTally& tally, RuleResults& to) {
  const FindingId id = FindingId::tls_failed;
  const History& history = context.history;
  if (!history.tls.seen) return to.not_applicable(id, std::nullopt, "the connection has no TLS");
  const TallyEntry* worst = nullptr;
  for (const FindingId each :
       {FindingId::tls_fatal_alert, FindingId::tls_no_shared_version, FindingId::tls_handshake_incomplete}) {
    const TallyEntry* const entry = tally.find(each, std::nullopt);
    if (worst == nullptr && entry != nullptr && entry->certain() != 0) worst = entry;
  }
  if (worst == nullptr) {
    if (const auto need = missing_need(id, history)) return to.undecided(id, std::nullopt, *need);
    return to.pass(id, std::nullopt, history.tls.version.str());
  }
  JudgedFinding finding = judged(id, worst->first);
  finding.direction = history.tls.alert_by ? history.tls.alert_by : worst->direction;
  finding.text = "TLS has failed: " + worst->first_text;
  if (!history.tls.alert.empty() && history.tls.alert_by) {
    finding.text = fmt::format("TLS has failed: the {} sent the alert {}", noun(*history.tls.alert_by),
                               history.tls.alert);
  }
  finding.evidence.push_back({.at = worst->first,
                              .stream_offset = {},
                              .field = "finding.id",
                              .value = std::string(info(worst->id).id)});
  to.fail(finding.direction, std::move(finding));
}

void judge_scheme(const RuleContext& context, RuleResults& to) {
  const History& history = context.history;
  const bool tls = history.tls.seen;
  const FindingId id = tls ? FindingId::tls_where_plain_expected : FindingId::plain_where_tls_expected;
  const FindingId other = tls ? FindingId::plain_where_tls_expected : FindingId::tls_where_plain_expected;
  to.not_applicable(other, client, tls ? "the client speaks TLS" : "the client speaks no TLS");
  if (const auto need = missing_need(id, history)) return to.undecided(id, client, *need);
  if (context.verdict == nullptr) return to.undecided(id, client, "there is no verdict");
  const CauseId cause = tls ? CauseId::plain_expected : CauseId::tls_expected;
  if (context.verdict->cause != cause) return to.pass(id, client, tls ? "TLS" : "plain RTMP");
  JudgedFinding finding = judged(id, history.opened);
  finding.direction = client;
  finding.text = context.verdict->sentence;
  for (const VerdictEvidence& each : context.verdict->evidence)
    finding.evidence.push_back({.at = each.at, .stream_offset = {}, .field = "tcp", .value = each.what});
  to.fail(client, std::move(finding), tls ? "TLS" : "plain RTMP", tls ? "plain RTMP" : "RTMPS");
}

std::vector<Secret> secrets_in(std::string_view text) {
  std::vector<Secret> found;
  if (const std::size_t scheme = text.find("://"); scheme != std::string_view::npos) {
    const std::string_view host = text.substr(scheme + 3, text.find('/', scheme + 3) - scheme - 3);
    const std::size_t at = host.rfind('@');
    const std::size_t colon = host.find(':');
    if (at != std::string_view::npos && colon < at) found.push_back({"password of the URL", at - colon - 1});
  }
  const std::size_t question = text.find('?');
  if (question == std::string_view::npos) return found;
  std::string_view query = text.substr(question + 1);
  while (!query.empty()) {
    const std::size_t end = std::min(query.find_first_of("&?"), query.size());
    const std::string_view each = query.substr(0, end);
    const std::size_t equals = each.find('=');
    if (equals != std::string_view::npos && equals + 1 < each.size() &&
        std::ranges::find(secret_names, lower(each.substr(0, equals))) != secret_names.end())
      found.push_back({std::string(each.substr(0, equals)), each.size() - equals - 1});
    query.remove_prefix(std::min(end + 1, query.size()));
  }
  return found;
}

void judge_keys_in_clear(const RuleContext& context, RuleResults& to) {
  const FindingId id = FindingId::key_in_clear;
  const History& history = context.history;
  if (const auto need = missing_need(id, history)) return to.undecided(id, client, *need);
  if (!is_plain(history.transport)) return to.not_applicable(id, client, "the connection is not in clear");
  std::vector<Secret> found = secrets_in(history.tc_url);
  Moment at = history.opened;
  const StreamHistory* publisher = nullptr;
  for (const StreamHistory& stream : history.streams) {
    if (stream.use == StreamUse::unknown) continue;
    if (stream.use == StreamUse::publish && publisher == nullptr) publisher = &stream;
    for (Secret& each : secrets_in(stream.name)) {
      if (std::ranges::find(found, each) == found.end()) found.push_back(std::move(each));
    }
  }
  // With platforms the name itself is the key.
  const bool name_is_key = context.profile != nullptr && context.profile->kind == "platform";
  if (publisher != nullptr) at = publisher->asked;
  if (publisher != nullptr && name_is_key && !publisher->name.empty())
    found.push_back(
        {"stream name", publisher->name.view().substr(0, publisher->name.view().find('?')).size()});
  if (found.empty()) {
    if (history.connect.is_null()) return to.not_applicable(id, client, "there is no connect");
    return to.pass(id, client);
  }
  std::string names;
  for (const Secret& each : found) {
    if (!names.empty()) names += ", ";
    names += fmt::format("{} ({} characters)", each.name, each.length);
  }
  JudgedFinding finding = judged(id, at);
  finding.direction = client;
  finding.count = found.size();
  finding.text = fmt::format("sent in clear: {}", names);
  finding.evidence.push_back(
      {.at = at, .stream_offset = {}, .field = "stream_name", .value = found.front().name});
  to.fail(client, std::move(finding), found.front().name, "RTMPS");
}

}  // namespace rtmpscope::analysis
