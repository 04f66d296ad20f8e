// Acknowledgements of one direction's bytes: whether they come in time, and whether their values can be
// right.
#pragma once

#include <cstdint>
#include <optional>

#include "analysis/rules/rule_context.hpp"

namespace rtmpscope::analysis {

/// Watches what `sender` sends and what its peer acknowledges. Offsets are those of the chunk stream with the
/// handshake in front; receivers count with or without it.
class AcknowledgementWatch {
 public:
  explicit AcknowledgementWatch(Direction sender) : sender_(sender) {}

  /// A message of the sender: where its first chunk header lies, and its body's length.
  void on_sent(Moment at, std::uint64_t offset, std::uint32_t length);
  /// The sender has asked for an Acknowledgement at each `window` bytes.
  void on_window(Moment at, std::uint64_t window);
  /// An Acknowledgement of the peer.
  void on_acknowledgement(Moment at, std::uint32_t value);

  void judge(const RuleContext& context, RuleResults& to) const;

 private:
  void judge_late(const RuleContext& context, RuleResults& to) const;
  void judge_values(const RuleContext& context, RuleResults& to) const;
  void pass_late_time(Moment now);
  [[nodiscard]] std::uint64_t lag() const { return sent_ > base_ ? sent_ - base_ : 0; }

  Direction sender_;
  std::uint64_t sent_ = 0;     ///< end of what is known to have been sent
  std::uint64_t base_ = 0;     ///< up to where it is acknowledged, or where the window was asked for
  std::uint64_t window_ = 0;   ///< 0: none was asked for
  std::uint32_t longest_ = 0;  ///< body
  Moment latest_;              ///< message of the sender
  // The greatest lag, in windows.
  double worst_ = 0;
  Moment worst_at_;
  std::uint64_t worst_lag_ = 0, worst_window_ = 0;
  bool is_late_ = false;     ///< now
  Moment late_since_;        ///< if it is
  double late_for_ = 0;      ///< seconds, the longest
  double stopped_ = 0;       ///< seconds that the sender has stopped while an Acknowledgement was late
  std::uint64_t count_ = 0;  ///< Acknowledgements
  std::optional<std::uint32_t> last_value_;
  std::uint64_t wraps_ = 0;  ///< 2^32 times
  // The first value that cannot be right.
  std::optional<Moment> wrong_at_;
  std::uint32_t wrong_ = 0, before_wrong_ = 0;
  bool wrong_goes_back_ = false;
  std::uint64_t wrong_count_ = 0;
};

}  // namespace rtmpscope::analysis
