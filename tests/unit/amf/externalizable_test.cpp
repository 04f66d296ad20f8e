#include <gtest/gtest.h>

#include "unit/amf/described.hpp"

namespace rtmpscope::test {
namespace {

/// An externalizable object with inline traits, up to where the class writes its own bytes.
std::vector<std::uint8_t> object_of(std::string_view class_name) {
  const std::vector<std::uint8_t> header = {0x0A, 0x07,
                                            static_cast<std::uint8_t>(class_name.size() << 1 | 1U)};
  return concat(header, bytes_of(class_name));
}

TEST(Externalizable, ClassesThatWrapOneValue) {
  for (const std::string name :
       {"flex.messaging.io.ArrayCollection", "flex.messaging.io.ArrayList", "flex.messaging.io.ObjectProxy",
        "flex.messaging.io.ManagedObjectProxy", "flex.messaging.io.SerializationProxy"}) {
    EXPECT_DESCRIBED(
        amf3(concat(object_of(name), hex("09 05 01 04 01 01 02"))),
        "object{class_name \"" + name + "\", externalizable[array[integer 1, null false]]}, boolean false", );
  }
}

TEST(Externalizable, TraitsAreEnteredAndReused) {
  EXPECT_DESCRIBED(amf3(concat(object_of("flex.messaging.io.ArrayList"), hex("01 0a 01 03"))),
                   "object{class_name \"flex.messaging.io.ArrayList\", externalizable[null false]}, "
                   "object{class_name \"flex.messaging.io.ArrayList\", externalizable[boolean true]}", );
}

TEST(Externalizable, AsyncMessageHasAbstractAndAsyncFlags) {
  // Abstract: body, messageId, timeToLive, then both identifiers as bytes; async: correlationId.
  for (const std::string name : {"DSA", "flex.messaging.messages.AsyncMessageExt"}) {
    EXPECT_DESCRIBED(amf3(concat(object_of(name), hex("d1 03  02 03 00 0c 03aa 0c 03bb  01  04 01  01"))),
                     "object{class_name \"" + name +
                         "\", body: boolean false, messageId: boolean true, timeToLive: undefined false, "
                         "clientIdBytes: byte_array <1>, messageIdBytes: byte_array <1>, correlationId: "
                         "integer 1}, null false", );
  }
}

TEST(Externalizable, AcknowledgeMessageHasFlagsOfItsOwn) {
  EXPECT_DESCRIBED(amf3(concat(object_of("DSK"), hex("01 02 00 00 03"))),
                   "object{class_name \"DSK\", body: boolean false}, boolean true", );
  EXPECT_DESCRIBED(
      amf3(concat(object_of("flex.messaging.messages.AcknowledgeMessageExt"), hex("00 02 0c 03aa 00 03"))),
      "object{class_name \"flex.messaging.messages.AcknowledgeMessageExt\", "
      "correlationIdBytes: byte_array <1>}, boolean true", );
}

TEST(Externalizable, CommandMessageHasAnOperation) {
  EXPECT_DESCRIBED(amf3(concat(object_of("DSC"), hex("00 00 01 04 05 03"))),
                   "object{class_name \"DSC\", operation: integer 5}, boolean true", );
  EXPECT_DESCRIBED(amf3(concat(object_of("flex.messaging.messages.CommandMessageExt"), hex("00 00 00 03"))),
                   "object{class_name \"flex.messaging.messages.CommandMessageExt\"}, boolean true", );
}

TEST(Externalizable, FlagsWithoutANameAnnounceOneValueEach) {
  EXPECT_DESCRIBED(
      amf3(concat(object_of("DSK"), hex("00 c0 01 02 03 40 01 00"))),
      "object{class_name \"DSK\", unknown: boolean false, unknown: boolean true, unknown: null false}, "
      "undefined false", );
}

TEST(Externalizable, FlagsWithoutEndAreTruncated) {
  EXPECT_DESCRIBED(amf3(concat(object_of("DSK"), hex("81 80"))), "object{class_name \"DSK\", unparsed <2>}",
                   "amf_value_truncated(2,3)");
}

TEST(Externalizable, UnknownClassEndsTheMessage) {
  EXPECT_DESCRIBED(amf3(concat(object_of("X"), hex("01 02 03"))), "object{class_name \"X\", unparsed <3>}",
                   "amf3_externalizable_unknown(3,0)");
}

}  // namespace
}  // namespace rtmpscope::test
