// Parses a part of a chunk stream on trial: how far it goes from a place, and how much speaks for it.
#pragma once

#include "rtmp/recovery/trial_reader.hpp"

namespace rtmpscope::rtmp {

/// One object may make several trials, one after another. It is as large as the state of a few chunk streams:
/// nothing of it is on the heap.
class TrialParser {
 public:
  explicit TrialParser(const TrialInput& input) : reader_(input) { samples_.reserve(most_samples); }
  TrialParser(const TrialParser&) = delete;
  TrialParser& operator=(const TrialParser&) = delete;

  /// Parses from `start.offset` until a header is not believable, the bytes end, or enough has been passed.
  /// `until_confirmed`: one message that is confirmed is enough.
  [[nodiscard]] TrialResult try_from(const TrialStart& start, bool until_confirmed = false);

  enum class NextHeader : std::uint8_t {
    believable,
    not_there,  ///< too few bytes to decide, and no more will come
    refuted,
    need_more,  ///< see wanted_end
  };
  /// Whether a header that begins a message is at `offset`, where one must be unless chunk borders are lost.
  [[nodiscard]] NextHeader check_next_header(std::uint64_t offset, bool last);
  [[nodiscard]] std::uint64_t wanted_end() const { return reader_.wanted_end(); }

  /// The first message of the last trial, whose header is at `header`, is all there, and its contents lead
  /// exactly to its end.
  [[nodiscard]] bool first_is_whole(std::uint64_t header) const;

  /// Messages of the last trial, the first ones; valid until the next trial.
  [[nodiscard]] std::span<const MessageSample> samples() const { return samples_; }
  /// Result of the last trial.
  [[nodiscard]] const TrialResult& result() const { return result_; }

 private:
  using Reason = TrialResult::Reason;

  void begin(const TrialStart& start);
  TrialResult stop(Reason reason);
  bool continue_interrupted(const InterruptedChunk& interrupted);
  [[nodiscard]] std::optional<Reason> pass_header(const TrialStart& start, bool until_confirmed);
  [[nodiscard]] Reason reject_header();
  HeaderRead read_next(TrialHeader& header);
  [[nodiscard]] std::optional<Reason> accept_header(const TrialStart& start, const TrialHeader& header,
                                                    bool until_confirmed);
  void begin_message(const TrialHeader& header);
  [[nodiscard]] std::optional<Reason> find_chunk_size(const TrialStart& start, std::uint64_t payload,
                                                      const TrialHeader& header);
  [[nodiscard]] bool confirms(const TrialHeader& header);
  void end_message(std::uint32_t id, std::uint64_t next);
  [[nodiscard]] bool pass_chunk(std::uint32_t id, std::uint64_t payload);
  [[nodiscard]] bool cross_gap(std::uint32_t id);
  void add_inheriting_sample(std::uint64_t offset);

  TrialReader reader_;
  TrialResult result_;
  bool crosses_gaps_ = false;               ///< the message in progress may continue behind gaps
  std::optional<TrialHeader> next_header_;  ///< last one found behind a message, while none has begun since
  std::uint32_t last_message_stream_ = 0;   ///< chunk stream of the message that began last
  bool length_certain_ = false;             ///< of that message
  // Most trials are short and there are many: what they need lies here rather than on the heap.
  alignas(std::max_align_t) std::array<std::byte, most_samples * sizeof(MessageSample)> memory_;
  std::pmr::monotonic_buffer_resource resource_{memory_.data(), memory_.size()};
  std::pmr::vector<MessageSample> samples_{&resource_};
};

/// `bytes`, from a place on up to a gap or the end, begin with a type 3 header that a trial would refuse
/// because of its message's body, if it inherits only the parser's state. Costs less than a trial. False if
/// that is not clear.
[[nodiscard]] bool is_no_first_type3(const TrialInput& input, Bytes bytes, int least_bits);

}  // namespace rtmpscope::rtmp
