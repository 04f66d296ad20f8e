// A header that begins a message as no other did (ChunkItem::Kind::odd_header), where a header must be unless
// the sender has broken the rules before: is it one?
#pragma once

#include "rtmp/recovery/trial.hpp"

namespace rtmpscope::rtmp {

/// What the header and the first bytes of its body say.
enum class OddHeaderWeight : std::uint8_t {
  believable,
  doubtful,   ///< where it leads has to show it
  need_body,  ///< as many as weighed_body_bytes of the body are wanted
};

/// `header` as the parser has it, `body`: what is there of the bytes behind it.
[[nodiscard]] OddHeaderWeight weigh_odd_header(const ChunkHeader& header, const ChunkStream* stream,
                                               Bytes body, const SenderProfile& profile);

/// The odd header of `parser`, or the one whose body is odd, is convincing with the bytes at hand: `raw` as
/// in its item, `behind` what follows in the packet. False means "ask the search".
[[nodiscard]] bool is_believable_at_once(const ChunkParser& parser, const SenderProfile& profile, Bytes raw,
                                         Bytes behind);

/// Follows the odd header of `input.parser` to where its message ends.
class OddHeader {
 public:
  enum class Verdict : std::uint8_t {
    believed,
    refuted,
    need_more,  ///< see wanted_end
  };

  explicit OddHeader(const TrialInput& input) : input_(input) {}

  /// `last`: nothing more will come; `decide`: no more bytes may be waited for.
  [[nodiscard]] Verdict judge(bool last, bool decide);
  /// After need_more: a verdict says nothing new before the window ends there.
  [[nodiscard]] std::uint64_t wanted_end() const { return wanted_end_; }

 private:
  /// Where a message that begins at `header` ends, or the first of its chunks that no other one follows;
  /// nothing if that is behind the window.
  [[nodiscard]] std::optional<std::uint64_t> end_of(const ChunkHeader& header);
  [[nodiscard]] Verdict judge_end(const ChunkHeader& header, std::uint64_t end, bool last);
  [[nodiscard]] bool is_usual_header(std::uint64_t offset);

  const TrialInput& input_;
  std::uint64_t wanted_end_ = 0;
};

}  // namespace rtmpscope::rtmp
