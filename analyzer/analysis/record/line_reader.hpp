// Records of the lines of an NDJSON timeline.
#pragma once

#include "analysis/record/record.hpp"
#include "analysis/record/value_builder.hpp"
#include "base/error.hpp"

namespace rtmpscope::analysis {

/// Reads one line after the other. Lines of unknown events are left out: they may be a later version's.
class LineReader {
 public:
  explicit LineReader(RecordSink& to) : to_(to) {}

  /// `line` is without its newline; an empty one says nothing. Error: it is no event of a timeline, and why.
  [[nodiscard]] Expected<void> read(std::string_view line);
  /// Lines that were left out, since they are of no known event.
  [[nodiscard]] std::uint64_t unknown() const { return unknown_; }

 private:
  RecordSink& to_;
  ValueBuilder line_, own_;  ///< memory that is used again
  std::uint64_t unknown_ = 0;
};

/// Hands a message or another event on: tracks of media as MediaRecord, all other events, and messages that
/// hold more than coded frames, as Record. `message` may be a media message of any kind.
void hand_on(const Record& record, RecordSink& to);

}  // namespace rtmpscope::analysis
