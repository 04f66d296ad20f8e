#include <gtest/gtest.h>

#include "carrier/opening.hpp"
#include "support/bytes.hpp"

namespace rtmpscope::carrier {
namespace {

using test::bytes_of;
using test::hex;

TEST(Opening, OfHttpIsARequestOrStatusLine) {
  for (const char* text : {"GET / HTTP/1.1", "POST /open/1 HTTP/1.1", "HEAD /x HTTP/1.0", "PUT /a",
                           "GET http://a/", "OPTIONS / HTTP/1.1", "DELETE /1", "PATCH /1",
                           "CONNECT a:443 HTTP/1.1", "HTTP/1.1 200 OK", "HTTP/1.0 404"}) {
    EXPECT_EQ(classify_opening(bytes_of(text)), Opening::http) << text;
  }
}

TEST(Opening, OfHttpIsOpenUntilItsTargetBegins) {
  for (const std::string_view text : {"GET /", "POST /", "OPTIONS /", "CONNECT ", "HTTP/1."}) {
    for (std::size_t size = 1; size < text.size(); ++size) {
      EXPECT_EQ(classify_opening(as_bytes(text.substr(0, size))), Opening::open) << text << size;
    }
    EXPECT_EQ(classify_opening(as_bytes(text)), Opening::http);
  }
}

TEST(Opening, OfTextProtocolsWithSimilarMethodsIsOther) {
  for (const char* text :
       {"OPTIONS rtsp://10.0.0.1/ RTSP/1.0", "OPTIONS * RTSP/1.0", "OPTIONS sip:a@b SIP/2.0",
        "DESCRIBE rtsp://a RTSP/1.0", "PLAY rtsp://a", "GET rtsp://a", "PASS secret", "HELO mail", "HTTP/2",
        "PRI * HTTP/2.0", "GETX", "DATA\r\n", "PING"}) {
    EXPECT_EQ(classify_opening(bytes_of(text)), Opening::other) << text;
  }
}

TEST(Opening, OfTlsIsARecordHeader) {
  EXPECT_EQ(classify_opening(hex("16 03 01 02 00 01 00 01 fc 03 03")), Opening::tls);
  EXPECT_EQ(classify_opening(hex("16 03 03 00 7a 02")), Opening::tls);
  EXPECT_EQ(classify_opening(hex("17 03 03 40 11 aa")), Opening::tls);
  EXPECT_EQ(classify_opening(hex("15 03 03 00 02")), Opening::tls);
  EXPECT_EQ(classify_opening(hex("14 03 03 00 01 01")), Opening::tls);
  for (const char* bytes : {"16", "16 03", "16 03 01", "16 03 01 02"}) {
    EXPECT_EQ(classify_opening(hex(bytes)), Opening::open) << bytes;
  }
  for (const char* bytes : {"16 04", "16 03 05", "16 03 03 00 00", "16 03 03 50 00", "17 00"}) {
    EXPECT_EQ(classify_opening(hex(bytes)), Opening::other) << bytes;
  }
}

TEST(Opening, OfAHandshakeIsItsVersion) {
  for (int byte = 0; byte < 256; ++byte) {
    const std::vector<std::uint8_t> bytes{static_cast<std::uint8_t>(byte), 0, 0, 0, 0, 0, 0, 0, 0};
    const bool version = byte == 3 || byte == 6 || byte == 8 || byte == 9;
    EXPECT_EQ(classify_opening(bytes) == Opening::handshake, version) << byte;
    if (version) {
      EXPECT_TRUE(is_promising(bytes[0]));
    }
    if (!is_promising(bytes[0])) {
      const bool may_be_version = byte <= 31;
      EXPECT_EQ(classify_opening(bytes), may_be_version ? Opening::odd_version : Opening::other) << byte;
    }
  }
}

TEST(Opening, OfTpktIsOther) {
  // RDP connection request and confirm, MCS data, H.225 setup, S7
  for (const char* bytes :
       {"03 00 00 13 0e e0 00 00 00 00 00 01 00 08 00 0b", "03 00 00 2b 26 e0 00 00 00 00 00 43 6f",
        "03 00 00 13 0e d0 00 00 12 34 00 02", "03 00 01 a2 02 f0 80 7f 65", "03 00 05 0a 08 02 12 34 05 04",
        "03 00 00 16 11 e0 00 00 00 01 00 c0"}) {
    EXPECT_EQ(classify_opening(hex(bytes)), Opening::other) << bytes;
  }
  // Real beginnings of C1 and S1 with a small time
  for (const char* bytes :
       {"03 00 00 00 00 09 00 7c 02 f7 78", "03 00 52 f4 fa 00 00 00 00 67", "03 00 1e 3c 38 80 00 03 02",
        "03 00 3f 39 66 0d 0e 0a 0d 01", "03 00 00 00 00 01 02 03 04 01"}) {
    EXPECT_EQ(classify_opening(hex(bytes)), Opening::handshake) << bytes;
  }
}

TEST(Opening, IsPlainTextOnlyIfEveryByteIsPrintable) {
  EXPECT_TRUE(is_plain_text(bytes_of("EHLO example.org\r\n\x01")));  // sixteen bytes count
  EXPECT_TRUE(is_plain_text(bytes_of("a\tb\r\n")));
  EXPECT_FALSE(is_plain_text(bytes_of("abc\x01")));
  EXPECT_FALSE(is_plain_text(hex("44 00")));
  EXPECT_FALSE(is_plain_text(hex("7f")));
  EXPECT_FALSE(is_plain_text(hex("e4")));
}

}  // namespace
}  // namespace rtmpscope::carrier
