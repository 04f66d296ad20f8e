// TCP, TLS, another protocol, the handshake.
#include "unit/analysis/verdict/expectations.hpp"

namespace rtmpscope::analysis::test {
namespace {

Story syn(const char* start) {
  Story story;
  story.history.start = start;
  return story;
}

/// A ClientHello, and an answer of so many bytes.
Story tls(std::uint64_t answer = 1200) {
  Story story;
  story.data(client, 300);
  story.history.tls.seen = true;
  story.history.phase = Phase::tls;
  if (answer > 0) story.data(server, answer);
  return story;
}

Story alert(Story story, const char* what, Direction by) {
  story.history.tls.alert = what;
  story.history.tls.alert_by = by;
  story.history.tls.alert_at = story.now;
  return story;
}

TEST(Syn, IsRefusedOrUnanswered) {
  expect({
      {"a reset answers", syn("refused").close("reset", server), CauseId::syn_refused, certain},
      {"nothing answers", syn("unanswered").close("idle"), CauseId::syn_unanswered, likely},
      {"nothing answers, and the client's direction alone is there",
       with(syn("unanswered").close("idle"), [](History& history) { history.side(server).packets = 0; }),
       CauseId::syn_unanswered, likely},
  });
  EXPECT_EQ(sentence_of(syn("unanswered").close("idle")), "No answer from 192.0.2.9:1935.");
}

TEST(Tls, FailsByAnAlert) {
  expect({
      {"an alert of the client", alert(tls(), "bad_certificate", client).fin(client), CauseId::tls_alert,
       certain},
      {"a farewell is none", alert(tls().data(client, 5000), "close_notify", client).fin(client),
       CauseId::client_closed, certain},
  });
  EXPECT_EQ(sentence_of(alert(tls(), "bad_certificate", client).fin(client)),
            "TLS failed: bad_certificate from the client.");
}

TEST(TlsAlert, WhoSendsItEndsTheConnectionWhoeverClosesFirst) {
  const Story story = alert(tls(), "unknown_ca", client).fin(server).fin(client);
  EXPECT_EQ(decide(story.history, story.context).ended_by, client);
}

TEST(Tls, FailsByAnEndWithinTheHandshake) {
  expect({
      {"the client ends", tls().fin(client), CauseId::tls_alert, likely},
      {"the server ends", tls().reset(server), CauseId::tls_alert, likely},
      {"after the handshake", tls().data(client, 5000).fin(client), CauseId::client_closed, certain},
      {"keys, but no hello",
       with(tls().data(client, 5000).fin(client),
            [](History& history) { history.tls.opening_missing = true; }),
       CauseId::capture_hole, certain},
      {"decrypted", with(tls().fin(client), [](History& history) { history.tls.decrypted = true; }),
       CauseId::client_closed, certain},
  });
}

TEST(Tls, WhereThereIsNone) {
  expect({
      {"no answer on the port of RTMP", tls(0).fin(server), CauseId::plain_expected, likely},
      {"no answer on another port",
       with(tls(0).fin(server), [](History& history) { history.server_port = 8443; }), CauseId::tls_alert,
       likely},
      {"the client gives up", tls(0).fin(client), CauseId::plain_expected, possible},
  });
}

TEST(Tls, WhereItIsExpected) {
  const Story plain = Story().part(client, "c0").part(client, "c1").fin(server);
  Story wanted = plain;
  wanted.context.platform.wants_tls = true;
  expect({
      {"the platform wants it", wanted, CauseId::tls_expected, likely},
      {"the port of HTTPS", with(plain, [](History& history) { history.server_port = 443; }),
       CauseId::tls_expected, likely},
      {"nothing says so", plain, CauseId::handshake_server_gone, likely},
  });
}

TEST(NotRtmp, IsAnotherProtocolOrNothing) {
  const Story http =
      Story().data(client, 35).finding(client, FindingId::not_rtmp, Severity::note).fin(client);
  expect({
      {"no byte", Story().fin(client), CauseId::not_rtmp, certain},
      {"no byte, ended by the server", Story().fin(server), CauseId::server_closed, certain},
      {"another protocol", with(http, [](History& history) { history.transport = "http"; }),
       CauseId::not_rtmp, certain},
      {"it might be RTMP without the bytes that are missing",
       with(http,
            [](History& history) {
              history.gap_count = 1;
              history.gaps.push_back({history.opened, client, 0, 10, "lost"});
            }),
       CauseId::capture_hole, certain},
      {"packets were cut, of a connection that nobody has read",
       with(http,
            [](History& history) {
              history.side(client).bytes -= 10;
              history.side(client).missing_bytes = 10;
            }),
       CauseId::capture_hole, certain},
  });
}

TEST(Handshake, EndsByEitherSide) {
  const Story begun = Story().part(client, "c0").part(client, "c1");
  Story late = begun;
  late.wait(59.9).fin(server);
  late.context.software[1] = nginx();
  expect({
      {"the server ends", Story(begun).fin(server), CauseId::handshake_server_gone, likely},
      {"the server is silent", Story(begun).wait(10).fin(client), CauseId::handshake_server_gone, likely},
      {"the client ends", Story(begun).part(server, "s0").part(server, "s1").fin(client),
       CauseId::handshake_client_gone, likely},
      {"the client does not wait for an answer", Story(begun).fin(client), CauseId::handshake_client_gone,
       likely},
      {"after connect", Story().connected().fin(client), CauseId::client_closed, certain},
  });
  EXPECT_EQ(sentence_of(Story().handshake().fin(client)),
            "The client gave up inside the handshake after 70 ms, having got S0, S1 and S2.");
  EXPECT_NE(sentence_of(late).find("nginx-rtmp's limit"), std::string::npos) << sentence_of(late);
}

}  // namespace
}  // namespace rtmpscope::analysis::test
