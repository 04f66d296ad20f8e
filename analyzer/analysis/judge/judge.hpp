// The judge of all connections of a stream of records: of a shard, or of an NDJSON file.
#pragma once

#include <memory>
#include <unordered_map>
#include <vector>

#include "analysis/judge/connection_judge.hpp"

namespace rtmpscope::analysis {

/// Records of a connection go to its judge, from connection_open to connection_close. Records of the capture
/// as a whole, and of connections that were never opened, are not looked at.
class Judge final : public RecordSink {
 public:
  explicit Judge(JudgeSink& to, JudgeOptions options = {}) : to_(to), options_(std::move(options)) {}

  void on_record(const Record& record) override;
  void on_media(const MediaRecord& record) override;

  /// The connections that became silent for a minute by `now` (JudgeOptions::tell_silence), by number; each
  /// once until it says something again.
  [[nodiscard]] std::vector<std::uint32_t> fallen_silent(Timestamp now);
  /// Gives the verdict on one of these.
  void tell_silence(std::uint32_t connection, Moment now);

  /// Closes what is open, as an NDJSON file that ends early has no end of it: such connections get no report.
  [[nodiscard]] std::size_t open_connections() const { return judges_.size(); }

 private:
  [[nodiscard]] ConnectionJudge* judge_of(std::uint32_t connection);

  JudgeSink& to_;
  JudgeOptions options_;
  std::unordered_map<std::uint32_t, std::unique_ptr<ConnectionJudge>> judges_;
  std::uint32_t latest_ = 0;  ///< connection of the latest record
  ConnectionJudge* latest_judge_ = nullptr;
};

}  // namespace rtmpscope::analysis
