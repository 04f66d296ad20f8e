// Command and data messages that real software sent. They are part of the fuzzer's corpus, as real_*.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "unit/amf/described.hpp"

namespace rtmpscope::test {
namespace {

std::vector<std::uint8_t> load(const std::string& name) {
  std::ifstream file(std::string(RTMPSCOPE_AMF0_CORPUS) + "/" + name, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<std::string> real_payloads() {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(RTMPSCOPE_AMF0_CORPUS)) {
    const std::string name = entry.path().filename();
    if (name.starts_with("real_")) names.push_back(name);
  }
  std::sort(names.begin(), names.end());
  return names;
}

TEST(AmfRealPayloads, HealthyPeersGiveNotesAtMost) {
  const std::vector<std::string> names = real_payloads();
  ASSERT_GE(names.size(), 10U);
  for (const std::string& name : names) {
    const Described described = amf0(load(name));
    EXPECT_EQ(described.problem, "") << name;
    EXPECT_FALSE(described.values.empty()) << name;
    for (const Tape::Entry& entry : described.tape.entries()) {
      if (entry.op != Tape::Op::finding) {
        EXPECT_NE(entry.id, FieldId::amf_unparsed) << name;
        continue;
      }
      EXPECT_EQ(info(entry.finding).severity, Severity::note) << name << ": " << info(entry.finding).id;
    }
  }
}

TEST(AmfRealPayloads, EveryPrefixIsSound) {
  for (const std::string& name : real_payloads()) {
    const std::vector<std::uint8_t> bytes = load(name);
    for (std::size_t size = 0; size < bytes.size(); ++size) {
      const std::string problem = find_amf_problem(AmfVersion::amf0, Bytes(bytes).first(size));
      ASSERT_EQ(problem, "") << name << " cut after " << size;
    }
  }
}

TEST(AmfRealPayloads, ObsAnnouncesTwentyMembers) {
  const Described described = amf0(load("real_obs_metadata"));
  EXPECT_TRUE(
      described.values.starts_with("string \"@setDataFrame\", string \"onMetaData\", ecma_array{count 20, "
                                   "duration: number 0, fileSize: number 0, width: number 320, "))
      << described.values;
  EXPECT_TRUE(described.values.ends_with(
      "7.1: boolean false, encoder: string \"obs-output module (libobs version 29.0.2.1-1+b1)\"}"))
      << described.values;
}

TEST(AmfRealPayloads, SrsAnnouncesNoMembers) {
  const Described described = amf0(load("real_srs_connect_result"));
  ASSERT_EQ(described.findings.size(), 1U);
  EXPECT_TRUE(described.findings[0].starts_with("amf0_ecma_count_differs(0,")) << described.findings[0];
  EXPECT_NE(described.values.find(
                "objectEncoding: number 0, data: ecma_array{count 0, version: string \"3,5,3,888\", "),
            std::string::npos)
      << described.values;
}

TEST(AmfRealPayloads, NginxPadsTextWithNulBytes) {
  const Described described = amf0(load("real_nginx_metadata"));
  EXPECT_EQ(described.findings, std::vector<std::string>{});
  const std::size_t profile = described.values.find("profile: string \"");
  ASSERT_NE(profile, std::string::npos) << described.values;
  EXPECT_NE(described.values.find('\0', profile), std::string::npos);
}

}  // namespace
}  // namespace rtmpscope::test
