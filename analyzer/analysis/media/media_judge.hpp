// The figures of all media of one connection, second by second, and the findings that follow.
#pragma once

#include <array>
#include <memory>
#include <vector>

#include "analysis/finding/judged_finding.hpp"
#include "analysis/history/history.hpp"
#include "analysis/media/sample.hpp"
#include "analysis/media/stream_media.hpp"

namespace rtmpscope::analysis {

/// Takes what a MediaJudge finds, in the order of the capture.
class MediaSink {
 public:
  virtual ~MediaSink() = default;
  /// A second of a stream is over. The sample is valid during the call.
  virtual void on_sample(const Sample& sample) = 0;
  /// When a rule begins to fail, and again with the same `since` when its interval is over.
  virtual void on_media_finding(JudgedFinding finding) = 0;
};

/// One of a connection. Seconds begin with the connection's first media message. Each record goes into the
/// connection's history first, then here. Streams without media cost nothing; at most 4 have figures at a
/// time, and the oldest one makes room.
class MediaJudge {
 public:
  /// Both must live as long as this.
  MediaJudge(std::uint32_t connection, const History& history, MediaSink& sink);
  MediaJudge(const MediaJudge&) = delete;
  MediaJudge& operator=(const MediaJudge&) = delete;

  void on_media(const MediaRecord& record);
  void on_record(const Record& record);
  /// Media runs in the direction that is no recording and has not ended.
  [[nodiscard]] bool is_live(Direction direction) const;
  /// bit/s that its live streams produce, of the last 10 s.
  [[nodiscard]] std::uint64_t produced_rate(Direction direction) const;
  /// The end of the connection, or of the capture. Nothing may follow.
  void finish(Moment at);

  /// Of all streams, after finish(); at most 64.
  [[nodiscard]] const std::vector<StreamFigures>& figures() const { return figures_; }

 private:
  struct Wire {
    std::uint64_t end = 0;     ///< stream offset behind the last message
    std::uint64_t before = 0;  ///< at the end of the second before
    ByteSeconds seconds;
  };
  struct Entry {
    StreamMedia stream;
    RuleBoard::Tell tell;
    std::uint32_t told = 0;  ///< findings about metadata that were told: bit n for the n-th of them
  };

  [[nodiscard]] Entry& entry_of(const MediaRecord& record);
  [[nodiscard]] Entry* find(std::uint32_t id);
  [[nodiscard]] const StreamHistory* history_of(const StreamMedia& stream) const;
  [[nodiscard]] StreamState state_of(const StreamMedia& stream) const;
  [[nodiscard]] bool start_seen(Direction direction) const;
  void advance(Moment now);
  void end_second();
  void end_second_of(Entry& entry);
  void judge_metadata_of(Entry& entry);
  void close(Entry& entry, Moment at);
  void on_message(const Record& record);
  void note_waiting(const Record& sample);
  void on_tcp_sample(const Record& record);
  void on_command(const Record& record, std::string_view name);
  void on_sequence_start(const Record& record, bool video);

  std::uint32_t connection_;
  const History& history_;
  MediaSink& sink_;
  std::vector<std::unique_ptr<Entry>> streams_;
  Entry* recent_ = nullptr;
  std::array<Wire, 2> wires_;
  std::array<std::uint64_t, 2> holes_{};
  std::vector<StreamFigures> figures_;
  Timestamp second_end_ = 0;  ///< 0: no media yet
  Moment latest_;
};

}  // namespace rtmpscope::analysis
