// Reports of connections for the judge of a capture, and what it says of them.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "analysis/judge/capture_judge.hpp"
#include "analysis/judge/endpoints.hpp"
#include "analysis/record/captured_text.hpp"
#include "analysis/verdict/decide.hpp"
#include "unit/analysis/verdict/story.hpp"

namespace rtmpscope::analysis::test {

struct Told {
  std::uint32_t connection = 0;
  CauseId cause{};
  std::string sentence;
  std::vector<std::uint32_t> with;
};

class Listener final : public CaptureJudgeSink {
 public:
  void on_verdict(const ConnectionReport& report, const std::vector<std::uint32_t>& told_with) override {
    verdicts.push_back(
        {report.connection, report.verdict.cause, without_marks(report.verdict.sentence), told_with});
  }
  void on_finding(const ConnectionReport& report, const JudgedFinding& finding) override {
    findings.emplace_back(report.connection, std::string(info(finding.id).id));
  }
  void on_capture_verdict(const CaptureVerdict& verdict) override { capture = verdict; }

  [[nodiscard]] const Told& of(std::uint32_t connection) const {
    for (const Told& told : verdicts) {
      if (told.connection == connection) return told;
    }
    static const Told none;
    return none;
  }

  std::vector<Told> verdicts;
  std::vector<std::pair<std::uint32_t, std::string>> findings;
  CaptureVerdict capture;
};

/// Runs stories side by side: each begins `at` seconds after the capture's begin.
class Capture {
 public:
  Capture& add(double at, Story story) {
    const auto later = static_cast<Timestamp>(at * 1e9);
    History& history = story.history;
    shift(history, later);
    history.client_port = static_cast<std::uint16_t>(40000 + number_);
    auto report = std::make_shared<ConnectionReport>();
    report->connection = ++number_;
    report->history = history;
    DecisionContext context = story.context;
    if (history.close) context.capture_last = history.close->at;
    report->verdict = decide(report->history, context);
    for (const StreamHistory& stream : history.streams) {
      if (stream.use != StreamUse::publish || !stream.started) continue;
      const PublishMark mark{number_,           *stream.started,  client_of(history), server_of(history),
                             history.app.str(), stream.name.str()};
      steps_.emplace(stream.started->time, [mark](CaptureJudge& judge) { judge.on_publish_start(mark); });
    }
    if (history.close)
      steps_.emplace(history.close->at.time, [report](CaptureJudge& judge) { judge.add(report); });
    return *this;
  }

  [[nodiscard]] Listener judged() const {
    Listener listener;
    CaptureJudge judge(listener);
    for (const auto& [time, step] : steps_) {
      judge.advance(time);
      step(judge);
    }
    judge.finish();
    return listener;
  }

 private:
  static void shift(Moment& moment, Timestamp by) { moment.time += by; }
  template <typename Holder>
  static void shift(std::optional<Holder>& holder, Timestamp by) {
    if (holder) shift(*holder, by);
  }
  static void shift(EndMark& mark, Timestamp by) { shift(mark.at, by); }
  static void shift(CommandNote& note, Timestamp by) { shift(note.at, by); }
  static void shift(History& history, Timestamp by) {
    shift(history.opened, by);
    if (history.close) shift(history.close->at, by);
    for (CommandNote& note : history.commands) shift(note, by);
    for (Request& request : history.requests) {
      shift(request.asked, by);
      shift(request.answered, by);
    }
    for (SideHistory& side : history.sides) {
      shift(side.fin, by);
      shift(side.reset, by);
      shift(side.last_data, by);
      shift(side.last_media, by);
      shift(side.last_message, by);
    }
    for (StreamHistory& stream : history.streams) {
      shift(stream.asked, by);
      shift(stream.started, by);
      shift(stream.first_media, by);
      shift(stream.last_media, by);
      shift(stream.metadata_at, by);
      shift(stream.stopped, by);
    }
  }

  std::uint32_t number_ = 0;
  std::multimap<Timestamp, std::function<void(CaptureJudge&)>> steps_;
};

}  // namespace rtmpscope::analysis::test
