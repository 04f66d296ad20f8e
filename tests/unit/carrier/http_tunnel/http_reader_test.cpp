#include "carrier/http_tunnel/http_reader.hpp"

#include <gtest/gtest.h>
#include <zlib.h>

#include "support/bytes.hpp"
#include "support/cuts.hpp"
#include "unit/carrier/stream_script.hpp"

namespace rtmpscope::test {
namespace {

using carrier::HttpHead;
using carrier::HttpListener;
using carrier::HttpReader;

/// What a listener is told, as text; bodies in one piece.
struct Told final : HttpListener {
  std::string text;

  void on_head(Direction, const HttpHead& head, std::uint64_t offset, const PacketRef&) override {
    text += "[" + std::to_string(offset) + " ";
    text += head.is_request ? std::string(head.target) : std::to_string(head.status);
    text += head.tunnel_type ? " fcs: " : ": ";
  }
  void on_body(Direction, Bytes bytes, const PacketRef&) override { text += as_text(bytes); }
  void on_body_gap(Direction, std::optional<std::uint64_t> length, GapCause, const PacketRef&) override {
    text += length ? "<" + std::to_string(*length) + " missing>" : "<missing>";
  }
  void on_message_end(Direction, bool complete, const PacketRef&) override {
    text += complete ? "]" : " cut]";
  }
  void on_borders_lost(Direction, std::optional<std::uint64_t> from) override {
    text += from ? "<lost from " + std::to_string(*from) + ">" : "<lost>";
  }
  void on_rest(Direction, const StreamData& data) override { text += as_text(data.bytes); }
  void on_rest_gap(Direction direction, const StreamGap& gap) override {
    on_body_gap(direction, gap.length, gap.cause, gap.noticed_at);
  }
};

struct Reader {
  explicit Reader(Direction reads = Direction::to_server, bool at_start = true)
      : direction(reads), reader(reads, told, at_start) {}
  Reader& data(Bytes bytes) {
    script.data(*this, direction, bytes);
    return *this;
  }
  Reader& data(std::string_view bytes) { return data(as_bytes(bytes)); }
  Reader& gap(std::optional<std::uint64_t> length) {
    script.gap(*this, direction, length);
    return *this;
  }
  void on_data(Direction, const StreamData& piece) { reader.on_data(piece); }
  void on_gap(Direction, const StreamGap& piece) { reader.on_gap(piece); }

  Direction direction;
  Told told;
  HttpReader reader;
  StreamScript script;
};

std::string request(std::string_view path, std::string_view body) {
  return "POST " + std::string(path) + " HTTP/1.1\r\nContent-Length: " + std::to_string(body.size()) +
         "\r\n\r\n" + std::string(body);
}

std::string gzipped(std::string_view text) {
  z_stream stream{};
  deflateInit2(&stream, 9, Z_DEFLATED, 15 + 16, 9, Z_DEFAULT_STRATEGY);
  std::string out(deflateBound(&stream, text.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

struct Case {
  Direction direction;
  std::string stream;
  std::string told;
};

std::vector<Case> cases() {
  const std::string zipped = gzipped("hello hello hello");
  const std::string as_gzip =
      "HTTP/1.1 200 OK\r\ncontent-encoding: GZIP\r\nCONTENT-LENGTH:" + std::to_string(zipped.size()) +
      "\r\n\r\n" + zipped + "HTTP/1.1 204 No\r\n\r\n";
  constexpr Direction up = Direction::to_server, down = Direction::to_client;
  return {
      {up, request("/open/1", "a") + request("/send/1/0", "bcd"), "[0 /open/1: a][45 /send/1/0: bcd]"},
      {up, "\r\nPOST /x HTTP/1.1\ncontent-type:  Application/X-FCS ; q=1\nContent-length: 2\n\nab",
       "[2 /x fcs: ab]"},
      {up, "GET / HTTP/1.1\r\nHost: a\r\n\r\nGET /2 HTTP/1.0\r\n\r\n", "[0 /: ][27 /2: ]"},
      {down, "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx",
       "[0 100: ][25 200: x]"},
      {down, "HTTP/1.0 200 OK\r\n\r\nuntil the end", "[0 200: until the end"},
      {down,
       "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, Chunked\r\n\r\n3;x=y\r\nabc\r\n0a\r\n0123456789\r\n0\r\n"
       "A: b\r\n\r\nHTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n",
       "[0 200: abc0123456789][92 404: ]"},
      {down, as_gzip, "[0 200: hello hello hello][" + std::to_string(as_gzip.size() - 19) + " 204: ]"},
      {up, "no HTTP at all, POST /a HTTP/1.1\r\n\r\n", "<lost>no HTTP at all, [16 /a: ]"},
      {up, "POST /a HTTP/9\r\n\r\nPPOST /b HTTP/1.1\r\n\r\n", "<lost>P[19 /b: ]"},
      {down, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nHTTP/1.1 200 OK\r\n\r\n",
       "[0 200: <missing>]<lost>[51 200: "},
  };
}

TEST(HttpReader, ReadsMessagesHoweverTheyAreCut) {
  for (const Case& each : cases()) {
    cut_every_way(as_bytes(each.stream), [&](const std::vector<Bytes>& pieces) {
      Reader reader(each.direction);
      for (const Bytes piece : pieces) reader.data(piece);
      ASSERT_EQ(reader.told.text, each.told);
    });
  }
}

TEST(HttpReader, GapInABodyHasItsPlace) {
  Reader reader;
  reader.data("POST /a HTTP/1.1\r\nContent-Length: 10\r\n\r\n012").gap(4).data("789" + request("/b", "x"));
  EXPECT_EQ(reader.told.text, "[0 /a: 012<4 missing>789][50 /b: x]");
}

TEST(HttpReader, GapOverABorderEndsTheBodyAndNextHeadIsFound) {
  Reader reader;
  reader.data("POST /a HTTP/1.1\r\nContent-Length: 10\r\n\r\n012")
      .gap(30)
      .data("rest of b" + request("/c", "x"));
  EXPECT_EQ(reader.told.text, "[0 /a: 012<7 missing>]<lost from 50><23 missing>rest of b[82 /c: x]");
}

TEST(HttpReader, GapUpToTheEndOfABodyLosesNoBorder) {
  Reader reader;
  reader.data("POST /a HTTP/1.1\r\nContent-Length: 10\r\n\r\n012").gap(7).data(request("/c", "x"));
  EXPECT_EQ(reader.told.text, "[0 /a: 012<7 missing>][50 /c: x]");
}

TEST(HttpReader, GapsInHeadsAndChunksAndOfUnknownLength) {
  Reader head;
  head.data("POST /a HTTP/1.1\r\nConte").gap(5).data("ength: 3\r\n\r\nabc" + request("/b", ""));
  EXPECT_EQ(head.told.text, "<lost from 0><5 missing>ength: 3\r\n\r\nabc[43 /b: ]");
  Reader chunk(Direction::to_client);
  chunk.data("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n8\r\nab").gap(4).data("gh\r\n0\r\n\r\n");
  EXPECT_EQ(chunk.told.text, "[0 200: ab<4 missing>gh]");
  Reader unknown;
  unknown.data("POST /a HTTP/1.1\r\nContent-Length: 10\r\n\r\n012")
      .gap(std::nullopt)
      .data(request("/b", "x"));
  EXPECT_EQ(unknown.told.text, "[0 /a: 012<missing>]<lost><missing>[43 /b: x]");
}

TEST(HttpReader, MidstreamBeginsWithTheFirstHead) {
  Reader reader(Direction::to_client, false);
  reader.data("tail of a HTTP/1")
      .data("HTTP body ")
      .data("HT")
      .data("TP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx");
  EXPECT_EQ(reader.told.text, "tail of a HTTP/1HTTP body [26 200: x]");
}

TEST(HttpReader, HeadWithoutEndIsGivenUp) {
  Reader reader;
  reader.data("POST /a HTTP/1.1\r\n");
  for (int line = 0; line < 5000; ++line) reader.data("Name: value\r\n");
  reader.data(request("/b", "x"));
  EXPECT_NE(reader.told.text.find("<lost>"), std::string::npos);
  EXPECT_TRUE(reader.told.text.ends_with(" /b: x]"));
}

TEST(HttpReader, CompressedBodyThatIsNoneIsMissing) {
  Reader reader(Direction::to_client);
  reader.data("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 7\r\n\r\n\x1f\x8b not!" +
              std::string("HTTP/1.1 200 OK\r\nContent-Encoding: br\r\nContent-Length: 2\r\n\r\nab"));
  EXPECT_EQ(reader.told.text, "[0 200: <missing>][69 200: <missing>]");
}

TEST(HttpReader, BombOfZerosIsStopped) {
  const std::string bomb = gzipped(std::string(std::size_t{64} << 20, '\0'));
  const std::string message =
      "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: " + std::to_string(bomb.size()) +
      "\r\n\r\n" + bomb;
  Reader reader(Direction::to_client), of_pieces(Direction::to_client);
  reader.data(message);
  EXPECT_LT(reader.told.text.size(), std::size_t{16} << 20);
  EXPECT_TRUE(reader.told.text.ends_with("<missing>]"));
  for (std::size_t at = 0; at < message.size(); at += 1000) of_pieces.data(message.substr(at, 1000));
  EXPECT_TRUE(reader.told.text == of_pieces.told.text);
}

}  // namespace
}  // namespace rtmpscope::test
