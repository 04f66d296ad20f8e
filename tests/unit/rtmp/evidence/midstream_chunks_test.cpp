#include "rtmp/evidence/midstream_chunks.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "support/bytes.hpp"
#include "support/chunks.hpp"
#include "unit/carrier/detector_driver.hpp"

namespace rtmpscope::rtmp {
namespace {

using carrier::Detection;
using carrier::Protocol;
using carrier::ProtocolDetector;
using test::ByteVector;
using test::chunk;
using test::concat;
using test::hex;
using test::message;
using test::put_be;

ByteVector noise(std::size_t count, std::mt19937& random) {
  ByteVector out(count);
  for (auto& byte : out) byte = static_cast<std::uint8_t>(random());
  return out;
}

ByteVector picture(std::size_t size, std::mt19937& random) {
  ByteVector out = hex("27 01 000028");
  put_be(out, size, 4);
  out.push_back(0x41);
  return concat(out, noise(size - 1, random));
}

/// Audio and video in turns, without anything of a beginning.
ByteVector media(std::uint32_t chunk_size, std::size_t bytes, std::mt19937& random) {
  ByteVector out;
  while (out.size() < bytes) {
    const auto frame = picture(300 + random() % 3000, random);
    const auto sound = concat(hex("af 01"), noise(150, random));
    out =
        concat(out, message({.format = 1, .chunk_stream_id = 6, .time = 40, .type_id = 9}, frame, chunk_size),
               message({.format = 1, .chunk_stream_id = 4, .time = 23, .type_id = 8}, sound, chunk_size),
               message({.format = 3, .chunk_stream_id = 4, .type_id = 8}, sound, chunk_size));
  }
  return out;
}

TEST(MidstreamEvidence, MediaFromAnyPlace) {
  std::mt19937 random(1);
  for (const std::uint32_t chunk_size : {128U, 1024U, 4096U, 60000U, 65536U, 4194304U}) {
    const ByteVector stream = media(chunk_size, 40000, random);
    for (int round = 0; round < 20; ++round) {
      EXPECT_TRUE(is_midstream_rtmp(Bytes(stream).subspan(random() % 10000))) << chunk_size;
    }
  }
}

TEST(MidstreamEvidence, NoiseIsNot) {
  std::mt19937 random(2);
  for (int round = 0; round < 30; ++round) EXPECT_FALSE(is_midstream_rtmp(noise(65536, random)));
}

TEST(MidstreamEvidence, BytesOfOneValueAreNot) {
  for (int value = 0; value < 256; ++value) {
    EXPECT_FALSE(is_midstream_rtmp(ByteVector(2000, static_cast<std::uint8_t>(value))));
  }
}

TEST(MidstreamEvidence, FlvTagsAreNot) {
  std::mt19937 random(3);
  ByteVector file = hex("464c5601 05 00000009 00000000");
  std::uint32_t time = 0;
  while (file.size() < 60000) {
    for (const std::uint8_t type : {std::uint8_t{9}, std::uint8_t{8}}) {
      const auto body = type == 9 ? picture(400, random) : concat(hex("af 01"), noise(180, random));
      file.push_back(type);
      put_be(file, body.size(), 3);
      put_be(file, time, 3);
      put_be(file, 0, 4);
      file = concat(file, body);
      put_be(file, body.size() + 11, 4);
    }
    time += 8;
  }
  EXPECT_FALSE(is_midstream_rtmp(file));
}

/// G.711 as FFmpeg sends it: nothing but the first byte is the same, and lengths alternate.
ByteVector mulaw(std::size_t bytes, std::mt19937& random, bool one_length = false) {
  ByteVector out;
  for (int i = 0; out.size() < bytes; ++i) {
    const std::size_t size = one_length || i % 5 < 3 ? 187 : 186;
    const bool same = !one_length && i % 5 != 0 && i % 5 != 3;
    const ByteVector body = concat(hex("82"), noise(size - 1, random));
    out = concat(
        out, message({.format = same ? 2 : 1, .chunk_stream_id = 4, .time = 23, .type_id = 8}, body, 4096));
  }
  return out;
}

TEST(MidstreamEvidence, MediaThatShowNothingAreProvenByManyMessages) {
  std::mt19937 random(6);
  const ByteVector stream = mulaw(20000, random);
  for (int round = 0; round < 20; ++round) {
    EXPECT_TRUE(is_midstream_rtmp(Bytes(stream).subspan(random() % 10000)));
  }
  EXPECT_FALSE(is_midstream_rtmp(Bytes(stream).first(900)));
}

ByteVector repeated(const char* text, int times) {
  ByteVector out;
  for (int i = 0; i < times; ++i) out = concat(out, hex(text));
  return out;
}

TEST(MidstreamEvidence, SilenceWithoutLengthsThatSaysWhatItIs) {
  for (const char* text :
       {"c4 af 01 21 10 04 60 8c 1c", "84 000017 af 01 01 18 20 07", "c4 91 4f707573 f8 ff fe"}) {
    EXPECT_TRUE(is_midstream_rtmp(Bytes(repeated(text, 40)).subspan(3))) << text;
    EXPECT_FALSE(is_midstream_rtmp(repeated(text, 3))) << text;
  }
}

TEST(MidstreamEvidence, ShortRecordsOfOneContentAreNot) {
  for (const char* text :
       {"c4 af 01 de 10 04 60 8c 1c", "c4 82 ff ff ff ff ff ff ff", "c4 3e 00 00 00 00 00 00 00"}) {
    EXPECT_FALSE(is_midstream_rtmp(repeated(text, 2000))) << text;
  }
}

TEST(MidstreamEvidence, RecordsOfOneLengthAreNot) {
  std::mt19937 random(7);
  EXPECT_FALSE(is_midstream_rtmp(mulaw(60000, random, true)));
}

TEST(MidstreamEvidence, PcmWhoseLengthNothingSays) {
  std::mt19937 random(8);
  ByteVector stream;
  while (stream.size() < 40000) {
    const auto picture = concat(hex("23 30a03060"), noise(500 + random() % 300, random));
    stream = concat(stream,
                    message({.format = 1, .chunk_stream_id = 6, .time = 100, .type_id = 9}, picture, 4096));
    for (int i = 0; i < 4; ++i) {
      const auto sound = concat(hex("36"), noise(512, random));
      stream = concat(stream, message({.format = 2 + i % 2, .chunk_stream_id = 4, .time = 23, .type_id = 8},
                                      sound, 4096));
    }
  }
  EXPECT_TRUE(is_midstream_rtmp(Bytes(stream).subspan(700)));
}

TEST(MidstreamEvidence, ThirdMessageNeedNotEnd) {
  std::mt19937 random(9);
  const auto send = [&](std::size_t size) {
    return message({.format = 1, .chunk_stream_id = 6, .time = 40, .type_id = 9}, picture(size, random), 128);
  };
  const ByteVector stream = concat(send(300), send(300), send(40000));
  EXPECT_TRUE(is_midstream_rtmp(Bytes(stream).first(2000)));
}

Detection decide_on_known_port(const ByteVector& stream, std::size_t& held) {
  ProtocolDetector detector({.known_port = true, .searched_bytes = &held});
  Detection detection;
  for (std::size_t at = 0; detection.protocol == Protocol::undecided && at < stream.size(); at += 1000) {
    const Bytes piece = Bytes(stream).subspan(at, std::min<std::size_t>(1000, stream.size() - at));
    detection = detector.add(Direction::to_server, StreamData{at, piece, {1, 0}});
  }
  return detection;
}

TEST(MidstreamEvidence, DetectorLooksBehindTextOnKnownPorts) {
  // The middle of metadata, or of an encoder's settings within a picture.
  std::mt19937 random(10);
  const ByteVector text(3000, 'm');
  std::size_t held = 0;
  const Detection rtmp{.protocol = Protocol::rtmp, .swapped = false, .midstream = true};
  EXPECT_EQ(decide_on_known_port(concat(text, media(4096, 60000, random)), held), rtmp);
  EXPECT_EQ(decide_on_known_port(concat(text, noise(90000, random)), held).protocol, Protocol::other);
  EXPECT_EQ(held, 0U);
}

TEST(MidstreamEvidence, DetectorFindsItOnAnyPortAndGivesTheBytesBack) {
  std::mt19937 random(4);
  const ByteVector stream = media(128, 30000, random);
  std::size_t held = 0;
  ProtocolDetector detector({.searched_bytes = &held});
  std::size_t at = 77;
  Detection detection;
  while (detection.protocol == Protocol::undecided && at + 700 < stream.size()) {
    detection =
        detector.add(Direction::to_client, StreamData{at - 77, Bytes(stream).subspan(at, 700), {1, 0}});
    at += 700;
  }
  EXPECT_EQ(detection, (Detection{.protocol = Protocol::rtmp, .swapped = false, .midstream = true}));
  EXPECT_GT(held, 0U);
  test::Released released;
  detector.release_held(released);
  EXPECT_EQ(released.items.size(), (at - 77) / 700);
  EXPECT_EQ(held, 0U);
}

TEST(MidstreamEvidence, DetectorSearchesWhereOneSidesStartIsLostThoughASynWasSeen) {
  std::mt19937 random(11);
  const ByteVector stream = media(128, 30000, random);
  for (const bool lost : {false, true}) {
    std::size_t held = 0;
    ProtocolDetector detector({.syn_seen = true, .searched_bytes = &held});
    if (lost) detector.lose_start();
    const Detection detection =
        detector.add(Direction::to_client, StreamData{0, Bytes(stream).subspan(77), {1, 0}});
    EXPECT_EQ(detection.protocol, lost ? Protocol::rtmp : Protocol::other);
    EXPECT_EQ(detection.midstream, lost);
  }
}

TEST(MidstreamEvidence, DetectorGivesUpAtItsLimit) {
  std::mt19937 random(5);
  std::size_t held = 0;
  ProtocolDetector detector({.searched_bytes = &held});
  Detection detection;
  std::uint64_t at = 0;
  for (; detection.protocol == Protocol::undecided && at < 1 << 20; at += 1000) {
    detection = detector.add(Direction::to_client, StreamData{at, noise(1000, random), {1, 0}});
  }
  EXPECT_EQ(detection.protocol, Protocol::other);
  EXPECT_LE(at, ProtocolDetector::searched_limit + 1000);
  EXPECT_EQ(held, 0U);
}

TEST(MidstreamEvidence, TunnelsAreNoRtmp) {
  std::mt19937 random(12);
  for (const std::string_view around : {"POST /send/1/5 HTTP/1.1\r\nContent-Length: 6000\r\n\r\n", ""}) {
    std::size_t held = 0;
    ProtocolDetector detector({.searched_bytes = &held});
    ByteVector stream = noise(100, random);
    stream.insert(stream.end(), around.begin(), around.end());
    stream = concat(stream, media(4096, 20000, random));
    (void)detector.add(Direction::to_server, StreamData{0, stream, {1, 0}});
    EXPECT_EQ(detector.at_end().protocol, around.empty() ? Protocol::rtmp : Protocol::http);
  }
}

}  // namespace
}  // namespace rtmpscope::rtmp
