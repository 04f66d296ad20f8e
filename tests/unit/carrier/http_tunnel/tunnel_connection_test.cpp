#include "carrier/http_tunnel/tunnel_connection.hpp"

#include <gtest/gtest.h>

#include <deque>

#include "support/cuts.hpp"
#include "unit/carrier/stream_script.hpp"

namespace rtmpscope::test {
namespace {

using carrier::TunnelConnection;
using carrier::TunnelEnds;
using carrier::TunnelTable;

constexpr Direction up = Direction::to_server;
constexpr Direction down = Direction::to_client;
constexpr PacketRef last_packet{1000, 1'000'000};

/// What came out of a session; lives on when the session is gone.
struct Session {
  TunnelOpening opening;
  std::array<std::string, 2> text;  ///< by direction
  std::vector<FindingId> findings{};
  std::vector<TunnelExchange> exchanges{};
  std::vector<std::optional<std::uint64_t>> at_most{};  ///< of gaps without a length
  std::optional<TunnelTotals> totals{};
  EndCause cause{};
};

struct Sink final : carrier::TunnelSink {
  explicit Sink(Session& to) : session(to) {}
  void on_data(Direction direction, const StreamData& data) override {
    session.text[index_of(direction)] += as_text(data.bytes);
  }
  void on_gap(Direction direction, const StreamGap& gap) override {
    session.text[index_of(direction)] += gap.length ? "<" + std::to_string(*gap.length) + ">" : "<?>";
    if (!gap.length) session.at_most.push_back(gap.at_most);
  }
  void on_end(Direction, const StreamEnd&) override {}
  void on_exchange(const TunnelExchange& exchange, const PacketRef&) override {
    session.exchanges.push_back(exchange);
  }
  void on_finding(const carrier::LayerFinding& finding) override { session.findings.push_back(finding.id); }
  void on_close(EndCause why, const PacketRef&, const TunnelTotals& all) override {
    session.cause = why;
    session.totals = all;
  }
  Session& session;
};

/// TCP connections of one client with one server, and the sessions that they carry.
struct Lab {
  struct Tcp {
    explicit Tcp(Lab& lab)
        : tunnel(
              lab.table, TunnelEnds{}, true, [this] { gave_up = true; }, [] {}) {}
    void on_data(Direction direction, const StreamData& data) { tunnel.on_data(direction, data); }
    void on_gap(Direction direction, const StreamGap& gap) { tunnel.on_gap(direction, gap); }
    bool gave_up = false;
    TunnelConnection tunnel;
    StreamScript script;
  };

  Lab()
      : table([this](const TunnelEnds&, const TunnelOpening& opening) {
          return std::make_unique<Sink>(sessions.emplace_back(Session{.opening = opening, .text = {}}));
        }) {}

  Tcp& connect() { return connections.emplace_back(*this); }
  static void ask(Tcp& tcp, std::string_view path, std::string_view body, std::string_view more = "") {
    const std::string text =
        "POST /" + std::string(path) + " HTTP/1.1\r\nContent-type: application/x-fcs\r\n" +
        std::string(more) + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + std::string(body);
    tcp.script.data(tcp, up, as_bytes(text));
  }
  static void answer(Tcp& tcp, std::string_view body, std::string_view status = "200 OK") {
    const std::string text = "HTTP/1.1 " + std::string(status) +
                             "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
                             std::string(body);
    tcp.script.data(tcp, down, as_bytes(text));
  }
  static void exchange(Tcp& tcp, std::string_view path, std::string_view body, std::string_view response) {
    ask(tcp, path, body);
    answer(tcp, response);
  }
  void close(Tcp& tcp) {
    tcp.tunnel.close(EndCause::fin, last_packet, [](carrier::TunnelSession&) {});
  }

  std::deque<Session> sessions;
  TunnelTable table;
  std::deque<Tcp> connections;
};

TEST(TunnelConnection, SessionFromOpenToClose) {
  Lab lab;
  Lab::Tcp& tcp = lab.connect();
  Lab::exchange(tcp, "open/1", std::string(1, '\0'), "abc\n");
  Lab::exchange(tcp, "send/abc/0", "hello",
                "\x01"
                "good ");
  Lab::exchange(tcp, "idle/abc/1", std::string(1, '\0'),
                "\x05"
                "day");
  Lab::exchange(tcp, "close/abc/2", std::string(1, '\0'), std::string(1, '\0'));
  lab.close(tcp);
  ASSERT_EQ(lab.sessions.size(), 1U);
  const Session& session = lab.sessions[0];
  EXPECT_EQ(session.opening.session, "abc");
  EXPECT_TRUE(session.opening.captured);
  EXPECT_EQ(session.opening.request.number, 1U);
  EXPECT_EQ(session.opening.response_time, 1000);
  EXPECT_EQ(session.text[0], "hello");
  EXPECT_EQ(session.text[1], "good day");
  EXPECT_TRUE(session.findings.empty());
  ASSERT_TRUE(session.totals.has_value());
  EXPECT_EQ(session.totals->sends, 1U);
  EXPECT_EQ(session.totals->idles, 1U);
  EXPECT_EQ(session.totals->polling, 0);
  EXPECT_EQ(session.totals->most_time, 1000);
  EXPECT_EQ(session.exchanges.size(), 3U);
  EXPECT_EQ(session.exchanges[1].polling, 5);
  EXPECT_EQ(session.cause, EndCause::fin);
}

TEST(TunnelConnection, CutsDoNotMatter) {
  const std::string requests =
      "POST /open/1 HTTP/1.1\r\ncontent-length: 1\r\n\r\nxPOST /send/7/0 HTTP/1.1\r\nContent-Type: "
      "application/x-fcs\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\nPOST /idle/7/1 "
      "HTTP/1.1\r\n"
      "Content-length: 1\r\n\r\nx";
  const std::string responses =
      "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n7\nHTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n"
      "Content-Length: 3\r\n\r\n\1deHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n\1f";
  cut_every_way(as_bytes(requests), [&](const std::vector<Bytes>& pieces) {
    Lab lab;
    Lab::Tcp& tcp = lab.connect();
    for (const Bytes piece : pieces) tcp.script.data(tcp, up, piece);
    for (std::size_t at = 0; at < responses.size(); at += pieces.front().size()) {
      tcp.script.data(tcp, down, as_bytes(std::string_view(responses).substr(at, pieces.front().size())));
    }
    ASSERT_EQ(lab.sessions.size(), 1U);  // all requests came first
    EXPECT_EQ(lab.sessions[0].text, (std::array<std::string, 2>{"abc", "def"}));
  });
  cut_every_way(as_bytes(responses), [&](const std::vector<Bytes>& pieces) {
    Lab lab;
    Lab::Tcp& tcp = lab.connect();
    Lab::ask(tcp, "open/1", "x");
    Lab::answer(tcp, "7\n");
    Lab::ask(tcp, "send/7/0", "abc");
    Lab::ask(tcp, "idle/7/1", "x");
    std::size_t skip = 40;  // the answer to "open" has been given
    for (Bytes piece : pieces) {
      const std::size_t left = std::min(skip, piece.size());
      skip -= left;
      tcp.script.data(tcp, down, piece.subspan(left));
    }
    ASSERT_EQ(lab.sessions.size(), 1U);
    EXPECT_EQ(lab.sessions[0].text[0], "abc");
    EXPECT_EQ(lab.sessions[0].text[1], "def");
    EXPECT_TRUE(lab.sessions[0].findings.empty());
  });
}

TEST(TunnelConnection, SeveralSessionsOnOneConnection) {
  Lab lab;
  Lab::Tcp& tcp = lab.connect();
  Lab::exchange(tcp, "open/1", "x", "one\n");
  Lab::exchange(tcp, "open/1", "x", "two\n");
  Lab::ask(tcp, "send/one/0", "a");
  Lab::ask(tcp, "send/two/0", "b");  // pipelined
  Lab::answer(tcp, "\1A");
  Lab::answer(tcp, "\1B");
  lab.close(tcp);
  ASSERT_EQ(lab.sessions.size(), 2U);
  EXPECT_EQ(lab.sessions[0].text, (std::array<std::string, 2>{"a", "A"}));
  EXPECT_EQ(lab.sessions[1].text, (std::array<std::string, 2>{"b", "B"}));
}

TEST(TunnelConnection, OneSessionOverSeveralConnections) {
  Lab lab;
  Lab::Tcp& first = lab.connect();
  Lab::exchange(first, "open/1", "x", "id\n");
  Lab::exchange(first, "send/id/0", "a", "\1A");
  Lab::Tcp& second = lab.connect();
  Lab::ask(first, "send/id/1", "b");
  Lab::ask(second, "idle/id/2", "x");
  Lab::ask(first, "send/id/3", "c");
  Lab::answer(second, "\1C");  // before that of request 1
  EXPECT_EQ(lab.sessions[0].text[1], "A");
  Lab::answer(first, "\1B");
  EXPECT_EQ(lab.sessions[0].text, (std::array<std::string, 2>{"abc", "ABC"}));
  EXPECT_TRUE(lab.sessions[0].findings.empty());
  EXPECT_EQ(lab.table.size(), 1U);
}

TEST(TunnelConnection, RepeatedRequestAfterABrokenConnection) {
  Lab lab;
  Lab::Tcp& first = lab.connect();
  Lab::exchange(first, "open/1", "x", "id\n");
  Lab::exchange(first, "send/id/0", "a", "\1A");
  Lab::ask(first, "send/id/1", "b");
  lab.close(first);
  Lab::Tcp& second = lab.connect();
  Lab::exchange(second, "send/id/1", "b", "\1B");
  Lab::exchange(second, "send/id/2", "c", "\1C");
  const Session& session = lab.sessions[0];
  EXPECT_EQ(session.text, (std::array<std::string, 2>{"abc", "ABC"}));
  EXPECT_EQ(session.findings,
            (std::vector{FindingId::tunnel_response_missing, FindingId::tunnel_request_repeated}));
}

TEST(TunnelConnection, Findings) {
  Lab lab;
  Lab::Tcp& tcp = lab.connect();
  Lab::exchange(tcp, "open/1", "x", "id\n");
  Lab::exchange(tcp, "send/id/0", "a", "");
  Lab::exchange(tcp, "send/id/2", "b", "\1");
  Lab::ask(tcp, "send/id/3", "c");
  Lab::answer(tcp, std::string(1, '\0'), "404 Not Found");
  Lab::ask(tcp, "send/id/4", "d");
  Lab::answer(tcp, "sorry", "503 Busy");
  const Session& session = lab.sessions[0];
  EXPECT_EQ(session.text, (std::array<std::string, 2>{"abcd", ""}));
  EXPECT_EQ(session.findings,
            (std::vector{FindingId::tunnel_polling_byte_missing, FindingId::tunnel_sequence_missing,
                         FindingId::tunnel_session_unknown, FindingId::tunnel_request_failed}));
}

TEST(TunnelConnection, LostRequestsAndResponsesAreGaps) {
  Lab lab;
  Lab::Tcp& tcp = lab.connect();
  Lab::exchange(tcp, "open/1", "x", "id\n");
  Lab::exchange(tcp, "send/id/0", "a", "\1A");
  tcp.script.gap(tcp, up, 300);  // requests 1 and 2
  tcp.script.gap(tcp, down, 100);
  Lab::exchange(tcp, "send/id/3", "c", "\1C");
  tcp.script.gap(tcp, up, 200);  // a request, and the head of another
  tcp.script.data(tcp, up, as_bytes("ddd"));
  Lab::answer(tcp, "\1D");
  Lab::exchange(tcp, "send/id/6", "e", "\1E");
  EXPECT_EQ(lab.sessions[0].text, (std::array<std::string, 2>{"a<?>c<?>ddde", "A<?>CDE"}));
}

/// Sizes of heads as Lab writes them: without target and number, and without the number.
constexpr std::uint64_t request_head = 69, response_head = 37;

TEST(TunnelConnection, LostHeadIsWorkedOutFromTheOthers) {
  Lab lab;
  Lab::Tcp& tcp = lab.connect();
  Lab::exchange(tcp, "open/1", "x", "id\n");
  Lab::exchange(tcp, "send/id/9", "a", "\1A");
  // Request 10 with 120 bytes, of which the last four come; then its response with 7, of which three come.
  tcp.script.gap(tcp, up, request_head + std::string_view("/send/id/10120").size() + 116);
  tcp.script.data(tcp, up, as_bytes("last"));
  Lab::ask(tcp, "send/id/11", "b");
  tcp.script.gap(tcp, down, response_head + 1 + 4);
  tcp.script.data(tcp, down, as_bytes("end"));
  EXPECT_EQ(lab.sessions[0].text, (std::array<std::string, 2>{"a<116>lastb", "A"}));
  Lab::answer(tcp, "\1B");
  Lab::ask(tcp, "send/id/12", "c");
  EXPECT_EQ(lab.sessions[0].text[1], "A<3>endB");
  tcp.script.gap(tcp, down, response_head + 1 + 4);
  tcp.script.data(tcp, down, as_bytes("end"));
  Lab::ask(tcp, "send/id/13", "d");
  Lab::answer(tcp, "\1D");
  EXPECT_EQ(lab.sessions[0].text, (std::array<std::string, 2>{"a<116>lastbcd", "A<3>endB<3>endD"}));
}

TEST(TunnelConnection, FirstRequestBehindOpenIsWorkedOut) {
  Lab lab;
  Lab::Tcp& tcp = lab.connect();
  Lab::exchange(tcp, "open/1", "x", "id\n");
  tcp.script.gap(tcp, up, request_head + std::string_view("/send/id/05").size());
  tcp.script.data(tcp, up, as_bytes("first"));
  tcp.script.gap(tcp, down, response_head + 1 + 4);
  Lab::exchange(tcp, "send/id/1", "b", "\1B");
  EXPECT_EQ(lab.sessions[0].text, (std::array<std::string, 2>{"firstb", "<3>B"}));
}

TEST(TunnelConnection, OpenThatEndsLateIsNoRequestOfTheSession) {
  Lab lab;
  Lab::Tcp& tcp = lab.connect();
  const std::string open =
      "POST /open/1 HTTP/1.1\r\nContent-type: application/x-fcs\r\nContent-Length: 1\r\n\r\n";
  tcp.script.data(tcp, up, as_bytes(open));
  Lab::answer(tcp, "id\n");
  tcp.script.gap(tcp, up, 1);
  Lab::exchange(tcp, "send/id/0", "a", "\1A");
  EXPECT_EQ(lab.sessions[0].text, (std::array<std::string, 2>{"a", "A"}));
  EXPECT_TRUE(lab.sessions[0].findings.empty());
}

TEST(TunnelConnection, LostResponseWhoseNextRequestComesLateIsAGap) {
  for (const bool request_is_known : {true, false}) {
    Lab lab;
    Lab::Tcp& tcp = lab.connect();
    Lab::exchange(tcp, "open/1", "x", "id\n");
    Lab::exchange(tcp, "send/id/0", "a", "\1A");
    if (request_is_known) Lab::ask(tcp, "send/id/1", "b");
    tcp.script.gap(tcp, down, 100);
    Lab::answer(tcp, "\1C");
    if (!request_is_known) Lab::ask(tcp, "send/id/1", "b");
    Lab::ask(tcp, "send/id/2", "c");
    EXPECT_EQ(lab.sessions[0].text, (std::array<std::string, 2>{"abc", "A<?>C"}));
  }
}

TEST(TunnelConnection, GapHasABound) {
  Lab lab;
  Lab::Tcp& tcp = lab.connect();
  Lab::exchange(tcp, "open/1", "x", "id\n");
  Lab::exchange(tcp, "send/id/0", "a", "\1A");
  Lab::ask(tcp, "send/id/1", "b");
  Lab::ask(tcp, "send/id/2", "c");
  Lab::ask(tcp, "send/id/3", "d");
  tcp.script.gap(tcp, down, 200);  // responses 1 and 2
  Lab::answer(tcp, "\1D");
  EXPECT_EQ(lab.sessions[0].text[1], "A<?>D");
  EXPECT_EQ(lab.sessions[0].at_most, std::vector<std::optional<std::uint64_t>>{200});
}

TEST(TunnelConnection, LostIdleRequestTakesNothing) {
  Lab lab;
  Lab::Tcp& tcp = lab.connect();
  Lab::exchange(tcp, "open/1", "x", "id\n");
  Lab::exchange(tcp, "send/id/0", "a", "\1A");
  tcp.script.gap(tcp, up, request_head + std::string_view("/idle/id/11").size() + 1);
  Lab::answer(tcp, "\1");
  Lab::exchange(tcp, "send/id/2", "b", "\1B");
  EXPECT_EQ(lab.sessions[0].text, (std::array<std::string, 2>{"ab", "AB"}));
}

TEST(TunnelConnection, TailOfALostHeadIsNoBody) {
  Lab lab;
  Lab::Tcp& tcp = lab.connect();
  Lab::exchange(tcp, "open/1", "x", "id\n");
  Lab::exchange(tcp, "send/id/0", "a", "\1A");
  tcp.script.gap(tcp, up, request_head + std::string_view("/send/id/1").size() - 4);
  tcp.script.data(tcp, up, as_bytes("2\r\n\r\nbb"));
  Lab::ask(tcp, "send/id/2", "c");
  EXPECT_EQ(lab.sessions[0].text[0], "abbc");
}

TEST(TunnelConnection, HeadsOfAnotherFormTellNoLength) {
  Lab lab;
  Lab::Tcp& tcp = lab.connect();
  Lab::exchange(tcp, "open/1", "x", "id\n");
  Lab::exchange(tcp, "send/id/0", "a", "\1A");
  tcp.script.gap(tcp, up, 100);
  tcp.script.data(tcp, up, as_bytes("bb"));
  Lab::ask(tcp, "send/id/2", "c", "Cookie: 1\r\n");
  EXPECT_EQ(lab.sessions[0].text[0], "a<?>bbc");
}

TEST(TunnelConnection, EndOfAHeadBehindAGapIsNoBody) {
  Lab lab;
  Lab::Tcp& tcp = lab.connect();
  Lab::exchange(tcp, "open/1", "x", "id\n");
  Lab::exchange(tcp, "send/id/0", "a", "\1A");
  tcp.script.gap(tcp, up, 300);
  tcp.script.data(tcp, up, as_bytes("gth: 2\r\n\r\nbb"));
  Lab::ask(tcp, "send/id/3", "c");
  tcp.script.gap(tcp, down, 300);
  tcp.script.data(tcp, down, as_bytes("gth: 3\r\n\r\n\1BB"));
  Lab::answer(tcp, "\1C");
  EXPECT_EQ(lab.sessions[0].text, (std::array<std::string, 2>{"a<?>bbc", "A<?>BBC"}));
}

TEST(TunnelConnection, ResponsesAloneAreRead) {
  Lab lab;
  Lab::Tcp& tcp = lab.connect();
  Lab::answer(tcp, "c16a5320fa475530\n");
  Lab::answer(tcp, "\1hello");
  Lab::answer(tcp, "\1 you");
  ASSERT_EQ(lab.sessions.size(), 1U);
  EXPECT_EQ(lab.sessions[0].opening.session, "c16a5320fa475530");
  EXPECT_FALSE(lab.sessions[0].opening.captured);
  EXPECT_EQ(lab.sessions[0].text[1], "hello you");
}

TEST(TunnelConnection, OtherHttpIsGivenUp) {
  Lab lab;
  Lab::Tcp& tcp = lab.connect();
  for (std::size_t i = 0; i < TunnelConnection::most_foreign; ++i) {
    EXPECT_FALSE(tcp.gave_up);
    Lab::exchange(tcp, "form", "a=b", "<html>");
  }
  EXPECT_TRUE(tcp.gave_up);
  Lab::Tcp& other = lab.connect();
  other.script.data(other, up, as_bytes("GET / HTTP/1.1\r\nHost: a\r\n\r\n"));
  EXPECT_TRUE(other.gave_up);
  EXPECT_TRUE(lab.sessions.empty());
}

TEST(TunnelConnection, IdentTellsAnAddress) {
  Lab lab;
  Lab::Tcp& tcp = lab.connect();
  Lab::exchange(tcp, "fcs/ident2", "x", "192.0.2.7\n");
  Lab::exchange(tcp, "open/1", "x", "id\n");
  EXPECT_EQ(lab.sessions[0].opening.redirect, "192.0.2.7");
}

TEST(TunnelConnection, OpenWithoutAnswerIsTold) {
  Lab lab;
  Lab::Tcp& tcp = lab.connect();
  Lab::ask(tcp, "open/1", "x");
  lab.close(tcp);
  lab.table.finish(last_packet);
  ASSERT_EQ(lab.sessions.size(), 1U);
  EXPECT_EQ(lab.sessions[0].findings, std::vector{FindingId::tunnel_response_missing});
}

/// The session's id may lie in bytes that were not captured: nothing is wrong with the request.
TEST(TunnelConnection, OpenWithAnAnswerThatIsCutIsNoFailure) {
  const auto findings = [](bool cut) -> std::vector<FindingId> {
    Lab lab;
    Lab::Tcp& tcp = lab.connect();
    Lab::ask(tcp, "open/1", "x");
    tcp.script.data(tcp, down, as_bytes("HTTP/1.1 200 OK\r\nContent-Length: 17\r\n\r\n"));
    if (cut) {
      tcp.script.gap(tcp, down, 17);
    } else {
      tcp.script.data(tcp, down, as_bytes("(nothing of use)\n"));
    }
    lab.close(tcp);
    lab.table.finish(last_packet);
    return lab.sessions.at(0).findings;
  };
  EXPECT_EQ(findings(true), std::vector<FindingId>{});
  EXPECT_EQ(findings(false), std::vector{FindingId::tunnel_request_failed});
}

TEST(TunnelTable, SessionsAreLimited) {
  Lab lab;
  Lab::Tcp& tcp = lab.connect();
  for (std::size_t i = 0; i < TunnelTable::most_sessions + 10; ++i) {
    Lab::ask(tcp, "send/" + std::to_string(i) + "/0", "a");
  }
  EXPECT_EQ(lab.table.size(), TunnelTable::most_sessions);
  EXPECT_EQ(lab.sessions[0].cause, EndCause::evicted);
  EXPECT_EQ(lab.sessions[0].text[0], "a");
}

TEST(TunnelTable, SessionWithoutConnectionEndsAfterAWhile) {
  Lab lab;
  Lab::Tcp& tcp = lab.connect();
  Lab::exchange(tcp, "open/1", "x", "id\n");
  lab.close(tcp);
  for (std::uint32_t i = 0; i < TunnelTable::reattach_time; ++i) lab.table.on_tick(last_packet);
  EXPECT_EQ(lab.table.size(), 1U);
  lab.table.on_tick(last_packet);
  EXPECT_EQ(lab.table.size(), 0U);
  EXPECT_EQ(lab.sessions[0].cause, EndCause::fin);
}

}  // namespace
}  // namespace rtmpscope::test
