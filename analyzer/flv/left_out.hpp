// The messages that are not in a file because bytes of them are missing.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "flv/recorder.hpp"

namespace rtmpscope::flv {

class LeftOutMessages {
 public:
  void add(const RecordedMessage& message);
  [[nodiscard]] std::uint64_t count() const { return count_; }
  /// Lines for the report, the first ones each with its packet; empty if there is no message.
  [[nodiscard]] std::string lines() const;

 private:
  struct Entry {
    std::uint64_t frame;
    std::uint32_t timestamp;
    std::uint32_t length;
    std::uint8_t type;
  };

  std::uint64_t count_ = 0;
  std::vector<Entry> first_;
};

}  // namespace rtmpscope::flv
