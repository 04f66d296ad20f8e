// Media messages that follow each other, as one line.
#pragma once

#include <string>

#include "output/text/terminal_text.hpp"
#include "rtmp/session/events.hpp"

namespace rtmpscope::output {

/// Audio or video that is no coded frame: a configuration, metadata, a command.
[[nodiscard]] bool is_special_media(const rtmp::MessageFacts& facts);

/// Complete coded frames, aggregates and acknowledgements are counted; everything else has a line of its own.
[[nodiscard]] bool is_collapsible(const rtmp::MessageEvent& event);

/// Counts what arrives in one direction on one message stream until something else happens there.
class CollapsedMedia {
 public:
  Direction direction{};
  std::uint32_t message_stream_id = 0;
  Timestamp started = 0;
  std::size_t line = 0;  ///< where the owner will put the text

  void add(const rtmp::MessageEvent& event);
  void add_repeated_configuration() { ++repeated_; }
  [[nodiscard]] std::string text(const Style& style) const;

 private:
  struct Kind {
    std::uint64_t messages = 0;
    std::uint64_t bytes = 0;
    std::uint32_t first_timestamp = 0;
    std::uint32_t last_timestamp = 0;
    bool estimated = false;  ///< not all timestamps are exact

    void add(const rtmp::MessageHeader& message);
  };
  static void append(std::string& out, const Kind& kind, std::string_view name, std::string_view unit,
                     std::string_view extra, const Style& style);

  Kind video_;
  Kind audio_;
  Kind aggregates_;
  std::uint64_t key_frames_ = 0;
  std::uint64_t repeated_ = 0;
  std::uint64_t acknowledgements_ = 0;
  std::uint64_t last_acknowledged_ = 0;
};

}  // namespace rtmpscope::output
