// Fills the history of one connection from its records.
#pragma once

#include "analysis/history/history.hpp"

namespace rtmpscope::analysis {

class HistoryBuilder {
 public:
  void on_record(const Record& record);
  void on_media(const MediaRecord& record);

  [[nodiscard]] const History& history() const { return history_; }
  [[nodiscard]] History& history() { return history_; }

 private:
  void on_message(const Record& record);
  void keep_handshake(const Record& record);

  History history_;
};

}  // namespace rtmpscope::analysis
