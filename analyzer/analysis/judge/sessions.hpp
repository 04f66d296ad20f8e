// Connections of one client that belong together: the steps of a login, and a client that keeps coming back.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "analysis/judge/report.hpp"

namespace rtmpscope::analysis {

class Sessions {
 public:
  /// A connection has ended: `at` is its end.
  void add(const ConnectionReport& report, const Moment& at);
  /// A client was let in: it goes on with the login of an earlier connection, if there is one.
  void publish_began(const PublishMark& mark);

  /// Earlier connections of the same login.
  [[nodiscard]] std::vector<std::uint32_t> login_before(std::uint32_t connection) const;
  /// The connection in which the login went on. Nothing: in none.
  [[nodiscard]] std::optional<std::uint32_t> login_after(std::uint32_t connection) const;

  /// Earlier connections of the same client and name, each refused for the same cause, without a minute's
  /// pause between; at most 16.
  [[nodiscard]] std::vector<std::uint32_t> refused_before(std::uint32_t connection) const;
  /// How many there were, all told.
  [[nodiscard]] std::uint64_t times_refused_before(std::uint32_t connection) const;
  /// How many sessions of the same client and name, this one with them, began within two minutes, those that
  /// ended well left out.
  [[nodiscard]] std::uint64_t sessions_within_minutes(std::uint32_t connection) const;

  void forget(Timestamp before);

 private:
  /// One connection's place in what belongs together.
  struct Place {
    Timestamp at = 0;
    std::vector<std::uint32_t> login_before;
    std::optional<std::uint32_t> login_after;
    std::vector<std::uint32_t> refused_before;
    std::uint64_t times_refused_before = 0;
    std::uint64_t sessions = 0;
  };
  /// The last connection of a client that stopped in the middle of a login.
  struct Login {
    std::uint32_t connection = 0;
    Timestamp at = 0;
  };
  /// The last connections of a client for one name.
  struct Loop {
    std::uint32_t connection = 0;
    Timestamp at = 0;  ///< end of the last one
    CauseId cause = CauseId::unknown;
    std::vector<Timestamp> begins;  ///< the last 32
  };

  void add_login(const ConnectionReport& report, const Moment& at, Place& place);
  void add_loop(const ConnectionReport& report, const Moment& at, Place& place);

  std::map<std::uint32_t, Place> places_;  ///< by connection
  std::map<std::string, Login> logins_;    ///< by client and server
  std::map<std::string, Loop> loops_;      ///< by client, server, application and name
};

}  // namespace rtmpscope::analysis
