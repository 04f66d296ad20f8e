// Who published which name, and when.
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <string>

#include "analysis/judge/report.hpp"

namespace rtmpscope::analysis {

/// One publisher of a name.
struct Publisher {
  std::uint32_t connection = 0;
  Moment at;           ///< of Publish.Start
  std::string client;  ///< address and port
  std::optional<Moment> ended;
  CauseId cause = CauseId::unknown;  ///< once it has ended
  std::string sentence;              ///< of its verdict, once it has ended
};

/// Server, application and name, without the queries that publishers put behind them and without a final
/// slash.
[[nodiscard]] std::string stream_key(std::string_view server, std::string_view app, std::string_view name);

/// Calls come in the order of the capture.
class Publishers {
 public:
  void began(const PublishMark& mark);
  /// All that the connection published is over.
  void ended(const ConnectionReport& report, const Moment& at);

  /// Another connection's publisher of the name that was open at `at`; the latest. Null: none. Valid until
  /// the next call of began, ended or forget.
  [[nodiscard]] const Publisher* open_at(const std::string& key, std::uint32_t except, Timestamp at) const;
  /// Another connection's publisher that began within [from, to].
  [[nodiscard]] const Publisher* begun_within(const std::string& key, std::uint32_t except, Timestamp from,
                                              Timestamp to) const;
  /// The connection's own publisher of the name.
  [[nodiscard]] const Publisher* of(const std::string& key, std::uint32_t connection) const;
  /// The one that ended last, within [from, to].
  [[nodiscard]] const Publisher* ended_within(const std::string& key, std::uint32_t except, Timestamp from,
                                              Timestamp to) const;
  /// How many publishers of the server are open.
  [[nodiscard]] std::size_t open_of(const std::string& server) const;

  /// Forgets those that ended before.
  void forget(Timestamp before);

 private:
  std::map<std::string, std::deque<Publisher>> names_;     ///< by stream_key
  std::map<std::uint32_t, std::deque<std::string>> keys_;  ///< of open connections
  std::map<std::uint32_t, std::string> servers_;           ///< likewise
  std::map<std::string, std::size_t> open_;                ///< by server
};

}  // namespace rtmpscope::analysis
