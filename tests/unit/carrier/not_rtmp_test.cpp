// Beginnings of other protocols, on any port: none may pass for RTMP.
#include <gtest/gtest.h>

#include <random>
#include <string>

#include "support/bytes.hpp"
#include "unit/carrier/detector_driver.hpp"

namespace rtmpscope::carrier {
namespace {

using test::bytes_of;
using test::DetectorDriver;
using test::hex;

constexpr Direction up = Direction::to_server;
constexpr Direction down = Direction::to_client;
constexpr ProtocolDetector::Hints any_port{.known_port = false, .syn_seen = true};
constexpr ProtocolDetector::Hints any_port_no_syn{.known_port = false, .syn_seen = false};

/// The first bytes of each side; the side that speaks first comes first.
struct Conversation {
  const char* name;
  Direction first;
  std::vector<std::uint8_t> opening, answer;
  Protocol protocol = Protocol::other;
};

std::vector<std::uint8_t> filled(std::vector<std::uint8_t> head, std::size_t size, std::uint32_t seed) {
  std::mt19937 random(seed);  // NOLINT: reproducible on purpose
  while (head.size() < size) head.push_back(static_cast<std::uint8_t>(random()));
  return head;
}
std::vector<std::uint8_t> repeated(const std::vector<std::uint8_t>& unit, std::size_t count) {
  std::vector<std::uint8_t> all;
  for (std::size_t i = 0; i < count; ++i) all.insert(all.end(), unit.begin(), unit.end());
  return all;
}

const Conversation conversations[] = {
    {"Http", up, bytes_of("GET /live/stream.flv HTTP/1.1\r\nHost: a\r\n\r\n"),
     bytes_of("HTTP/1.1 200 OK\r\nContent-Type: video/x-flv\r\n\r\nFLV\x01\x05"), Protocol::http},
    {"Rtmpt", up, bytes_of("POST /open/1 HTTP/1.1\r\nContent-Type: application/x-fcs\r\n\r\n"),
     bytes_of("HTTP/1.1 200 OK\r\n\r\n"), Protocol::http},
    {"Tls", up, filled(hex("16 03 01 02 00 01 00 01 fc 03 03"), 517, 1),
     filled(hex("16 03 03 00 7a 02"), 3073, 2), Protocol::tls},
    {"Ssh", down, bytes_of("SSH-2.0-OpenSSH_9.2p1 Debian\r\n"), bytes_of("SSH-2.0-libssh2\r\n")},
    {"Rtsp", up, bytes_of("OPTIONS rtsp://10.0.0.1:554/ RTSP/1.0\r\nCSeq: 1\r\n"),
     bytes_of("RTSP/1.0 200 OK\r\n")},
    {"Smtp", down, bytes_of("220 mail.example.org ESMTP\r\n"), bytes_of("EHLO a\r\n")},
    {"Ftp", down, bytes_of("220 ProFTPD\r\n"), bytes_of("USER a\r\n")},
    {"Pop3", down, bytes_of("+OK ready\r\n"), bytes_of("PASS a\r\n")},
    {"Rdp", up, hex("03 00 00 13 0e e0 00 00 00 00 00 01 00 08 00 0b 00 00 00"),
     hex("03 00 00 13 0e d0 00 00 12 34 00 02 0f 08 00 02 00 00 00")},
    {"RdpInMidstream", up, filled(hex("03 00 06 01 02 f0 80 64 00 05 03 eb 70 84 2e"), 1537, 3),
     filled(hex("03 00 0c 01 02 f0 80 68 00 01 03 eb 70 80 01"), 3073, 4)},
    {"H323", up, filled(hex("03 00 06 01 08 02 12 34 05 04 03 88"), 1537, 5),
     filled(hex("03 00 06 01 08 02 92 34 02"), 1537, 6)},
    {"MpegTs", up, repeated(filled(hex("47 40 00 10"), 188, 7), 20), {}},
    {"Flv", down, filled(hex("46 4c 56 01 05 00 00 00 09 00 00 00 00"), 4000, 8), {}},
    {"X11", up, hex("6c 00 0b 00 00 00 12 00 10 00 00 00"), hex("01 00 0b 00 00 00 3a 01")},
    {"X11BigEndian", up, hex("42 00 00 0b 00 00 00 12 00 10 00 00"), hex("01 00 00 0b 00 00 01 3a")},
    {"Dns", up, hex("00 1d 12 34 01 00 00 01 00 00 00 00 00 00 07 65 78 61 6d 70 6c 65"),
     filled(hex("03 2a 12 34 81 80 00 01"), 812, 9)},
    {"DnsLongQuery", up, filled(hex("03 20 12 34 01 00 00 01 00 00"), 802, 10),
     filled(hex("03 2a 12 34 81 80 00 01"), 812, 11)},
    {"Bgp", up, filled(hex("ff ff ff ff ff ff ff ff ff ff ff ff ff ff ff ff 00 1d 01"), 29, 12),
     filled(hex("ff ff ff ff ff ff ff ff ff ff ff ff ff ff ff ff 00 1d 01"), 29, 13)},
    {"MySql", down, hex("4a 00 00 00 0a 38 2e 30 2e 33 36 00"), hex("20 00 00 01 85 ae ff 19")},
    {"MySqlShortPacket", up, filled(hex("03 00 00 00 03 53 45 4c"), 4000, 14),
     filled(hex("07 00 00 01 00"), 100, 15)},
    {"PostgreSql", up, hex("00 00 00 08 04 d2 16 2f"), hex("53")},
    {"PostgreSqlStartup", up, hex("00 00 00 29 00 03 00 00 75 73 65 72"), hex("52 00 00 00 08")},
    {"Tds", up, filled(hex("12 01 00 2f 00 00 01 00"), 47, 16),
     filled(hex("04 01 00 2b 00 00 01 00"), 43, 17)},
    {"TdsCallInMidstream", up, filled(hex("03 01 0c 01 00 00 01 00 16 00"), 3073, 18),
     filled(hex("04 01 00 21 00 33 01 00"), 33, 19)},
    {"Mqtt", up, hex("10 10 00 04 4d 51 54 54 04 02 00 3c"), hex("20 02 00 00")},
    {"Socks5", up, hex("05 01 00"), hex("05 00")},
    {"Socks4", up, hex("04 01 00 50 7f 00 00 01 00"), hex("00 5a")},
    {"MongoDb", up, filled(hex("3a 00 00 00 01 00 00 00 00 00 00 00 dd 07 00 00"), 58, 20), {}},
    {"Ldap", up, hex("30 0c 02 01 01 60 07 02 01 03 04 00 80 00"), hex("30 0c 02 01 01 61 07")},
    {"Smb", up, hex("00 00 00 54 ff 53 4d 42 72"), hex("00 00 00 55 fe 53 4d 42")},
    {"Redis", up, bytes_of("*1\r\n$4\r\nPING\r\n"), bytes_of("+PONG\r\n")},
    {"BitTorrent", up, filled(hex("13 42 69 74 54 6f 72 72 65 6e 74"), 68, 21), {}},
    {"Rfb", down, bytes_of("RFB 003.008\n"), bytes_of("RFB 003.008\n")},
    {"ThreesOfAnotherProtocol", up, filled(hex("03"), 1600, 22), filled(hex("03"), 3200, 23)},
    {"LengthPrefixedRecords", up, repeated(filled(hex("03 00 00 00 00"), 256, 24), 20),
     repeated(filled(hex("03 00"), 256, 25), 20)},
    {"ZerosAfterAThree", up, filled(std::vector<std::uint8_t>(3200), 3200, 0),
     std::vector<std::uint8_t>(3200)},
};

class NotRtmp : public testing::TestWithParam<Conversation> {};

TEST_P(NotRtmp, HoweverItIsCutAndSeen) {
  const Conversation& conversation = GetParam();
  for (const ProtocolDetector::Hints hints : {any_port, any_port_no_syn}) {
    for (const std::size_t step : {1U, 16U, 100U, 512U, 1460U, 65536U}) {
      for (const bool one_way : {false, true}) {
        DetectorDriver driver(hints);
        const auto feed = [&](Direction way, Bytes bytes) {
          for (std::size_t at = 0; at < bytes.size(); at += step) {
            driver.data(way, bytes.subspan(at, std::min<std::size_t>(step, bytes.size() - at)));
          }
        };
        feed(conversation.first, conversation.opening);
        if (!one_way) feed(opposite(conversation.first), conversation.answer);
        EXPECT_EQ(driver.detector.at_end(), Detection{conversation.protocol}) << step << one_way;
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Protocols, NotRtmp, testing::ValuesIn(conversations),
                         [](const auto& parameter) { return std::string(parameter.param.name); });

TEST(NotRtmp, RandomBytesOnBothSides) {
  std::mt19937 random(42);  // NOLINT: reproducible on purpose
  for (int round = 0; round < 2000; ++round) {
    DetectorDriver driver(round % 2 == 0 ? any_port : any_port_no_syn);
    for (int piece = 0; piece < 8; ++piece) {
      std::vector<std::uint8_t> bytes = filled({}, 1 + random() % 1500, static_cast<std::uint32_t>(random()));
      // Half of the rounds begin like a handshake on both sides.
      const Direction way = piece % 2 == 0 ? up : down;
      if (driver.sent(way) == 0 && round % 4 < 2) bytes[0] = 3;
      driver.data(way, bytes);
    }
    EXPECT_EQ(driver.detector.at_end(), Detection{Protocol::other});
  }
}

TEST(NotRtmp, IsDecidedWithTheFirstByteForMostProtocols) {
  int immediately = 0;
  for (int byte = 0; byte < 256; ++byte) {
    DetectorDriver driver(any_port);
    const std::uint8_t first = static_cast<std::uint8_t>(byte);
    if (driver.data(up, Bytes(&first, 1)).protocol == Protocol::other) ++immediately;
  }
  EXPECT_EQ(immediately, 256 - 4 - 4 - 6);
}

}  // namespace
}  // namespace rtmpscope::carrier
