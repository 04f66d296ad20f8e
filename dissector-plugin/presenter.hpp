// Records as fields and as text for people. Knows nothing of Wireshark.
//
// Wireshark leaves functions with longjmp, which runs no destructor. So what is made here lies in the
// presenter, not in its caller: results are valid until the next call, and no call lets an exception out.
#pragma once

#include <array>
#include <span>
#include <string>
#include <vector>

#include "output/redacting_sink.hpp"
#include "recorded_connection.hpp"
#include "schema/tape.hpp"

namespace rtmpscope::plugin {

/// What the value is called here. A packet is shown before the next one is read, so what is missing in front
/// of it may come later.
[[nodiscard]] std::string_view text_of(const ValueInfo& value);

class Presenter {
 public:
  /// From here on, as rtmpscope's --redact does; null: show everything.
  void set_redaction(output::RedactionPointer redaction) noexcept;
  [[nodiscard]] const output::RedactionPointer& redaction() const { return redaction_; }

  /// The fields of a message, its head's first. `frame` is the payload of the batch that the record belongs
  /// to.
  const Tape& message_fields(const recording::MessageRecord& record, const RecordedConnection& connection,
                             Bytes frame) noexcept;
  const Tape& chunk_fields(const recording::ChunkRecord& record) noexcept;
  /// The line of the message that message_fields has last described.
  const char* message_label(const recording::MessageRecord& record, Bytes frame) noexcept;
  /// The fields of any other event; the label is the line of these.
  const Tape& event_fields(const recording::EventRecord& record, Bytes frame) noexcept;
  const char* event_label(EventKind kind, const Tape& fields) noexcept;
  const char* app(const recording::MessageRecord& record, const RecordedConnection& connection) noexcept;
  /// The session's id in the addresses of RTMPT.
  /// The packets that a message came in; none if that is not known.
  std::span<const recording::Segment> segments(const recording::MessageRecord& record,
                                               const RecordedConnection& connection,
                                               Direction direction) noexcept;
  /// "2 segments, 1460 bytes: #4 (1448), #5 (12)": of what `segments` has answered.
  const char* segments_label() noexcept;
  const char* tunnel_session(const char* id) noexcept;
  const char* finding_label(FindingId id, std::uint64_t a, std::uint64_t b) noexcept;
  /// One phrase for each message that the batch completes, and for what else a person follows.
  const char* phrases(const recording::RecordBatch& batch, const RecordedConnection& connection,
                      Bytes frame) noexcept;
  /// The phrases, or if there are none, what the batch is a part of.
  const char* info_column(const recording::RecordBatch& batch, const RecordedConnection& connection,
                          Bytes frame) noexcept;
  /// A line of ASCII with its line end, for messages and what else a person follows; empty for the rest.
  /// `time` is the packet's.
  const char* line(const recording::Record& record, const RecordedConnection& connection, Bytes frame,
                   Timestamp time) noexcept;

 private:
  /// The line of a message of coded frames.
  struct FrameLine {
    std::uint64_t key = 0;
    std::string line;
  };

  [[nodiscard]] FrameLine& frame_line(std::uint64_t key) { return frame_lines_[key % frame_lines_.size()]; }
  void describe(const rtmp::Event& event);
  /// A text of the wire, as far as it may be shown.
  [[nodiscard]] std::string shown(const TextRule& rule, std::string_view text) const;
  /// These add to `text_`.
  void add_phrase(const recording::MessageRecord& record, const RecordedConnection& connection, Bytes frame);
  void add_media_phrase(const recording::MessageRecord& record, const RecordedConnection& connection,
                        Bytes frame);
  void write_phrases(const recording::RecordBatch& batch, const RecordedConnection& connection, Bytes frame);

  Tape tape_;
  output::RedactionPointer redaction_;
  std::optional<output::RedactingSink> redacting_;  ///< into `tape_`
  std::vector<recording::Segment> segments_;
  std::string text_;
  std::array<FrameLine, 61> frame_lines_;
};

/// Bytes of the message or part, wherever they were kept.
[[nodiscard]] Bytes bytes_of(const recording::KeptBytes& kept, Bytes frame);

/// "RTMP", "RTMPS", …: for the protocol column.
[[nodiscard]] const char* protocol_name(rtmp::Transport transport);

}  // namespace rtmpscope::plugin
