// What must hold for all samples, and that the samples show all of the tables.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>

#include "fuzz/media_oracle.hpp"
#include "media/frame_walk.hpp"
#include "samples.hpp"

namespace rtmpscope::test {
namespace {

constexpr std::size_t large = 400;

/// As if no more than the head had been kept, while the frame was followed to its end.
Tape describe_head(const Sample& sample) {
  const Bytes body(sample.body);
  const Bytes head = body.first(std::min<std::size_t>(body.size(), media::head_size));
  if (!sample.video()) return describe_media(sample.type, head, sample.length);
  const auto contents = media::read_frame_contents(body, sample.length);
  Tape tape;
  media::describe_video(head, sample.length, tape, contents ? &*contents : nullptr);
  return tape;
}

TEST(MediaSamples, KeepTheRulesWhereTheHeadIsKeptAndTheFrameWasFollowed) {
  for (const Sample& sample : samples()) {
    ASSERT_EQ(check_structure(describe_head(sample), sample.length), "") << sample.name;
  }
}

TEST(MediaSamples, EveryPrefixOfEverySampleKeepsTheRules) {
  for (const Sample& sample : samples()) {
    const Bytes body(sample.body);
    const std::size_t dense = body.size() < large ? large : 40;  // the large ones repeat themselves
    for (std::size_t cut = 0; cut <= body.size(); cut += cut < dense ? 1 : 97) {
      // As a shorter message, and as a message of which the rest was not kept.
      ASSERT_EQ(check_media_body(sample.type, body.first(cut), static_cast<std::uint32_t>(cut)), "")
          << sample.name << " cut at " << cut;
      ASSERT_EQ(check_media_body(sample.type, body.first(cut), sample.length), "")
          << sample.name << " kept to " << cut;
    }
  }
}

TEST(MediaSamples, DamagedSamplesKeepTheRules) {
  std::mt19937 random(19350);  // NOLINT: reproducible on purpose
  for (const Sample& sample : samples()) {
    if (sample.body.empty() || sample.body.size() >= large) continue;
    for (int round = 0; round < 60; ++round) {
      std::vector<std::uint8_t> body = sample.body;
      for (int change = 0; change <= round % 3; ++change) {
        const std::size_t at = random() % std::min<std::size_t>(body.size(), 120);
        body[at] = static_cast<std::uint8_t>(round % 2 == 0 ? random() : body[at] ^ 1U << random() % 8);
      }
      ASSERT_EQ(check_media_body(sample.type, body, sample.length), "") << sample.name;
    }
  }
}

TEST(MediaSamples, TogetherPushEveryFieldOfTheTable) {
  std::set<FieldId> seen;
  for (const Sample& sample : samples()) {
    const Tape tape = describe_media(sample.type, sample.body, sample.length);
    for (const Tape& each : {tape, describe_head(sample)}) {
      for (const Tape::Entry& entry : each.entries()) {
        if (entry.op != Tape::Op::finding && entry.op != Tape::Op::key) seen.insert(entry.id);
      }
    }
  }
  constexpr FieldId table[] = {
#define FIELD(identifier, filter, kind, values, title, description) FieldId::identifier,
#include "schema/tables/fields_media.def"
#undef FIELD
  };
  for (const FieldId id : table) EXPECT_TRUE(seen.contains(id)) << info(id).filter;
}

TEST(MediaSamples, TogetherGiveEveryFindingOfTheTable) {
  std::set<FindingId> seen;
  for (const Sample& sample : samples()) {
    const Tape tape = describe_media(sample.type, sample.body, sample.length);
    for (const Tape::Entry& entry : tape.entries()) {
      if (entry.op == Tape::Op::finding) seen.insert(entry.finding);
    }
  }
  constexpr FindingId table[] = {
#define FINDING(identifier, severity, text, explanation, reference) FindingId::identifier,
#include "schema/tables/findings_media.def"
#undef FINDING
  };
  seen.insert(FindingId::video_size_changed);  // the session's: one body does not have two sizes
  for (const FindingId id : table) EXPECT_TRUE(seen.contains(id)) << info(id).id;
}

TEST(MediaSamples, OfRealPeersGiveNothingAboveANote) {
  int real = 0;
  for (const Sample& sample : samples()) {
    const std::string_view name = sample.name;
    if (name.find("ffmpeg") == name.npos && name.find("obs") == name.npos &&
        name.find("gstreamer") == name.npos) {
      continue;
    }
    ++real;
    const Tape tape = describe_media(sample.type, sample.body, sample.length);
    for (const Tape::Entry& entry : tape.entries()) {
      if (entry.op == Tape::Op::finding) {
        EXPECT_EQ(info(entry.finding).severity, Severity::note) << name << " " << info(entry.finding).id;
      }
    }
  }
  EXPECT_GT(real, 20);
}

TEST(MediaSamples, AreTheCorpusOfTheFuzzer) {
  for (const Sample& sample : samples()) {
    if (sample.body.size() > large || sample.name.ends_with("_track")) continue;
    const bool prefix = sample.length > sample.body.size();
    std::vector<std::uint8_t> input{static_cast<std::uint8_t>((sample.video() ? 1 : 0) | (prefix ? 2 : 0))};
    if (prefix) {
      const auto more = sample.length - static_cast<std::uint32_t>(sample.body.size());
      for (const int shift : {16, 8, 0}) input.push_back(static_cast<std::uint8_t>(more >> shift));
    }
    input = concat(input, sample.body);
    const std::filesystem::path path = std::filesystem::path(RTMPSCOPE_MEDIA_CORPUS) / sample.name;
    if (std::getenv("RTMPSCOPE_WRITE_CORPUS") != nullptr) {
      std::ofstream(path, std::ios::binary)
          .write(reinterpret_cast<const char*>(input.data()), static_cast<std::streamsize>(input.size()));
    }
    std::ifstream file(path, std::ios::binary);
    const std::vector<std::uint8_t> bytes((std::istreambuf_iterator<char>(file)), {});
    EXPECT_EQ(bytes, input) << sample.name << ": run with RTMPSCOPE_WRITE_CORPUS=1 to write it";
  }
}

}  // namespace
}  // namespace rtmpscope::test
