// Figures of single streams, for those who ask for them.
#pragma once

#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "base/connection_uid.hpp"
#include "metrics/figures.hpp"

namespace rtmpscope::metrics {

/// What is new of a stream.
struct StreamNews {
  ConnectionUid uid{};
  std::uint32_t id = 0;  ///< message stream id
  Use use{};
  std::string app{};  ///< as the peer says; empty: not known, or not new
  std::string name{};
  std::uint64_t media_bytes = 0;       ///< since the last news
  std::optional<std::int64_t> lead{};  ///< ms, the latest
  bool ended = false;
};

/// A stream with series of its own.
struct StreamSeries {
  std::string app;
  std::string name;
  std::uint64_t media_bytes = 0;
  std::optional<std::int64_t> lead;
};
using StreamKey = std::tuple<ConnectionUid, std::uint32_t, Use>;

/// The first so many streams that are open; all others together.
struct StreamTable {
  std::size_t most = 0;
  std::map<StreamKey, StreamSeries> shown;
  std::array<std::uint64_t, media_uses> other_bytes{};  ///< of streams that had no place then

  /// A stream that ends leaves its place to the next one that has news.
  void add(const StreamNews& news);
};

}  // namespace rtmpscope::metrics
