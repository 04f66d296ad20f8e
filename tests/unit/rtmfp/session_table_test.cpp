// Sessions from their first hello to their end: what is told of them, and what they are found by.
#include "rtmfp/session_table.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/diffie_hellman.hpp"
#include "keys/key_store.hpp"
#include "schema/tape.hpp"
#include "support/rtmfp_packets.hpp"

namespace rtmpscope::rtmfp::test {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;

const Endpoint client = endpoint(1, 50000);
const Endpoint server = endpoint(9, 1935);
const Buffer tag = bytes_of("tag 0123456789ab");
const Buffer cookie = bytes_of("a cookie");
const Buffer certificate = bytes_of("certificate");
/// Neither HMAC nor sequence numbers.
const Buffer initiator_component = hex("040d02a1a2");
const Buffer responder_component = hex("040d02b1b2");
const Buffer secret = bytes_of("secret");
constexpr std::uint32_t client_id = 0x02000000;  // of packets to the client
constexpr std::uint32_t server_id = 0x02000000;

/// Connection and name of each event.
class Log final : public rtmp::EventSink {
 public:
  void on_event(const rtmp::Event& event) override {
    std::string line = std::to_string(event.connection) + " ";
    if (event.kind == EventKind::finding) {
      // Bodies of messages are texts here, which is odd.
      if (!info(static_cast<const rtmp::FindingEvent&>(event).id).id.starts_with("rtmfp_")) return;
      line += info(static_cast<const rtmp::FindingEvent&>(event).id).id;
    } else if (event.kind == EventKind::message) {
      const auto& message = static_cast<const rtmp::MessageEvent&>(event).message;
      line += "message " + std::to_string(message.header.type_id) + " " + std::string(as_text(message.body));
    } else {
      line += info(event.kind).name;
    }
    if (event.kind == EventKind::connection_close)
      ended_by = static_cast<const rtmp::ConnectionCloseEvent&>(event).summary.ended_by;
    lines.push_back(line);
    Tape tape;
    event.describe(tape);
    tapes += tape.to_string();
  }
  [[nodiscard]] long count(std::string_view part) const {
    return std::ranges::count_if(
        lines, [&](const std::string& line) { return line.find(part) != std::string::npos; });
  }
  std::vector<std::string> lines;
  std::string tapes;
  std::optional<rtmp::Side> ended_by;
};

Buffer hello(const Buffer& with_tag = tag) {
  return startup(0, chunk(initiator_hello,
                          concat(counted(counted(concat(hex("0a"), bytes_of("rtmfp://h/a")))), with_tag)));
}
Buffer answer(const Buffer& with_tag = tag, const Buffer& with_cookie = cookie) {
  return startup(0, chunk(responder_hello, concat(counted(with_tag), counted(with_cookie), certificate)));
}
Buffer asks_with_keys(std::uint32_t id = client_id, const Buffer& with_cookie = cookie,
                      const Buffer& component = initiator_component) {
  return startup(0, chunk(initiator_keying, concat(be32(id), counted(with_cookie), counted(certificate),
                                                   counted(component), hex("58"))));
}
Buffer opens(std::uint32_t to = client_id, std::uint32_t id = server_id) {
  return startup(to, chunk(responder_keying, concat(be32(id), counted(responder_component), hex("58"))));
}

class SessionTableTest : public testing::Test {
 protected:
  SessionTableTest() { make_table({}); }

  void make_table(const Limits& limits) {
    view = keys::KeyView(&store, store.version());
    table = std::make_unique<SessionTable>(log, SessionOptions{}, view, opened, 0, limits);
  }
  void know_secret() {
    keys::RtmfpKeys line;
    line.near_component = responder_component;
    line.far_component = initiator_component;
    line.dh_secret = secret;
    ASSERT_TRUE(store.add(line));
    view.set_version(store.version());
  }
  void send(const Endpoint& from, const Endpoint& to, const Buffer& payload) {
    table->on_datagram(datagram(from, to, payload, {++frame, time += millisecond}));
  }
  void open_session() {
    send(client, server, hello());
    send(server, client, answer());
    send(client, server, asks_with_keys());
    send(server, client, opens());
  }
  /// `chunks` in a packet of one side.
  void send_packet(Direction direction, const Buffer& chunks, const Endpoint& from, const Endpoint& to) {
    const bool to_server = direction == Direction::to_server;
    const DirectionKeys keys = to_server ? derive_keys(secret, initiator_component, responder_component)
                                         : derive_keys(secret, responder_component, initiator_component);
    send(from, to, sealed(to_server ? server_id : client_id, keys.aes, to_server ? 0x09 : 0x0A, chunks));
  }
  void to_server(const Buffer& chunks, const Endpoint& from = client) {
    send_packet(Direction::to_server, chunks, from, server);
  }
  void to_client(const Buffer& chunks, const Endpoint& to = client) {
    send_packet(Direction::to_client, chunks, server, to);
  }
  /// A whole message in flow 2 of stream 0.
  static Buffer message(std::uint8_t sequence, std::string_view text) {
    return chunk(user_data, concat(Buffer{0x80, 0x02, sequence, sequence}, counted(hex("00 54430400")),
                                   hex("00 14 00000000"), bytes_of(text)));
  }
  void tick(Timestamp clock) { table->on_tick({{++frame, time}, clock}); }

  keys::KeyStore store;
  keys::KeyView view;
  Log log;
  std::uint32_t opened = 0;
  std::unique_ptr<SessionTable> table;
  std::uint64_t frame = 0;
  Timestamp time = 1000 * second;
};

TEST_F(SessionTableTest, AWholeSessionIsTold) {
  know_secret();
  open_session();
  to_server(message(1, "a"));
  to_client(message(1, "b"));
  to_client(chunk(session_close, {}));
  to_server(chunk(session_close_acknowledgement, {}));
  EXPECT_THAT(log.lines, ElementsAre("1 connection_open", "1 rtmfp_hello", "1 rtmfp_hello", "1 rtmfp_keying",
                                     "1 rtmfp_keying", "1 rtmfp_open", "1 rtmfp_flow_open", "1 message 20 a",
                                     "1 rtmfp_flow_open", "1 message 20 b", "1 rtmfp_flow_close",
                                     "1 rtmfp_flow_close", "1 connection_close"));
  EXPECT_EQ(table->counters().datagrams, 8U);
  EXPECT_EQ(table->counters().others, 0U);
}

/// RFC 7016, section 3.5.5: an acknowledgement closes a session unasked, too.
TEST_F(SessionTableTest, WhoHasClosedIsSaidWhereItIsKnown) {
  const auto closer = [this](const Buffer& from_client, const Buffer& from_server) {
    make_table({});
    log.ended_by.reset();
    open_session();
    if (!from_client.empty()) to_server(from_client);
    if (!from_server.empty()) to_client(from_server);
    table->finish({++frame, time});
    return log.ended_by;
  };
  know_secret();
  const Buffer asks = chunk(session_close, {}), agrees = chunk(session_close_acknowledgement, {});
  EXPECT_EQ(closer(asks, agrees), rtmp::Side::client);
  EXPECT_EQ(closer(asks, {}), rtmp::Side::client);
  EXPECT_EQ(closer({}, asks), rtmp::Side::server);
  EXPECT_EQ(closer(agrees, {}), std::nullopt);
  EXPECT_EQ(closer({}, agrees), std::nullopt);
}

TEST_F(SessionTableTest, WithoutKeysASessionIsToldAsFarAsItsBytesGo) {
  open_session();
  to_server(message(1, "a"));
  table->finish({frame, time});
  EXPECT_THAT(log.lines,
              ElementsAre("1 connection_open", "1 rtmfp_hello", "1 rtmfp_hello", "1 rtmfp_keying",
                          "1 rtmfp_keying", "1 rtmfp_open", "1 rtmfp_no_key", "1 connection_close"));
}

TEST_F(SessionTableTest, KeysMayComeLater) {
  open_session();
  to_server(message(1, "a"));
  know_secret();
  to_server(message(2, "b"));
  EXPECT_EQ(log.count("rtmfp_open"), 2);
  table->finish({frame, time});  // until then the fragment before it might come again
  EXPECT_EQ(log.count("message 20 b"), 1);
}

TEST_F(SessionTableTest, KeysWithoutANameAreTried) {
  keys::RtmfpKeys other;
  other.dh_secret = bytes_of("of another session");
  ASSERT_TRUE(store.add(other));
  keys::RtmfpKeys aes;
  aes.tx_aes = derive_keys(secret, responder_component, initiator_component).aes;
  ASSERT_TRUE(store.add(aes));
  view.set_version(store.version());
  open_session();
  to_server(message(1, "a"));
  to_client(message(1, "b"));
  EXPECT_EQ(log.count("message 20 a"), 0);  // of that direction nothing is known
  EXPECT_EQ(log.count("message 20 b"), 1);
  EXPECT_EQ(log.count("rtmfp_packet_unverified"), 0);
}

TEST_F(SessionTableTest, APrivateKeyOfEitherSideIsEnough) {
  const Buffer own = bytes_of("a private key");
  const Buffer others = bytes_of("another private key");
  const auto component = [](const Buffer& key) {
    const auto number = dh_public_key(2, key);
    const Buffer option = concat(hex("0d02"), number);
    return concat(Buffer{0x81, static_cast<std::uint8_t>(option.size() - 128)}, option);
  };
  const Buffer of_client = component(own);
  const Buffer of_server = component(others);
  keys::RtmfpKeys line;
  line.dh_private = others;
  ASSERT_TRUE(store.add(line));
  view.set_version(store.version());
  const auto long_counted = [](const Buffer& bytes) {
    return concat(Buffer{0x81, static_cast<std::uint8_t>(bytes.size() - 128)}, bytes);
  };
  send(client, server,
       startup(0, chunk(initiator_keying, concat(be32(client_id), counted(cookie), counted(certificate),
                                                 long_counted(of_client), hex("58")))));
  send(server, client,
       startup(client_id,
               chunk(responder_keying, concat(be32(server_id), long_counted(of_server), hex("58")))));
  const auto shared = dh_secret(2, own, dh_public_key(2, others));
  send(client, server,
       sealed(server_id, derive_keys(shared, of_client, of_server).aes, 0x09, message(1, "a")));
  EXPECT_EQ(log.count("message 20 a"), 1);
}

TEST_F(SessionTableTest, OtherDatagramsAreNobodys) {
  know_secret();
  open_session();
  const std::size_t lines = log.lines.size();
  send(client, server, Buffer(100, 0x55));
  send(client, server, Buffer(4));
  send(client, endpoint(9, 53), Buffer(52, 0x55));
  EXPECT_EQ(log.lines.size(), lines);
  EXPECT_EQ(table->counters().others, 3U);
}

TEST_F(SessionTableTest, APacketThatDoesNotVerifyIsNotDecoded) {
  know_secret();
  open_session();
  const DirectionKeys other = derive_keys(bytes_of("other"), initiator_component, responder_component);
  send(client, server, sealed(server_id, other.aes, 0x09, message(1, "a")));
  EXPECT_EQ(log.count("rtmfp_packet_unverified"), 1);
  EXPECT_EQ(log.count("message"), 0);
}

TEST_F(SessionTableTest, AnInitiatorThatIsRedirectedIsOneSession) {
  know_secret();
  const Endpoint balancer = endpoint(8, 1935);
  send(client, balancer, hello());
  send(balancer, client, startup(0, chunk(redirect, concat(counted(tag), hex("02 c0000209 078f")))));
  open_session();
  to_server(message(1, "a"));
  EXPECT_EQ(log.count("connection_open"), 1);
  EXPECT_EQ(log.count("rtmfp_redirect"), 1);
  EXPECT_EQ(log.count("message 20 a"), 1);
  EXPECT_THAT(log.tapes, HasSubstr("192.0.2.9"));
}

TEST_F(SessionTableTest, APeerThatWasIntroducedAnswersByTheTag) {
  know_secret();
  const Endpoint rendezvous = endpoint(8, 1935);
  send(client, rendezvous, hello());
  send(server, client, answer());  // from elsewhere
  send(client, server, asks_with_keys());
  send(server, client, opens());
  to_server(message(1, "a"));
  table->finish({frame, time});
  EXPECT_EQ(log.count("connection_open"), 1);
  EXPECT_EQ(log.count("message 20 a"), 1);
}

TEST_F(SessionTableTest, OfTwoAttemptsAtOnceOneGoesOn) {
  send(client, server, hello());
  send(server, client, hello(bytes_of("the other's tag.")));
  send(server, client, answer());
  send(client, server, answer(bytes_of("the other's tag."), bytes_of("other cookie")));
  send(client, server, asks_with_keys());
  send(server, client, asks_with_keys(0x05000000, bytes_of("other cookie"), responder_component));
  send(server, client, opens());
  EXPECT_EQ(log.count("connection_open"), 2);
  EXPECT_EQ(log.count("2 rtmfp_glare"), 1);
  EXPECT_EQ(log.count("2 connection_close"), 1);
  EXPECT_EQ(log.count("1 rtmfp_open"), 1);
  EXPECT_EQ(log.count("rtmfp_no_answer"), 0);
}

TEST_F(SessionTableTest, BothSidesMayMove) {
  know_secret();
  open_session();
  const Endpoint elsewhere = endpoint(77, 4444);
  to_server(message(1, "a"), elsewhere);
  to_client(message(1, "b"), elsewhere);
  const Endpoint other_server = endpoint(78, 1935);
  send_packet(Direction::to_client, message(2, "c"), other_server, elsewhere);
  EXPECT_EQ(log.count("rtmfp_address"), 2);
  for (const std::string_view text : {"message 20 a", "message 20 b", "message 20 c"})
    EXPECT_EQ(log.count(text), 1);
  EXPECT_EQ(log.count("connection_open"), 1);
}

TEST_F(SessionTableTest, EqualIdsAtOneServerStayApart) {
  know_secret();
  open_session();
  const Endpoint second_client = endpoint(2, 50000);
  const Buffer other_component = hex("040d02c1c2");
  send(second_client, server, hello());
  send(server, second_client, answer());
  send(second_client, server, asks_with_keys(client_id, cookie, other_component));
  send(server, second_client, opens());
  to_server(message(1, "a"));
  EXPECT_EQ(log.count("connection_open"), 2);
  EXPECT_EQ(log.count("1 message 20 a"), 1);
  send(second_client, server, Buffer(36, 0x11));  // nobody's
  const DirectionKeys keys = derive_keys(secret, other_component, responder_component);
  send(second_client, server, sealed(server_id, keys.aes, 0x09, message(1, "x")));
  table->finish({frame, time});
  EXPECT_EQ(log.count("2 rtmfp_no_key"), 1);
  EXPECT_EQ(log.count("message 20 x"), 0);
}

TEST_F(SessionTableTest, WhatComesAgainChangesNothing) {
  know_secret();
  for (int i = 0; i < 3; ++i) {
    send(client, server, hello());
    send(server, client, answer());
  }
  for (int i = 0; i < 3; ++i) send(client, server, asks_with_keys());
  for (int i = 0; i < 3; ++i) send(server, client, opens());
  to_server(message(1, "a"));
  to_server(message(1, "a"));
  EXPECT_EQ(log.count("connection_open"), 1);
  EXPECT_EQ(log.count("rtmfp_keying"), 2);
  EXPECT_EQ(log.count("rtmfp_open"), 1);
  EXPECT_EQ(log.count("rtmfp_packet_unverified"), 0);
  EXPECT_EQ(log.count("message 20 a"), 1);
}

TEST_F(SessionTableTest, AnotherSessionWithTheSameIdBegins) {
  know_secret();
  open_session();
  send(client, server, asks_with_keys(client_id, bytes_of("new"), hex("040d02d1d2")));
  EXPECT_EQ(log.count("1 connection_close"), 1);
  EXPECT_EQ(log.count("2 connection_open"), 1);
}

TEST_F(SessionTableTest, AttemptsWithoutAnAnswerAreTold) {
  send(client, server, hello());
  tick(30 * second);
  EXPECT_EQ(log.count("rtmfp_no_answer"), 0);
  tick(61 * second);
  EXPECT_EQ(log.count("rtmfp_no_answer"), 1);
  EXPECT_EQ(log.count("connection_close"), 1);
  EXPECT_EQ(table->size(), 0U);
}

TEST_F(SessionTableTest, SilentSessionsEnd) {
  open_session();
  tick(14 * 60 * second);
  EXPECT_EQ(log.count("connection_close"), 0);
  tick(16 * 60 * second);
  EXPECT_EQ(log.count("connection_close"), 1);
  tick(20 * 60 * second);
  EXPECT_EQ(table->size(), 0U);
}

TEST_F(SessionTableTest, SplitStartupPacketsAreJoined) {
  know_secret();
  const Buffer whole = concat(
      Buffer{0x03}, chunk(initiator_keying, concat(be32(client_id), counted(cookie), counted(certificate),
                                                   counted(initiator_component), hex("58"))));
  const auto part = [](bool more, std::uint8_t number, Bytes bytes) {
    return startup(0, chunk(packet_fragment,
                            concat(Buffer{more ? std::uint8_t{0x80} : std::uint8_t{0}, 1, number}, bytes)));
  };
  send(client, server, part(false, 1, Bytes(whole).subspan(20)));
  send(client, server, part(true, 0, Bytes(whole).first(20)));
  send(server, client, opens());
  to_server(message(1, "a"));
  EXPECT_EQ(log.count("message 20 a"), 1);
}

TEST_F(SessionTableTest, AMillionHellosAreBounded) {
  for (std::uint32_t i = 0; i < 100'000; ++i)
    send(endpoint(static_cast<std::uint8_t>(i), static_cast<std::uint16_t>(i >> 8)), server, hello(be32(i)));
  EXPECT_EQ(table->size(), Limits().unanswered);
  EXPECT_EQ(table->counters().left_out, 100'000U - Limits().unanswered);
  EXPECT_EQ(log.count("connection_open"), static_cast<long>(Limits().unanswered));
}

TEST_F(SessionTableTest, SessionsAreBounded) {
  Limits limits;
  limits.sessions = 10;
  limits.unanswered = 4;
  make_table(limits);
  for (std::uint16_t i = 0; i < 1000; ++i) {
    const Endpoint each = endpoint(3, i);
    send(each, server, asks_with_keys(i + 1U, be32(i)));
    if (i % 2 == 0) send(server, each, opens(i + 1U, i + 1U));
    EXPECT_LE(table->size(), 10U);
  }
  EXPECT_GT(log.count("rtmfp_no_answer"), 400);
  EXPECT_GT(log.count("connection_close"), 900);
}

}  // namespace
}  // namespace rtmpscope::rtmfp::test
