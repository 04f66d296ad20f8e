// Feeds a detector and takes what it releases.
#pragma once

#include <array>
#include <ostream>
#include <vector>

#include "carrier/protocol_detector.hpp"

namespace rtmpscope::carrier {

inline std::ostream& operator<<(std::ostream& out, const Detection& detection) {
  constexpr std::array names{"undecided", "rtmp", "rtmpe", "tls", "http", "other"};
  return out << names[static_cast<std::size_t>(detection.protocol)] << (detection.swapped ? " swapped" : "")
             << (detection.midstream ? " midstream" : "");
}

}  // namespace rtmpscope::carrier

namespace rtmpscope::test {

struct Released : StreamSink {
  struct Item {
    Direction direction;
    std::uint64_t offset;
    std::vector<std::uint8_t> bytes;  ///< empty: a gap
    PacketRef packet;
    friend bool operator==(const Item&, const Item&) = default;
  };
  std::vector<Item> items;

  void on_data(Direction direction, const StreamData& data) override {
    items.push_back({direction, data.offset, {data.bytes.begin(), data.bytes.end()}, data.packet});
  }
  void on_gap(Direction direction, const StreamGap& gap) override {
    items.push_back({direction, gap.offset, {}, gap.noticed_at});
  }
  void on_end(Direction, const StreamEnd&) override { items.clear(); }
};

/// A detector with the offsets and packets that its input needs, and a copy of what it was given.
class DetectorDriver {
 public:
  explicit DetectorDriver(carrier::ProtocolDetector::Hints hints = {}) : detector(hints) {}

  carrier::Detection data(Direction direction, Bytes bytes) {
    if (bytes.empty()) return detector.detection();
    std::uint64_t& offset = offsets_[index_of(direction)];
    const PacketRef packet{++packets_, static_cast<Timestamp>(packets_ * 1000)};
    given.items.push_back({direction, offset, {bytes.begin(), bytes.end()}, packet});
    const carrier::Detection detection = detector.add(direction, StreamData{offset, bytes, packet});
    offset += bytes.size();
    return detection;
  }
  carrier::Detection gap(Direction direction, std::optional<std::uint64_t> length,
                         GapCause cause = GapCause::not_captured) {
    std::uint64_t& offset = offsets_[index_of(direction)];
    const PacketRef packet{++packets_, static_cast<Timestamp>(packets_ * 1000)};
    given.items.push_back({direction, offset, {}, packet});
    const carrier::Detection detection = detector.add(direction, StreamGap{offset, length, cause, packet});
    offset += length.value_or(0);
    return detection;
  }
  [[nodiscard]] std::uint64_t sent(Direction direction) const { return offsets_[index_of(direction)]; }

  carrier::ProtocolDetector detector;
  Released given;

 private:
  std::array<std::uint64_t, 2> offsets_{};
  std::uint64_t packets_ = 0;
};

}  // namespace rtmpscope::test
