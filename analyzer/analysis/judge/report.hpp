// What the judge says of one connection: the model that every output draws.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "analysis/finding/check.hpp"
#include "analysis/fingerprint/fingerprint.hpp"
#include "analysis/history/history.hpp"
#include "analysis/media/sample.hpp"
#include "analysis/score/conformance.hpp"
#include "analysis/verdict/verdict.hpp"

namespace rtmpscope::analysis {

/// A row of the table of streams: one stream that was published or played, or the connection itself where
/// there was none. Rates in kbit/s.
struct StreamRow {
  StreamUse use = StreamUse::unknown;
  std::string name;
  std::string video, audio;  ///< codec and size or rate: "H.264 1280x720", "AAC 48 kHz stereo"
  std::optional<double> video_kbps, audio_kbps;
  std::optional<double> frames_per_second;
  std::optional<double> key_distance_s;  ///< median
  std::optional<double> media_s;         ///< media time
  std::uint64_t media_messages = 0;
};

inline constexpr std::size_t most_report_findings = 64;

struct ConnectionReport {
  std::uint32_t connection = 0;  ///< as in the records
  History history;               ///< without its large values
  Verdict verdict;               ///< by this connection alone; CaptureJudge may know better
  std::array<std::optional<Fingerprint>, 2> software;
  std::string platform;                 ///< id of the matched or chosen profile; empty: none
  std::vector<JudgedFinding> findings;  ///< at most most_report_findings
  std::vector<Check> checks;            ///< answers of the rules; empty unless they are kept (JudgeOptions)
  std::vector<ClauseCheck>
      clauses;  ///< of both sides; likewise, and only of a connection that was judged whole
  std::vector<TallyEntry> decoder_findings;
  std::vector<StreamRow> streams;
  std::vector<StreamFigures> media;  ///< of each stream and direction with media
  Score score;
  bool publisher_stopped = false;  ///< what it played was ended by its publisher, who said so
};

/// A publisher was let in: what other connections' verdicts need before this one ends.
struct PublishMark {
  std::uint32_t connection = 0;
  Moment at;           ///< of Publish.Start
  std::string client;  ///< address and port
  std::string server;  ///< likewise
  std::string app, name;
};

/// What all connections together say; the head of text and JSON.
struct CaptureVerdict {
  Severity severity{};
  std::string title;                       ///< one sentence
  std::string next_step;                   ///< empty where there is nothing to do
  std::vector<std::uint32_t> connections;  ///< that it is about
};

}  // namespace rtmpscope::analysis
