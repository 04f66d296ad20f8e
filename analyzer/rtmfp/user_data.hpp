// User data and its acknowledgements (RFC 7016, sections 2.3.11 to 2.3.16), and which flows carry RTMP.
//
// All views are into the chunk.
#pragma once

#include <optional>

#include "rtmfp/packet.hpp"

namespace rtmpscope::rtmfp {

/// Place of a fragment in its message.
enum class FragmentPlace : std::uint8_t { whole, begin, end, middle };

/// One fragment: User Data (0x10) or Next User Data (0x11).
struct Fragment {
  std::uint64_t flow = 0;
  std::uint64_t sequence = 0;
  std::uint64_t forward = 0;  ///< forward sequence number: the sender repeats none up to that
  FragmentPlace place{};
  bool abandoned = false;  ///< `data` is nothing that counts
  bool final = false;      ///< the flow ends with it
  std::optional<Bytes> metadata{};
  std::optional<std::uint64_t> return_of{};  ///< flow of the other direction that this one belongs to
  Bytes data{};
};

/// Reads the fragments of one packet, in which a Next User Data chunk goes on from the chunk before it.
class FragmentReader {
 public:
  /// `chunk` is of one of the two types. Nothing if it is cut, contradicts itself, or has nothing to go on
  /// from.
  [[nodiscard]] std::optional<Fragment> read(const Chunk& chunk);
  /// A chunk of another type was in between.
  void interrupt() { before_.reset(); }

 private:
  struct Before {
    std::uint64_t flow, sequence, forward;
  };
  std::optional<Before> before_;
};

/// A flow's metadata, as far as it is known (RFC 7425, section 5.1; Cumulus for groups). Numbers as in
/// values.def, rtmfp_flow_kind.
enum class FlowKind : std::uint8_t { unknown, rtmp, group, group_peer, other };
struct FlowMetadata {
  FlowKind kind = FlowKind::unknown;
  std::optional<std::uint32_t> message_stream_id{};
  bool arrival_order =
      false;  ///< messages are wanted as they arrive, not in the order in which they were sent
};
[[nodiscard]] FlowMetadata parse_flow_metadata(Bytes metadata);

/// Data Acknowledgement (0x50, 0x51), without what it says of single fragments behind gaps.
struct Acknowledgement {
  std::uint64_t flow = 0;
  std::uint64_t buffer = 0;      ///< bytes that the receiver has room for, in units of 1024
  std::uint64_t cumulative = 0;  ///< all fragments up to that have come, or are known to be abandoned
};
[[nodiscard]] std::optional<Acknowledgement> parse_acknowledgement(Bytes chunk);

/// Flow Exception Report (0x5E)
struct FlowException {
  std::uint64_t flow = 0;
  std::uint64_t code = 0;
};
[[nodiscard]] std::optional<FlowException> parse_flow_exception(Bytes chunk);

}  // namespace rtmpscope::rtmfp
