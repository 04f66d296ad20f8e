// One direction's chunk stream, from bytes to messages: framing (chunk_parser.hpp) and bodies
// (message_assembler.hpp) together, with the two messages that change framing itself applied.
#pragma once

#include <limits>

#include "rtmp/recovery/lookback.hpp"
#include "rtmp/recovery/sync_search.hpp"
#include "rtmp/recovery/trusted_chunk.hpp"
#include "rtmp/session/chunk_habits.hpp"
#include "rtmp/session/message_delivery.hpp"

namespace rtmpscope::rtmp {

/// values.def: sync_lost_reason
enum class SyncLostReason : std::uint8_t { gap, start_not_captured, implausible_header, inherited_unknown };

/// Call order: any number of on_data and on_gap in stream order, then on_end once; before_gap before an
/// on_gap, if at all.
///
/// Between two calls it is in one of two states:
/// - in sync (no `search_`, no `kept_`): bytes are parsed where they lie in their packet.
/// - searching (`search_` and `kept_`): bytes are kept, and the search reads them.
/// When a search finds a header, parsing continues there in the kept bytes (`kept_` alone), until these are
/// used up, or the next search begins. What kept bytes hold is reported later, each event with the packet
/// that it came in.
class ChunkStreamDecoder {
 public:
  void on_data(StreamData data, ChunkStreamListener& listener);
  void on_gap(const StreamGap& gap, ChunkStreamListener& listener);
  /// Delivers the provisional message, for a listener that reports the gap before on_gap.
  void before_gap(ChunkStreamListener& listener) {
    if (search_ == nullptr) deliver_provisional(listener);
  }
  /// Delivers the messages in progress as incomplete ones.
  void on_end(PacketRef packet, ChunkStreamListener& listener);
  /// Nothing can be decoded from here on, for a reason outside of the chunk stream.
  void lose_sync(std::uint64_t offset, SyncLostReason reason, PacketRef packet,
                 ChunkStreamListener& listener);

  /// Loads the state of the chunk streams into the cache.
  void prefetch() const {
    parser_.prefetch();
    delivery_.assembler().prefetch();
    rtmpscope::prefetch(search_.get(), sizeof(SyncSearch));
    rtmpscope::prefetch(kept_.get(), sizeof(KeptBytes));
  }
  /// And then that of the search for chunk borders.
  void prefetch_search() const {
    if (kept_ != nullptr) kept_->prefetch();
  }

  ~ChunkStreamDecoder() { count_chunk_streams(0); }
  ChunkStreamDecoder() = default;
  ChunkStreamDecoder(const ChunkStreamDecoder&) = delete;
  ChunkStreamDecoder& operator=(const ChunkStreamDecoder&) = delete;

  /// Before anything else: memory that it shares with others. May be null.
  void share(SharedMemory* memory) {
    delivery_.assembler().share(memory);
    lookback_.share(memory);
  }
  /// See MessageAssembler.
  void keep_media_whole(bool whole) { delivery_.assembler().keep_media_whole(whole); }
  void walk_frames(bool walk) { delivery_.assembler().walk_frames(walk); }

  /// Bytes or chunk borders have been lost: what does not fit since then may be due to that.
  [[nodiscard]] bool damaged() const { return damaged_; }
  /// The chunk streams whose headers were read, in the order of their first ones.
  [[nodiscard]] ChunkHabits habits() const {
    ChunkHabits habits = habits_of(parser_);
    habits.cut = habits.cut || forgot_chunk_streams_;
    return habits;
  }
  /// A chunk header that the end of the stream cut off: how many bytes of it came.
  [[nodiscard]] std::size_t held_header_bytes() const { return parser_.held_header_bytes(); }

 private:
  void begin_packet(PacketRef packet, std::uint64_t offset);
  void parse(StreamData& data, ChunkStreamListener& listener);
  void keep_last_chunk(const StreamData& data);
  void take_payload(const ChunkItem& item, const StreamData& whole, ChunkStreamListener& listener);
  void parse_gap(const StreamGap& gap, ChunkStreamListener& listener);
  void read_kept(const StreamData& at_hand, ChunkStreamListener& listener);
  void read_kept_data(const KeptBytes::Piece& piece, const StreamData& at_hand,
                      ChunkStreamListener& listener);
  void read_kept_gap(const KeptBytes::Piece& piece, ChunkStreamListener& listener);
  void finish(PacketRef packet, ChunkStreamListener& listener);
  void search(bool last, ChunkStreamListener& listener);
  void resume_at(const SyncFound& found, ChunkStreamListener& listener);
  void start_search(const SyncSearch::Start& start);
  bool start_odd_search(const ChunkItem& item, const StreamData& taken);
  void lose_odd_header(PacketRef packet, ChunkStreamListener& listener);
  void drop_odd_message();
  [[nodiscard]] bool may_have_other_chunks(const ChunkStream& stream, const StreamData& whole);
  void search_unfinished(PacketRef packet, ChunkStreamListener& listener);
  void restart_message(const SyncFound& found, ChunkStreamListener& listener);
  void end_provisional(bool confirmed, ChunkStreamListener& listener);
  void deliver_provisional(ChunkStreamListener& listener);
  void count_chunk_streams(std::size_t count);
  bool forgets_chunk_streams(std::size_t index, PacketRef packet, ChunkStreamListener& listener);
  void begin_chunk(const ChunkItem& item, PacketRef packet, ChunkStreamListener& listener);

  ChunkParser parser_;
  SenderProfile profile_;
  MessageDelivery delivery_{parser_, profile_};
  std::uint64_t packet_ = 0;        ///< number of the one whose bytes are taken
  std::uint64_t packet_begin_ = 0;  ///< offset of its first byte
  bool damaged_ = false;
  bool forgot_chunk_streams_ = false;
  std::uint32_t counted_chunk_streams_ = 0;  ///< that SharedMemory knows of
  WorkBudget work_;
  std::uint64_t restarted_ =
      std::numeric_limits<std::uint64_t>::max();  ///< header that a message began anew at
  Lookback lookback_;                             ///< while all that has come is parsed
  TrustedChunk trusted_;
  std::unique_ptr<KeptBytes> kept_;     ///< while not all that has come is parsed
  std::unique_ptr<SyncSearch> search_;  ///< while chunk borders are not known
};

}  // namespace rtmpscope::rtmp
