// Parses a piece of a chunk stream on trial: how far it goes from a place, and how much speaks for it.
#pragma once

#include <array>
#include <cstddef>
#include <memory_resource>
#include <span>
#include <vector>

#include "rtmp/evidence/header_evidence.hpp"
#include "rtmp/recovery/kept_bytes.hpp"

namespace rtmpscope::rtmp {

/// First bytes of a message's body.
struct BodyHead {
  static constexpr std::size_t most = 4;
  std::array<std::uint8_t, most> bytes{};
  std::size_t size = 0;

  BodyHead() = default;
  explicit BodyHead(Bytes body);
  /// Bits for another body's beginning like this one.
  [[nodiscard]] int weigh_alike(Bytes body) const;
};

/// Where a trial starts, and what it takes for granted.
struct TrialStart {
  std::uint64_t offset = 0;
  std::optional<InterruptedChunk> interrupted{};  ///< nothing: a header that begins a message is at `offset`
  bool state_holds = false;      ///< messages in progress go on; else headers may be missing before `offset`
  std::uint32_t chunk_size = 0;  ///< 0: not known
  bool chunk_size_certain = false;     ///< nothing can have changed it
  std::uint32_t least_chunk_size = 0;  ///< chunks of that many bytes have been seen
  std::span<const HeaderDefaults>
      defaults{};                 ///< what first headers of chunk streams inherit; else as the parser has it
  bool defaults_guessed = false;  ///< `inherited` need not hold
  std::span<const BodyHead> heads{};  ///< how the bodies of those begin, as far as that is known
  int least_first_bits = 0;           ///< a first header for which less speaks is a contradiction …
  int least_type3_bits = 0;           ///< … or one of type 3, which says nothing itself
  int enough_bits_of_one =
      0;              ///< where one message that is confirmed has as many, the trial may end; 0: never
  bool last = false;  ///< no more bytes will come
};

struct TrialResult {
  enum class Reason : std::uint8_t {
    contradiction,  ///< no believable header at `offset`
    need_more,      ///< the window ends
    gap,            ///< the next header is missing
    enough,         ///< trial_headers were passed, or one message that is confirmed, if that was asked for
  };
  Reason reason = Reason::contradiction;
  std::uint64_t offset = 0;      ///< of the header that was not passed
  std::uint64_t confirmed = 0;   ///< messages that begin before it are confirmed by what follows them
  int first_bits = 0;            ///< for the first header that begins a message
  int bits = 0;                  ///< for all of it
  int payload_bits = 0;          ///< of `bits`, what the bodies of messages show
  int messages = 0;              ///< messages that began
  int explicit_headers = 0;      ///< of them, those whose header gives length and type
  int unknown_defaults = 0;      ///< of them, those that inherit these from before the trial
  int confirmed_ends = 0;        ///< messages that ended where the next header, or a gap, begins
  std::uint32_t chunk_size = 0;  ///< as in TrialStart, after the trial
  bool chunk_size_certain = false;
  std::uint32_t least_chunk_size = 0;
  std::uint64_t wanted_end = 0;  ///< need_more: the result is the same until the window ends there
};

/// A message that a trial passed.
struct MessageSample {
  std::uint32_t chunk_stream_id = 0;
  std::uint32_t length = 0;  ///< 0: not known
  std::uint8_t type_id = 0;
  BodyHead head{};
};

/// What TrialParser::parse_backward finds: messages without a gap between them before the header that it was
/// asked for.
struct PrecedingMessages {
  std::uint64_t offset = 0;  ///< of the first one's header; without any, what was asked for
  int messages = 0;
  int explicit_headers = 0;      ///< of them, those whose header gives length and type
  std::uint32_t longest = 0;     ///< bytes of the longest body
  std::uint32_t chunk_size = 0;  ///< by which one of them is divided, where that was not known
  std::vector<HeaderDefaults>
      defaults{};  ///< what first headers of chunk streams inherit from such as are not there
};

/// What messages on a chunk stream seem to have in common (chunk_repetition.hpp). A guess, for trials to
/// prove.
struct RepeatedLength {
  HeaderDefaults defaults{};
  std::uint32_t chunk_size =
      0;  ///< that the messages are split by; 0: they are not split, or that is not known
  BodyHead head{};
};

/// What TrialParser::infer finds out.
struct InferredLength {
  std::optional<HeaderDefaults> defaults;
  std::uint64_t wanted_end = 0;  ///< nothing found: more can be said when the window ends there; 0: never
};

/// Chunk sizes that senders use; the first ones are those by which messages of a few kilobytes are divided.
inline constexpr std::array<std::uint32_t, 12> usual_chunk_sizes = {128,  256,   512,   1024,  2048,  4096,
                                                                    8192, 16384, 32768, 60000, 65535, 65536};
inline constexpr std::span<const std::uint32_t> small_chunk_sizes = std::span(usual_chunk_sizes).first<6>();
/// Headers that a trial passes at most.
inline constexpr int trial_headers = 24;
/// Longest time that a header adds which inherits all else from one that is not known.
inline constexpr std::uint32_t longest_inheriting_step_ms = 1000;

class TrialParser {
 public:
  /// `work` counts bytes and headers looked at; a trial stops as `contradiction` when it gets to
  /// `work_limit`.
  TrialParser(const KeptBytes& window, const ChunkParser& parser, const SenderProfile& profile,
              std::uint64_t& work, std::uint64_t work_limit)
      : window_(window), parser_(parser), profile_(profile), work_(work), work_limit_(work_limit) {
    streams_.reserve(usual_chunk_streams);
    samples_.reserve(most_samples);
  }
  TrialParser(const TrialParser&) = delete;
  TrialParser& operator=(const TrialParser&) = delete;

  /// `until_confirmed`: one message that is confirmed is enough.
  [[nodiscard]] TrialResult try_from(const TrialStart& start, bool until_confirmed = false);
  enum class NextHeader : std::uint8_t { believable, not_there, refuted, need_more };
  /// Whether a header that begins a message is at `offset`, where one must be unless chunk borders are lost.
  /// `not_there`: not enough of it to tell, and no more will come; `need_more`: see wanted_end.
  [[nodiscard]] NextHeader check_next_header(std::uint64_t offset, bool last);
  [[nodiscard]] std::uint64_t wanted_end() const { return end_.wanted_end; }
  /// `bytes`, from a place on up to a gap or the end, begin with a type 3 header that `try_from` would take
  /// for none because of its message's body, if it inherits nothing but the parser's state. Costs less; false
  /// where that is not clear.
  [[nodiscard]] bool is_no_first_type3(Bytes bytes, int least_bits) const;
  /// Finds length and type of an audio or video message whose header at `start.offset` inherits them from a
  /// lost one: the type by its body, the length by the first believable header that stands where no
  /// continuation has to be, or a less believable one where the body ends by its contents.
  [[nodiscard]] InferredLength infer_length(const TrialStart& start);
  /// The first message of the last `try_from`, whose header is at `header`, is all there, and its contents
  /// lead exactly to its end.
  [[nodiscard]] bool first_is_whole(std::uint64_t header) const;
  /// Gathers samples for `parse_backward` from `start` on, also of chunk streams whose headers inherit from
  /// lost ones; false if more bytes may give more of them.
  [[nodiscard]] bool collect_samples(TrialStart start);
  /// The last `try_from`, or `survey`, passed a message of that chunk stream, length and type.
  [[nodiscard]] bool has_passed(const HeaderDefaults& what) const;
  /// After `survey` from `header`: finds messages before it, from the last one on, each of which ends exactly
  /// where the next one begins. Headers may inherit from such as came before offset `least`: then the length
  /// is what leads to the next header, and it must be that of other messages of the chunk stream, one of the
  /// guesses, or where the body ends by its contents. Headers that give a length, and such bodies, are looked
  /// for if `all`. Without `survey`, right after a `try_from` from `header`.
  [[nodiscard]] PrecedingMessages parse_backward(std::uint64_t header, std::uint64_t least,
                                                 std::span<const RepeatedLength> guesses, bool all);

 private:
  enum class HeaderRead : std::uint8_t { header, not_header, need_more, in_gap };
  enum class Choice : std::uint8_t { chosen, unsplit, none, need_more, in_gap };

  /// A type 3 header where one must be: one byte that can have no other value.
  static constexpr int continuation_bits = 8;

  /// A chunk stream as the trial leaves it; the parser's own state stays as it is.
  struct Stream {
    std::uint32_t id = 0;
    ChunkStream state;
    std::uint32_t left = 0;         ///< payload bytes of the message in progress; 0: none is
    bool certain = false;           ///< is_certain
    bool explicit_headers = false;  ///< a header of the trial has given length and type
    int next_header_bits_sum = 0;   ///< for the headers behind its messages so far
    BodyHead head{};                ///< of the last message
  };

  /// A header with what it inherits, and what speaks for it.
  struct TrialHeader {
    ChunkHeader header;
    int bits = 0;
    int payload_bits = 0;  ///< of `bits`: for the body
    bool continuation = false;
    Bytes body;  ///< what follows the header without a gap
  };

  struct PrecedingMessage;

  void begin(const TrialStart& start);
  [[nodiscard]] RecognizedType recognize_type(Bytes body, const ChunkStream* state) const;
  [[nodiscard]] RecognizedType recognize_whole(Bytes wire, std::uint32_t chunk_size) const;
  int weigh_next_header(std::uint64_t offset, std::uint32_t id, std::uint8_t type_id, Bytes body);
  HeaderRead read(std::uint64_t offset, TrialHeader& seen);
  HeaderRead read_next(TrialHeader& seen);
  HeaderRead read_body(TrialHeader& seen);
  HeaderRead read_inheriting(std::uint64_t offset, int& bits);
  void add_inheriting_sample(std::uint64_t offset);
  [[nodiscard]] HeaderRead missing(std::uint64_t offset);
  [[nodiscard]] const ChunkStream* state_of(std::uint32_t id, std::uint32_t& left) const;
  [[nodiscard]] bool is_certain(std::uint32_t id) const;
  Stream& stream(std::uint32_t id);
  [[nodiscard]] std::optional<int> weigh_sample(const MessageSample& sample, Bytes body,
                                                std::span<const MessageSample> samples) const;
  [[nodiscard]] std::uint32_t dividing_size(Bytes run, std::size_t payload, std::size_t end,
                                            std::uint8_t chunk_stream_id, std::uint32_t length) const;
  [[nodiscard]] std::size_t bytes_on_wire(std::uint32_t length) const;
  [[nodiscard]] std::optional<PrecedingMessage> match_known_length(
      Bytes run, std::size_t at, std::size_t end, std::span<const MessageSample> samples) const;
  [[nodiscard]] std::optional<PrecedingMessage> match_repeated_length(Bytes run, PrecedingMessage found,
                                                                      Bytes body) const;
  [[nodiscard]] std::optional<PrecedingMessage> match_by_content(Bytes run, PrecedingMessage found,
                                                                 std::size_t end) const;
  [[nodiscard]] std::optional<PrecedingMessage> find_preceding(Bytes run, std::size_t end,
                                                               std::span<const MessageSample> samples,
                                                               std::span<const HeaderDefaults> inherited,
                                                               bool all);
  void add_known_samples(std::pmr::vector<MessageSample>& samples) const;
  void begin_message(const TrialHeader& seen);
  bool confirms(const TrialHeader& seen);
  void end_message(std::uint32_t id, std::uint64_t next);
  Choice choose_chunk_size(std::uint64_t payload, const TrialHeader& seen);
  std::optional<std::uint32_t> compare_sizes(std::span<const std::uint32_t> sizes, bool& more);
  HeaderRead fits(std::uint64_t payload, const TrialHeader& seen, std::uint32_t chunk_size, bool guessed);
  [[nodiscard]] std::uint32_t continuation_size(std::uint32_t id) const;
  bool pass_chunk(std::uint32_t id, std::uint64_t payload);
  bool cross_gap(std::uint32_t id);

  const KeptBytes& window_;
  const ChunkParser& parser_;
  const SenderProfile& profile_;
  std::uint64_t& work_;
  std::uint64_t work_limit_;
  const TrialStart* start_ = nullptr;
  bool last_ = false;
  bool state_holds_ = false;
  bool crosses_gaps_ = false;
  TrialResult end_;
  std::optional<TrialHeader>
      ahead_;  ///< the header that was last found behind a message, while nothing has begun since
  std::uint32_t last_message_stream_ = 0;  ///< chunk stream of the message that began last
  bool length_certain_ = false;            ///< of that message
  // Most trials are short and there are many: what they need lies here rather than on the heap.
  static constexpr std::size_t most_samples = 24;
  static constexpr std::size_t memory_bytes =
      usual_chunk_streams * sizeof(Stream) + most_samples * sizeof(MessageSample);
  alignas(std::max_align_t) std::array<std::byte, memory_bytes> memory_;
  std::pmr::monotonic_buffer_resource resource_{memory_.data(), memory_.size()};
  std::pmr::vector<Stream> streams_{&resource_};
  std::size_t recent_stream_ = 0;                        ///< index of the one that was asked for last
  std::pmr::vector<MessageSample> samples_{&resource_};  ///< of the last run
};

}  // namespace rtmpscope::rtmp
