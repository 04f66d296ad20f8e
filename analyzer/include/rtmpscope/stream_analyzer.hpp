// Analysis of one connection whose bytes somebody else has: a server, a proxy, another dissector. No I/O, no
// clock, no threads.
#pragma once

#include <memory>
#include <optional>

#include "rtmpscope/analyzer.hpp"
#include "rtmpscope/observer.hpp"

namespace rtmpscope::v1 {

struct StreamOptions : Options {
  Endpoint client;
  Endpoint server;
  bool from_begin = true;  ///< offset 0 is the connection's first byte in both directions
};

enum class StreamEnd : std::uint8_t { closed, reset, abandoned };

/// Call order: data and gap in any number, in the order of the two streams' offsets, each byte once; then
/// close, once. The calls of one direction are independent of those of the other. Pieces may be cut anywhere:
/// the result is the same.
class StreamAnalyzer {
 public:
  /// `observer` must outlive the analyzer.
  StreamAnalyzer(const StreamOptions& options, Observer& observer);
  StreamAnalyzer(StreamAnalyzer&&) noexcept;
  StreamAnalyzer& operator=(StreamAnalyzer&&) noexcept;
  ~StreamAnalyzer();

  /// `bytes` of a direction, which begin at `offset` from its first byte. `packet` dates what is found.
  void data(Direction direction, std::uint64_t offset, Bytes bytes, Packet packet);
  /// Bytes that will never come; `length` is absent where it is not known.
  void gap(Direction direction, std::uint64_t offset, std::optional<std::uint64_t> length, Packet packet);
  void close(StreamEnd end, Packet packet);

 private:
  class Implementation;
  std::unique_ptr<Implementation> implementation_;
};

}  // namespace rtmpscope::v1
