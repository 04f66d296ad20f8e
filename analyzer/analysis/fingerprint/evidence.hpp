// What a connection shows of one side's software, feature by feature.
#pragma once

#include <array>
#include <optional>
#include <vector>

#include "analysis/fingerprint/feature.hpp"
#include "analysis/history/history.hpp"

namespace rtmpscope::analysis {

/// What was seen of a feature.
struct Observation {
  bool known = false;  ///< false: nothing was seen that would have shown it
  OwnedValue list;     ///< of what was seen; absent or empty although known: it is not there

  [[nodiscard]] Value::Elements values() const { return list.view().elements(); }
  [[nodiscard]] bool absent() const { return known && list.view().size() == 0; }
};

/// The history must outlive it, and stay as it is. A record behind a hole of its direction shows nothing.
class Evidence {
 public:
  Evidence(const History& history, Direction side);

  [[nodiscard]] const History& history() const { return history_; }
  [[nodiscard]] Direction side() const { return side_; }
  [[nodiscard]] const SideHistory& own() const { return history_.side(side_); }
  [[nodiscard]] const SideHistory& peer() const {
    return history_.side(side_ == Direction::to_server ? Direction::to_client : Direction::to_server);
  }

  [[nodiscard]] Observation observe(FeatureId feature) const;

  /// The record of a part of the handshake that was captured whole: "c0", "c1" or "s1". Absent: there is
  /// none.
  [[nodiscard]] Value handshake_part(std::string_view part) const;
  /// The side's own beginning was captured, so that what is not there was not sent.
  [[nodiscard]] bool has_beginning() const;
  /// The first object of connect; absent: not seen.
  [[nodiscard]] Value connect() const { return connect_; }
  /// Messages come in chunks: not over RTMFP.
  [[nodiscard]] bool has_chunks() const;
  /// The server's _result for connect was seen; its two objects may be absent.
  [[nodiscard]] bool has_reply() const { return has_reply_; }
  [[nodiscard]] Value reply_properties() const { return reply_properties_; }
  [[nodiscard]] Value reply_information() const { return reply_information_; }
  /// The side's first intact command of that name, or null.
  [[nodiscard]] const CommandNote* command(std::string_view name) const;
  /// Control messages of the side but Abort and Acknowledgement, before its first hole.
  [[nodiscard]] std::vector<const ControlNote*> controls() const;
  /// The session has gone so far that all that is sent at its beginning has been sent.
  [[nodiscard]] bool running() const;

 private:
  const History& history_;
  Direction side_;
  // What many features ask for.
  std::array<Value, 3> handshake_{};  ///< C0, C1, S1
  Value connect_;
  bool has_reply_ = false;
  Value reply_properties_, reply_information_;
};

/// Host of an RTMP URL in lower case, without port; empty: there is none.
[[nodiscard]] std::string url_host(std::string_view url);

}  // namespace rtmpscope::analysis
