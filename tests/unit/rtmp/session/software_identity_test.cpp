#include "rtmp/session/software_identity.hpp"

#include <gtest/gtest.h>

#include "rtmp/chunk/message.hpp"

namespace rtmpscope::test {
namespace {

using rtmp::CommandFacts;
using rtmp::MessageType;

constexpr Direction up = Direction::to_server;
constexpr Direction down = Direction::to_client;
constexpr std::uint64_t ffmpeg = 1, nginx_rtmp_or_alike = 4, node_media_server_or_alike = 7;

CommandFacts connect(std::string flash_version) {
  CommandFacts facts;
  facts.name = "connect";
  facts.flash_version = std::move(flash_version);
  return facts;
}

CommandFacts connected(std::string server_version) {
  CommandFacts facts;
  facts.name = "_result";
  facts.code = "NetConnection.Connect.Success";
  facts.server_version = std::move(server_version);
  return facts;
}

std::string server_with(std::uint64_t handshake, std::uint32_t window, std::uint32_t chunk_size,
                        const CommandFacts& reply) {
  rtmp::SoftwareIdentity identity;
  if (handshake != 0) identity.on_handshake(down, handshake);
  identity.on_control(down, MessageType::window_acknowledgement_size, window);
  identity.on_control(down, MessageType::set_chunk_size, chunk_size);
  identity.on_facts(down, reply);
  return identity.server();
}

TEST(SoftwareIdentity, NamesAllThatTheHandshakeMayBe) {
  rtmp::SoftwareIdentity identity;
  EXPECT_EQ(identity.server(), "");
  identity.on_handshake(down, node_media_server_or_alike);
  EXPECT_EQ(identity.server(), "Node-Media-Server, MistServer or node-rtsp-rtmp-server");
  identity.on_handshake(down, nginx_rtmp_or_alike);
  EXPECT_EQ(identity.server(), "nginx-rtmp, lal, livego or joy4");
}

TEST(SoftwareIdentity, LetsTheSizesInFrontOfTheReplyDecide) {
  const CommandFacts reply = connected("FMS/3,0,1,123");
  EXPECT_EQ(server_with(nginx_rtmp_or_alike, 5'000'000, 4096, reply), "nginx-rtmp");
  EXPECT_EQ(server_with(nginx_rtmp_or_alike, 2'500'000, 1024, reply), "livego");
  EXPECT_EQ(server_with(node_media_server_or_alike, 5'000'000, 65535, reply), "Node-Media-Server");
  EXPECT_EQ(server_with(node_media_server_or_alike, 2'500'000, 65536, reply), "MistServer");
  EXPECT_EQ(server_with(nginx_rtmp_or_alike, 1, 2, reply), "nginx-rtmp, lal, livego or joy4");
  EXPECT_EQ(server_with(0, 1, 2, reply), "") << "fmsVer is copied from program to program";
  CommandFacts lal = reply;
  lal.version = "0,37,4";
  EXPECT_EQ(server_with(nginx_rtmp_or_alike, 5'000'000, 4096, lal), "lal 0.37.4");
}

TEST(SoftwareIdentity, TakesPropertiesThatOneServerAloneSends) {
  CommandFacts srs = connected("FMS/3,5,3,888");
  srs.srs_version = "7.0.18";
  EXPECT_EQ(server_with(0, 0, 0, srs), "SRS 7.0.18");
  CommandFacts joy4 = connected("");
  joy4.has_fmt_version = true;
  EXPECT_EQ(server_with(nginx_rtmp_or_alike, 0, 0, joy4), "joy4 or Owncast");
  EXPECT_EQ(server_with(0, 0, 0, connected("LNX 9,0,124,2")), "MediaMTX");
}

TEST(SoftwareIdentity, OnlyTheFirstReplyToConnectCounts) {
  rtmp::SoftwareIdentity identity;
  identity.on_facts(down, connected("LNX 9,0,124,2"));
  identity.on_facts(down, connected("FMS/3,5,5,2004"));
  EXPECT_EQ(identity.server(), "MediaMTX");
}

TEST(SoftwareIdentity, ObsSaysItsVersionInMetadata) {
  rtmp::SoftwareIdentity identity;
  identity.on_facts(up, connect("FMLE/3.0 (compatible; FMSc/1.0)"));
  EXPECT_EQ(identity.client(), "");
  CommandFacts metadata;
  metadata.name = "@setDataFrame";
  metadata.encoder = "obs-output module (libobs version 29.0.2+dfsg-1)";
  identity.on_facts(up, metadata);
  EXPECT_EQ(identity.client(), "OBS 29.0.2");
}

TEST(SoftwareIdentity, OnlyItsHandshakeMakesFfmpegOfAClaim) {
  const CommandFacts claim = connect("FMLE/3.0 (compatible; Lavf59.27.100)");
  rtmp::SoftwareIdentity other;
  other.on_facts(up, claim);
  EXPECT_EQ(other.client(), "");
  rtmp::SoftwareIdentity identity;
  identity.on_handshake(up, ffmpeg);
  identity.on_facts(up, claim);
  EXPECT_EQ(identity.client(), "FFmpeg 5");
}

}  // namespace
}  // namespace rtmpscope::test
