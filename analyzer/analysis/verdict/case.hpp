// What a row of the decision list looks at, and what it says.
#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/record/sides.hpp"
#include "analysis/verdict/closer.hpp"
#include "analysis/verdict/decision_context.hpp"
#include "analysis/verdict/sentence.hpp"
#include "analysis/verdict/verdict.hpp"

namespace rtmpscope::analysis {

/// A row that fits. With `is_hidden` it would fit, but what speaks against it may lie in bytes that were not
/// captured: then nothing is decided.
struct Claim {
  Confidence confidence = Confidence::certain;
  std::string sentence;
  std::string next_step;
  std::vector<VerdictEvidence> evidence;
  bool is_hidden = false;
  std::optional<Direction> ended_by =
      std::nullopt;  ///< who did, by what it sends, where that is not who closed first
};

/// Nothing: the row does not fit.
using Claimed = std::optional<Claim>;

/// A connection whose end is to be explained. References are valid as long as history and context.
class Case {
 public:
  Case(const History& history, const DecisionContext& context);

  const History& history;
  const DecisionContext& context;
  const EndFacts end;
  const Phase phase;

  [[nodiscard]] bool closed_by(Direction side) const { return end.closer == side; }
  [[nodiscard]] bool closed_by_client() const { return closed_by(Direction::to_server); }
  [[nodiscard]] bool closed_by_server() const { return closed_by(Direction::to_client); }
  [[nodiscard]] const SideHistory& client() const { return history.side(Direction::to_server); }
  [[nodiscard]] const SideHistory& server() const { return history.side(Direction::to_client); }
  [[nodiscard]] const SideLimits& software(Direction side) const { return context.software[index_of(side)]; }

  /// Whether the capture holds the connection's beginning.
  [[nodiscard]] bool has_start() const { return history.start != "midstream"; }
  /// Whether the capture shows that a stream was let in, or its media.
  [[nodiscard]] bool has_run() const;
  /// Whether bytes of `direction` are missing from `since` on, up to the closer's end.
  [[nodiscard]] bool misses(Direction direction, Timestamp since) const;
  [[nodiscard]] bool misses_any(Timestamp since) const {
    return misses(Direction::to_server, since) || misses(Direction::to_client, since);
  }

  /// The last request of one of these names before the end; null: there was none.
  [[nodiscard]] const Request* last_request(std::initializer_list<std::string_view> names) const;
  /// Whether something of this use began, or media flowed in its direction, from `since` on.
  [[nodiscard]] bool ran_since(StreamUse use, Timestamp since) const;
  [[nodiscard]] bool has_media_since(Direction direction, Timestamp since) const;
  /// Whether the client has said within two seconds before the end that it stops, whoever closed then.
  [[nodiscard]] bool client_has_left() const;
  /// The last stream that was published or played; null: there was none.
  [[nodiscard]] const StreamHistory* last_stream(StreamUse use) const;
  [[nodiscard]] bool is_publishing() const { return last_stream(StreamUse::publish) != nullptr; }

  [[nodiscard]] Timestamp before_end(const Moment& at) const { return end.at.time - at.time; }
  /// "FIN of the client", "reset of the server"
  [[nodiscard]] VerdictEvidence end_evidence() const;
  /// "192.0.2.1:1935", marked as an address.
  [[nodiscard]] std::string server_address() const;
};

/// "The client", "The server"
[[nodiscard]] std::string_view subject(Direction side);

/// A claim that depends on there being nothing in bytes of `direction` since then.
[[nodiscard]] Claim unless_hidden(const Case& from, Direction direction, Timestamp since, Claim claim);

}  // namespace rtmpscope::analysis
