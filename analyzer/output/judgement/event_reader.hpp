// Records of the program's events, for the judge: the same that analysis::LineReader makes of their NDJSON.
#pragma once

#include "analysis/record/record.hpp"
#include "output/judgement/value_sink.hpp"
#include "rtmp/session/events.hpp"

namespace rtmpscope::output {

/// Stateless but for the memory that it uses again.
class EventReader {
 public:
  explicit EventReader(analysis::RecordSink& to) : to_(to) {}

  void read(const rtmp::Event& event);

 private:
  [[nodiscard]] bool read_media(const rtmp::MessageEvent& event);

  analysis::RecordSink& to_;
  ValueSink values_;
};

}  // namespace rtmpscope::output
