// Chunk stream framing of one direction (RTMP 5.3): finds chunk headers, resolves what they inherit, and says
// which bytes are payload of which message. It does not keep payload; see message_assembler.hpp.
#pragma once

#include <array>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "base/prefetch.hpp"
#include "base/stream.hpp"
#include "rtmp/chunk/body_begins.hpp"
#include "rtmp/chunk/chunk_header.hpp"
#include "rtmp/chunk/chunk_parser_recovery.hpp"
#include "rtmp/chunk/chunk_stream_table.hpp"
#include "rtmp/chunk/extended_timestamp.hpp"
#include "rtmp/chunk/message.hpp"
#include "rtmp/chunk/message_clock.hpp"

namespace rtmpscope::rtmp {

struct ChunkItem {
  enum class Kind : std::uint8_t {
    need_more,         ///< the input is used up
    begin,             ///< a chunk header; `header`, `raw`, `starts_message`, `abandoned`
    payload,           ///< payload of the chunk that began last; `payload`, `ends_message`
    gap,               ///< `missing` payload bytes of that chunk are not captured; `ends_message`
    sync_lost,         ///< no chunk border is known from here on
    odd_header,        ///< a header that begins a message as no other did; `header`, `raw` (see odd_body)
    undecided_header,  ///< what follows has to show whether it has an extended timestamp; `header`, `raw`
    ambiguous_header,  ///< after a loss: a header whose meaning has to be confirmed first; `header`, `raw`
    next_header,       ///< the header behind a provisional message, or between its chunks; `header`, `raw`
  };
  Kind kind = Kind::need_more;
  bool starts_message = false;
  bool ends_message = false;  ///< with begin: the message is empty, and complete
  bool abandoned = false;     ///< a message in progress is replaced: ChunkParser::abandoned
  std::uint32_t missing = 0;
  std::size_t stream = 0;            ///< index for ChunkParser::stream
  std::uint32_t payload_length = 0;  ///< begin: bytes of the message in this chunk
  Bytes payload;
  Bytes raw;  ///< the header's bytes, valid until the next call
};

/// Pull parser: call `next` until it answers need_more, and act on each item before the next call, so that a
/// Set Chunk Size or an Abort takes effect where the standard wants it (RTMP 5.4.1, 5.4.2).
///
/// Items do not depend on how the stream is cut into StreamData. After sync_lost, odd_header,
/// ambiguous_header and next_header the parser takes nothing until a call says where it is (sync_search.hpp).
/// The caller keeps the bytes meanwhile.
///
/// After a loss the parser trusts less: what a header inherits is uncertain until the chunk stream sends it
/// again, and so is the chunk size. A header that depends on either gives an ambiguous_header item instead of
/// a begin item. There is one exception: if the sender has kept its chunk size for long, a message that
/// depends on the chunk size alone begins as a provisional message. Nothing of it is certain before the
/// next_header item, the gap or the end behind it.
class ChunkParser {
 public:
  ChunkParser() = default;
  ChunkParser(const ChunkParser&) = delete;
  ChunkParser& operator=(const ChunkParser&) = delete;

  /// Consumes from the front of `in`; `in.offset` and `in.bytes` say what is left.
  ChunkItem next(StreamData& in);
  /// Consumes the gap. Answers gap, sync_lost, or need_more (only bytes are missing that are skipped anyway).
  ChunkItem next(const StreamGap& gap);

  /// Loads the state of the current chunk stream and of its neighbours into the cache: audio and video.
  void prefetch() const {
    streams_.prefetch(prefetch_first());
    rtmpscope::prefetch(recovery_.get(), sizeof(ChunkParserRecovery));
  }
  /// Index of the first of three chunk streams that are likely to go on.
  [[nodiscard]] std::size_t prefetch_first() const { return current_ > 1 ? current_ - 1 : 0; }

  /// The header of the last begin item, and what was odd about it.
  [[nodiscard]] const ChunkHeader& header() const { return header_; }
  /// Length of the message that it begins, inherited or not; 0 if it is not known.
  [[nodiscard]] std::uint32_t header_length() const;
  [[nodiscard]] std::span<const ChunkFinding> findings() const {
    return findings_ == nullptr ? std::span<const ChunkFinding>() : *findings_;
  }
  /// With a begin item that says so: the chunk stream's state before its message in progress was replaced.
  [[nodiscard]] const ChunkStream& abandoned() const { return *abandoned_; }

  [[nodiscard]] ChunkStream& stream(std::size_t index) { return streams_[index]; }
  [[nodiscard]] const ChunkStream& stream(std::size_t index) const { return streams_[index]; }
  [[nodiscard]] std::size_t stream_count() const { return streams_.size(); }
  static constexpr std::size_t not_seen = ChunkStreamTable::not_seen;
  /// Index of a chunk stream; not_seen if it has sent nothing.
  [[nodiscard]] std::size_t index_of(std::uint32_t chunk_stream_id) const {
    return streams_.index_of(chunk_stream_id);
  }
  /// Null if the chunk stream has sent nothing. Valid until the next one appears.
  [[nodiscard]] const ChunkStream* find(std::uint32_t chunk_stream_id) const {
    const std::size_t index = index_of(chunk_stream_id);
    return index == not_seen ? nullptr : &streams_[index];
  }

  /// 1 to 0x7FFFFFFF; holds for the chunks that begin after the call.
  void set_chunk_size(std::uint32_t size);
  [[nodiscard]] std::uint32_t chunk_size() const { return chunk_size_; }
  /// Drops the message in progress of a chunk stream; its header values stay (RTMP 5.4.2).
  void abort_message(std::size_t stream) { streams_[stream].in_progress = false; }
  /// After an undecided_header item: the header is in the bytes that are parsed next, and has an extended
  /// timestamp or not.
  void decide_extended_timestamp(bool present) {
    extended_timestamps_.decide(header_.stream_offset, present);
    state_ = State::in_sync;
  }
  /// Forgets all chunk streams but the one that the last begin item is about; that gets index 0. Not while a
  /// message is provisional.
  void keep_only_current() {
    streams_.keep_only(current_);
    current_ = taken_.stream = 0;
  }
  /// The chunk whose payload was begun last: what follows it may show that it was not what it seemed to be.
  struct TakenChunk {
    std::uint64_t header = 0;   ///< offset in the stream
    std::uint64_t payload = 0;  ///< likewise
    std::uint32_t stream = 0;   ///< index for `stream`
  };
  [[nodiscard]] const TakenChunk& taken() const { return taken_; }

  // After an odd_header item.

  /// True: the message has begun with a header of format 2 or 3, and its body begins as no other did. `raw`
  /// is empty then.
  [[nodiscard]] bool odd_body() const { return odd_body_; }
  /// Offset of what is read next if the header is believed: the header, or the body that is odd.
  [[nodiscard]] std::uint64_t odd_offset() const {
    return header_.stream_offset + (odd_body_ ? header_.size : 0U);
  }
  /// Continues with what is at odd_offset.
  void believe_header() {
    believed_ = header_.stream_offset;
    state_ = State::in_sync;
  }
  /// The same for a header right after the item, whose bytes are `raw`; the last of them came with `packet`.
  /// Returns the header's begin item.
  [[nodiscard]] ChunkItem believe_header(PacketRef packet, Bytes raw) {
    believe_header();
    return resolve(packet_of(packet, raw), raw);
  }
  /// Begins the message of the taken chunk anew at its payload, with another chunk size.
  void restart_message(const ChunkResumption& resumption);

  /// What is known of how the sender writes extended timestamps.
  [[nodiscard]] const ExtendedTimestamps& extended_timestamps() const { return extended_timestamps_; }
  /// A packet's end has cut off a header, whose bytes are held: `next` may have items without any input.
  [[nodiscard]] bool has_cut_header() const { return cut_ != nullptr; }
  /// Bytes of a chunk header that the end of the data or of the stream has cut off.
  [[nodiscard]] std::size_t held_header_bytes() const { return cut_ == nullptr ? 0 : cut_->held; }

  // After a loss.

  /// The chunk borders are not known from here on, for a reason outside of the chunk stream.
  void lose_sync();
  /// The chunk that a gap of `missing` bytes would interrupt now, if its message may go on behind the gap.
  /// Nothing between messages, within a header, and if the message ends in the gap.
  [[nodiscard]] std::optional<InterruptedChunk> interrupted(std::uint64_t missing) const;
  /// Bytes of an ambiguous_header item that were read too far: they follow `raw`. Empties them.
  [[nodiscard]] Bytes take_unread_bytes();

  /// Continues at a header that a search has found. Messages in progress are dropped, and what headers
  /// inherit is uncertain.
  void resume(const ChunkResumption& resumption);
  /// Continues the message that a gap interrupted. Gaps that begin before `predicted_until` hide only chunks
  /// of that message.
  void resume_interrupted(const InterruptedChunk& interrupted, std::uint64_t predicted_until,
                          const ChunkResumption& resumption);
  /// Continues at the header of an ambiguous_header item. All other state holds.
  void resume_at_ambiguous_header(const ChunkResumption& resumption);
  /// Continues at the header of a next_header item.
  void resume_at_next_header() { state_ = State::in_sync; }
  /// The same right after that item, whose bytes are `raw`; the last of them came with `packet`. Returns the
  /// header's begin item.
  [[nodiscard]] ChunkItem resume_at_next_header(PacketRef packet, Bytes raw) {
    state_ = State::in_sync;
    return resolve(packet_of(packet, raw), raw);
  }

  /// Null if no message is provisional.
  [[nodiscard]] ProvisionalMessage* provisional() {
    return recovery_ == nullptr ? nullptr : recovery_->provisional();
  }
  [[nodiscard]] const ProvisionalMessage* provisional() const {
    return recovery_ == nullptr ? nullptr : std::as_const(*recovery_).provisional();
  }
  /// True if the provisional message has several chunks: a valid header behind it then also confirms the
  /// chunk size.
  [[nodiscard]] bool provisional_is_split() const {
    return provisional() != nullptr && streams_[provisional()->stream].message.chunks > 1;
  }
  void confirm_provisional() { recovery_->confirm_provisional(streams_[provisional()->stream], chunk_size_); }
  /// See ChunkParserRecovery::accept_provisional.
  void accept_provisional() {
    if (recovery_ != nullptr) recovery_->accept_provisional();
  }

  [[nodiscard]] KnownChunkSize known_chunk_size() const {
    return recovery_ == nullptr ? KnownChunkSize{chunk_size_, true, 0}
                                : recovery_->known_chunk_size(chunk_size_);
  }
  /// A sender that keeps its chunk size splits a message of that length as the parser expects.
  [[nodiscard]] bool within_longest_unsplit(std::uint32_t length) const {
    return recovery_ == nullptr || recovery_->within_longest_unsplit(length);
  }

 private:
  enum class State : std::uint8_t {
    in_sync,
    lost,                 ///< no chunk border is known
    at_odd_header,        ///< stopped at a header, or its body, until believe_header says that it is one
    at_undecided_header,  ///< stopped at a header until decide_extended_timestamp says how long it is
    at_ambiguous_header,  ///< stopped at a header until `resume…` says what it means
    at_next_header,       ///< stopped at the header that confirms the provisional message
  };

  /// A header that came in several StreamData.
  struct CutHeader {
    std::array<std::uint8_t, maximum_header_size> bytes{};
    std::size_t held = 0;  ///< of them, while there is no whole header
    PacketRef packet;      ///< with the first of them
    StreamData unread;     ///< views those of them that proved to be no header
  };

  ChunkItem step(StreamData& in);
  ChunkItem begin_chunk(StreamData& in);
  ChunkItem collect_header(StreamData& in);
  bool parse_header(Bytes bytes);
  [[nodiscard]] bool finish_header(ExtendedTimestamp extended, Bytes bytes);
  ChunkItem resolve(PacketRef packet, Bytes raw);
  void repeat_header(ChunkStream& stream);
  [[nodiscard]] bool needs_belief(const ChunkStream* stream, bool continues) const;
  [[nodiscard]] bool is_believed() const;
  [[nodiscard]] bool begins_body(const ChunkStream& stream, std::uint8_t first);
  /// Of the header whose bytes are `raw`: that of its first byte, if it came in several.
  [[nodiscard]] PacketRef packet_of(PacketRef last, Bytes raw) const {
    return cut_ != nullptr && raw.data() == cut_->bytes.data() ? cut_->packet : last;
  }
  void start_message(ChunkStream& stream, PacketRef packet);
  void begin_without_defaults(MessageHeader& message);
  ChunkItem stop_at(ChunkItem::Kind kind, State state, Bytes raw);
  ChunkItem assume_continuation(std::uint64_t missing);
  ChunkParserRecovery& recovery();
  void enter_recovery(const ChunkResumption& resumption);
  void set_defaults(const HeaderDefaults& defaults);
  void note(FindingId id, Range range, std::uint64_t a = 0, std::uint64_t b = 0);
  void note(const std::optional<ChunkFinding>& finding);

  // Most connections are idle, and there are many: what is rare lies outside, and what each chunk needs side
  // by side.
  ChunkStreamTable streams_;
  std::uint32_t chunk_size_ = initial_chunk_size;
  std::uint32_t remaining_ = 0;  ///< payload bytes of the current chunk that have not come yet
  std::uint32_t current_ = 0;    ///< chunk stream of the current chunk
  State state_ = State::in_sync;
  bool odd_body_ = false;
  std::unique_ptr<CutHeader> cut_;
  std::unique_ptr<ChunkParserRecovery> recovery_;  ///< null: nothing has been lost so far
  std::unique_ptr<std::vector<ChunkFinding>> findings_;
  std::unique_ptr<ChunkStream> abandoned_;
  ChunkHeader header_;
  TakenChunk taken_;
  std::uint64_t believed_ = std::numeric_limits<std::uint64_t>::max();  ///< offset of the odd header that is
  BodyBegins body_begins_;
  ExtendedTimestamps extended_timestamps_;
  MessageClock clock_;
};

}  // namespace rtmpscope::rtmp
