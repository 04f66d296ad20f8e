// Chunk stream framing of one direction (RTMP 5.3): finds chunk headers, resolves what they inherit, and says
// which bytes are payload of which message. It does not keep payload; see message_assembler.hpp.
#pragma once

#include <array>
#include <bit>
#include <memory>
#include <optional>
#include <span>
#include <unordered_map>
#include <vector>

#include "base/byte_order.hpp"
#include "base/prefetch.hpp"
#include "base/stream.hpp"
#include "rtmp/chunk/message.hpp"
#include "rtmp/chunk/timestamp_estimator.hpp"
#include "schema/field_sink.hpp"

namespace rtmpscope::rtmp {

inline constexpr std::uint32_t initial_chunk_size = 128;           // RTMP 5.4.1
inline constexpr std::uint32_t maximum_message_length = 0xFFFFFF;  // the length field has 24 bits
inline constexpr std::size_t maximum_header_size = 3 + 11 + 4;     // basic, message, extended timestamp
inline constexpr std::array<std::uint8_t, 4> message_header_size = {11, 7, 3, 0};  // by format, RTMP 5.3.1.2
inline constexpr std::uint32_t extended_mark =
    0xFFFFFF;  // a timestamp field that says to look further, RTMP 5.3.1.3

/// Bytes of the shortest basic header for a chunk stream (RTMP 5.3.1.1).
[[nodiscard]] constexpr std::uint32_t basic_header_size(std::uint32_t chunk_stream_id) {
  return chunk_stream_id < 64 ? 1 : chunk_stream_id < 320 ? 2 : 3;
}

/// One chunk header as it is on the wire. Fields that its format does not have are zero.
struct ChunkHeader {
  std::uint64_t stream_offset = 0;  ///< of the basic header
  std::uint8_t format = 0;          ///< 0 to 3
  std::uint8_t basic_size = 0;      ///< 1 to 3 bytes
  std::uint8_t size = 0;            ///< bytes of the whole header, extended timestamp included
  bool has_extended_timestamp = false;
  std::uint8_t type_id = 0;  ///< formats 0 and 1
  std::uint32_t chunk_stream_id = 0;
  std::uint32_t timestamp_field = 0;    ///< 24 bits as sent: absolute (format 0) or delta (1 and 2)
  std::uint32_t length = 0;             ///< formats 0 and 1
  std::uint32_t message_stream_id = 0;  ///< format 0
  std::uint32_t extended_timestamp = 0;
};

/// Reads the fields that the message header at `p` has, of message_header_size bytes; the format is known.
inline void read_message_header(const std::uint8_t* p, ChunkHeader& header) {
  if (header.format == 3) return;
  header.timestamp_field = load_be24(p);
  header.has_extended_timestamp = header.timestamp_field == extended_mark;
  if (header.format == 2) return;
  header.length = load_be24(p + 3);
  header.type_id = p[6];
  if (header.format == 0) header.message_stream_id = load_le32(p + 7);  // little-endian, RTMP 5.3.1.2.1
}

/// What a header has from the message before it on its chunk stream where it does not say it itself: to be
/// read over.
inline void inherit(const MessageHeader& before, ChunkHeader& header) {
  header.type_id = before.type_id;
  header.length = before.length;
  header.message_stream_id = before.message_stream_id;
}

/// Payload of a message and the type 3 headers between its chunks, of one byte each. `chunk_size` 0: nothing
/// divides it, as far as is known.
[[nodiscard]] constexpr std::size_t bytes_in_chunks(std::uint32_t length, std::uint32_t chunk_size) {
  return length + (chunk_size == 0 || length == 0 ? 0 : (length - 1) / chunk_size);
}

/// State of one chunk stream: the last header's values and the message in progress.
struct ChunkStream {
  MessageHeader message;                  ///< of the message in progress, or of the last one
  std::uint32_t received = 0;             ///< payload bytes seen or known to be missing
  std::uint32_t delta = 0;                ///< what a type 3 header that begins a message adds
  std::uint32_t extended_timestamp = 0;   ///< last extended timestamp of a type 0, 1 or 2 header
  TimestampEstimator::StreamClock clock;  ///< of audio and video
  std::uint8_t last_format = 0xFF;        ///< of the last header that was not type 3; 0xFF: none yet
  bool has_extended_timestamp = false;    ///< the last type 0, 1 or 2 header had an extended timestamp
  bool in_progress = false;               ///< a message has begun and is not complete
  bool incomplete = false;                ///< bytes of the message in progress are missing
  bool defaults_uncertain =
      false;               ///< a header may have been lost since the last one; it may inherit something else
  std::uint32_t body = 0;  ///< of the message in progress, for the caller: MessageAssembler
};

/// The chunk in which the stream was when bytes went missing.
struct InterruptedChunk {
  std::size_t stream = 0;       ///< index for ChunkParser::stream
  std::uint32_t remaining = 0;  ///< payload bytes of the chunk that had not come
};

/// What a chunk stream inherits from a header that was lost, as what follows shows.
struct HeaderDefaults {
  std::uint32_t chunk_stream_id = 0;
  std::uint32_t length = 0;
  std::uint8_t type_id = 0;
};

/// What a parser knows that goes on after a loss.
struct ChunkResumption {
  std::uint64_t offset = 0;            ///< of the header that comes next
  std::uint64_t trusted_until = 0;     ///< headers before it have been confirmed by what follows
  std::uint32_t chunk_size = 0;        ///< 0: not known
  bool chunk_size_certain = false;     ///< messages were split like that
  std::uint32_t least_chunk_size = 0;  ///< messages of that length came in one chunk
  bool provisional = false;            ///< not even the header that comes next has been
  bool chunk_size_is_stable =
      false;  ///< the sender has kept to it for long, known or not: see ProvisionalMessage
  std::vector<HeaderDefaults>
      defaults{};  ///< what first headers of chunk streams inherit; resume_at_ambiguous_header: that in doubt
};

/// A finding about a chunk header; its range lies within the header.
struct ChunkFinding {
  FindingId id;
  Range range;
  std::uint64_t a = 0;
  std::uint64_t b = 0;
};

struct ChunkItem {
  enum class Kind : std::uint8_t {
    need_more,         ///< the input is used up
    begin,             ///< a chunk header; `header`, `raw`, `starts_message`, `abandoned`
    payload,           ///< payload of the chunk that began last; `payload`, `ends_message`
    gap,               ///< `missing` payload bytes of that chunk are not captured; `ends_message`
    sync_lost,         ///< no chunk border is known from here on; `reason` (values.def: sync_lost_reason)
    ambiguous_header,  ///< after a loss: a header whose meaning has to be confirmed first; `header`, `raw`
    next_header,       ///< the header behind a provisional message, or between its chunks; `header`, `raw`
  };
  Kind kind = Kind::need_more;
  bool starts_message = false;
  bool ends_message = false;  ///< with begin: the message is empty, and complete
  bool abandoned = false;     ///< a message in progress is replaced: ChunkParser::abandoned
  std::uint8_t reason = 0;
  std::uint32_t missing = 0;
  std::size_t stream = 0;            ///< index for ChunkParser::stream
  std::uint32_t payload_length = 0;  ///< begin: bytes of the message in this chunk
  Bytes payload;
  Bytes raw;  ///< the header's bytes, valid until the next call
};

/// Pull parser: call `next` until it answers need_more, and act on each item before the next call, so that a
/// Set Chunk Size or an Abort takes effect where the standard wants it (RTMP 5.4.1, 5.4.2).
///
/// Items do not depend on how the stream is cut into StreamData. After sync_lost, doubt and landing the
/// parser takes nothing until a call of `resume…` says where it is (resync.hpp); the caller keeps the bytes
/// meanwhile.
///
/// After a loss the parser is careful: what a header inherits is not certain until the chunk stream has told
/// it again, nor is the chunk size. A header that depends on either gives a doubt item instead of a begin
/// item. Only where the sender has kept to its chunk size for long, a message that depends on that alone
/// begins, provisional; of it nothing is certain before the landing item, or the loss or end, that comes
/// behind it.
class ChunkParser {
 public:
  ChunkParser() = default;
  ChunkParser(const ChunkParser&) = delete;
  ChunkParser& operator=(const ChunkParser&) = delete;

  /// Consumes from the front of `in`; `in.offset` and `in.bytes` say what is left.
  ChunkItem next(StreamData& in);
  /// Consumes the gap: answers gap, sync_lost or need_more (nothing was lost but bytes that are skipped
  /// anyway).
  ChunkItem next(const StreamGap& gap);

  /// Loads the state of the current chunk stream and of its neighbours into the cache: audio and video.
  void prefetch() const {
    rtmpscope::prefetch(streams_.data() + prefetch_first(), 3 * sizeof(ChunkStream));
    rtmpscope::prefetch(recovery_.get(), sizeof(RecoveryState));
  }

  /// Index of the first of three chunk streams that are likely to go on.
  [[nodiscard]] std::size_t prefetch_first() const { return current_ > 1 ? current_ - 1 : 0; }

  /// The header of the last begin item, and what was odd about it.
  [[nodiscard]] const ChunkHeader& header() const { return header_; }
  /// Length of the message that it begins, inherited or not; 0 where nothing tells.
  [[nodiscard]] std::uint32_t header_length() const;
  [[nodiscard]] std::span<const ChunkFinding> findings() const {
    return findings_ == nullptr ? std::span<const ChunkFinding>() : *findings_;
  }

  /// With a begin item that says so: the chunk stream's state before its message in progress was replaced.
  [[nodiscard]] const ChunkStream& abandoned() const { return *abandoned_; }

  [[nodiscard]] ChunkStream& stream(std::size_t index) { return streams_[index]; }
  [[nodiscard]] const ChunkStream& stream(std::size_t index) const { return streams_[index]; }
  [[nodiscard]] std::size_t stream_count() const { return streams_.size(); }
  static constexpr std::size_t not_seen = static_cast<std::size_t>(-1);
  /// Index of a chunk stream; not_seen where it has not been.
  [[nodiscard]] std::size_t index_of(std::uint32_t chunk_stream_id) const {
    if (chunk_stream_id != 0 && chunk_stream_id < Index::first_ids) {
      // Bytes that are alike become 0, of which the lowest shows in its highest bit, whatever is above.
      constexpr std::uint64_t ones = 0x0101'0101'0101'0101;
      const std::uint64_t unlike = load_le64(index_.first.data()) ^ ones * chunk_stream_id;
      const std::uint64_t alike = (unlike - ones) & ~unlike & ones << 7;
      if (alike != 0) return static_cast<std::size_t>(std::countr_zero(alike)) / 8;
    }
    return index_.others == nullptr ? not_seen : index_of_other(chunk_stream_id);
  }
  /// Null where it has not been seen. Valid until the next one is.
  [[nodiscard]] const ChunkStream* find(std::uint32_t chunk_stream_id) const {
    const std::size_t index = index_of(chunk_stream_id);
    return index == not_seen ? nullptr : &streams_[index];
  }

  /// 1 to 0x7FFFFFFF; holds for the chunks that begin after the call.
  void set_chunk_size(std::uint32_t size);
  [[nodiscard]] std::uint32_t chunk_size() const { return chunk_size_; }
  /// Drops the message in progress of a chunk stream; its header values stay (RTMP 5.4.2).
  void abort_message(std::size_t stream) { streams_[stream].in_progress = false; }

  /// The chunk borders are not known from here on, for a reason that lies outside of the chunk stream.
  void lose_sync();
  [[nodiscard]] bool lost() const { return lost_; }
  /// What a gap of `missing` bytes that comes now interrupts, if it may go on behind it: nothing between
  /// messages, within a header, and where the message ends in the gap.
  [[nodiscard]] std::optional<InterruptedChunk> interrupted(std::uint64_t missing) const;
  /// Header bytes of a doubt item that were read too far, to be parsed after `raw`. Empties them.
  [[nodiscard]] Bytes take_unread_bytes();
  /// Goes on at a header. Messages in progress are given up, and all that is inherited is ambiguous.
  void resume(const ChunkResumption& resumption);
  /// Goes on with the message that a gap interrupted; gaps that begin before `predicted_until` hide its
  /// chunks alone.
  void resume_interrupted(const InterruptedChunk& interrupted, std::uint64_t predicted_until,
                          const ChunkResumption& resumption);
  /// Goes on at the header of a doubt item, with everything as it was.
  void resume_at_ambiguous_header(const ChunkResumption& resumption);
  /// Goes on at the header of a landing item.
  void resume_at_next_header() { lost_ = false; }
  /// The same right after that item, whose bytes are `raw`; the last of them came with `packet`. Answers what
  /// it is.
  [[nodiscard]] ChunkItem resume_at_next_header(PacketRef packet, Bytes raw) {
    lost_ = false;
    const bool in_pieces = cut_ != nullptr && raw.data() == cut_->bytes.data();
    return resolve(in_pieces ? cut_->packet : packet, raw);
  }

  /// A message that has begun although what follows it has to show that the chunk size holds.
  struct ProvisionalMessage {
    std::uint32_t stream = 0;
    bool ended = false;       ///< for the caller: its last byte has come …
    PacketRef last_packet{};  ///< … with that packet
  };
  /// Null: there is none.
  [[nodiscard]] ProvisionalMessage* provisional() {
    return recovery_ != nullptr && recovery_->provisional ? &*recovery_->provisional : nullptr;
  }
  [[nodiscard]] const ProvisionalMessage* provisional() const {
    return recovery_ != nullptr && recovery_->provisional ? &*recovery_->provisional : nullptr;
  }
  /// What it is made of shows that the chunk size holds, if what follows it does.
  [[nodiscard]] bool provisional_is_split() const {
    return provisional() != nullptr && streams_[provisional()->stream].message.chunks > 1;
  }
  /// The chunk size holds as far as the provisional message shows it.
  void confirm_provisional();
  /// Nothing tells; it is a message like others, from here on.
  void accept_provisional() {
    if (recovery_ != nullptr) recovery_->provisional.reset();
  }
  /// The chunk size that is to be expected; 0 if none is.
  [[nodiscard]] std::uint32_t expected_chunk_size() const {
    return recovery_ == nullptr || recovery_->chunk_size_known ? chunk_size_ : 0;
  }
  /// Whether a sender that keeps to its chunk size splits messages of that length as is to be expected.
  [[nodiscard]] bool within_longest_unsplit(std::uint32_t length) const {
    return recovery_ == nullptr || recovery_->chunk_size_known || length <= recovery_->longest_unsplit;
  }
  /// Whether the chunk size is certain; if not, chunks of `least_chunk_size` bytes have been seen all the
  /// same.
  [[nodiscard]] bool chunk_size_certain() const {
    return recovery_ == nullptr || recovery_->chunk_size_certain;
  }
  [[nodiscard]] std::uint32_t least_chunk_size() const {
    return recovery_ == nullptr ? 0 : recovery_->least_chunk_size;
  }
  /// The sender leaves out the extended timestamp of type 3 headers.
  [[nodiscard]] bool omits_extended_timestamps() const { return type3_habit_ == Habit::absent; }
  /// Bytes of a chunk header that the stream's end cut off.
  [[nodiscard]] std::size_t held_header_bytes() const { return cut_ == nullptr ? 0 : cut_->held; }

 private:
  enum class Habit : std::uint8_t { unknown, present, absent };
  struct Recent {
    std::uint32_t chunk_stream_id = 0;
    std::uint32_t timestamp = 0;
  };
  /// What a parser has to mind after a loss.
  struct alignas(cache_line) RecoveryState {
    std::uint64_t trusted_until = 0;
    std::uint64_t predicted_until = 0;
    std::uint32_t least_chunk_size = 0;
    std::uint32_t longest_unsplit =
        0;  ///< while it is kept: of the chunks that were seen, those before the last loss, too
    bool chunk_size_certain = false;
    bool chunk_size_known = true;
    bool chunk_size_is_stable = false;
    std::optional<ProvisionalMessage> provisional{};
  };
  static_assert(sizeof(RecoveryState) == cache_line);
  /// Why a header does not count as it is.
  enum class Ambiguity : std::uint8_t { none, meaning, chunk_size, provisional_end };

  /// A header that came in pieces.
  struct CutHeader {
    std::array<std::uint8_t, maximum_header_size> bytes{};
    std::size_t held = 0;  ///< of them, while there is no whole header
    PacketRef packet;      ///< with the first of them
    StreamData unread;     ///< views those of them that proved to be no header
  };
  /// Where chunk streams are found: the first ones by comparing all of them at once, the others in a map.
  struct Index {
    static constexpr std::size_t first_count = usual_chunk_streams;
    static_assert(first_count == sizeof(std::uint64_t));
    static constexpr std::uint32_t first_ids = 256;  ///< for ids below
    std::array<std::uint8_t, first_count> first{};   ///< ids, by index; 0: another one, or none
    std::unique_ptr<std::unordered_map<std::uint32_t, std::uint32_t>> others{};
  };

  ChunkItem step(StreamData& in);
  ChunkItem begin_chunk(StreamData& in);
  ChunkItem collect_header(StreamData& in);
  bool parse_header(Bytes bytes);
  enum class Extended : std::uint8_t { present, absent, undecided };
  Extended type3_extended(const ChunkStream& stream, Bytes rest);
  [[nodiscard]] std::size_t index_of_other(std::uint32_t chunk_stream_id) const;
  std::size_t find_or_add(std::uint32_t chunk_stream_id);
  ChunkItem resolve(PacketRef packet, Bytes raw);
  void start_message(ChunkStream& stream, PacketRef packet);
  void estimate_timestamp(ChunkStream& stream, Timestamp time) const;
  std::uint32_t type3_timestamp(ChunkStream& stream);
  [[nodiscard]] bool plausible(const ChunkStream& stream) const;
  [[nodiscard]] Ambiguity ambiguity_of_header() const;
  [[nodiscard]] bool expected_split() const;
  ChunkItem stop_at(ChunkItem::Kind kind, Bytes raw);
  ChunkItem assume_continuation(std::uint64_t missing);
  void enter_recovery(const ChunkResumption& resumption);
  void set_defaults(const HeaderDefaults& inherited);
  void forget_chunk_size();
  void note(FindingId id, Range range, std::uint64_t a = 0, std::uint64_t b = 0);

  // Most connections are idle, and there are many: what is rare lies outside, and what each chunk needs side
  // by side.
  std::vector<ChunkStream> streams_;
  Index index_;
  std::uint32_t chunk_size_ = initial_chunk_size;
  std::uint32_t remaining_ = 0;  ///< payload bytes of the current chunk that have not come yet
  std::uint32_t current_ = 0;    ///< chunk stream of the current chunk
  Habit type3_habit_ = Habit::unknown;
  std::uint8_t implausible_ = 0;  ///< headers in a row that cannot be right
  bool lost_ = false;
  std::unique_ptr<CutHeader> cut_;
  std::unique_ptr<RecoveryState> recovery_;  ///< after a loss
  std::unique_ptr<std::vector<ChunkFinding>> findings_;
  std::unique_ptr<ChunkStream> abandoned_;
  ChunkHeader header_;

  std::array<Recent, 2> recent_{};  ///< last message, and the last one before it on another chunk stream
  TimestampEstimator estimator_;
};

/// Pushes the fields of a chunk header. Ranges lie within the header's bytes.
void describe_chunk(const ChunkHeader& header, std::uint32_t payload_length, FieldSink& sink);

/// Whether the type id is one that RTMP or its dialects define.
[[nodiscard]] bool is_known_message_type(std::uint8_t type_id);

}  // namespace rtmpscope::rtmp
