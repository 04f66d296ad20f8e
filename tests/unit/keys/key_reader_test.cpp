#include "keys/key_reader.hpp"

#include <gtest/gtest.h>

namespace rtmpscope::keys {
namespace {

const std::string tls_line = "CLIENT_TRAFFIC_SECRET_0 " + std::string(64, '1') + " " + std::string(64, '2');
const std::string rtmpe_line = "RTMPE rc4_to_client=" + std::string(32, '3');
const std::string rtmfp_line = "RTMFP tx_aes128=" + std::string(32, '4');
const std::string mixed = "# keys\n" + rtmfp_line + "\r\n\n" + tls_line + "\nNONSENSE 1\nRTMPE x\n" +
                          "EXPORTER_SECRET " + std::string(64, '1') + " 00\n" + rtmpe_line + "\n" + tls_line;

void expect_mixed(const KeyReader& reader, const KeyStore& store, std::size_t cut) {
  const KeyCounts& counts = reader.counts();
  EXPECT_EQ(counts.lines, 9U) << cut;
  EXPECT_EQ(counts.usable, 4U) << cut;
  EXPECT_EQ(counts.unknown, 1U) << cut;
  EXPECT_EQ(counts.unneeded, 1U) << cut;
  EXPECT_EQ(counts.malformed, 1U) << cut;
  EXPECT_EQ(counts.first_malformed, 6U) << cut;
  const KeyView view(&store);
  EXPECT_EQ(view.tls_count(), 1U) << cut;
  EXPECT_EQ(view.rtmpe_count(), 1U) << cut;
  EXPECT_EQ(view.rtmfp_count(), 1U) << cut;
}

TEST(KeyReader, TakesAllKindsOfLinesInAnyOrderAndAnyCut) {
  for (std::size_t cut = 0; cut <= mixed.size(); ++cut) {
    KeyStore store;
    KeyReader reader;
    reader.add(as_bytes(mixed).first(cut), store);
    reader.add(as_bytes(mixed).subspan(cut), store);
    reader.finish(store);
    expect_mixed(reader, store, cut);
  }
  KeyStore store;
  KeyReader reader;
  for (std::size_t i = 0; i < mixed.size(); ++i) reader.add(as_bytes(mixed).subspan(i, 1), store);
  reader.finish(store);
  expect_mixed(reader, store, 1);
}

TEST(KeyReader, SkipsALineWithoutEndAndGoesOnBehindIt) {
  KeyStore store;
  KeyReader reader;
  const std::string piece(longest_line / 3, 'x');
  for (unsigned i = 0; i < 1000; ++i) reader.add(as_bytes(piece), store);
  reader.add(as_bytes("\n" + tls_line + "\n"), store);
  EXPECT_EQ(reader.counts().lines, 2U);
  EXPECT_EQ(reader.counts().malformed, 1U);
  EXPECT_EQ(reader.counts().usable, 1U);
}

TEST(KeyReader, TheLongestLineIsTakenAndOneByteMoreIsNot) {
  for (const std::size_t more : {std::size_t{0}, std::size_t{1}}) {
    KeyStore store;
    KeyReader reader;
    std::string line = tls_line;
    line.append(longest_line - line.size() + more, ' ');
    for (std::size_t at = 0; at < line.size(); at += 1000)
      reader.add(as_bytes(line).subspan(at, std::min<std::size_t>(1000, line.size() - at)), store);
    reader.finish(store);
    EXPECT_EQ(reader.counts().usable, 1U - more);
    EXPECT_EQ(reader.counts().malformed, more);
  }
}

}  // namespace
}  // namespace rtmpscope::keys
