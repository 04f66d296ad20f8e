#include "analysis/judge/judge.hpp"

#include <algorithm>

namespace rtmpscope::analysis {

ConnectionJudge* Judge::judge_of(std::uint32_t connection) {
  if (connection == latest_) return latest_judge_;
  const auto found = judges_.find(connection);
  latest_ = connection;
  latest_judge_ = found == judges_.end() ? nullptr : found->second.get();
  return latest_judge_;
}

void Judge::on_record(const Record& record) {
  if (record.connection == 0) return;
  if (record.kind == EventKind::connection_open) {
    judges_[record.connection] = std::make_unique<ConnectionJudge>(record.connection, to_, options_);
    latest_ = 0;
    latest_judge_ = nullptr;
  }
  ConnectionJudge* const judge = judge_of(record.connection);
  if (judge == nullptr) return;
  judge->on_record(record);
  if (record.kind != EventKind::connection_close) return;
  latest_ = 0;
  latest_judge_ = nullptr;
  judges_.erase(record.connection);
}

void Judge::on_media(const MediaRecord& record) {
  if (ConnectionJudge* const judge = judge_of(record.connection); judge != nullptr) judge->on_media(record);
}

std::vector<std::uint32_t> Judge::fallen_silent(Timestamp now) {
  std::vector<std::uint32_t> silent;
  if (!options_.tell_silence) return silent;
  for (const auto& [connection, judge] : judges_) {
    if (judge->falls_silent(now)) silent.push_back(connection);
  }
  std::ranges::sort(silent);
  return silent;
}

void Judge::tell_silence(std::uint32_t connection, Moment now) {
  if (ConnectionJudge* const judge = judge_of(connection); judge != nullptr) judge->tell_silence(now);
}

}  // namespace rtmpscope::analysis
