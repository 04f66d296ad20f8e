#include "analysis/rules/opening_rules.hpp"

#include <gmock/gmock.h>

#include "histories.hpp"
#include "unit/analysis/json_values.hpp"

namespace rtmpscope::analysis {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

Record finding(const std::string& id, const std::string& severity, bool after_gap = false) {
  Record record;
  record.kind = EventKind::finding;
  record.at = at(0.2, 7);
  record.direction = server_side;
  Json members = Json::object({{"id", id}, {"severity", severity}, {"text", "what was found"}});
  if (after_gap) members["after_gap"] = true;
  record.members = kept(members);
  return record;
}

RuleResults tls(const History& history, const std::vector<Record>& found) {
  FindingTally tally;
  for (const Record& each : found) tally.on_record(each);
  RuleResults results;
  judge_tls(RuleContext{.history = history}, tally, results);
  return results;
}

History with_tls() {
  History history = published();
  history.transport = "rtmps";
  history.tls.seen = true;
  history.tls.version = "TLS 1.3";
  return history;
}

TEST(TlsFailed, GoesByTheDecodersFindings) {
  const RuleResults results = tls(with_tls(), {finding("tls_handshake_incomplete", "warning")});
  ASSERT_THAT(results.findings, SizeIs(1));
  EXPECT_EQ(results.findings[0].severity, Severity::error);
  EXPECT_EQ(results.findings[0].text, "TLS has failed: what was found");
}

TEST(TlsFailed, NamesTheAlertAndItsSide) {
  History history = with_tls();
  history.tls.alert = "unknown_ca";
  history.tls.alert_by = client_side;
  const RuleResults results = tls(history, {finding("tls_fatal_alert", "error")});
  EXPECT_EQ(results.findings.at(0).text, "TLS has failed: the client sent the alert unknown_ca");
}

TEST(TlsFailed, PassesOrDoesNotApply) {
  EXPECT_EQ(answer_of(tls(with_tls(), {}), FindingId::tls_failed), Answer::pass);
  EXPECT_EQ(answer_of(tls(published(), {}), FindingId::tls_failed), Answer::not_applicable);
  EXPECT_EQ(
      answer_of(tls(with_tls(), {finding("tls_handshake_incomplete", "note", true)}), FindingId::tls_failed),
      Answer::pass);
}

TEST(TlsFailed, IsUndecidedInMidStream) {
  History history = with_tls();
  history.start = "midstream";
  EXPECT_EQ(answer_of(tls(history, {}), FindingId::tls_failed), Answer::undecided);
}

RuleResults scheme(const History& history, const Verdict* verdict) {
  RuleResults results;
  judge_scheme(RuleContext{.history = history, .verdict = verdict}, results);
  return results;
}

TEST(Scheme, FollowsTheVerdict) {
  Verdict verdict;
  verdict.cause = CauseId::tls_expected;
  verdict.sentence = "Plain RTMP was sent to a server that wants RTMPS.";
  RuleResults results = scheme(published(), &verdict);
  ASSERT_THAT(results.findings, SizeIs(1));
  EXPECT_EQ(results.findings[0].id, FindingId::plain_where_tls_expected);
  EXPECT_EQ(answer_of(results, FindingId::tls_where_plain_expected), Answer::not_applicable);
  verdict.cause = CauseId::plain_expected;
  results = scheme(with_tls(), &verdict);
  ASSERT_THAT(results.findings, SizeIs(1));
  EXPECT_EQ(results.findings[0].id, FindingId::tls_where_plain_expected);
}

TEST(Scheme, PassesAndIsUndecidedWithoutVerdict) {
  Verdict verdict;
  verdict.cause = CauseId::client_stopped;
  EXPECT_EQ(answer_of(scheme(published(), &verdict), FindingId::plain_where_tls_expected), Answer::pass);
  EXPECT_EQ(answer_of(scheme(with_tls(), &verdict), FindingId::tls_where_plain_expected), Answer::pass);
  EXPECT_EQ(answer_of(scheme(published(), nullptr), FindingId::plain_where_tls_expected), Answer::undecided);
}

TEST(SecretsIn, NamesWhatLooksLikeASecret) {
  EXPECT_THAT(secrets_in("name?token=abcdef&x=1"), ElementsAre(Secret{"token", 6}));
  EXPECT_THAT(secrets_in("n?txSecret=00ff&txTime=5F"), ElementsAre(Secret{"txSecret", 4}));
  EXPECT_THAT(secrets_in("rtmp://user:word@host/app?key=12"),
              ElementsAre(Secret{"password of the URL", 4}, Secret{"key", 2}));
  EXPECT_THAT(secrets_in("rtmp://host:1935/app"), IsEmpty());
  EXPECT_THAT(secrets_in("monkey?keyboard=1&token="), IsEmpty());
  EXPECT_THAT(secrets_in("?"), IsEmpty());
}

RuleResults keys(const History& history, const Profile* profile = nullptr) {
  RuleResults results;
  judge_keys_in_clear(RuleContext{.history = history, .profile = profile}, results);
  return results;
}

TEST(KeyInClear, IsToldWithoutItsValue) {
  History history = published();
  history.streams.front().name = "name?token=hidden-value";
  const RuleResults results = keys(history);
  ASSERT_THAT(results.findings, SizeIs(1));
  EXPECT_EQ(results.findings[0].severity, Severity::note);
  EXPECT_EQ(results.findings[0].text, "sent in clear: token (12 characters)");
  EXPECT_THAT(results.findings[0].evidence.at(0).value, Not(HasSubstr("hidden")));
}

TEST(KeyInClear, WithAPlatformTheNameIsTheKey) {
  History history = published();
  history.streams.front().name = "live_12_abc";
  Profile profile;
  profile.kind = "platform";
  const RuleResults results = keys(history, &profile);
  ASSERT_THAT(results.findings, SizeIs(1));
  EXPECT_EQ(results.findings[0].text, "sent in clear: stream name (11 characters)");
}

TEST(KeyInClear, PassesInRtmpsAndWithoutAKey) {
  History history = published();
  EXPECT_EQ(answer_of(keys(history), FindingId::key_in_clear), Answer::pass);
  history.streams.front().name = "name?token=value";
  history.transport = "rtmps";
  EXPECT_EQ(answer_of(keys(history), FindingId::key_in_clear), Answer::not_applicable);
}

TEST(KeyInClear, IsUndecidedWithoutTheClient) {
  History history = published();
  history.side(client_side).packets = 0;
  history.side(client_side).bytes = 0;
  EXPECT_EQ(answer_of(keys(history), FindingId::key_in_clear), Answer::undecided);
}

}  // namespace
}  // namespace rtmpscope::analysis
