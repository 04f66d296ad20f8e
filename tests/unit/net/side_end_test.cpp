// How each side of a connection ended.
#include <gtest/gtest.h>

#include "unit/net/recorder.hpp"

namespace rtmpscope::net::test {
namespace {

constexpr Direction to_server = Direction::to_server;
constexpr Direction to_client = Direction::to_client;

/// Both SYNs, and "hello" from the client, which is not acknowledged yet. The client's stream begins at 100,
/// the server's at 500. Four packets.
Scenario& begun(Scenario& s) {
  for (const char* segment :
       {"c S 99", "s SA 499 ack=100", "c A 100 ack=500", "c A 100 hello ack=500 t=10"}) {
    s.feed(segment);
  }
  return s;
}

/// "frame@offset", or "none".
std::string fin_of(const SideEnd& end) {
  if (!end.fin) return "none";
  return fmt::format("{}@{}", end.fin->packet.number, end.fin->offset);
}

/// "frame@offset" and what applies of: own (after its own FIN), peer, answers, outside, "ttl reset/usual".
std::string reset_of(const SideEnd& end) {
  if (!end.reset) return "none";
  const ResetFacts& reset = *end.reset;
  std::string text = fmt::format("{}@", reset.packet.number);
  text += reset.offset ? fmt::format("{}", *reset.offset) : "?";
  if (reset.after_own_fin) text += " own";
  if (reset.after_peer_fin) text += " peer";
  if (reset.answers_data) text += " answers";
  if (!reset.in_window) text += " outside";
  if (reset.hop_limit != reset.usual_hop_limit)
    text += fmt::format(" ttl {}/{}", reset.hop_limit, reset.usual_hop_limit);
  return text;
}

struct EndCase {
  const char* name;
  std::vector<const char*> segments;  ///< behind `begun`: the first one is packet 5
  const char* client_fin;
  const char* client_reset;
  const char* server_fin;
  const char* server_reset;
};

// long: a table
const std::vector<EndCase>& cases() {
  static const std::vector<EndCase> all{
      {"nothing ends", {"s A 500 ack=105"}, "none", "none", "none", "none"},
      {"both close", {"c FA 105", "s FA 500 ack=106", "c A 106 ack=501"}, "5@5", "none", "6@0", "none"},
      {"a FIN with data", {"c FA 105 bye"}, "5@8", "none", "none", "none"},
      {"the FIN comes again: the first counts",
       {"c FA 105", "c FA 105 t=300"},
       "5@5",
       "none",
       "none",
       "none"},
      {"again with the data before it", {"c FA 105", "c FA 100 hello t=300"}, "5@5", "none", "none", "none"},
      {"a repeated segment brings the first FIN", {"c FA 100 hello t=300"}, "5@5", "none", "none", "none"},
      {"before bytes that precede it", {"c FA 108", "c A 105 xyz"}, "5@8", "none", "none", "none"},
      {"cut by the snap length", {"c FA 105 b wire=3"}, "5@8", "none", "none", "none"},
      {"of another connection: within what was sent", {"c FA 102"}, "none", "none", "none", "none"},
      {"reset alone", {"s R 500"}, "none", "none", "none", "5@0"},
      {"reset, and a second one from there", {"s R 500", "s R 500"}, "none", "none", "none", "5@0"},
      {"reset behind its own FIN",
       {"s A 500 ack=105", "c FA 105", "c R 106"},
       "6@5",
       "7@6 own",
       "none",
       "none"},
      {"data behind the FIN, which the reset answers",
       {"c FA 105 ack=500", "s A 500 status ack=106", "c R 106"},
       "5@5",
       "7@6 own answers",
       "none",
       "none"},
      {"data on its way when the side closed: seen before the FIN",
       {"s A 500 status ack=105", "c FA 105 ack=500", "c R 106"},
       "6@5",
       "7@6 own answers",
       "none",
       "none"},
      {"data behind the FIN that was read: the reset answers nothing",
       {"c FA 105 ack=500", "s A 500 status ack=106", "c A 106 ack=506", "c R 106"},
       "5@5",
       "8@6 own",
       "none",
       "none"},
      {"unread data without a FIN: the reset ends it",
       {"s A 500 status ack=105", "c R 105"},
       "none",
       "6@5",
       "none",
       "none"},
      {"data out of order behind the FIN",
       {"c FA 105 ack=500", "s A 503 tus ack=106", "c R 106"},
       "5@5",
       "7@6 own answers",
       "none",
       "none"},
      {"behind the peer's FIN", {"c FA 105", "s R 500"}, "5@5", "none", "none", "6@0 peer"},
      {"behind both FINs, one of which is not acknowledged",
       {"c FA 105", "s FA 500 ack=106", "s R 501"},
       "5@5",
       "none",
       "6@0",
       "7@1 own peer"},
      {"before what the peer has acknowledged: it ignores it",
       {"s A 500 ack=105", "c R 102"},
       "none",
       "6@2 outside",
       "none",
       "none"},
      {"far away: it is ignored", {"s R 1000000000"}, "none", "none", "none", "5@999999500 outside"},
      {"far away, and then a true one", {"s R 1000000000", "s R 500"}, "none", "none", "none", "6@0"},
      {"two far away: the first",
       {"s R 1000000000", "s R 1000000007"},
       "none",
       "none",
       "none",
       "5@999999500 outside"},
      {"from elsewhere", {"s R 500 ttl=249"}, "none", "none", "none", "5@0 ttl 249/64"},
      {"its own TTL is no usual one",
       {"s R 1000000000 ttl=9", "s R 500 ttl=249"},
       "none",
       "none",
       "none",
       "6@0 ttl 249/64"},
  };
  return all;
}

TEST(SideEnd, Cases) {
  for (const EndCase& each : cases()) {
    Scenario s;
    begun(s);
    for (const char* segment : each.segments) s.feed(segment);
    s.finish();
    EXPECT_EQ(fin_of(s.end(to_server)), each.client_fin) << each.name;
    EXPECT_EQ(reset_of(s.end(to_server)), each.client_reset) << each.name;
    EXPECT_EQ(fin_of(s.end(to_client)), each.server_fin) << each.name;
    EXPECT_EQ(reset_of(s.end(to_client)), each.server_reset) << each.name;
  }
}

/// As `begun`, but the capture has only the client's packets.
TEST(SideEnd, ResetOfASideThatHasSentNothingElse) {
  Scenario s;
  for (const char* segment : {"c A 100 hello ack=500", "s R 500 ttl=61"}) s.feed(segment);
  s.finish();
  EXPECT_EQ(reset_of(s.end(to_client)), "2@? ttl 61/0");
}

TEST(SideEnd, FinsOfOneConnectionAreNotThoseOfTheNext) {
  Scenario s;
  begun(s).feed("c FA 105");
  for (const char* segment : {"c S 9000 t=5000", "s SA 700 ack=9001", "c A 9001 x ack=701"}) s.feed(segment);
  s.finish();
  ASSERT_EQ(s.log.ends.size(), 2U);
  EXPECT_EQ(fin_of(s.end(to_server, 0)), "5@5");
  EXPECT_EQ(fin_of(s.end(to_server, 1)), "none");
}

/// Number of the latest packet with new bytes, and up to which the peer has acknowledged.
std::string data_of(const SideEnd& end) {
  return fmt::format("{} {}", end.last_data ? std::to_string(end.last_data->number) : "-",
                     end.acknowledged ? std::to_string(*end.acknowledged) : "-");
}

struct DataCase {
  const char* name;
  std::vector<const char*> segments;  ///< behind `begun`
  const char* client;
};

TEST(SideEnd, LastDataAndAcknowledged) {
  const std::vector<DataCase> all{
      {"nothing acknowledged but the SYN", {}, "4 0"},
      {"acknowledged", {"s A 500 ack=105"}, "4 5"},
      {"an older acknowledgement takes nothing back", {"s A 500 ack=105", "s A 500 ack=103"}, "4 5"},
      {"sent again", {"c A 100 hello t=300"}, "4 0"},
      {"sent again with more", {"c A 100 hellojim t=300"}, "5 0"},
      {"a keep-alive", {"s A 500 ack=105", "c A 104 x t=9000"}, "4 5"},
      {"out of order", {"c A 108 jim"}, "5 0"},
      {"out of order and again", {"c A 108 jim", "c A 108 jim"}, "5 0"},
      {"cut by the snap length", {"c A 105 - wire=9"}, "5 0"},
      {"behind the FIN", {"c FA 105", "c A 105 odd"}, "4 0"},
      {"the FIN counts for nothing", {"c FA 105", "s A 500 ack=106"}, "4 5"},
      {"if it was not captured, it is one byte too many", {"s A 500 ack=106"}, "4 6"},
      {"a reset acknowledges, too", {"s RA 500 ack=106"}, "4 6"},
      {"bytes that were not captured", {"s A 500 ack=190"}, "4 90"},
  };
  for (const DataCase& each : all) {
    Scenario s;
    begun(s);
    for (const char* segment : each.segments) s.feed(segment);
    s.finish();
    EXPECT_EQ(data_of(s.end(to_server)), each.client) << each.name;
  }
}

TEST(SideEnd, WithoutAnAcknowledgementItIsNotKnown) {
  Scenario s;
  s.feed("c A 100 hello");
  s.finish();
  EXPECT_EQ(data_of(s.end(to_server)), "1 -");
  EXPECT_EQ(data_of(s.end(to_client)), "- -");
}

TEST(SideEnd, KeepAlivesAndDiscardedBytes) {
  Scenario s;
  begun(s);
  for (const char* segment : {"s A 500 ack=105", "c A 104 x", "c A 104 x", "c FA 105", "c A 105 odd"})
    s.feed(segment);
  s.finish();
  EXPECT_EQ(s.end(to_server).keep_alives, 2U);
  EXPECT_EQ(s.end(to_server).discarded_bytes, 3U);
  EXPECT_EQ(s.end(to_client).keep_alives, 0U);
  EXPECT_EQ(s.end(to_client).discarded_bytes, 0U);
}

/// Interest is lost after the first bytes: all the same holds of what is only counted.
TEST(SideEnd, OfConnectionsThatAreOnlyCounted) {
  Scenario s;
  s.log.interest_bytes = 5;
  begun(s);
  for (const char* segment : {"c A 105 more", "s A 500 ack=109", "c FA 109", "s R 500 ttl=3"})
    s.feed(segment);
  EXPECT_EQ(data_of(s.end(to_server)), "5 9");
  EXPECT_EQ(fin_of(s.end(to_server)), "7@9");
  EXPECT_EQ(reset_of(s.end(to_client)), "8@0 peer ttl 3/64");
}

}  // namespace
}  // namespace rtmpscope::net::test
