#include "rtmp/plausibility.hpp"

#include <gtest/gtest.h>

#include "support/bytes.hpp"
#include "support/chunks.hpp"

namespace rtmpscope::rtmp {
namespace {

using test::ByteVector;
using test::bytes_of;
using test::concat;
using test::hex;

ByteVector metadata() {
  const ByteVector name = concat(hex("02 000a"), bytes_of("onMetaData"));
  const ByteVector width = concat(hex("0005"), bytes_of("width"));
  return concat(concat(concat(name, hex("08 00000001")), width), hex("00 4084000000000000 000009"));
}

TEST(Plausibility, MetadataThatEndsWithItsEndMark) {
  const ByteVector plain = metadata();
  const ByteVector set = concat(concat(hex("02 000d"), bytes_of("@setDataFrame")), plain);
  for (const ByteVector& body : {plain, set}) {
    const ShownType shown = show_whole_body(body);
    EXPECT_EQ(shown.type_id, MessageType::data_amf0);
    EXPECT_GE(shown.bits, 100);
    EXPECT_TRUE(may_show_whole_body(body));
    for (std::size_t size = 0; size < body.size(); ++size) {
      EXPECT_EQ(show_whole_body(Bytes(body).first(size)).type_id, 0) << size;
    }
    EXPECT_EQ(show_whole_body(concat(body, hex("c4"))).type_id, 0);
    // The mark stands at the end, but the values do not lead there.
    EXPECT_EQ(show_whole_body(concat(body, hex("c4 000009"))).type_id, 0);
  }
}

TEST(Plausibility, PicturesThatAddUp) {
  EXPECT_EQ(show_whole_body(hex("27 01 000028 00000003 41aabb")).type_id, MessageType::video);
  EXPECT_EQ(show_whole_body(hex("af 01 2110")).type_id, 0);
  EXPECT_FALSE(may_show_whole_body(concat(hex("02 0007"), bytes_of("connect"))));
}

}  // namespace
}  // namespace rtmpscope::rtmp
