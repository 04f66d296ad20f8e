// What the decoder says of one connection, kept so that it can be shown again: any packet, any number of
// times.
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "recording/record_codec.hpp"
#include "recording/record_store.hpp"
#include "recording/records.hpp"
#include "recording/segments.hpp"
#include "rtmp/session/events.hpp"

namespace rtmpscope::recording {

/// Call order: for each packet `begin`, then the events that its bytes bring, then `end`. A packet without
/// `end` leaves no batch.
class Recorder final : public rtmp::EventSink {
 public:
  /// `writer` holds the batch in progress only, so all connections of a thread may share one. It must outlive
  /// the recorder.
  explicit Recorder(RecordWriter& writer) : writer_(writer) {}

  /// Where messages take the name of their application from; must outlive the last event. Without it they
  /// have none.
  void set_summary(const rtmp::ConnectionSummary& summary) { summary_ = &summary; }

  /// `packet` is all that is shown of packet `frame`, and stays until `end`. Bodies that lie in it are not
  /// copied. `stream_offset` is where the batch begins in its direction's stream.
  void begin(std::uint64_t stream_offset, std::uint32_t frame, Bytes packet);
  void on_event(const rtmp::Event& event) override;
  /// Whether nothing has come since `begin`.
  [[nodiscard]] bool is_empty() const { return writer_.bytes().empty(); }
  /// Adds the batch. `records` and `message_type` are filled in here, all else by the caller.
  RecordBatch end(RecordBatch batch);

  /// What `end` answered for the packet's bytes at `place`.
  [[nodiscard]] std::optional<RecordBatch> find(std::uint32_t frame, std::uint32_t place) const {
    return batches_.find(frame, place);
  }
  /// The packet that completed the message which the batch's last payload belongs to, if that came later and
  /// is known by now: the only one of its type that was under way.
  [[nodiscard]] std::optional<std::uint32_t> completed_in(const RecordBatch& batch) const;
  /// Fills `segments` with the packets that the message came in, if it came in chunks.
  void list_segments(const MessageRecord& message, Direction direction,
                     std::vector<Segment>& segments) const {
    recording::list_segments(batches_, message, direction, segments);
  }
  [[nodiscard]] const CommandLink& link(const MessageRecord& message) const { return links_[message.link]; }
  /// The publish or play that an onStatus answers. Null: it answers none.
  [[nodiscard]] const CommandLink* opening(const CommandLink& link) const {
    return link.opening == 0 ? nullptr : &links_[link.opening];
  }
  [[nodiscard]] const EventRecord& event(std::uint32_t index) const { return *events_[index]; }
  [[nodiscard]] std::string_view text(std::uint32_t index) const { return texts_[index]; }
  [[nodiscard]] std::string_view command_name(const CommandLink& link) const {
    return command_names_[link.name];
  }

 private:
  /// Which messages the chunks of one direction belong to.
  struct ChunkTypes {
    std::vector<std::pair<std::uint32_t, std::uint8_t>> by_chunk_stream;  ///< type of its last message
    std::uint8_t last = 0;                                                ///< of the last chunk; 0: not known
  };

  /// A publish or play without its answer so far.
  struct Opening {
    std::uint32_t message_stream_id = 0;
    std::uint32_t link = 0;
  };

  /// A message that came in several packets.
  struct Span {
    std::uint32_t first_frame = 0;
    std::uint32_t last_frame = 0;
    std::uint8_t type = 0;
  };

  void on_chunk(const rtmp::ChunkEvent& event);
  void on_message(const rtmp::MessageEvent& event);
  std::uint32_t add_link(const rtmp::MessageEvent& event);
  void link_request(const CommandLink& response);
  void note_opening(std::uint32_t message_stream_id);
  void link_opening(std::uint32_t message_stream_id);
  void add_event(const rtmp::Event& event);
  static std::uint32_t intern(std::vector<std::string>& texts, std::string_view text);
  [[nodiscard]] KeptBytes place_of(Bytes bytes) const;

  RecordWriter& writer_;
  const rtmp::ConnectionSummary* summary_ = nullptr;
  Bytes packet_;
  std::uint32_t frame_ = 0;
  std::array<ChunkTypes, 2> types_;         ///< by index_of(Direction)
  std::array<std::vector<Span>, 2> spans_;  ///< likewise; by `last_frame`

  RecordStore batches_;
  std::vector<CommandLink> links_{1};
  std::vector<Opening> openings_;
  std::vector<std::unique_ptr<EventRecord>> events_;
  std::vector<std::string> texts_{std::string()};
  std::vector<std::string> command_names_{std::string()};
};

}  // namespace rtmpscope::recording
