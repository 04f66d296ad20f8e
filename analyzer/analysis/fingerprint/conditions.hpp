// The conditions of known issues.
#pragma once

#include <optional>

#include "analysis/fingerprint/known_issues.hpp"

namespace rtmpscope::analysis {

/// What conditions are about.
struct Situation {
  const FingerprintTable& table;
  const History& history;
  const IssueContext& context;
  const Software& program;  ///< whose issue it is
  const Fingerprint* own;   ///< of its side; null: not known
  const Fingerprint* peer;  ///< of the other side; null: not known

  [[nodiscard]] Direction side() const { return program.side; }
};

/// Whether a condition holds.
struct Met {
  Answer answer = Answer::fail;  ///< pass: it holds; undecided: what would show it is missing
  std::optional<Moment> at;      ///< where it was seen
};

[[nodiscard]] Met check(const Condition& condition, const Situation& situation);

// Groups of conditions, by file. Nothing: the condition is of another group.
[[nodiscard]] std::optional<Met> check_end(const Condition& condition, const Situation& situation);
[[nodiscard]] std::optional<Met> check_request(const Condition& condition, const Situation& situation);
[[nodiscard]] std::optional<Met> check_media(const Condition& condition, const Situation& situation);
[[nodiscard]] std::optional<Met> check_other(const Condition& condition, const Situation& situation);

// Helpers of all groups.
inline Met met(bool holds, std::optional<Moment> at = std::nullopt) {
  return {holds ? Answer::pass : Answer::fail, at};
}
inline Met undecided() {
  return {Answer::undecided, std::nullopt};
}
[[nodiscard]] inline Direction other(Direction side) {
  return side == Direction::to_server ? Direction::to_client : Direction::to_server;
}
/// The member "side" of the parameters, or the side of the program.
[[nodiscard]] Direction side_of(const Condition& condition, const Situation& situation);
[[nodiscard]] double seconds(Timestamp from, Timestamp to);
/// Whether a time is that of a limit: within 0.6 s, or 3 % of it.
[[nodiscard]] bool is_about(double seconds, double limit);
/// Whether `seconds` lies between the members from_s and to_s, where they are there.
[[nodiscard]] bool lies_within(double seconds, const Condition& condition);
/// Whether a time is that of one of the program's limits; `name` as in files.
[[nodiscard]] bool is_limit(double seconds, std::string_view name, const Situation& situation);
/// All that the side sent behind the handshake is in the capture.
[[nodiscard]] bool is_whole(const History& history, Direction side);
/// The first FIN or RST of the side that ended the connection; else when it was closed.
[[nodiscard]] std::optional<Moment> end_moment(const History& history);
/// The last request of that name, or null.
[[nodiscard]] const Request* last_request(const History& history, std::string_view name);
/// The side's last packet with data, or else its last message.
[[nodiscard]] std::optional<Moment> last_data(const History& history, Direction side);

}  // namespace rtmpscope::analysis
