// What a run has counted, over all connections.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/stream.hpp"
#include "metrics/histogram.hpp"
#include "schema/schema.hpp"

namespace rtmpscope::metrics {

/// What goes to the server is published, what comes from it is played.
enum class Use : std::uint8_t { publish, play, none };
inline constexpr std::array<std::string_view, 3> use_names = {"publish", "play", "none"};
inline constexpr std::size_t media_uses = 2;  ///< a stream has one of the first two
[[nodiscard]] constexpr Use use_of(Direction direction) {
  return direction == Direction::to_server ? Use::publish : Use::play;
}

enum class MediaKind : std::uint8_t { audio, video };
inline constexpr std::array<std::string_view, 2> media_kind_names = {"audio", "video"};

/// How a connection ended. A capture's end ends none.
inline constexpr std::array<std::string_view, 4> close_names = {"fin", "reset", "timeout", "evicted"};
enum class Closer : std::uint8_t { client, server, unknown };
inline constexpr std::array<std::string_view, 3> closer_names = {"client", "server", "unknown"};

/// Requests of clients that are counted by name, and all others.
inline constexpr std::array<std::string_view, 14> command_labels = {
    "connect",         "createStream",  "publish",   "play",        "deleteStream",
    "closeStream",     "releaseStream", "FCPublish", "FCUnpublish", "FCSubscribe",
    "getStreamLength", "pause",         "seek",      "other"};
/// The first so many must be answered.
inline constexpr std::size_t answered_commands = 4;
[[nodiscard]] std::size_t command_index(std::string_view name);
/// `unanswered`: of those that must be answered; `none`: of the others.
enum class CommandResult : std::uint8_t { ok, error, unanswered, none };
inline constexpr std::array<std::string_view, 4> command_result_names = {"ok", "error", "unanswered", "none"};

inline constexpr std::array<std::string_view, 4> gap_cause_names = {"not_captured", "snap_length",
                                                                    "start_not_captured", "buffer_limit"};
inline constexpr std::array<std::string_view, 3> severity_labels = {"note", "warning", "error"};

inline constexpr std::size_t transports = 10;  ///< of rtmp::Transport
inline constexpr std::size_t finding_ids =
#define FINDING(identifier, severity, text, explanation, reference) +1
#include "schema/tables/findings.def"
#undef FINDING
    ;

// Upper bounds of ranges, in milliseconds, but for responses and handshakes, which are microseconds.
inline constexpr std::array<std::int64_t, 9> response_bounds = {
    1'000, 5'000, 25'000, 100'000, 250'000, 500'000, 1'000'000, 2'500'000, 10'000'000};
inline constexpr std::array<std::int64_t, 8> key_interval_bounds = {500,  1000, 2000,  3000,
                                                                    4000, 6000, 10000, 20000};
inline constexpr std::array<std::int64_t, 11> lead_bounds = {-10000, -5000, -2000, -1000, -500, -200,
                                                             0,      200,   1000,  5000,  20000};

using ResponseTimes = Histogram<response_bounds>;
using KeyIntervals = Histogram<key_interval_bounds>;
using Leads = Histogram<lead_bounds>;

template <typename T, std::size_t n>
using PerUse = std::array<std::array<T, n>, media_uses>;

/// Counters, which only grow, and gauges, which are sums of ups and downs. Figures of parts can be added.
struct Figures {
  std::array<std::int64_t, use_names.size()> connections{};  ///< gauge
  std::array<std::int64_t, media_uses> streams{};            ///< gauge
  std::array<std::uint64_t, transports> opened{};
  std::array<std::array<std::uint64_t, closer_names.size()>, close_names.size()> closed{};
  std::uint64_t messages = 0;
  PerUse<std::uint64_t, media_kind_names.size()> media_bytes{};
  PerUse<std::uint64_t, media_kind_names.size()> media_messages{};
  std::array<std::uint64_t, media_uses> key_frames{};
  std::array<std::array<std::uint64_t, command_result_names.size()>, command_labels.size()> commands{};
  std::array<ResponseTimes, answered_commands> response_times{};
  ResponseTimes handshakes;
  std::array<KeyIntervals, media_uses> key_intervals{};
  std::array<Leads, media_uses> leads{};
  std::array<std::uint64_t, media_uses> resent_bytes{};
  std::array<std::uint64_t, 2> zero_window_ms{};  ///< by the side that closed its window: client, server
  std::array<std::uint64_t, gap_cause_names.size()> missing_bytes{};
  std::array<std::array<std::uint64_t, severity_labels.size()>, finding_ids> findings{};

  void add(const Figures& other);
};

/// What has come from one interface so far.
struct InterfaceFigures {
  std::string name;  ///< empty: not known
  std::uint64_t packets = 0;
  std::uint64_t bytes = 0;  ///< on the wire
  std::optional<std::uint64_t> kernel_drops;
  std::optional<std::uint64_t> interface_drops;
  std::optional<std::uint64_t> ring_drops;
};
using InterfaceList = std::vector<InterfaceFigures>;

}  // namespace rtmpscope::metrics
