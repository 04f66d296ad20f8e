#include "output/redacting_sink.hpp"

#include <gtest/gtest.h>

#include "schema/tape.hpp"
#include "unit/output/fake_events.hpp"

namespace rtmpscope::output {
namespace {

using Texts = std::vector<std::string>;

std::string pseudonym(std::string_view noun, std::string_view text) {
  return test::redaction()->pseudonym(noun, text);
}

/// The texts of an event behind the redaction, with their property names in front: "tcUrl=rtmp://…".
Texts redact(const rtmp::Event& event, const RedactionPointer& redaction = test::redaction()) {
  Tape tape;
  RedactingSink sink(*redaction, tape);
  event.describe(sink);
  Texts texts;
  std::string key;
  for (const Tape::Entry& entry : tape.entries()) {
    if (entry.op == Tape::Op::key) key = std::string(as_text(tape.bytes(entry))) + "=";
    if (entry.op == Tape::Op::text && entry.id != FieldId::message_type) {
      texts.push_back(key + std::string(as_text(tape.bytes(entry))));
    }
    if (entry.op != Tape::Op::key) key.clear();
  }
  return texts;
}

void null(FieldSink& sink) {
  sink.flag(FieldId::amf_null, {}, false);
}
void string(FieldSink& sink, std::string_view text) {
  test::text(sink, FieldId::amf_string, text);
}

TEST(RedactingSink, PublishShowsItsTypeButNotItsName) {
  EXPECT_EQ(redact(test::command("publish", 5,
                                 [](FieldSink& sink) {
                                   null(sink);
                                   string(sink, "live");
                                   string(sink, "live");
                                   string(sink, "room1");
                                 })),
            (Texts{"publish", pseudonym("name", "live"), "live", pseudonym("text", "room1")}));
}

TEST(RedactingSink, ArgumentsOfOtherCommandsAreSecret) {
  for (const char* name : {"play", "releaseStream", "FCPublish", "FCSubscribe", "getStreamLength"}) {
    EXPECT_EQ(redact(test::command(name, 5, [](FieldSink& sink) { string(sink, "room1?key=1"); })),
              (Texts{name, pseudonym("name", "room1") + "?" + pseudonym("query", "key=1")}));
  }
  EXPECT_EQ(redact(test::command("login", 5, [](FieldSink& sink) { string(sink, "room1"); })),
            (Texts{pseudonym("command", "login"), pseudonym("text", "room1")}));
  EXPECT_EQ(redact(test::command("publish", 5,
                                 [](FieldSink& sink) {
                                   string(sink, "room1");
                                   sink.begin(FieldId::amf_strict_array, 0);
                                   string(sink, "live");
                                   sink.end(FieldId::amf_strict_array, 0);
                                 })),
            (Texts{"publish", pseudonym("name", "room1"), pseudonym("text", "live")}));
}

TEST(RedactingSink, PropertiesAreShownAsTheirNamesSay) {
  EXPECT_EQ(
      redact(test::command("connect", 1,
                           [](FieldSink& sink) {
                             sink.begin(FieldId::amf_object, 0);
                             test::property(sink, "app", "live?token=1");
                             test::property(sink, "flashVer", "FMLE/3.0");
                             test::property(sink, "type", "nonprivate");
                             test::property(sink, "token", "t");
                             test::property(sink, "room1", "live");
                             sink.end(FieldId::amf_object, 0);
                             string(sink, "password");
                           })),
      (Texts{"connect", "app=" + pseudonym("app", "live") + "?" + pseudonym("query", "token=1"),
             "flashVer=FMLE/3.0", "type=nonprivate", "token=" + pseudonym("text", "t"),
             pseudonym("key", "room1") + "=" + pseudonym("text", "live"), pseudonym("text", "password")}));
}

TEST(RedactingSink, ElementsOfAPropertyAreShownAsThePropertyIs) {
  EXPECT_EQ(redact(test::command("connect", 1,
                                 [](FieldSink& sink) {
                                   sink.begin(FieldId::amf_object, 0);
                                   sink.key({}, as_bytes("fourCcList"));
                                   sink.begin(FieldId::amf_strict_array, 0);
                                   string(sink, "av01");
                                   string(sink, "room1");
                                   sink.end(FieldId::amf_strict_array, 0);
                                   test::property(sink, "code", "av01");
                                   sink.end(FieldId::amf_object, 0);
                                 })),
            (Texts{"connect", "av01", pseudonym("fourcc", "room1"), "code=" + pseudonym("code", "av01")}));
}

TEST(RedactingSink, NumbersBelowSecretPropertiesAreSecretToo) {
  const test::FakeMessage event = test::command("call", 1, [](FieldSink& sink) {
    sink.begin(FieldId::amf_object, 0);
    sink.key({}, as_bytes("credentials"));
    sink.begin(FieldId::amf_object, 0);
    sink.key({}, as_bytes("x"));
    sink.real(FieldId::amf_number, {0, 9}, 1234);
    sink.end(FieldId::amf_object, 0);
    sink.key({}, as_bytes("width"));
    sink.real(FieldId::amf_number, {0, 9}, 320);
    sink.end(FieldId::amf_object, 0);
  });
  EXPECT_EQ(redact(event), (Texts{"call", pseudonym("key", "x") + "=" + pseudonym("number", "1234")}));
}

TEST(RedactingSink, SharedObjectsShowWhatObjectsShow) {
  const test::FakeEvent event(EventKind::message, [](FieldSink& sink) {
    sink.begin(FieldId::shared_object, 0);
    test::text(sink, FieldId::shared_object_name, "room1");
    for (const auto& [key, value] : {std::pair("level", "status"), std::pair("colour", "red"),
                                     std::pair("SharedObject.NoReadAccess", "error")}) {
      sink.begin(FieldId::shared_object_entry, 0);
      test::text(sink, FieldId::shared_object_entry_key, key);
      sink.begin(FieldId::shared_object_entry_value, 0);
      string(sink, value);
      sink.end(FieldId::shared_object_entry_value, 0);
      sink.end(FieldId::shared_object_entry, 0);
    }
    sink.end(FieldId::shared_object, 0);
  });
  EXPECT_EQ(redact(event),
            (Texts{pseudonym("name", "room1"), "level", "status", pseudonym("key", "colour"),
                   pseudonym("text", "red"), "SharedObject.NoReadAccess", pseudonym("text", "error")}));
}

TEST(RedactingSink, AddressesAndPortsAreTextsIfRedacted) {
  const test::FakeEvent event(EventKind::connection_open, [](FieldSink& sink) {
    test::text(sink, FieldId::connection_client_address, "192.0.2.1");
    sink.number(FieldId::connection_client_port, {}, 50000);
  });
  EXPECT_EQ(redact(event), (Texts{"192.0.2.1"}));
  const RedactionPointer hiding = test::redaction(true);
  EXPECT_EQ(redact(event, hiding), (Texts{hiding->shown(FieldId::connection_client_address, "192.0.2.1"),
                                          hiding->shown(FieldId::connection_client_port, "50000")}));
}

TEST(RedactingSink, BytesLoseTheirContentAndKeepTheirLength) {
  Tape tape;
  const RedactionPointer redaction = test::redaction();
  RedactingSink sink(*redaction, tape);
  const std::uint8_t bytes[] = {1, 2, 3};
  sink.begin(FieldId::command, 0);
  sink.blob(FieldId::amf_unparsed, {4, 3}, bytes);
  sink.end(FieldId::command, 7);
  EXPECT_EQ(tape.entries()[1].range, (Range{4, 3}));
  EXPECT_EQ(tape.entries()[1].bytes_length, 0U);
}

TEST(RedactingSink, WithoutSecretsAnEventStaysAsItIs) {
  Tape plain;
  Tape redacted;
  const test::FakeMessage event = test::video(40, true, 0);
  event.describe(plain);
  const RedactionPointer redaction = test::redaction();
  RedactingSink sink(*redaction, redacted);
  event.describe(sink);
  EXPECT_EQ(plain.to_string(), redacted.to_string());
}

}  // namespace
}  // namespace rtmpscope::output
