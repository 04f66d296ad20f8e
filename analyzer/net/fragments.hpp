// Puts fragmented IPv4 and IPv6 datagrams together (RFC 791, section 3.2; RFC 8200, section 4.5).
#pragma once

#include <array>
#include <cstring>
#include <list>
#include <memory>
#include <optional>
#include <unordered_map>
#include <vector>

#include "net/layer.hpp"
#include "net/limits.hpp"

namespace rtmpscope::net {

/// Buffers that defragmented datagrams live in.
using DatagramBuffers = std::vector<std::unique_ptr<std::uint8_t[]>>;

/// What the fragments of one datagram have in common.
struct DatagramKey {
  std::array<std::uint8_t, 16> source{};
  std::array<std::uint8_t, 16> destination{};
  std::uint32_t identification = 0;
  std::uint16_t protocol = 0;  ///< IPv4 only: IPv6 fragments need not agree on it
  std::uint16_t version = 4;

  friend bool operator==(const DatagramKey&, const DatagramKey&) = default;
};

struct Fragment {
  std::uint32_t offset = 0;    ///< in bytes
  bool more = false;           ///< further fragments follow
  std::uint16_t protocol = 0;  ///< of the payload; that of the first fragment counts
  View payload;
};

struct FragmentCounters {
  std::uint64_t fragments = 0;
  std::uint64_t datagrams = 0;          ///< put together
  std::uint64_t datagrams_dropped = 0;  ///< timed out or given up at a limit
  std::uint64_t invalid = 0;            ///< fragments with impossible offsets or lengths
  std::uint64_t overlaps = 0;           ///< fragments that overlap earlier ones; the earlier bytes are kept
};

class FragmentReassembler {
 public:
  explicit FragmentReassembler(const DecoderLimits& limits) : limits_(limits) {}

  struct Datagram {
    std::uint16_t protocol = 0;
    View payload;
  };
  /// The datagram, if `fragment` completes it. Its payload lives in the last of `buffers`. Where the capture
  /// cut off the end of a fragment, the payload is captured up to there.
  [[nodiscard]] std::optional<Datagram> add(const DatagramKey& key, const Fragment& fragment, Timestamp time,
                                            DatagramBuffers& buffers);

  [[nodiscard]] const FragmentCounters& counters() const { return counters_; }
  /// Datagrams that were given up, or still wait for fragments.
  [[nodiscard]] std::uint64_t incomplete() const { return counters_.datagrams_dropped + pending_.size(); }
  [[nodiscard]] std::size_t pending_bytes() const { return pending_bytes_; }
  [[nodiscard]] std::size_t pending_datagrams() const { return pending_.size(); }

 private:
  struct Piece {
    std::uint32_t offset;
    std::uint32_t wire_length;
    std::uint32_t captured_length;
    std::unique_ptr<std::uint8_t[]> bytes;
  };
  struct Pending {
    DatagramKey key;
    Timestamp since = 0;
    std::uint32_t received = 0;  ///< bytes on the wire, each once
    std::optional<std::uint32_t> total;
    std::uint16_t protocol = 0;
    std::vector<Piece> pieces;  ///< sorted by offset, without overlap
    std::size_t charge = 0;
  };
  using List = std::list<Pending>;
  struct KeyHash {
    std::size_t operator()(const DatagramKey& key) const;
  };

  static Datagram joined(const Pending& pending, DatagramBuffers& buffers);
  void drop(List::iterator pending);
  void drop_expired(Timestamp now);
  void insert(Pending& pending, const Fragment& fragment);
  void insert_part(Pending& pending, std::size_t at, const Fragment& fragment, std::uint32_t begin,
                   std::uint32_t end);

  DecoderLimits limits_;
  List pending_;  // oldest first
  std::unordered_map<DatagramKey, List::iterator, KeyHash> index_;
  std::size_t pending_bytes_ = 0;
  FragmentCounters counters_;
};

}  // namespace rtmpscope::net
