// Each finding of findings_handshake.def, and that the tables name what the code emits.
#include <gtest/gtest.h>

#include "support/bytes.hpp"
#include "unit/rtmp/handshake/handshake_recorder.hpp"
#include "unit/rtmp/handshake/recorded_handshake.hpp"

namespace rtmpscope::rtmp {
namespace {

using Ids = std::multiset<FindingId>;
using test::HandshakeRecorder;
using test::RecordedHandshake;

constexpr Direction up = Direction::to_server;
constexpr Direction down = Direction::to_client;

struct Exchange {
  explicit Exchange(const char* name) : bytes(name) {}
  RecordedHandshake bytes;

  void run(HandshakeRecorder& recorder) const {
    recorder.feed(up, Bytes(bytes.to_server).first(1537));
    recorder.feed(down, bytes.to_client);
    recorder.feed(up, Bytes(bytes.to_server).subspan(1537), 1537);
  }
  [[nodiscard]] Ids findings() const {
    HandshakeRecorder recorder;
    run(recorder);
    EXPECT_TRUE(recorder.outcome);
    return recorder.findings();
  }
  [[nodiscard]] std::string text() const {
    HandshakeRecorder recorder;
    run(recorder);
    return recorder.text();
  }
};

TEST(HandshakeFinding, VersionUnknownForEveryValueThatHasNoMeaning) {
  for (int version = 0; version < 256; ++version) {
    Exchange exchange("obs_nginx");
    exchange.bytes.to_server[0] = static_cast<std::uint8_t>(version);
    const bool known = version == 3 || version == 6 || version == 8 || version == 9;
    EXPECT_EQ(exchange.findings().count(FindingId::handshake_version_unknown), known ? 0U : 1U) << version;
    EXPECT_EQ(find_value(ValueTable::handshake_protocol, static_cast<std::uint64_t>(version)) != nullptr,
              known);
  }
}

TEST(HandshakeFinding, VersionMismatchIfOneSideIsEncrypted) {
  Exchange exchange("obs_nginx");
  exchange.bytes.to_server[0] = 6;
  EXPECT_EQ(exchange.findings(), Ids{FindingId::handshake_version_mismatch});
  exchange.bytes.to_client[0] = 8;  // the kind of RTMPE is the server's choice
  EXPECT_EQ(exchange.findings(), Ids{});
}

TEST(HandshakeFinding, VersionWithoutDigest) {
  Exchange exchange("rtmpdump_lal");
  exchange.bytes.to_server[1 + 6] = 1;
  EXPECT_EQ(exchange.findings().count(FindingId::handshake_version_without_digest), 1U);
  EXPECT_NE(exchange.text().find("handshake.peer_version = \"0.0.1.0\""), std::string::npos);
}

TEST(HandshakeFinding, EchoDiffersIfMostOfItIsRight) {
  Exchange exchange("rtmpdump_lal");
  exchange.bytes.to_server[1537 + 100] ^= 1;
  exchange.bytes.to_server[1537 + 200] ^= 1;
  exchange.bytes.to_client[1537 + 1535] ^= 1;  // within the place of a signature
  HandshakeRecorder recorder;
  exchange.run(recorder);
  EXPECT_EQ(recorder.findings(), Ids{FindingId::handshake_echo_differs});
  const std::string text = recorder.find(HandshakePart::c2)->tape.to_string();
  EXPECT_NE(text.find("finding handshake_echo_differs a=2 b=100 @0+1536"), std::string::npos) << text;
  EXPECT_EQ(recorder.outcome->sides[index_of(down)].reply.echo, Echo::signed_part);
}

TEST(HandshakeFinding, EchoHasItsNameForEachShapeThatPeersSend) {
  const auto echo = [](std::size_t from, std::size_t to) {
    Exchange exchange("rtmpdump_lal");
    for (std::size_t i = from; i < to; ++i) exchange.bytes.to_server[1537 + i] ^= 0x55;
    HandshakeRecorder recorder;
    exchange.run(recorder);
    return recorder.outcome->sides[index_of(up)].reply.echo;
  };
  EXPECT_EQ(echo(0, 0), Echo::full);
  EXPECT_EQ(echo(0, 8), Echo::random_part);
  EXPECT_EQ(echo(7, 8), Echo::random_part);
  EXPECT_EQ(echo(8, 9), Echo::partial);
  EXPECT_EQ(echo(1503, 1504), Echo::partial);
  EXPECT_EQ(echo(1504, 1536), Echo::signed_part);
  EXPECT_EQ(echo(0, 768), Echo::partial);
  EXPECT_EQ(echo(0, 769), Echo::none);
}

TEST(HandshakeFinding, SignatureInvalidOnEitherSide) {
  Exchange exchange("computed_digest");
  EXPECT_EQ(exchange.findings(), Ids{});
  exchange.bytes.to_server[3072] ^= 1;
  EXPECT_EQ(exchange.findings(), Ids{FindingId::handshake_signature_invalid});
  exchange.bytes.to_client[2000] ^= 1;
  EXPECT_EQ(exchange.findings().count(FindingId::handshake_signature_invalid), 2U);
  EXPECT_NE(exchange.text().find("finding handshake_signature_invalid a=0 b=0 @1504+32"), std::string::npos);
}

TEST(HandshakeFinding, SignatureInvalidIsToldOnceIfTheDirectionsComeInReverse) {
  Exchange exchange("computed_digest");
  exchange.bytes.to_client[2000] ^= 1;
  HandshakeRecorder recorder;
  recorder.feed(down, exchange.bytes.to_client);
  EXPECT_EQ(recorder.findings(), Ids{});
  recorder.feed(up, exchange.bytes.to_server);
  EXPECT_EQ(recorder.findings(), Ids{FindingId::handshake_signature_invalid});
}

TEST(HandshakeFinding, ReplyUnverifiedIfNothingIsKnownOfIt) {
  Exchange exchange("rtmpdump_lal");
  for (std::size_t i = 1537; i < 3073; ++i) exchange.bytes.to_server[i] ^= 0x55;
  EXPECT_EQ(exchange.findings(), Ids{FindingId::handshake_reply_unverified});
}

TEST(HandshakeFinding, SignaturesOfTheScrambledVersionsAreVerified) {
  for (const std::uint8_t version : {std::uint8_t{8}, std::uint8_t{9}}) {
    Exchange exchange("computed_digest");
    exchange.bytes.to_server[0] = exchange.bytes.to_client[0] = version;
    const Ids plain_ones = exchange.findings();
    EXPECT_EQ(plain_ones.count(FindingId::handshake_signature_invalid), 2U);
    EXPECT_EQ(plain_ones.size(), 2U);
    for (const Direction direction : {up, down}) {
      const Bytes peers_block = exchange.bytes.block(opposite(direction), 1);
      const DigestLayout layout = find_digest(peers_block, opposite(direction));
      const Bytes digest =
          peers_block.subspan(locate_digest(peers_block, layout).digest, handshake_digest_size);
      const Sha256Digest signature =
          handshake_signature(exchange.bytes.block(direction, 2), direction, digest, version);
      auto& bytes = direction == up ? exchange.bytes.to_server : exchange.bytes.to_client;
      std::ranges::copy(signature, bytes.begin() + handshake_size - handshake_digest_size);
    }
    EXPECT_EQ(exchange.findings(), Ids{});
  }
}

TEST(HandshakeFinding, IncompleteOnlyIfTheConnectionWasClosed) {
  const RecordedHandshake recorded("obs_nginx");
  const auto findings = [&](std::optional<EndCause> cause) {
    HandshakeRecorder recorder;
    recorder.feed(up, Bytes(recorded.to_server).first(1537));
    recorder.feed(down, recorded.to_client);
    recorder.handshake.finish({3, 3}, cause);
    return recorder.findings();
  };
  EXPECT_EQ(findings(EndCause::fin), Ids{FindingId::handshake_incomplete});
  EXPECT_EQ(findings(EndCause::reset), Ids{FindingId::handshake_incomplete});
  EXPECT_EQ(findings(EndCause::capture_end), Ids{});
  EXPECT_EQ(findings(EndCause::idle), Ids{});
  EXPECT_EQ(findings(std::nullopt), Ids{});
}

TEST(HandshakeFinding, UnansweredIfTheConnectionWasClosed) {
  const RecordedHandshake recorded("obs_nginx");
  HandshakeRecorder recorder;
  recorder.feed(up, recorded.to_server);
  recorder.handshake.finish({3, 3}, EndCause::reset);
  EXPECT_EQ(recorder.findings(), Ids{FindingId::handshake_unanswered});
}

TEST(HandshakeTables, NameEveryEnumerator) {
  for (std::uint64_t echo = 0; echo <= 4; ++echo)
    EXPECT_NE(find_value(ValueTable::handshake_echo, echo), nullptr);
  EXPECT_EQ(find_value(ValueTable::handshake_echo, 2)->name, "random_part");
  EXPECT_EQ(find_value(ValueTable::handshake_echo, 3)->name, "signed_part");
  for (std::uint64_t kind = 1; kind <= 5; ++kind)
    EXPECT_NE(find_value(ValueTable::handshake_side, kind), nullptr);
  EXPECT_EQ(find_value(ValueTable::handshake_side, static_cast<std::uint64_t>(HandshakeSideKind::copy))->name,
            "copy");
  for (std::uint64_t kind = 1; kind <= 4; ++kind)
    EXPECT_NE(find_value(ValueTable::handshake_kind, kind), nullptr);
  EXPECT_EQ(find_value(ValueTable::handshake_kind, static_cast<std::uint64_t>(HandshakeKind::mixed))->name,
            "mixed");
  for (std::uint64_t guess = 1; guess <= 10; ++guess)
    EXPECT_NE(find_value(ValueTable::handshake_software, guess), nullptr);
  EXPECT_EQ(
      find_value(ValueTable::handshake_layout, static_cast<std::uint64_t>(DigestLayout::key_first))->name,
      "key_first");
  EXPECT_EQ(find_value(ValueTable::handshake_part, static_cast<std::uint64_t>(handshake_part(down, 2)))->name,
            "s2");
}

}  // namespace
}  // namespace rtmpscope::rtmp
