#include "carrier/rtmpe_layer.hpp"

#include <gtest/gtest.h>

#include "support/bytes.hpp"
#include "support/chunks.hpp"
#include "support/cuts.hpp"
#include "unit/carrier/stream_script.hpp"
#include "unit/rtmp/handshake/recorded_handshake.hpp"

namespace rtmpscope::test {
namespace {

using carrier::LayerState;
using carrier::RtmpeKeyKind;
using carrier::RtmpeLayer;

constexpr Direction up = Direction::to_server;
constexpr Direction down = Direction::to_client;

const std::vector<std::uint8_t> private_key =
    hex("b3eacd33433b31b5252351032c9b3e7a2e7aa7738d5decdf0dd6c62680853c06");
const std::array rc4_keys = {hex("0c91a71cca3139b081a888d4be227b81"),
                             hex("2723c0f93df82a68a28b9fe43096068e")};

/// A command that clients begin with, and more; what servers begin with, and more.
std::array<std::vector<std::uint8_t>, 2> clear_text() {
  const auto connect =
      hex("03 000000 000019 14 00000000 02 0007 636f6e6e656374 00 3ff0000000000000 03 000009 05 05");
  const auto window = hex("02 000000 000004 05 00000000 002625a0");
  return {concat(connect, bytes_of(std::string(300, 'c'))), concat(window, bytes_of(std::string(300, 's')))};
}

/// Audio and video, whole messages.
std::vector<std::uint8_t> media_messages(std::size_t bytes) {
  std::vector<std::uint8_t> out;
  const auto fill = [&](std::vector<std::uint8_t>& body, std::size_t size) {
    while (body.size() < size) body.push_back(static_cast<std::uint8_t>(7 * body.size() + out.size()));
  };
  while (out.size() < bytes) {
    std::vector<std::uint8_t> picture = hex("27 01 000028 000000c3 41"), sound = hex("af 01");
    fill(picture, 204);
    fill(sound, 120);
    out = concat(out, message({.format = 1, .chunk_stream_id = 6, .time = 40, .type_id = 9}, picture, 4096),
                 message({.format = 1, .chunk_stream_id = 4, .time = 23, .type_id = 8}, sound, 4096));
  }
  return out;
}

std::vector<std::uint8_t> sealed(Direction direction, std::vector<std::uint8_t> bytes) {
  Rc4 cipher(rc4_keys[index_of(direction)]);
  cipher.skip(1536);
  cipher.apply(bytes);
  return bytes;
}

/// A layer, the streams of the handshake "computed_digest" as type 6, and what comes out.
struct Session final : carrier::LayerListener {
  explicit Session(const std::vector<keys::RtmpeKeys>& lines, bool grows = false) : store(grows) {
    for (const keys::RtmpeKeys& line : lines) EXPECT_TRUE(store.add(line));
    view.emplace(&store);
    carrier::LayerContext context;
    context.keys = &*view;
    context.listener = this;
    layer.emplace(context, std::array<bool, 2>{});
    layer->set_next(out);
    recorded.to_server[0] = recorded.to_client[0] = 6;
    for (const Direction direction : {up, down}) {
      clear[index_of(direction)] = concat(recorded.way(direction), clear_text()[index_of(direction)]);
      wire[index_of(direction)] =
          concat(recorded.way(direction), sealed(direction, clear_text()[index_of(direction)]));
    }
  }
  void on_layer_event(std::unique_ptr<carrier::LayerEvent> event) override {
    opened.push_back(static_cast<carrier::RtmpeOpenEvent&>(*event).key);
  }
  void on_layer_finding(const carrier::LayerFinding& finding) override { findings.push_back(finding.id); }

  void data(Direction direction, Bytes bytes) { script.data(*layer, direction, bytes); }
  /// C0 and C1, then all of the server, then the rest of the client.
  void run() {
    data(up, Bytes(wire[0]).first(1537));
    data(down, wire[1]);
    data(up, Bytes(wire[0]).subspan(1537));
  }
  [[nodiscard]] std::string text(Direction direction) const {
    std::string all;
    for (const RecordingSink::Item& item : out.items) {
      if (item.direction == direction) all += item.is_data ? item.text : "<" + item.text + ">";
    }
    return all;
  }
  [[nodiscard]] std::string expected(Direction direction) const {
    return std::string(as_text(clear[index_of(direction)]));
  }
  void expect_all() const {
    EXPECT_TRUE(text(up) == expected(up));
    EXPECT_TRUE(text(down) == expected(down));
    EXPECT_TRUE(layer->may_be_readable());
    EXPECT_EQ(layer->state(), LayerState::open);
    EXPECT_TRUE(findings.empty());
  }

  keys::KeyStore store;
  std::optional<keys::KeyView> view;
  RecordedHandshake recorded{"computed_digest"};
  std::array<std::vector<std::uint8_t>, 2> clear, wire;
  RecordingSink out;
  std::optional<RtmpeLayer> layer;
  std::vector<RtmpeKeyKind> opened;
  std::vector<FindingId> findings;
  StreamScript script;
};

keys::RtmpeKeys with_private_key() {
  keys::RtmpeKeys line;
  line.dh_private = private_key;
  return line;
}

keys::RtmpeKeys with_secret(std::uint8_t byte) {
  keys::RtmpeKeys line;
  line.dh_secret.assign(128, byte);
  return line;
}

keys::RtmpeKeys with_rc4(bool both) {
  keys::RtmpeKeys line;
  line.to_client.emplace();
  std::ranges::copy(rc4_keys[1], line.to_client->begin());
  if (both) {
    line.to_server.emplace();
    std::ranges::copy(rc4_keys[0], line.to_server->begin());
  }
  return line;
}

TEST(RtmpeLayer, DeciphersWithAnyKindOfKey) {
  for (const auto& [line, kind] : {std::pair{with_private_key(), RtmpeKeyKind::private_key},
                                   std::pair{with_rc4(true), RtmpeKeyKind::rc4_keys}}) {
    Session session({with_secret(1), with_secret(2), line});
    session.run();
    session.expect_all();
    EXPECT_EQ(session.opened, std::vector{kind});
  }
}

TEST(RtmpeLayer, CutsDoNotMatter) {
  const Session whole({});
  cut_every_way(
      whole.wire[0],
      [&](const std::vector<Bytes>& pieces) {
        Session session({with_secret(1), with_private_key()});
        for (const Bytes piece : pieces) session.data(up, piece);
        session.data(down, session.wire[1]);
        session.expect_all();
      },
      0, 5);
}

TEST(RtmpeLayer, GapsCostTheirBytesAlone) {
  Session session({with_private_key()});
  session.data(up, Bytes(session.wire[0]).first(1537));
  session.data(down, Bytes(session.wire[1]).first(3100));
  session.script.gap(*session.layer, down, 100);
  session.data(down, Bytes(session.wire[1]).subspan(3200));
  session.data(up, Bytes(session.wire[0]).subspan(1537));
  const std::string all = session.expected(down);
  EXPECT_TRUE(session.text(down) == all.substr(0, 3100) + "<gap 100>" + all.substr(3200));
  EXPECT_TRUE(session.text(up) == session.expected(up));
  EXPECT_TRUE(session.findings.empty());
}

TEST(RtmpeLayer, GapWithinC2IsNoHindrance) {
  Session session({with_private_key()});
  session.data(up, Bytes(session.wire[0]).first(2000));
  session.script.gap(*session.layer, up, 500);
  session.data(down, session.wire[1]);
  session.data(up, Bytes(session.wire[0]).subspan(2500));
  const std::string all = session.expected(up);
  EXPECT_TRUE(session.text(up) == all.substr(0, 2000) + "<gap 500>" + all.substr(2500));
}

/// Sends what comes behind clear_text() from `from` on; what is in front of that is lost.
void send_after_gap(Session& session, const std::vector<std::uint8_t>& more, std::size_t from,
                    std::optional<std::uint64_t> at_most = std::nullopt) {
  const auto all = sealed(down, concat(clear_text()[1], more));
  session.script.gap(*session.layer, down, std::nullopt, at_most);
  session.data(down, Bytes(all).subspan(clear_text()[1].size() + from));
}

TEST(RtmpeLayer, BehindAGapOfUnknownLengthMessagesShowThePlace) {
  constexpr std::size_t lost = 777;
  const std::vector<std::uint8_t> media = media_messages(8000);
  Session session({with_private_key()});
  session.run();
  send_after_gap(session, media, lost);
  session.script.end(*session.layer, down);
  EXPECT_TRUE(session.text(down) ==
              session.expected(down) + "<gap>" + std::string(as_text(Bytes(media).subspan(lost))) + "<end>");
  EXPECT_TRUE(session.findings.empty());
}

TEST(RtmpeLayer, AnotherGapMeanwhileBeginsTheSearchAgain) {
  constexpr std::size_t lost = 300;
  const std::vector<std::uint8_t> media = media_messages(9000);
  const auto all = sealed(down, concat(clear_text()[1], media));
  const std::size_t begin = clear_text()[1].size() + lost;
  Session session({with_private_key()});
  session.run();
  session.script.gap(*session.layer, down, std::nullopt);
  session.data(down, Bytes(all).subspan(begin, 100));
  session.script.gap(*session.layer, down, 50);
  session.data(down, Bytes(all).subspan(begin + 150));
  EXPECT_TRUE(session.text(down) == session.expected(down) + "<gap><gap 100><gap 50>" +
                                        std::string(as_text(Bytes(media).subspan(lost + 150))));
  EXPECT_TRUE(session.findings.empty());
}

TEST(RtmpeLayer, BehindAGapOfUnknownLengthNothingIsReadableWithoutMessages) {
  Session session({with_private_key()});
  session.run();
  send_after_gap(session, std::vector<std::uint8_t>(8000, 'x'), 777);
  EXPECT_TRUE(session.text(down) == session.expected(down) + "<gap>");
  session.script.end(*session.layer, down);
  EXPECT_TRUE(session.text(down) == session.expected(down) + "<gap><end>");
  EXPECT_EQ(session.findings, std::vector{FindingId::encrypted_stream});
}

TEST(RtmpeLayer, WindowsWithoutMessagesAreReadWhenALaterOneShowsThePlace) {
  constexpr std::size_t lost = 100, window = carrier::KeyStreamSearch::window;
  const std::vector<std::uint8_t> more =
      concat(std::vector<std::uint8_t>(lost + 2 * window, 'x'), media_messages(window + 1));
  Session session({with_private_key()});
  session.run();
  send_after_gap(session, more, lost, lost);
  EXPECT_TRUE(session.text(down) ==
              session.expected(down) + "<gap>" + std::string(as_text(Bytes(more).subspan(lost))));
  EXPECT_TRUE(session.findings.empty());
}

TEST(RtmpeLayer, NoMoreThanALimitIsKeptMeanwhile) {
  constexpr std::size_t lost = 100, window = carrier::KeyStreamSearch::window;
  const std::vector<std::uint8_t> media = media_messages(window + 1);
  const std::vector<std::uint8_t> more = concat(std::vector<std::uint8_t>(lost + 10 * window, 'x'), media);
  const auto all = sealed(down, concat(clear_text()[1], more));
  Session session({with_private_key()});
  session.run();
  session.script.gap(*session.layer, down, std::nullopt, lost);
  for (Bytes rest = Bytes(all).subspan(clear_text()[1].size() + lost); !rest.empty();) {
    const Bytes piece = rest.first(std::min(rest.size(), window));
    session.data(down, piece);
    rest = rest.subspan(piece.size());
  }
  const std::string text = session.text(down);
  EXPECT_TRUE(text.starts_with(session.expected(down) + "<gap><gap 4096><gap 4096>xxx"));
  EXPECT_TRUE(text.ends_with("xxx" + std::string(as_text(media))));
  EXPECT_EQ(session.findings, std::vector{FindingId::encrypted_stream});
}

TEST(RtmpeLayer, EndOfTheStreamIsTheLastWindow) {
  const std::vector<std::uint8_t> media = media_messages(1000);
  Session session({with_private_key()});
  session.run();
  send_after_gap(session, media, 10);
  session.script.end(*session.layer, down);
  EXPECT_TRUE(session.text(down) ==
              session.expected(down) + "<gap>" + std::string(as_text(Bytes(media).subspan(10))) + "<end>");
  EXPECT_TRUE(session.findings.empty());
}

TEST(RtmpeLayer, WithoutKeysTheHandshakeIsAll) {
  Session session({});
  session.run();
  EXPECT_TRUE(session.text(up) == session.expected(up).substr(0, handshake_size));
  EXPECT_TRUE(session.text(down) == session.expected(down).substr(0, handshake_size));
  EXPECT_FALSE(session.layer->may_be_readable());
  EXPECT_EQ(session.layer->state(), LayerState::opaque);
  EXPECT_EQ(session.opened, std::vector{RtmpeKeyKind::none});
}

TEST(RtmpeLayer, WaitsForKeysThatComeLate) {
  Session session({}, true);
  session.view->set_version(session.store.version());
  session.run();
  EXPECT_TRUE(session.opened.empty());
  EXPECT_TRUE(session.store.add(with_secret(1)));  // another session's
  session.view->set_version(session.store.version());
  const auto all = sealed(up, concat(clear_text()[0], bytes_of("more")));
  session.data(up, Bytes(all).subspan(clear_text()[0].size(), 2));
  EXPECT_TRUE(session.opened.empty());
  EXPECT_TRUE(session.store.add(with_private_key()));
  session.view->set_version(session.store.version());
  session.data(up, Bytes(all).subspan(clear_text()[0].size() + 2));
  EXPECT_TRUE(session.text(up) == session.expected(up) + "more");
  EXPECT_TRUE(session.text(down) == session.expected(down));
  EXPECT_TRUE(session.findings.empty());
  EXPECT_EQ(session.opened, std::vector{RtmpeKeyKind::private_key});
}

TEST(RtmpeLayer, GivesUpWaitingAtALimitOrAtTheEnd) {
  for (const bool at_limit : {true, false}) {
    Session session({}, true);
    session.run();
    if (at_limit) session.data(down, std::vector<std::uint8_t>(RtmpeLayer::held_limit));
    if (!at_limit) session.script.end(*session.layer, down);
    EXPECT_EQ(session.opened, std::vector{RtmpeKeyKind::none});
    EXPECT_EQ(session.findings, (std::vector{FindingId::encrypted_stream, FindingId::encrypted_stream}));
  }
}

TEST(RtmpeLayer, KeysOfOtherSessionsDoNotFit) {
  Session session({with_secret(1), with_secret(2)});
  session.run();
  EXPECT_TRUE(session.text(up) == session.expected(up).substr(0, handshake_size));
  EXPECT_EQ(session.findings, (std::vector{FindingId::encrypted_stream, FindingId::encrypted_stream}));
}

TEST(RtmpeLayer, WrongKeyForThisSessionIsTold) {
  Session names({});
  keys::RtmpeKeys line = with_secret(1);
  const auto key = carrier::find_public_key(names.recorded.block(up, 1), up);
  line.public_out.assign(key->begin(), key->end());
  Session session({line, with_private_key()});
  session.run();
  EXPECT_EQ(session.findings.front(), FindingId::rtmpe_key_wrong);
  EXPECT_EQ(session.opened, std::vector{RtmpeKeyKind::none});
}

TEST(RtmpeLayer, OneRc4KeyReadsOneDirection) {
  Session session({with_rc4(false)});
  session.run();
  EXPECT_TRUE(session.text(up) == session.expected(up).substr(0, handshake_size));
  EXPECT_TRUE(session.text(down) == session.expected(down));
  EXPECT_EQ(session.findings, std::vector{FindingId::encrypted_stream});
}

TEST(RtmpeLayer, HugeGapsDoNotTakeTime) {
  Session session({with_private_key()});
  session.run();
  session.script.gap(*session.layer, up, std::uint64_t{1} << 60);
  session.data(up, as_bytes("x"));
  EXPECT_EQ(session.findings, std::vector{FindingId::encrypted_stream});
}

TEST(RtmpeLayer, BlockWithoutDigestHasNoKey) {
  Session session({with_private_key()});
  session.wire[0][100] ^= 1;
  session.run();
  EXPECT_EQ(session.findings, std::vector{FindingId::rtmpe_public_key_missing});
}

}  // namespace
}  // namespace rtmpscope::test
