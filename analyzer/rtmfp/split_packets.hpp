// Startup packets that came in several datagrams (RFC 7016, section 2.3.1).
#pragma once

#include <list>
#include <map>
#include <optional>
#include <vector>

#include "rtmfp/path.hpp"
#include "rtmfp/startup_chunks.hpp"

namespace rtmpscope::rtmfp {

/// Puts them together. The oldest one goes when there are too many.
class SplitPackets {
 public:
  /// The whole packet, from its flags on, once `fragment` completes it. `path`: which way it goes.
  [[nodiscard]] std::optional<std::vector<std::uint8_t>> add(const Path& path,
                                                             const PacketFragment& fragment);
  [[nodiscard]] std::size_t size() const { return pending_.size(); }

 private:
  struct Pending {
    Path path;
    std::uint64_t packet = 0;
    std::size_t bytes = 0;
    std::optional<std::uint64_t> last;  ///< number of the last fragment
    std::map<std::uint64_t, std::vector<std::uint8_t>> fragments;
  };
  std::list<Pending> pending_;  ///< oldest first
};

}  // namespace rtmpscope::rtmfp
