// Segments in, calls out: one row a case. See recorder.hpp for both notations.
#include <gtest/gtest.h>

#include "unit/net/recorder.hpp"

namespace rtmpscope::net::test {
namespace {

struct Case {
  const char* name;
  std::vector<const char*> segments;
  const char* expected;  ///< without the end of the capture
};

#define HANDSHAKE "c S 99", "s SA 499 ack=100", "c A 100 ack=500"

// long: a table
const std::vector<Case>& cases() {
  static const std::vector<Case> all{
      {"Handshake alone opens nothing", {HANDSHAKE}, ""},
      {"Data both ways",
       {HANDSHAKE, "c A 100 abc ack=500", "s A 500 xyz ack=103", "c A 103 de ack=503"},
       "open >0:abc <0:xyz >3:de"},
      {"Data with SYN (TCP Fast Open)",
       {"c S 99 abc", "s SA 499 ack=103", "c A 103 de ack=500", "s A 500 x ack=105"},
       "open >0:abc >3:de <0:x"},
      {"Data with SYN that the server refused and the client repeats",
       {"c S 99 abc", "s SA 499 ack=100", "c A 100 abcde ack=500"},
       "open >0:abc >3:de"},
      {"Data with SYN and ACK", {"c S 99", "s SA 499 xyz ack=100", "c A 100 a ack=503"}, "open <0:xyz >0:a"},
      {"Repeated SYN and SYN+ACK",
       {"c S 99", "c S 99", "s SA 499 ack=100", "s SA 499 ack=100", "c A 100 a ack=500", "c S 99",
        "s SA 499 ack=100", "c A 101 b ack=500"},
       "open >0:a >1:b"},
      {"SYN and ACK with another number before anything was sent",
       {"c S 99", "s SA 499 ack=100", "s SA 799 ack=100", "c A 100 a ack=800", "s A 800 x ack=101"},
       "open >0:a <0:x"},
      {"SYN and ACK with another number after FIN",
       {HANDSHAKE, "s FA 500", "c A 100 a", "s SA 799 ack=100", "s A 803 x", "s A 800 uvw"},
       "open <0.fin >0:a >1.port_reuse close:port_reuse open <0:uvwx"},
      {"SYN without an answer and another one",
       {"c S 99", "c S 777", "s SA 499 ack=778", "c A 778 a ack=500"},
       "open >0:a"},
      {"SYN on both sides at the same time",
       {"c S 99", "s S 499", "s SA 499 ack=100", "c SA 99 ack=500", "c A 100 a", "s A 500 x"},
       "open >0:a <0:x"},
      {"SYN and ACK before the SYN",
       {"s SA 499 ack=100", "c S 99", "c A 100 a ack=500", "s A 500 x"},
       "open >0:a <0:x"},
      {"Data before the SYN and ACK",
       {"c S 99", "s A 500 xy ack=100", "s SA 499 ack=100", "s A 502 z"},
       "open <0+?:start <0:xy <2:z"},
      {"SYN and ACK missing: its answer tells the number",
       {"c S 99", "c A 100 ack=500", "s A 502 z ack=100", "s A 500 xy ack=100"},
       "open <0:xyz"},
      {"SYN and ACK missing, and its answer: what comes later tells nothing",
       {"c S 99", "c A 102 c ack=502", "s A 502 z ack=103", "c A 100 ab ack=503"},
       "open <0+?:start <0:z >0:abc"},
      {"FIN on both sides",
       {HANDSHAKE, "c A 100 a", "c FA 101", "s A 500 x ack=102", "s FA 501", "c A 102 ack=502"},
       "open >0:a >1.fin <0:x <1.fin close:fin"},
      {"FINs of which one is not acknowledged",
       {HANDSHAKE, "c FA 100 a", "s FA 500 ack=102"},
       "open >0:a >1.fin <0.fin"},
      {"RST in place of the last acknowledgement",
       {HANDSHAKE, "c FA 100 a", "s FA 500 ack=102", "c R 102"},
       "open >0:a >1.fin <0.fin close:fin"},
      {"FIN with data",
       {HANDSHAKE, "c FA 100 ab", "s FA 500 xy ack=103", "c A 103 ack=503"},
       "open >0:ab >2.fin <0:xy <2.fin close:fin"},
      {"FIN before any data of the peer",
       {HANDSHAKE, "s FA 500", "c A 100 a", "c FA 101 ack=501", "s A 501 ack=102"},
       "open <0.fin >0:a >1.fin close:fin"},
      {"FIN ahead of a gap",
       {HANDSHAKE, "c A 100 a", "c FA 103 d", "c A 101 bc", "s FA 500 ack=105", "c A 105 ack=501"},
       "open >0:a >1:bcd >4.fin <0.fin close:fin"},
      {"Repeated FIN",
       {HANDSHAKE, "c FA 100 a", "c FA 100 a", "c FA 101", "s FA 500 ack=102", "c A 102 ack=501"},
       "open >0:a >1.fin <0.fin close:fin"},
      {"Data after FIN",
       {HANDSHAKE, "c FA 100 a", "c A 101 b", "c A 102 c", "s A 500 x"},
       "open >0:a >1.fin <0:x"},
      {"Data around FIN",
       {HANDSHAKE, "c A 100 a", "c A 102 cdef", "c FA 104", "c A 101 bcdefg"},
       "open >0:a >1:bcdef >6.fin"},
      {"RST", {HANDSHAKE, "c A 100 a", "s R 500"}, "open >0:a >1.reset <0.reset close:reset"},
      {"RST with text",
       {HANDSHAKE, "c A 100 a", "s R 500 goodbye"},
       "open >0:a >1.reset <0.reset close:reset"},
      {"RST with data waiting",
       {HANDSHAKE, "c A 100 a", "c A 103 de", "c R 105"},
       "open >0:a >1+2:not_captured >3:de >5.reset <0.reset close:reset"},
      {"RST far away is ignored", {HANDSHAKE, "c A 100 a", "c R 100000000", "c A 101 b"}, "open >0:a >1:b"},
      {"RST of a refused connection", {"c S 99", "s R 0 ack=100", "c S 99", "c A 100 late"}, ""},
      {"Late packets after the end open nothing",
       {HANDSHAKE, "c FA 100 a", "s FA 500 x ack=102", "c A 102 ack=502", "c FA 100 a", "s FA 500 x",
        "c A 100 a", "c R 102"},
       "open >0:a >1.fin <0:x <1.fin close:fin"},
      {"Port reuse after the end",
       {HANDSHAKE, "c FA 100 a", "s FA 500 ack=102", "c A 102 ack=501", "c S 5000", "s SA 7000 ack=5001",
        "c A 5001 b"},
       "open >0:a >1.fin <0.fin close:fin open >0:b"},
      {"Port reuse while open",
       {HANDSHAKE, "c A 100 a", "c S 5000", "s SA 7000 ack=5001", "c A 5001 b", "s A 7001 x"},
       "open >0:a >1.port_reuse <0.port_reuse close:port_reuse open >0:b <0:x"},
      {"Port reuse with data waiting",
       {HANDSHAKE, "c A 102 c", "c S 5000", "c A 5001 b"},
       "open >0+2:not_captured >2:c >3.port_reuse <0.port_reuse close:port_reuse open >0:b"},
      {"Port reuse of which only the answer is seen",
       {HANDSHAKE, "s A 500 x", "s SA 90000 ack=70000", "s A 90001 y"},
       "open <0:x >0.port_reuse <1.port_reuse close:port_reuse open <0:y"},
      {"Ports reused the other way round",
       {HANDSHAKE, "c A 100 a", "c R 101", "s S 9000", "c SA 700 ack=9001", "s A 9001 x"},
       "open >0:a >1.reset <0.reset close:reset open >0:x"},
      {"Repeated segment", {HANDSHAKE, "c A 100 abc", "c A 100 abc", "c A 103 d"}, "open >0:abc >3:d"},
      {"Repeated segment with more data", {HANDSHAKE, "c A 100 abc", "c A 101 bcde"}, "open >0:abc >3:de"},
      {"Repeated segment with other contents",
       {HANDSHAKE, "c A 100 abc", "c A 101 XXde"},
       "open >0:abc >3:de"},
      {"Out of order", {HANDSHAKE, "c A 103 de", "c A 100 abc"}, "open >0:abcde"},
      {"Out of order in several pieces",
       {HANDSHAKE, "c A 108 i", "c A 102 c", "c A 104 ef", "c A 100 ab", "c A 103 d", "c A 106 gh"},
       "open >0:abc >3:def >6:ghi"},
      {"Waiting bytes that come again with the same contents",
       {HANDSHAKE, "c A 102 cde", "c A 103 defg", "c A 100 ab"},
       "open >0:abcdefg"},
      {"Waiting bytes that come again with other contents",
       {HANDSHAKE, "c A 102 cde", "c A 102 cXX", "c A 100 abcYY"},
       "open >!3+2 >!3+2 >0:abcde"},
      {"Segment over waiting pieces and the gaps between",
       {HANDSHAKE, "c A 102 c", "c A 104 e", "c A 100 abcdefg"},
       "open >0:abcdefg"},
      {"Keep-alive",
       {HANDSHAKE, "c A 100 abc", "c A 102 0", "c A 102", "s A 500 ack=103", "c A 103 d"},
       "open >0:abc >3:d"},
      {"Keep-alive before data", {HANDSHAKE, "c A 99 0", "c A 100 a"}, "open >0:a"},
      {"Keep-alive at the start of the capture",
       {"s A 500 x ack=100", "c A 99 0 ack=501", "c A 100 a"},
       "open? <0+?:start <0:x >0+?:start >0:a"},
      {"Zero-window probe with the next byte",
       {HANDSHAKE, "c A 100 abc", "c A 103 d", "c A 103 d", "c A 103 def"},
       "open >0:abc >3:d >4:ef"},
      {"Single bytes", {HANDSHAKE, "c A 100 a", "c A 101 b", "c A 102 c"}, "open >0:a >1:b >2:c"},
      {"Capture begins within the connection",
       {"c A 100 abc ack=500", "s A 500 xyz ack=103", "c A 103 d ack=503"},
       "open? >0+?:start >0:abc <0+?:start <0:xyz >3:d"},
      {"Capture begins within the connection, out of order",
       {"c A 103 de", "c A 100 abc", "c A 101 bcdef"},
       "open? >0+?:start >0:de >2:f"},
      {"Pure acknowledgements open nothing",
       {"c A 100 ack=500", "s A 500 ack=100", "c FA 100", "s R 500"},
       ""},
      {"One side only",
       {"c S 99", "c A 100 a ack=500", "c A 101 b ack=600", "c FA 102 ack=700"},
       "open >0:a >1:b >2.fin"},
      {"SYN alone, then the other side only", {"c S 99", "s A 500 x ack=100"}, "open <0+?:start <0:x"},
      {"Cut by the snap length",
       {HANDSHAKE, "c A 100 abc wire=10", "c A 110 k"},
       "open >0:abc >3+7:snap >10:k"},
      {"Cut by the snap length to nothing",
       {HANDSHAKE, "c A 100 - wire=10", "c A 110 - wire=5"},
       "open >0+10:snap >10+5:snap"},
      {"Cut by the snap length and out of order",
       {HANDSHAKE, "c A 105 fg wire=5", "c A 100 ab wire=5", "c A 110 k"},
       "open >0:ab >2+3:snap >5:fg >7+3:snap >10:k"},
      {"Cut by the snap length and repeated",
       {HANDSHAKE, "c A 100 abc wire=10", "c A 100 abc wire=10", "c A 105 fg wire=10"},
       "open >0:abc >3+7:snap >10+5:snap"},
      {"Flags that contradict each other",
       {"c SF 99", HANDSHAKE, "c SR 100", "c SF 100 x", "c A 100 a"},
       "open >0:a"},
      {"Sequence numbers wrap",
       {"c S 4294967293", "s SA 4294967295 ack=4294967294", "c A 4294967294 abcde", "c A 3 f",
        "s A 0 x ack=4"},
       "open >0:abcde >5:f <0:x"},
  };
  return all;
}

std::string run(const Case& c, bool every_packet_twice) {
  Scenario scenario;
  for (const char* segment : c.segments) {
    scenario.feed(segment);
    if (every_packet_twice) scenario.feed(segment);
  }
  return scenario.log.text;
}

TEST(Reassembly, TurnsSegmentsIntoTheStream) {
  for (const Case& c : cases()) {
    SCOPED_TRACE(c.name);
    EXPECT_EQ(run(c, false), c.expected);
  }
}

// Two capture points see each packet twice. Conflicts are then reported for each copy.
TEST(Reassembly, GivesTheSameStreamIfEveryPacketComesTwice) {
  for (const Case& c : cases()) {
    SCOPED_TRACE(c.name);
    if (std::string_view(c.expected).find('!') != std::string_view::npos) continue;
    EXPECT_EQ(run(c, true), c.expected);
  }
}

TEST(Reassembly, EveryCaseEndsProperlyAtTheEndOfTheCapture) {
  for (const Case& c : cases()) {
    SCOPED_TRACE(c.name);
    Scenario scenario;
    for (const char* segment : c.segments) scenario.feed(segment);
    scenario.finish();
    const std::string& text = scenario.log.text;
    for (const char* broken : {"NOT-", "AFTER-", "EMPTY", "TWICE", "UNWANTED", "GOES-BACK", "EARLY"}) {
      EXPECT_EQ(text.find(broken), std::string::npos) << text;
    }
    EXPECT_EQ(scenario.table.size(), 0U);
    EXPECT_EQ(scenario.table.held().bytes, 0U);
    EXPECT_EQ(scenario.log.totals.size(), scenario.observer.infos.size());
  }
}

TEST(Reassembly, CountsPerDirection) {
  Scenario s;
  for (const char* segment : {HANDSHAKE, "c A 100 abc", "c A 100 abc", "c A 105 fg", "c A 105 fg",
                              "c A 103 de", "c A 106 0", "c A 107 hi wire=5", "s A 500 xyz", "c FA 112",
                              "c A 113 late", "s FA 503 ack=113", "c A 113 ack=504"}) {
    s.feed(segment);
  }
  const FlowDirectionTotals& up = s.totals(Direction::to_server);
  EXPECT_EQ(up.packets, 12U);
  EXPECT_EQ(up.bytes, 9U);
  EXPECT_EQ(up.missing_bytes, 3U);
  EXPECT_EQ(up.retransmitted_bytes, 5U);
  EXPECT_EQ(up.out_of_order_segments, 1U);
  EXPECT_EQ(up.retransmitted_segments, 2U);
  EXPECT_EQ(up.keep_alives, 1U);
  EXPECT_EQ(up.discarded_bytes, 4U);
  const FlowDirectionTotals& down = s.totals(Direction::to_client);
  EXPECT_EQ(down.packets, 3U);
  EXPECT_EQ(down.bytes, 3U);
}

TEST(Reassembly, TellsRolesAndTheFirstPacket) {
  const auto info = [](std::vector<const char*> segments) {
    Scenario s;
    for (const char* segment : segments) s.feed(segment);
    return s.observer.infos.at(0);
  };
  const std::string client = "10.0.0.1:50000";
  EXPECT_EQ(info({HANDSHAKE, "s A 500 x"}).client.to_string(), client);
  EXPECT_EQ(info({HANDSHAKE, "s A 500 x"}).first_packet.number, 1U);
  EXPECT_EQ(info({"s SA 499 ack=100", "s A 500 x"}).client.to_string(), client);
  EXPECT_TRUE(info({"s SA 499 ack=100", "s A 500 x"}).syn_seen);
  EXPECT_EQ(info({"s S 499", "s A 500 x"}).server.to_string(), client);
  const FlowInfo guessed = info({"s A 500 x"});
  EXPECT_FALSE(guessed.syn_seen);
  EXPECT_EQ(guessed.server.to_string(), "10.0.0.2:1935");
  EXPECT_EQ(info({"s A 500 x port=1100"}).server.port, 1935);                    // a well-known port
  EXPECT_EQ(info({"s A 500 x port=443"}).server.port, 443);                      // both are: the lower one
  EXPECT_EQ(info({"s A 500 x port=1935"}).client.to_string(), "10.0.0.2:1935");  // the first sender
}

}  // namespace
}  // namespace rtmpscope::net::test
