// Stories and the verdicts that they must get.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "analysis/record/captured_text.hpp"
#include "analysis/verdict/decide.hpp"
#include "unit/analysis/verdict/story.hpp"

namespace rtmpscope::analysis {

inline void PrintTo(CauseId id, std::ostream* out) {
  *out << name(id);
}

namespace test {

inline constexpr Confidence certain = Confidence::certain;
inline constexpr Confidence likely = Confidence::likely;
inline constexpr Confidence possible = Confidence::possible;

struct Expectation {
  const char* name;
  Story story;
  CauseId cause;
  Confidence confidence;
};

inline void expect(const std::vector<Expectation>& all) {
  for (const Expectation& one : all) {
    SCOPED_TRACE(one.name);
    const Verdict verdict = decide(one.story.history, one.story.context);
    EXPECT_EQ(verdict.cause, one.cause) << verdict.sentence;
    EXPECT_EQ(verdict.confidence, one.confidence);
    EXPECT_FALSE(verdict.sentence.empty());
    EXPECT_LE(verdict.runners_up.size(), 2U);
  }
}

/// The story with a detail changed.
inline Story with(Story story, void (*change)(Story&)) {
  change(story);
  return story;
}
inline Story with(Story story, void (*change)(History&)) {
  change(story.history);
  return story;
}

/// A publisher that runs.
inline Story live() {
  return Story().publishing().media(5);
}

inline std::string sentence_of(const Story& story) {
  return without_marks(decide(story.history, story.context).sentence);
}

inline std::vector<CauseId> runners_up_of(const Story& story) {
  std::vector<CauseId> causes;
  for (const RunnerUp& one : decide(story.history, story.context).runners_up) causes.push_back(one.cause);
  return causes;
}

/// A nginx-rtmp, as far as verdicts know it.
inline SideLimits nginx() {
  SideLimits limits;
  limits.id = "nginx_rtmp";
  limits.name = "nginx-rtmp";
  limits.ping_s = 30;
  limits.handshake_s = 60;
  limits.message_bytes = 1'048'576;
  return limits;
}

}  // namespace test
}  // namespace rtmpscope::analysis
