// Media messages that follow each other, as one line.
#pragma once

#include <optional>
#include <string>

#include "output/text/terminal_text.hpp"
#include "schema/field_sink.hpp"

namespace rtmpscope::output {

/// What tells media that is only counted from messages that a person wants to see. Cheap to fill: it keeps a
/// few numbers of the description and no bytes.
class MessageGlance final : public NullSink {
 public:
  std::uint64_t type_id = 0;
  std::uint32_t message_stream_id = 0;
  std::uint32_t timestamp = 0;
  std::uint64_t length = 0;
  std::uint64_t sequence_number = 0;  ///< of an Acknowledgement
  bool complete = true;
  bool timestamp_exact = true;
  bool key_frame = false;
  bool special = false;  ///< audio or video that is no coded frame: a configuration, metadata, a command

  void number(FieldId id, Range range, std::uint64_t value) override;
  void flag(FieldId id, Range range, bool value) override;

  /// Complete coded frames, aggregates and acknowledgements; everything else has a line of its own.
  [[nodiscard]] bool is_repetitive() const;
};

/// Counts what arrives in one direction on one message stream until something else happens there.
class MediaRun {
 public:
  Direction direction{};
  std::uint32_t message_stream_id = 0;
  Timestamp started = 0;
  std::size_t line = 0;  ///< where the owner will put the text

  void add(const MessageGlance& message);
  void add_repeated_configuration() { ++repeated_; }
  [[nodiscard]] std::string text(const Style& style) const;

 private:
  struct Kind {
    std::uint64_t messages = 0;
    std::uint64_t bytes = 0;
    std::uint32_t first_timestamp = 0;
    std::uint32_t last_timestamp = 0;
    bool estimated = false;  ///< not all timestamps are exact

    void add(const MessageGlance& message);
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
