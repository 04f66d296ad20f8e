// Which platform a publisher means, by the names that the connection itself uses. Addresses never decide.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "analysis/history/history.hpp"
#include "analysis/platform/profile.hpp"

namespace rtmpscope::analysis {

/// What the names of a connection say. Empty: not known.
struct PublishTarget {
  std::string host{};         ///< of tcUrl, in lower case, without the port
  std::string server_name{};  ///< of TLS, in lower case
  std::string app{};
  std::string key{};  ///< name of the stream, with its query
};

/// Of a connection's first publisher; without one the key is empty.
[[nodiscard]] PublishTarget publish_target(const History& history);

/// The host of a URL, in lower case, without port and brackets.
[[nodiscard]] std::string host_of(std::string_view url);

/// Whether a name fits a pattern, in which * stands for any number of characters.
[[nodiscard]] bool fits(std::string_view pattern, std::string_view name);

/// Null: no profile fits, or several fit equally well. The most particular host pattern wins: one without *,
/// then the one with most characters; then the application, then the form of the key, then the confidence.
[[nodiscard]] const Profile* match(std::span<const Profile> profiles, const PublishTarget& target);

}  // namespace rtmpscope::analysis
