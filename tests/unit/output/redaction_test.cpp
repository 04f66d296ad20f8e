#include "output/redaction.hpp"

#include <gtest/gtest.h>

#include "schema/tape.hpp"
#include "unit/output/fake_events.hpp"

namespace rtmpscope::output {
namespace {

/// The texts of an event behind the redaction, with their property names in front: "tcUrl=rtmp://…".
std::vector<std::string> redact(const rtmp::Event& event) {
  Tape tape;
  RedactingSink sink(tape);
  sink.reset();
  event.describe(sink);
  std::vector<std::string> texts;
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

TEST(Redaction, MediaUrlsKeepHostAndApplication) {
  EXPECT_EQ(redact_media_url("rtmp://host:1935/live"), "rtmp://host:1935/live");
  EXPECT_EQ(redact_media_url("rtmp://host/live/"), "rtmp://host/live/");
  EXPECT_EQ(redact_media_url("rtmp://user:pw@host/live/key?token=x"),
            "rtmp://<redacted 7 bytes>@host/live/<redacted 3 bytes>?<redacted 7 bytes>");
  EXPECT_EQ(redact_media_url("rtmp://a@b@host"), "rtmp://<redacted 3 bytes>@host");
  EXPECT_EQ(redact_media_url("rtmp://host?q"), "rtmp://host?<redacted 1 bytes>");
  EXPECT_EQ(redact_media_url(""), "");
  EXPECT_EQ(redact_media_url("://"), "://");
}

TEST(Redaction, PageUrlsKeepTheirPath) {
  EXPECT_EQ(redact_page_url("https://u:p@host/a/b.html?x=1#y"),
            "https://<redacted 3 bytes>@host/a/b.html?<redacted 5 bytes>");
}

TEST(Redaction, ApplicationsKeepTheirFirstComponent) {
  EXPECT_EQ(redact_app("live"), "live");
  EXPECT_EQ(redact_app("live/secret"), "live/<redacted 6 bytes>");
  EXPECT_EQ(redact_app("live?authmod=adobe&user=U"), "live?<redacted 20 bytes>");
}

TEST(Redaction, TextsLoseSecretParametersOnly) {
  EXPECT_EQ(
      redact_text(
          "[ AccessManager.Reject ] : [ authmod=adobe ] : ?reason=needauth&user=joe&salt=ab==&opaque=Q", {}),
      "[ AccessManager.Reject ] : [ authmod=adobe ] : ?reason=needauth&user=<redacted 3 "
      "bytes>&salt=<redacted 4 "
      "bytes>&opaque=<redacted 1 bytes>");
  EXPECT_EQ(redact_text("key=", {}), "key=");
  EXPECT_EQ(redact_text("a=b", {}), "a=b");
}

TEST(Redaction, TextsLoseUrlsAndTheNameOfTheStream) {
  EXPECT_EQ(redact_text("moved to rtmp://h/app/name, bye", {}),
            "moved to rtmp://h/app/<redacted 5 bytes> bye");
  EXPECT_EQ(redact_text("room1 is now published", "room1?key=x"), "<redacted 5 bytes> is now published");
  EXPECT_EQ(redact_text("room12 is not room", "room1"), "room12 is not room");
  EXPECT_EQ(redact_text("file /live/clip", "mp4:clip"), "file /live/<redacted 4 bytes>");
}

TEST(Redaction, SecretNamesAreRecognised) {
  for (const char* name :
       {"key", "streamKey", "stream_key", "Token", "accessToken", "password", "auth", "wsSecret", "sig"}) {
    EXPECT_TRUE(is_secret_name(name)) << name;
  }
  for (const char* name :
       {"authmod", "keyframes", "author", "width", "encoder", "hasKeyframes", "description", ""}) {
    EXPECT_FALSE(is_secret_name(name)) << name;
  }
}

TEST(Redaction, PublishKeepsItsTypeButNotItsName) {
  EXPECT_EQ(redact(test::command("publish", 5,
                                 [](FieldSink& sink) {
                                   null(sink);
                                   test::text(sink, FieldId::amf_string, "room1?key=abc");
                                   test::text(sink, FieldId::amf_string, "live");
                                 })),
            (std::vector<std::string>{"publish", "<redacted 13 bytes>", "live"}));
}

TEST(Redaction, AStreamThatIsCalledLikeAPublishTypeIsMasked) {
  EXPECT_EQ(redact(test::command("publish", 5,
                                 [](FieldSink& sink) {
                                   null(sink);
                                   test::text(sink, FieldId::amf_string, "live");
                                 })),
            (std::vector<std::string>{"publish", "<redacted 4 bytes>"}));
}

TEST(Redaction, NamesInOtherCommandsAreMasked) {
  for (const char* name : {"play", "releaseStream", "FCPublish", "FCUnpublish", "FCSubscribe",
                           "getStreamLength", "deleteStream", "secureTokenResponse", "login"}) {
    EXPECT_EQ(redact(test::command(name, 5,
                                   [](FieldSink& sink) {
                                     null(sink);
                                     test::text(sink, FieldId::amf_string, "room1");
                                   })),
              (std::vector<std::string>{name, "<redacted 5 bytes>"}));
  }
}

TEST(Redaction, ConnectKeepsWhatTellsSoftwareAndPlace) {
  EXPECT_EQ(redact(test::command("connect", 1,
                                 [](FieldSink& sink) {
                                   sink.begin(FieldId::amf_object, 0);
                                   test::property(sink, "app", "live?token=1");
                                   test::property(sink, "flashVer", "FMLE/3.0");
                                   test::property(sink, "tcUrl", "rtmp://h/live/k");
                                   test::property(sink, "swfUrl", "http://h/a.swf?x");
                                   test::property(sink, "token", "t");
                                   sink.end(FieldId::amf_object, 0);
                                   test::text(sink, FieldId::amf_string, "password");
                                 })),
            (std::vector<std::string>{"connect", "app=live?<redacted 7 bytes>", "flashVer=FMLE/3.0",
                                      "tcUrl=rtmp://h/live/<redacted 1 bytes>",
                                      "swfUrl=http://h/a.swf?<redacted 1 bytes>", "token=<redacted 1 bytes>",
                                      "<redacted 8 bytes>"}));
}

TEST(Redaction, StatusKeepsItsCodeAndLosesTheStreamName) {
  EXPECT_EQ(redact(test::command(
                "onStatus", 0,
                [](FieldSink& sink) {
                  null(sink);
                  sink.begin(FieldId::amf_object, 0);
                  test::property(sink, "level", "status");
                  test::property(sink, "code", "NetStream.Publish.Start");
                  test::property(sink, "description", "/live/room1 is now published");
                  test::property(sink, "details", "room1");
                  sink.end(FieldId::amf_object, 0);
                },
                "room1")),
            (std::vector<std::string>{
                "<redacted 5 bytes>", "onStatus", "level=status", "code=NetStream.Publish.Start",
                "description=/live/<redacted 5 bytes> is now published", "details=<redacted 5 bytes>"}));
}

TEST(Redaction, EverythingBelowASecretPropertyIsMasked) {
  const test::FakeMessage event = test::command("call", 1, [](FieldSink& sink) {
    sink.begin(FieldId::amf_object, 0);
    sink.key({}, as_bytes("credentials"));
    sink.begin(FieldId::amf_object, 0);
    test::property(sink, "a", "xyz");
    sink.key({}, as_bytes("pin"));
    sink.real(FieldId::amf_number, {0, 9}, 1234);
    sink.end(FieldId::amf_object, 0);
    test::property(sink, "after", "plain");
    sink.end(FieldId::amf_object, 0);
  });
  EXPECT_EQ(redact(event), (std::vector<std::string>{"call", "a=<redacted 3 bytes>", "pin=<redacted 9 bytes>",
                                                     "after=plain"}));
}

TEST(Redaction, SharedObjectPropertiesAreMaskedByTheirName) {
  const test::FakeEvent event(EventKind::message, [](FieldSink& sink) {
    sink.begin(FieldId::shared_object, 0);
    for (const char* key : {"password", "colour"}) {
      sink.begin(FieldId::shared_object_entry, 0);
      test::text(sink, FieldId::shared_object_entry_key, key);
      sink.begin(FieldId::shared_object_entry_value, 0);
      test::text(sink, FieldId::amf_string, "red");
      sink.end(FieldId::shared_object_entry_value, 0);
      sink.end(FieldId::shared_object_entry, 0);
    }
    sink.end(FieldId::shared_object, 0);
  });
  EXPECT_EQ(redact(event), (std::vector<std::string>{"password", "<redacted 3 bytes>", "colour", "red"}));
}

TEST(Redaction, BytesThatCouldNotBeDecodedAreNotShown) {
  Tape tape;
  RedactingSink sink(tape);
  const std::uint8_t bytes[] = {1, 2, 3};
  sink.begin(FieldId::command, 0);
  sink.blob(FieldId::amf_unparsed, {4, 3}, bytes);
  sink.end(FieldId::command, 7);
  EXPECT_EQ(tape.entries()[1].range, (Range{4, 3}));
  EXPECT_EQ(tape.entries()[1].bytes_length, 0U);
}

TEST(Redaction, WithoutSecretsAnEventStaysAsItIs) {
  Tape plain;
  Tape redacted;
  const test::FakeMessage event = test::video(40, true, 0);
  event.describe(plain);
  RedactingSink sink(redacted);
  event.describe(sink);
  EXPECT_EQ(plain.to_string(), redacted.to_string());
}

TEST(Redaction, SummariesAreMaskedAsTheirEventsAre) {
  rtmp::ConnectionSummary summary = test::sample_summary();
  summary.tc_url = "rtmp://h/live/room1";
  summary.error = "NetStream.Publish.BadName: room1 is already published";
  const rtmp::ConnectionSummary redacted = redact_summary(summary);
  EXPECT_EQ(redacted.streams[0].name, "<redacted 13 bytes>");
  EXPECT_EQ(redacted.tc_url, "rtmp://h/live/<redacted 5 bytes>");
  EXPECT_EQ(redacted.error, "NetStream.Publish.BadName: <redacted 5 bytes> is already published");
  EXPECT_EQ(redacted.client_software, summary.client_software);
}

}  // namespace
}  // namespace rtmpscope::output
