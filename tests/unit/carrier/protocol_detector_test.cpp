#include <gtest/gtest.h>

#include <random>

#include "support/bytes.hpp"
#include "support/cuts.hpp"
#include "unit/carrier/detector_driver.hpp"
#include "unit/rtmp/handshake/recorded_handshake.hpp"

namespace rtmpscope::carrier {
namespace {

using test::DetectorDriver;
using test::RecordedHandshake;
using test::Released;

constexpr Direction up = Direction::to_server;
constexpr Direction down = Direction::to_client;
constexpr ProtocolDetector::Hints own_port{.known_port = true, .syn_seen = true};
constexpr ProtocolDetector::Hints any_port{.known_port = false, .syn_seen = true};
constexpr ProtocolDetector::Hints own_port_no_syn{.known_port = true, .syn_seen = false};
constexpr ProtocolDetector::Hints any_port_no_syn{.known_port = false, .syn_seen = false};
constexpr ProtocolDetector::Hints all_hints[] = {own_port, any_port, own_port_no_syn, any_port_no_syn};

Protocol protocol_of(const RecordedHandshake& recorded) {
  return recorded.to_server[0] == 3 ? Protocol::rtmp : Protocol::rtmpe;
}

/// The exchange as it happens: C0 C1, S0 S1 S2, the rest.
std::vector<std::pair<Direction, Bytes>> exchange(const RecordedHandshake& recorded) {
  const Bytes client(recorded.to_server);
  const Bytes server(recorded.to_client);
  return {{up, client.first(1537)},
          {down, server.first(3073)},
          {up, client.subspan(1537)},
          {down, server.subspan(3073)}};
}

void expect_release(DetectorDriver& driver) {
  Released released;
  const bool swapped = driver.detector.detection().swapped;
  driver.detector.release_held(released);
  std::vector<Released::Item> expected = driver.given.items;
  for (Released::Item& item : expected) item.direction = swapped ? opposite(item.direction) : item.direction;
  ASSERT_LE(released.items.size(), expected.size());
  expected.resize(released.items.size());  // what came after the decision is not released
  EXPECT_EQ(released.items, expected);
  Released again;
  driver.detector.release_held(again);
  EXPECT_TRUE(again.items.empty());
}

TEST(ProtocolDetector, RecognisesEveryRecordingOnAnyPortWithTheServersFirstAnswer) {
  for (const std::string& name : test::recorded_handshakes()) {
    const RecordedHandshake recorded(name);
    for (const ProtocolDetector::Hints hints : all_hints) {
      DetectorDriver driver(hints);
      const auto parts = exchange(recorded);
      EXPECT_EQ(driver.data(parts[0].first, parts[0].second), Detection{}) << name;
      EXPECT_EQ(driver.data(parts[1].first, parts[1].second), (Detection{protocol_of(recorded)})) << name;
      Released released;
      driver.detector.release_held(released);
      EXPECT_EQ(released.items, driver.given.items);
      EXPECT_EQ(driver.data(parts[2].first, parts[2].second), (Detection{protocol_of(recorded)}));
    }
  }
}

/// A byte within C1 may be a version by chance.
TEST(ProtocolDetector, KnowsByTheServersAnswerThatC1IsNotWhole) {
  constexpr std::size_t cut = 215;
  for (const std::string& name : test::recorded_handshakes()) {
    const RecordedHandshake recorded(name);
    std::vector<std::uint8_t> rest(recorded.to_server.begin() + cut, recorded.to_server.end());
    rest[0] = 3;
    const Bytes client(rest);
    DetectorDriver driver(own_port_no_syn);
    driver.data(up, client.first(1537 - cut));
    driver.data(down, Bytes(recorded.to_client).first(3073));
    driver.data(up, client.subspan(1537 - cut));
    const Detection detection = driver.detector.at_end();
    EXPECT_TRUE(detection.midstream || detection.start_lost[index_of(up)]) << name;
    EXPECT_FALSE(detection.start_lost[index_of(down)]) << name;
  }
}

/// Zeros stand for what is missing, but no more of them than the detector looks at.
TEST(ProtocolDetector, LooksBehindALostBeginningLongerThanItKeeps) {
  for (const std::uint64_t missing : {ProtocolDetector::held_limit, ProtocolDetector::held_limit + 1,
                                      ProtocolDetector::held_limit + 4000}) {
    DetectorDriver driver(own_port_no_syn);
    driver.gap(up, 10);
    driver.gap(up, missing);
    driver.data(up, as_bytes("GET / HTTP/1.1\r\nHost: example\r\n"));
    EXPECT_EQ(driver.detector.at_end(), (Detection{Protocol::other})) << missing;
  }
}

/// A gap comes when more is kept than a handshake takes.
TEST(ProtocolDetector, ReleasesWhatItSearchedWithItsGaps) {
  std::size_t searched = 0;
  const ProtocolDetector::Hints hints{.known_port = false, .syn_seen = false, .searched_bytes = &searched};
  std::mt19937 random(1);
  std::vector<std::uint8_t> noise(6000);
  for (std::uint8_t& byte : noise) byte = static_cast<std::uint8_t>(random() | 0x80U);
  DetectorDriver driver(hints);
  driver.data(up, noise);
  driver.gap(up, 100);
  driver.data(up, Bytes(noise).first(500));
  EXPECT_EQ(searched, 6500U);
  Released released;
  driver.detector.release_held(released);
  EXPECT_EQ(released.items, driver.given.items);
}

TEST(ProtocolDetector, ComesToTheSameDetectionHoweverTheExchangeIsCut) {
  for (const std::string& name : test::recorded_handshakes()) {
    const RecordedHandshake recorded(name);
    for (const ProtocolDetector::Hints hints : all_hints) {
      for (const std::size_t step : {1U, 7U, 100U, 536U, 1460U}) {
        DetectorDriver driver(hints);
        for (const auto& [way, bytes] : exchange(recorded)) {
          for (std::size_t at = 0; at < bytes.size() && driver.detector.detection() == Detection{};
               at += step) {
            driver.data(way, bytes.subspan(at, std::min<std::size_t>(step, bytes.size() - at)));
          }
        }
        EXPECT_EQ(driver.detector.detection(), (Detection{protocol_of(recorded)})) << name << " " << step;
        expect_release(driver);
      }
    }
  }
}

TEST(ProtocolDetector, RecognisesEveryRecordingWithRandomCutsAndPipelining) {
  std::mt19937 random(7);  // NOLINT: reproducible on purpose
  for (const std::string& name : test::recorded_handshakes()) {
    const RecordedHandshake recorded(name);
    for (int round = 0; round < 30; ++round) {
      DetectorDriver driver(all_hints[static_cast<std::size_t>(round % 2)]);
      std::array<std::size_t, 2> sent{};
      while (sent[0] < recorded.to_server.size() || sent[1] < recorded.to_client.size()) {
        Direction way = random() % 2 == 0 ? up : down;
        if (sent[0] == 0) way = up;
        const Bytes rest = Bytes(recorded.way(way)).subspan(sent[index_of(way)]);
        if (rest.empty()) continue;
        const std::size_t size = std::min<std::size_t>(rest.size(), 1 + random() % 900);
        driver.data(way, rest.first(size));
        sent[index_of(way)] += size;
      }
      EXPECT_EQ(driver.detector.at_end(), (Detection{protocol_of(recorded)})) << name;
      expect_release(driver);
    }
  }
}

TEST(ProtocolDetector, RecognisesEachDirectionAlone) {
  for (const std::string& name : test::recorded_handshakes()) {
    const RecordedHandshake recorded(name);
    for (const ProtocolDetector::Hints hints : all_hints) {
      for (const Direction way : {up, down}) {
        DetectorDriver driver(hints);
        driver.data(way, Bytes(recorded.way(way)).first(1537));
        driver.data(way, Bytes(recorded.way(way)).subspan(1537));
        EXPECT_EQ(driver.detector.detection(), (Detection{protocol_of(recorded)})) << name << index_of(way);
        expect_release(driver);
      }
    }
  }
}

TEST(ProtocolDetector, NeedsNoMoreThanTheFirstMessageOfOneDirectionAfterASyn) {
  const RecordedHandshake recorded("rtmpdump_lal");
  DetectorDriver driver(any_port);
  for (const std::uint8_t& byte : recorded.to_server) {
    if (driver.data(up, Bytes(&byte, 1)).protocol != Protocol::undecided) break;
  }
  EXPECT_EQ(driver.detector.detection(), Detection{Protocol::rtmp});
  EXPECT_EQ(driver.sent(up), 3073U + 16);
}

TEST(ProtocolDetector, TakesTheRolesFromTheContentWithoutASyn) {
  for (const std::string& name : test::recorded_handshakes()) {
    const RecordedHandshake recorded(name);
    const Detection expected{protocol_of(recorded), true, false};
    for (const ProtocolDetector::Hints hints : {own_port_no_syn, any_port_no_syn}) {
      DetectorDriver both(hints);
      for (const auto& [way, bytes] : exchange(recorded)) both.data(opposite(way), bytes);
      EXPECT_EQ(both.detector.detection(), expected) << name;
      expect_release(both);
      for (const Direction way : {up, down}) {
        DetectorDriver one(hints);
        one.data(opposite(way), recorded.way(way));
        // rtmfp-cpp's server sends nothing in these bytes that tells who it is.
        if (name == "ffmpeg_rtmfp_cpp" && way == down) continue;
        EXPECT_EQ(one.detector.at_end(), expected) << name << index_of(way);
        expect_release(one);
      }
    }
  }
}

TEST(ProtocolDetector, TrustsTheSynForTheRoles) {
  const RecordedHandshake recorded("ffmpeg_publish_nginx");
  DetectorDriver driver(any_port);
  for (const auto& [way, bytes] : exchange(recorded)) driver.data(opposite(way), bytes);
  EXPECT_EQ(driver.detector.detection(), Detection{Protocol::rtmp});
}

TEST(ProtocolDetector, TakesTheServersVersion) {
  RecordedHandshake recorded("rtmpe_ffmpeg_crtmpserver");
  recorded.to_client[0] = 3;
  DetectorDriver driver(any_port);
  for (const auto& [way, bytes] : exchange(recorded)) driver.data(way, bytes);
  EXPECT_EQ(driver.detector.detection(), Detection{Protocol::rtmp});
}

TEST(ProtocolDetector, AcceptsAnUnansweredC1IfItFits) {
  for (const char* name : {"obs_nginx", "ffmpeg_publish_nginx", "rtmpe_ffmpeg_crtmpserver"}) {
    const RecordedHandshake recorded(name);
    for (const ProtocolDetector::Hints hints : all_hints) {
      DetectorDriver driver(hints);
      EXPECT_EQ(driver.data(up, Bytes(recorded.to_server).first(1537)), Detection{});
      EXPECT_EQ(driver.detector.at_end(), Detection{protocol_of(recorded)}) << name;
      expect_release(driver);
    }
  }
}

TEST(ProtocolDetector, DecidesEveryTruncationOfAHandshake) {
  const RecordedHandshake recorded("rtmpdump_lal");
  for (std::size_t size = 1; size <= 3073; ++size) {
    const Bytes bytes = Bytes(recorded.to_server).first(size);
    const bool fits = size == 1537 || size == 3073;
    DetectorDriver elsewhere(any_port);
    elsewhere.data(up, bytes);
    EXPECT_EQ(elsewhere.detector.at_end(), (Detection{fits ? Protocol::rtmp : Protocol::other})) << size;
    DetectorDriver at_home(own_port);
    at_home.data(up, bytes);
    EXPECT_EQ(at_home.detector.at_end(), Detection{Protocol::rtmp}) << size;
    expect_release(at_home);
  }
}

TEST(ProtocolDetector, IsNotFooledByAHandshakeOfWrongSize) {
  std::vector<std::uint8_t> bytes(4000);
  bytes[0] = 3;
  DetectorDriver one_way(any_port);
  one_way.data(up, bytes);
  EXPECT_EQ(one_way.detector.detection(), Detection{Protocol::other});
  DetectorDriver both_ways(any_port);
  both_ways.data(up, Bytes(bytes).first(100));
  both_ways.data(down, Bytes(bytes).first(100));
  EXPECT_EQ(both_ways.detector.detection(), Detection{});
  EXPECT_EQ(both_ways.detector.at_end(), Detection{Protocol::other});
}

TEST(ProtocolDetector, WantsAValidDigestForRtmpe) {
  RecordedHandshake recorded("rtmpe_ffmpeg_crtmpserver");
  recorded.to_server[700] ^= 1;
  DetectorDriver driver(any_port);
  driver.data(up, recorded.to_server);
  EXPECT_EQ(driver.detector.detection(), Detection{Protocol::other});
  DetectorDriver at_end(any_port);
  at_end.data(up, Bytes(recorded.to_server).first(1537));
  EXPECT_EQ(at_end.detector.at_end(), Detection{Protocol::other});
}

TEST(ProtocolDetector, KeepsAtMostTheLimitBeforeItDecides) {
  for (const unsigned version : {3U, 6U, 8U, 9U}) {
    std::mt19937 random(version);  // NOLINT: reproducible on purpose
    DetectorDriver driver(any_port);
    std::uint64_t kept = 0;
    while (driver.detector.detection() == Detection{}) {
      const std::uint8_t byte = static_cast<std::uint8_t>(kept == 0 ? version : random());
      driver.data(up, Bytes(&byte, 1));
      ASSERT_LE(++kept, ProtocolDetector::held_limit);
    }
    EXPECT_EQ(driver.detector.detection(), Detection{Protocol::other});
  }
}

TEST(ProtocolDetector, SeesThroughGapsThatASnapLengthLeaves) {
  const RecordedHandshake recorded("obs_nginx");
  for (const ProtocolDetector::Hints hints : all_hints) {
    for (const std::size_t captured : {1U, 9U, 30U, 190U}) {
      DetectorDriver driver(hints);
      for (const auto& [way, bytes] : exchange(recorded)) {
        const std::size_t size = std::min<std::size_t>(captured, bytes.size());
        driver.data(way, bytes.first(size));
        if (size < bytes.size()) driver.gap(way, bytes.size() - size, GapCause::snap_length);
      }
      EXPECT_EQ(driver.detector.at_end(), Detection{Protocol::rtmp}) << captured;
      expect_release(driver);
    }
  }
}

/// Gaps on both sides hide whether digests and sizes fit, and one where the client's first message begins:
/// the server's message tells, even if the client has sent more than enough before it.
TEST(ProtocolDetector, WaitsForTheOtherSideWhereGapsHideAHandshake) {
  for (const std::string& name : test::recorded_handshakes()) {
    const RecordedHandshake recorded(name);
    const Bytes client(recorded.to_server);
    const Bytes server(recorded.to_client);
    if (client[0] != 3 || server.size() < ProtocolDetector::held_limit) continue;
    DetectorDriver driver(any_port);
    driver.data(up, client.first(1058));
    driver.data(down, server.first(1530));
    driver.gap(down, 79);
    driver.data(down, server.subspan(1609, 3073 - 1609));
    driver.gap(up, 167);
    driver.data(up, client.subspan(1225, 3051 - 1225));
    driver.gap(up, 164);
    EXPECT_EQ(driver.data(up, Bytes(client).first(300)), Detection{}) << name;
    EXPECT_EQ(driver.data(down, server.subspan(3073)), (Detection{Protocol::rtmp})) << name;
    DetectorDriver silent(any_port);
    silent.data(up, client.first(1058));
    silent.data(down, server.first(1530));
    silent.gap(up, ProtocolDetector::held_limit - 1058);
    EXPECT_EQ(silent.detector.detection(), Detection{}) << name;
    silent.gap(up, ProtocolDetector::held_limit);
    EXPECT_EQ(silent.detector.detection(), (Detection{Protocol::other})) << name;
  }
}

TEST(ProtocolDetector, FindsTheChunkStreamAfterAHandshakeThatIsMissing) {
  const RecordedHandshake recorded("obs_nginx");
  for (const std::size_t missing : {1U, 100U, 1537U, 3073U}) {
    DetectorDriver driver(any_port);
    driver.gap(up, missing);
    driver.data(up, Bytes(recorded.to_server).subspan(missing));
    EXPECT_EQ(driver.detector.at_end(), Detection{Protocol::rtmp}) << missing;
    expect_release(driver);
  }
}

TEST(ProtocolDetector, RecognisesAnExchangeWhoseFirstSegmentIsMissing) {
  for (const std::string& name : test::recorded_handshakes()) {
    const RecordedHandshake recorded(name);
    for (const Direction way : {up, down}) {
      DetectorDriver driver(any_port);
      for (const auto& [direction, bytes] : exchange(recorded)) {
        const bool missing = direction == way && driver.sent(way) == 0;
        if (missing) driver.gap(way, 1448);
        driver.data(direction, missing ? bytes.subspan(1448) : bytes);
      }
      EXPECT_EQ(driver.detector.at_end(), Detection{protocol_of(recorded)}) << name << index_of(way);
      expect_release(driver);
    }
  }
}

TEST(ProtocolDetector, DecidesAtAGapOfUnknownLength) {
  const RecordedHandshake recorded("obs_nginx");
  DetectorDriver at_home(own_port);
  at_home.data(up, Bytes(recorded.to_server).first(1000));
  EXPECT_EQ(at_home.gap(up, std::nullopt), Detection{Protocol::rtmp});
  expect_release(at_home);
  DetectorDriver elsewhere(any_port);
  elsewhere.data(up, Bytes(recorded.to_server).first(1000));
  EXPECT_EQ(elsewhere.gap(up, std::nullopt), Detection{Protocol::other});
  DetectorDriver nothing(any_port);
  EXPECT_EQ(nothing.gap(up, std::nullopt), Detection{Protocol::other});
}

TEST(ProtocolDetector, SurvivesGapsOfEveryLength) {
  for (const std::uint64_t length : {std::uint64_t{1}, std::uint64_t{3073}, std::uint64_t{3137},
                                     std::uint64_t{1} << 40, ~std::uint64_t{0}}) {
    DetectorDriver driver(any_port);
    driver.gap(up, length);
    driver.gap(down, length);
    driver.data(up, test::hex("03 00"));
    EXPECT_EQ(driver.detector.at_end(), Detection{Protocol::other}) << length;
  }
}

TEST(ProtocolDetector, TakesMidstreamRtmpOnAKnownPortOnly) {
  // A video chunk continuation in FFmpeg's style, and what may follow.
  const std::vector<std::uint8_t> bytes =
      test::hex("c6 41 9a 21 6c 42 bf fe d9 61 8c 2c 41 00 ff 10 20 30 40 50");
  const Detection midstream{Protocol::rtmp, false, true};
  DetectorDriver at_home(own_port_no_syn);
  EXPECT_EQ(at_home.data(up, bytes), midstream);
  expect_release(at_home);
  DetectorDriver after_syn(own_port);
  EXPECT_EQ(after_syn.data(up, bytes), Detection{Protocol::other});
  DetectorDriver elsewhere(any_port_no_syn);
  EXPECT_EQ(elsewhere.data(up, bytes), Detection{Protocol::other});
}

TEST(ProtocolDetector, WaitsForEnoughMidstreamBytesToTellThemFromText) {
  DetectorDriver driver(own_port_no_syn);
  EXPECT_EQ(driver.data(up, test::hex("c6 41 9a")), Detection{});
  EXPECT_EQ(driver.data(down, test::hex("44 45 46")), Detection{});  // may be text
  EXPECT_EQ(driver.detector.at_end(), (Detection{Protocol::rtmp, false, true}));
  expect_release(driver);
}

TEST(ProtocolDetector, TakesNeitherTextNorTlsNorHttpForMidstreamRtmp) {
  const std::pair<const char*, Protocol> cases[] = {{"220 mail.example.org ESMTP\r\n", Protocol::other},
                                                    {"SSH-2.0-OpenSSH_9.2p1\r\n", Protocol::other},
                                                    {"quit\r\n", Protocol::other},
                                                    {"GET / HTTP/1.1\r\nHost: a\r\n", Protocol::http},
                                                    {"HTTP/1.1 400 Bad Request\r\n", Protocol::http}};
  for (const auto& [text, protocol] : cases) {
    DetectorDriver driver(own_port_no_syn);
    driver.data(up, test::bytes_of(text));
    EXPECT_EQ(driver.detector.at_end().protocol, protocol) << text;
  }
  DetectorDriver tls(own_port_no_syn);
  tls.data(up, test::hex("17 03 03 01 00 aa bb cc dd ee ff 00 11 22 33 44 55"));
  EXPECT_EQ(tls.detector.detection(), Detection{Protocol::tls});
}

TEST(ProtocolDetector, FirstBytesOfHttpTellWhoIsTheClient) {
  DetectorDriver response(own_port_no_syn), request(own_port_no_syn), answered(own_port);
  EXPECT_EQ(response.data(up, test::bytes_of("HTTP/1.1 200 OK\r\n")), (Detection{Protocol::http, true}));
  EXPECT_EQ(request.data(down, test::bytes_of("POST /idle/1/1 H")), (Detection{Protocol::http, true}));
  EXPECT_EQ(answered.data(up, test::bytes_of("HTTP/1.1 200 OK\r\n")), Detection{Protocol::http});
}

TEST(ProtocolDetector, TakesAFalseHandshakeOnAKnownPortForMidstreamRtmp) {
  std::vector<std::uint8_t> bytes(4000, 0xAB);
  bytes[0] = 3;
  DetectorDriver driver(own_port_no_syn);
  driver.data(up, bytes);
  EXPECT_EQ(driver.detector.detection(), (Detection{Protocol::rtmp, false, true}));
}

TEST(ProtocolDetector, ShowsAnRtmpClientThatTriedAnotherServer) {
  const RecordedHandshake recorded("obs_nginx");
  const std::vector<std::uint8_t> answer = test::bytes_of("HTTP/1.1 400 Bad Request\r\n");
  DetectorDriver at_home(own_port);
  at_home.data(up, Bytes(recorded.to_server).first(1537));
  EXPECT_EQ(at_home.data(down, answer), Detection{Protocol::rtmp});
  DetectorDriver elsewhere(any_port);
  elsewhere.data(up, Bytes(recorded.to_server).first(1537));
  EXPECT_EQ(elsewhere.data(down, answer), Detection{Protocol::http});
  const RecordedHandshake digest("ffmpeg_publish_nginx");
  DetectorDriver proven(any_port);
  proven.data(up, Bytes(digest.to_server).first(1537));
  EXPECT_EQ(proven.data(down, answer), Detection{Protocol::rtmp});
}

TEST(ProtocolDetector, ReplaysWhatTlsAndHttpLayersNeed) {
  DetectorDriver driver(any_port);
  EXPECT_EQ(driver.data(up, test::bytes_of("PO")), Detection{});
  EXPECT_EQ(driver.data(up, test::bytes_of("ST /open/1 HTTP/1.1\r\n")), Detection{Protocol::http});
  Released released;
  driver.detector.release_held(released);
  EXPECT_EQ(released.items, driver.given.items);
}

TEST(ProtocolDetector, KeepsItsVerdict) {
  DetectorDriver driver(any_port);
  EXPECT_EQ(driver.data(up, test::hex("00 01 02")), Detection{Protocol::other});
  const RecordedHandshake recorded("obs_nginx");
  EXPECT_EQ(driver.data(up, recorded.to_server), Detection{Protocol::other});
  EXPECT_EQ(driver.gap(down, 5), Detection{Protocol::other});
  EXPECT_EQ(driver.detector.at_end(), Detection{Protocol::other});
  Released released;
  driver.detector.release_held(released);
  EXPECT_TRUE(released.items.empty());
}

TEST(ProtocolDetector, TakesAConnectionWithoutBytesForOther) {
  for (const ProtocolDetector::Hints hints : all_hints)
    EXPECT_EQ(ProtocolDetector(hints).at_end(), Detection{Protocol::other});
}

TEST(ProtocolDetector, LooksBehindALostBeginningAsInMidstream) {
  const auto bytes = test::hex("8741 9f51 4515 2c39 ffce eed0 dabc 100a c491 0033 0b77 dc49 0c40 2f84 29c2");
  for (const Direction way : {up, down}) {
    DetectorDriver at_home(own_port);
    EXPECT_EQ(at_home.gap(way, 20000), Detection{});
    EXPECT_EQ(at_home.data(way, bytes), (Detection{Protocol::rtmp, false, true}));
    expect_release(at_home);
    DetectorDriver elsewhere(any_port);
    elsewhere.gap(way, 20000);
    EXPECT_EQ(elsewhere.data(way, bytes), Detection{Protocol::other});
    DetectorDriver text(own_port);
    text.gap(way, 20000);
    const auto words = test::hex("74686973206973206e6f742061206368756e6b2073747265616d");
    EXPECT_EQ(text.data(way, words), Detection{Protocol::other});
  }
}

}  // namespace
}  // namespace rtmpscope::carrier
