#include "analysis/rules/acknowledgement_watch.hpp"

#include <gmock/gmock.h>

#include "analysis/rules/ping_watch.hpp"
#include "histories.hpp"

namespace rtmpscope::analysis {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

template <typename Watch>
RuleResults judge(const Watch& watch, const History& history) {
  RuleResults results;
  watch.judge(RuleContext{.history = history}, results);
  return results;
}

/// A server that sends 1000 bytes each 100 ms, and has asked for a window of 10000.
AcknowledgementWatch sending(double seconds, double acknowledged_each = 0) {
  AcknowledgementWatch watch(server_side);
  watch.on_window(at(0), 10000);
  double last = 0;
  for (int i = 0; i < seconds * 10; ++i) {
    const double now = i * 0.1;
    watch.on_sent(at(now, static_cast<std::uint64_t>(i) + 10), 3073 + static_cast<std::uint64_t>(i) * 1000,
                  1000);
    if (acknowledged_each > 0 && now - last >= acknowledged_each) {
      watch.on_acknowledgement(at(now), static_cast<std::uint32_t>(i) * 1000);
      last = now;
    }
  }
  return watch;
}

TEST(AckLate, PassesWhereTheyCome) {
  const RuleResults results = judge(sending(10, 1.0), published());
  EXPECT_EQ(answer_of(results, FindingId::ack_late), Answer::pass);
  EXPECT_EQ(answer_of(results, FindingId::ack_value), Answer::pass);
}

TEST(AckLate, PassesWhereOneIsOnItsWay) {
  AcknowledgementWatch watch(server_side);
  watch.on_window(at(0), 10000);
  watch.on_sent(at(0.1), 3073, 1000);
  watch.on_sent(at(0.2), 100'000, 1000);
  watch.on_acknowledgement(at(1.1), 100'000);
  EXPECT_EQ(answer_of(judge(watch, published()), FindingId::ack_late), Answer::pass);
  watch.on_sent(at(1.2), 200'000, 1000);
  watch.on_acknowledgement(at(2.3), 200'000);
  EXPECT_EQ(answer_of(judge(watch, published()), FindingId::ack_late), Answer::fail);
}

TEST(AckLate, IsAWarningWhereNoneComes) {
  const RuleResults results = judge(sending(5), published());
  ASSERT_EQ(answer_of(results, FindingId::ack_late), Answer::fail);
  EXPECT_EQ(check_of(results, FindingId::ack_late).side, client_side) << "who owes it";
}

TEST(AckLate, IsAnErrorWhereTheSenderStops) {
  History history = published();
  history.close->at = at(5.2);
  RuleResults results = judge(sending(5), history);
  ASSERT_THAT(results.findings, SizeIs(1));
  EXPECT_EQ(results.findings[0].severity, Severity::warning);
  history.close->at = at(8);
  results = judge(sending(5), history);
  ASSERT_THAT(results.findings, SizeIs(1));
  EXPECT_EQ(results.findings[0].severity, Severity::error);
}

TEST(AckLate, NothingIsOwedWithoutAWindow) {
  AcknowledgementWatch watch(server_side);
  watch.on_sent(at(1), 1'000'000, 1000);
  EXPECT_EQ(answer_of(judge(watch, published()), FindingId::ack_late), Answer::not_applicable);
}

TEST(AckLate, WhatWasSentBeforeTheWindowIsNotOwed) {
  AcknowledgementWatch watch(server_side);
  watch.on_sent(at(1), 1'000'000, 1000);
  watch.on_window(at(1), 10000);
  watch.on_sent(at(2), 1'010'000, 1000);
  EXPECT_EQ(answer_of(judge(watch, published()), FindingId::ack_late), Answer::pass);
}

TEST(AckLate, IsUndecidedWithoutTheBeginningOrWithHoles) {
  History history = published();
  history.start = "midstream";
  EXPECT_EQ(answer_of(judge(sending(5), history), FindingId::ack_late), Answer::undecided);
  history = published();
  history.side(client_side).missing_bytes = 1;
  EXPECT_EQ(answer_of(judge(sending(5), history), FindingId::ack_late), Answer::undecided);
}

TEST(AckValue, GoesBackOrIsTooLarge) {
  AcknowledgementWatch back = sending(5);
  back.on_acknowledgement(at(4.9), 30000);
  back.on_acknowledgement(at(5.0), 20000);
  RuleResults results = judge(back, published());
  ASSERT_EQ(answer_of(results, FindingId::ack_value), Answer::fail);
  EXPECT_EQ(results.findings.back().severity, Severity::note);
  EXPECT_EQ(results.findings.back().text, "an Acknowledgement says 20000 bytes, the one before said 30000");
  AcknowledgementWatch large = sending(5);
  large.on_acknowledgement(at(5.0), 500'000);
  results = judge(large, published());
  EXPECT_EQ(results.findings.back().text, "an Acknowledgement says 500000 bytes, more than were sent");
}

TEST(AckValue, TheEndOfTheNumberIsNoStepBack) {
  AcknowledgementWatch watch(server_side);
  watch.on_window(at(0), 1'000'000'000);
  watch.on_sent(at(1), 4'294'000'000, 1000);
  watch.on_acknowledgement(at(1), 4'294'000'000);
  watch.on_sent(at(2), 4'296'000'000, 1000);
  watch.on_acknowledgement(at(2), 1'000'000);
  EXPECT_EQ(answer_of(judge(watch, published()), FindingId::ack_value), Answer::pass);
}

TEST(AckValue, DoesNotApplyWithoutAnyAndIsUndecidedInMidStream) {
  EXPECT_EQ(answer_of(judge(sending(1), published()), FindingId::ack_value), Answer::not_applicable);
  History history = published();
  history.start = "midstream";
  EXPECT_EQ(answer_of(judge(sending(1), history), FindingId::ack_value), Answer::undecided);
}

TEST(PingUnanswered, PassesWithinTenSeconds) {
  PingWatch watch(server_side);
  watch.on_request(at(1));
  watch.on_response(at(2));
  const RuleResults results = judge(watch, published());
  EXPECT_EQ(answer_of(results, FindingId::ping_unanswered), Answer::pass);
  EXPECT_THAT(results.findings, IsEmpty());
}

TEST(PingUnanswered, IsAWarningAfterTenSeconds) {
  PingWatch watch(server_side);
  watch.on_request(at(1));
  watch.on_request(at(3));
  History history = published();
  history.close->at = at(12);
  const RuleResults results = judge(watch, history);
  ASSERT_THAT(results.findings, SizeIs(1));
  EXPECT_EQ(results.findings[0].text, "a Ping Request had no answer for 11 s");
  EXPECT_EQ(check_of(results, FindingId::ping_unanswered).side, client_side);
}

TEST(PingUnanswered, ALateAnswerIsTold) {
  PingWatch watch(server_side);
  watch.on_request(at(1));
  watch.on_response(at(16));
  const RuleResults results = judge(watch, published());
  ASSERT_THAT(results.findings, SizeIs(1));
  EXPECT_EQ(results.findings[0].text, "a Ping Request was answered after 15 s");
}

TEST(PingUnanswered, TheEndMayComeFirst) {
  PingWatch watch(server_side);
  watch.on_request(at(9));
  EXPECT_EQ(answer_of(judge(watch, published()), FindingId::ping_unanswered), Answer::undecided);
}

TEST(PingUnanswered, MissingBytesMayHoldTheAnswer) {
  PingWatch watch(server_side);
  watch.on_request(at(1));
  History history = published();
  history.close->at = at(30);
  history.side(client_side).missing_bytes = 1;
  EXPECT_EQ(answer_of(judge(watch, history), FindingId::ping_unanswered), Answer::undecided);
  EXPECT_EQ(answer_of(judge(PingWatch(server_side), history), FindingId::ping_unanswered),
            Answer::not_applicable);
}

}  // namespace
}  // namespace rtmpscope::analysis
