// What real peers are taken for.
#include <gtest/gtest.h>

#include "unit/rtmp/handshake/handshake_recorder.hpp"
#include "unit/rtmp/handshake/recorded_handshake.hpp"

namespace rtmpscope::rtmp {
namespace {

struct Side {
  std::string_view kind, layout, echo;
  std::optional<bool> signature_valid;
  std::string_view software;
};
struct Expectation {
  const char* name;
  std::string_view kind, protocol;
  Side client, server;
};

constexpr auto unsigned_ = std::nullopt;
const Expectation expectations[] = {
    {"computed_digest",
     "digest",
     "rtmp",
     {"digest", "key_first", "none", true, ""},
     {"digest", "digest_first", "none", true, ""}},
    {"ffmpeg_publish_nginx",
     "digest",
     "rtmp",
     {"digest", "digest_first", "full", false, "ffmpeg"},
     {"digest", "digest_first", "none", true, "nginx_rtmp_or_alike"}},
    {"ffmpeg_play_nginx",
     "digest",
     "rtmp",
     {"digest", "digest_first", "none", true, "ffmpeg"},
     {"digest", "digest_first", "none", true, "nginx_rtmp_or_alike"}},
    {"obs_nginx",
     "simple",
     "rtmp",
     {"simple", "", "full", unsigned_, ""},
     {"copy", "", "full", unsigned_, ""}},
    {"librtmp_nginx",
     "simple",
     "rtmp",
     {"simple", "", "full", unsigned_, "librtmp"},
     {"copy", "", "full", unsigned_, ""}},
    {"gstreamer_nms",
     "simple",
     "rtmp",
     {"simple", "", "random_part", unsigned_, ""},
     {"copy", "", "full", unsigned_, ""}},
    {"ffmpeg_nms",
     "digest",
     "rtmp",
     {"digest", "digest_first", "full", false, "ffmpeg"},
     {"digest", "digest_first", "none", true, "node_media_server_or_alike"}},
    {"ffmpeg_srs",
     "digest",
     "rtmp",
     {"digest", "digest_first", "full", false, "ffmpeg"},
     {"digest", "digest_first", "none", true, "srs"}},
    {"ffmpeg_crtmpserver",
     "digest",
     "rtmp",
     {"digest", "digest_first", "full", false, "ffmpeg"},
     {"digest", "digest_first", "none", true, ""}},
    {"rtmpdump_crtmpserver",
     "simple",
     "rtmp",
     {"simple", "", "full", unsigned_, "librtmp"},
     {"version_only", "", "full", unsigned_, ""}},
    {"ffmpeg_rtmfp_cpp",
     "mixed",
     "rtmp",
     {"digest", "digest_first", "full", unsigned_, "ffmpeg"},
     {"simple", "", "random_part", false, "rtmfp_cpp"}},
    {"ffmpeg_lal",
     "digest",
     "rtmp",
     {"digest", "digest_first", "full", false, "ffmpeg"},
     {"digest", "digest_first", "none", true, "nginx_rtmp_or_alike"}},
    {"rtmpdump_lal",
     "simple",
     "rtmp",
     {"simple", "", "full", unsigned_, "librtmp"},
     {"simple", "", "full", unsigned_, ""}},
    {"rtmpe_ffmpeg_crtmpserver",
     "digest",
     "rtmpe",
     {"digest", "key_first", "none", true, ""},
     {"digest", "key_first", "none", true, ""}},
    {"rtmpe_librtmp_crtmpserver",
     "digest",
     "rtmpe",
     {"digest", "key_first", "none", true, "librtmp"},
     {"digest", "key_first", "none", true, "crtmpserver_or_monaserver"}},
};

std::string_view name_of(const Tape& tape, FieldId id) {
  const std::optional<std::uint64_t> number = test::number_on(tape, id);
  if (!number) return "";
  const ValueInfo* value = find_value(info(id).values, *number);
  return value == nullptr ? "?" : value->name;
}
std::optional<bool> flag_of(const Tape& tape, FieldId id) {
  const std::optional<std::uint64_t> number = test::number_on(tape, id);
  return number ? std::optional<bool>(*number != 0) : std::nullopt;
}

class Peers : public testing::TestWithParam<Expectation> {};

TEST_P(Peers, AreClassifiedByWhatCanBeProven) {
  const Expectation& expected = GetParam();
  const test::RecordedHandshake recorded(expected.name);
  test::HandshakeRecorder recorder;
  const Bytes client(recorded.to_server);
  const Bytes server(recorded.to_client);
  recorder.feed(Direction::to_server, client.first(1537));
  ASSERT_EQ(recorder.feed(Direction::to_client, server), 3073U);
  ASSERT_EQ(recorder.feed(Direction::to_server, client.subspan(1537), 1537), 1536U);
  ASSERT_TRUE(recorder.outcome);
  ASSERT_EQ(recorder.parts.size(), 6U);
  EXPECT_TRUE(recorder.outcome->complete);

  EXPECT_EQ(name_of(recorder.outcome_tape, FieldId::handshake_done_kind), expected.kind);
  EXPECT_EQ(name_of(recorder.outcome_tape, FieldId::handshake_done_protocol), expected.protocol);

  const Tape& outcome = recorder.outcome_tape;
  EXPECT_EQ(name_of(outcome, FieldId::handshake_done_client_kind), expected.client.kind);
  EXPECT_EQ(name_of(outcome, FieldId::handshake_done_client_layout), expected.client.layout);
  EXPECT_EQ(name_of(outcome, FieldId::handshake_done_client_echo), expected.client.echo);
  EXPECT_EQ(flag_of(outcome, FieldId::handshake_done_client_signature_valid),
            expected.client.signature_valid);
  EXPECT_EQ(name_of(outcome, FieldId::handshake_done_server_kind), expected.server.kind);
  EXPECT_EQ(name_of(outcome, FieldId::handshake_done_server_layout), expected.server.layout);
  EXPECT_EQ(name_of(outcome, FieldId::handshake_done_server_echo), expected.server.echo);
  EXPECT_EQ(flag_of(outcome, FieldId::handshake_done_server_signature_valid),
            expected.server.signature_valid);

  const Tape& c1 = recorder.find(HandshakePart::c1)->tape;
  const Tape& s1 = recorder.find(HandshakePart::s1)->tape;
  EXPECT_EQ(name_of(c1, FieldId::handshake_kind), expected.client.kind);
  EXPECT_EQ(name_of(c1, FieldId::handshake_digest_layout), expected.client.layout);
  EXPECT_EQ(name_of(c1, FieldId::handshake_software), expected.client.software);
  EXPECT_EQ(name_of(s1, FieldId::handshake_kind), expected.server.kind);
  EXPECT_EQ(name_of(s1, FieldId::handshake_digest_layout), expected.server.layout);
  EXPECT_EQ(name_of(s1, FieldId::handshake_software), expected.server.software);
  EXPECT_EQ(name_of(recorder.find(HandshakePart::c2)->tape, FieldId::handshake_echo), expected.client.echo);
  EXPECT_EQ(name_of(recorder.find(HandshakePart::s2)->tape, FieldId::handshake_echo), expected.server.echo);

  // Healthy sessions, all of them.
  for (const FindingId id : recorder.findings()) EXPECT_EQ(info(id).severity, Severity::note) << info(id).id;
}

INSTANTIATE_TEST_SUITE_P(Recorded, Peers, testing::ValuesIn(expectations),
                         [](const auto& parameter) { return std::string(parameter.param.name); });

TEST(Peers, AreAllExpectedToBeSomething) {
  for (const std::string& name : test::recorded_handshakes()) {
    const bool expected =
        std::ranges::any_of(expectations, [&](const Expectation& e) { return e.name == name; });
    EXPECT_TRUE(expected) << name;
  }
}

TEST(PublicKey, IsShownForRtmpeOnly) {
  for (const char* name : {"rtmpe_ffmpeg_crtmpserver", "ffmpeg_nms"}) {
    const test::RecordedHandshake recorded(name);
    test::HandshakeRecorder recorder;
    recorder.feed(Direction::to_server, recorded.to_server);
    const Tape& c1 = recorder.find(HandshakePart::c1)->tape;
    const bool encrypted = recorded.to_server[0] == 6;
    const auto is_key = [](const Tape::Entry& entry) {
      return entry.id == FieldId::handshake_public_key_value;
    };
    EXPECT_EQ(std::ranges::count_if(c1.entries(), is_key), encrypted ? 1 : 0) << name;
    EXPECT_TRUE(test::number_on(c1, FieldId::handshake_public_key_offset)) << name;
  }
}

}  // namespace
}  // namespace rtmpscope::rtmp
