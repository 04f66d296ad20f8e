#include "output/redaction.hpp"

#include <gmock/gmock.h>

#include <fstream>
#include <set>

#include "unit/output/fake_events.hpp"

namespace rtmpscope::output {
namespace {

using testing::HasSubstr;
using testing::MatchesRegex;

std::string pseudonym(std::string_view noun, std::string_view text) {
  return test::redaction()->pseudonym(noun, text);
}

std::string as_property(std::string_view property, std::string_view text) {
  const TextRule* rule = find_property(property);
  return rule == nullptr ? "no such property" : test::redaction()->shown(*rule, text);
}

TEST(Redaction, PseudonymsAreMadeOfKeyAndTextAlone) {
  EXPECT_THAT(pseudonym("name", "room1"), MatchesRegex("<name [0-9a-f]{6}, 5 bytes>"));
  EXPECT_THAT(pseudonym("name", "r"), HasSubstr(", 1 byte>"));
  EXPECT_EQ(pseudonym("app", "room1").substr(5), pseudonym("name", "room1").substr(6));
  EXPECT_NE(pseudonym("name", "room1"), pseudonym("name", "room2"));
  const std::uint8_t key[] = {'x'};
  EXPECT_NE(Redaction(Bytes(key), false).pseudonym("name", "room1"), pseudonym("name", "room1"));
}

TEST(Redaction, TextsOfFieldsAreSecretUnlessTheTablesSayOtherwise) {
  std::set<std::string_view> open;
  for (std::size_t i = 0; i < fields().size(); ++i) {
    const auto id = static_cast<FieldId>(i);
    if (test::redaction()->shown(id, "ZQ").find("ZQ") != std::string::npos) open.insert(info(id).filter);
  }
  EXPECT_TRUE(open.contains("finding.text"));
  for (const FieldId id :
       {FieldId::amf_string, FieldId::amf_xml, FieldId::command_name, FieldId::data_name,
        FieldId::amf_class_name, FieldId::shared_object_name, FieldId::shared_object_entry_key,
        FieldId::message_stream_name, FieldId::video_fourcc, FieldId::document_error, FieldId::document_app,
        FieldId::document_tc_url, FieldId::document_client_software, FieldId::document_server_software,
        FieldId::document_stream_name, FieldId::document_stream_status}) {
    EXPECT_FALSE(open.contains(info(id).filter)) << info(id).filter;
  }
}

TEST(Redaction, WordsOfClosedVocabulariesAreShown) {
  EXPECT_EQ(test::redaction()->shown(FieldId::command_name, "createStream"), "createStream");
  EXPECT_EQ(test::redaction()->shown(FieldId::command_name, "letMeIn"), pseudonym("command", "letMeIn"));
  EXPECT_EQ(as_property("code", "NetStream.Play.Start"), "NetStream.Play.Start");
  EXPECT_EQ(as_property("code", "NetStream.Play.room1"), pseudonym("code", "NetStream.Play.room1"));
  EXPECT_EQ(as_property("level", "status"), "status");
  EXPECT_EQ(as_property("videocodecid", "avc1"), "avc1");
  EXPECT_EQ(as_property("description", "Connection succeeded."), "Connection succeeded.");
  EXPECT_EQ(as_property("description", "live"), pseudonym("text", "live")) << "a word of another vocabulary";
  EXPECT_EQ(as_property("description", ""), "");
}

TEST(Redaction, NamesStandAloneFromWhatIsAroundThem) {
  const std::string room = pseudonym("name", "room1");
  EXPECT_EQ(as_property("details", "room1"), room);
  EXPECT_EQ(as_property("details", "room1?token=x"), room + "?" + pseudonym("query", "token=x"));
  EXPECT_EQ(as_property("details", "mp4:room1"), "mp4:" + room);
  EXPECT_EQ(as_property("details", "abc:room1"), pseudonym("name", "abc:room1"));
  EXPECT_EQ(as_property("details", "?token=x"), "?" + pseudonym("query", "token=x"));
}

TEST(Redaction, UrlsKeepTheirForm) {
  const std::string host = pseudonym("host", "h.example");
  const std::string app = pseudonym("path", "live");
  EXPECT_EQ(as_property("tcUrl", "rtmp://h.example/live"), "rtmp://" + host + "/" + app);
  EXPECT_EQ(as_property("tcUrl", "RTMPS://h.example:443/live/"), "RTMPS://" + host + ":443/" + app + "/");
  EXPECT_EQ(
      as_property("tcUrl", "rtmp://u:p@h.example/live?key=1"),
      "rtmp://" + pseudonym("user", "u:p") + "@" + host + "/" + app + "?" + pseudonym("query", "key=1"));
  EXPECT_EQ(as_property("redirect", "//h.example"), "//" + host);
  EXPECT_EQ(as_property("tcUrl", "rtmp://[fd77::2]:1935/live"),
            "rtmp://" + pseudonym("host", "[fd77::2]") + ":1935/" + app);
  EXPECT_EQ(as_property("tcUrl", "rtmp://h.example:secret"),
            "rtmp://" + pseudonym("host", "h.example:secret"));
  EXPECT_EQ(as_property("tcUrl", "secret://h.example"), pseudonym("url", "secret://h.example"));
  EXPECT_EQ(as_property("tcUrl", "live"), pseudonym("url", "live"));
  EXPECT_EQ(as_property("tcUrl", "rtmp://"), "rtmp://");
}

TEST(Redaction, SoftwareIsShownIfAllItsWordsAreKnown) {
  for (const char* text : {"FMLE/3.0 (compatible; Lavf59.27.100)", "LNX 9,0,124,2", "FMS/3,5,3,888",
                           "GStreamer 1.22.0 FLV muxer", "obs-output module (libobs version 29.0.2.1-1+b1)",
                           "NGINX RTMP (github.com/arut/nginx-rtmp-module)", "7.0.18"}) {
    EXPECT_EQ(as_property("encoder", text), text);
  }
  for (const char* text : {"FMLE/3.0 (room1)", "OBS 1234567", "OBS 1.2.3 4.5 6.7 8.9", "OBS 1.2.3.4.5.6",
                           "123456", "1234", "OBS \"1\"", "OBSsecret"}) {
    EXPECT_EQ(as_property("encoder", text), pseudonym("software", text));
  }
}

TEST(Redaction, ErrorsKeepTheirCode) {
  const auto shown = [](std::string_view text) {
    return test::redaction()->shown(FieldId::document_error, text);
  };
  EXPECT_EQ(shown("NetStream.Publish.BadName: room1 in use"),
            "NetStream.Publish.BadName: " + pseudonym("text", "room1 in use"));
  EXPECT_EQ(shown("NetStream.Publish.BadName: Already publishing"),
            "NetStream.Publish.BadName: Already publishing");
  EXPECT_EQ(shown("NetStream.Publish.BadName"), "NetStream.Publish.BadName");
  EXPECT_EQ(shown("room1: in use"), pseudonym("text", "room1: in use"));
}

TEST(Redaction, NamesOfPropertiesAreShownIfTheyAreKnown) {
  EXPECT_EQ(test::redaction()->property_name("tcUrl"), "tcUrl");
  EXPECT_EQ(test::redaction()->property_name("room1"), pseudonym("key", "room1"));
  EXPECT_EQ(test::redaction()->property_name(""), "");
}

TEST(Redaction, AddressesAreShownUnlessAskedOtherwise) {
  const Endpoint endpoint{{{192, 0, 2, 1}, 4}, 1935};
  EXPECT_EQ(endpoint_text(endpoint, nullptr), "192.0.2.1:1935");
  EXPECT_EQ(endpoint_text(endpoint, test::redaction().get()), "192.0.2.1:1935");
  const RedactionPointer hiding = test::redaction(true);
  EXPECT_THAT(endpoint_text(endpoint, hiding.get()),
              MatchesRegex("<address [0-9a-f]{6}>:<port [0-9a-f]{6}>"));
  EXPECT_THAT(hiding->shown(*find_property("tcUrl"), "rtmp://192.0.2.1:1935/live"),
              HasSubstr(hiding->shown(FieldId::connection_server_port, "1935")));
}

TEST(Redaction, FindingsShowNumbersUnlessTheseAreTexts) {
  EXPECT_EQ(test::redaction()->finding("amf_array_short", "1 of 3"), "1 of 3");
  EXPECT_EQ(test::redaction()->finding("media_fourcc_unknown", "FourCC 12 is"),
            "FourCC " + pseudonym("number", "12") + " is");
}

TEST(Redaction, SummariesShowWhatTheirEventsShow) {
  rtmp::ConnectionSummary summary = test::sample_summary();
  summary.tc_url = "rtmp://h/live/room1";
  summary.error = "NetStream.Publish.BadName: room1 is already published";
  const rtmp::ConnectionSummary shown = test::redaction()->summary(summary);
  EXPECT_EQ(shown.streams[0].name, pseudonym("name", "room1") + "?" + pseudonym("query", "key=abc"));
  EXPECT_THAT(shown.tc_url, HasSubstr(pseudonym("path", "live/room1")));
  EXPECT_THAT(shown.error, HasSubstr("NetStream.Publish.BadName: <text "));
  EXPECT_EQ(shown.client_software, summary.client_software);
}

TEST(Redaction, SecretNamesAreRecognised) {
  for (const char* name : {"key", "streamKey", "stream_key", "Token", "accessToken", "password", "auth",
                           "wsSecret", "sig", "pin", "sessionId"}) {
    EXPECT_TRUE(is_secret_name(name)) << name;
  }
  for (const char* name :
       {"authmod", "keyframes", "author", "width", "encoder", "hasKeyframes", "description", ""}) {
    EXPECT_FALSE(is_secret_name(name)) << name;
  }
}

TEST(Redaction, IsMadeIfAnyOptionAsksForIt) {
  EXPECT_EQ(*make_redaction({}), nullptr);
  const auto first = make_redaction({.texts = true});
  const auto second = make_redaction({.addresses = true});
  ASSERT_TRUE(*first && *second);
  EXPECT_FALSE((*first)->hides_addresses());
  EXPECT_TRUE((*second)->hides_addresses());
  EXPECT_NE((*first)->pseudonym("name", "room1"), (*second)->pseudonym("name", "room1"));
}

TEST(Redaction, KeysComeFromFiles) {
  const std::string path = testing::TempDir() + "rtmpscope_redaction_key";
  std::ofstream(path) << "k\r\n";
  const auto redaction = make_redaction({.key_file = path});
  ASSERT_TRUE(redaction);
  EXPECT_EQ((*redaction)->pseudonym("name", "room1"), pseudonym("name", "room1"));
  std::ofstream(path) << "\n";
  EXPECT_THAT(make_redaction({.key_file = path}).error().message, HasSubstr("empty"));
  std::remove(path.c_str());
  EXPECT_EQ(make_redaction({.key_file = path}).error().kind, ErrorKind::open_input);
  EXPECT_THAT(make_redaction({.key_file = testing::TempDir()}).error().message, HasSubstr("directory"));
}

}  // namespace
}  // namespace rtmpscope::output
