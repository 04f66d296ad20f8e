// A dialogue with what takes the streams of a connection: what goes in, what must come out.
#pragma once

#include <array>
#include <ostream>
#include <string>
#include <vector>

#include "base/stream.hpp"

namespace rtmpscope::test {

/// What a StreamSink got, with neighbouring data of a direction joined: how it is cut makes no difference.
struct RecordingSink final : StreamSink {
  struct Item {
    Direction direction{};
    std::uint64_t offset = 0;
    std::string text;  ///< the bytes; "gap 5", "gap" of unknown length, "end"
    bool is_data = false;
    friend bool operator==(const Item&, const Item&) = default;
    friend std::ostream& operator<<(std::ostream& out, const Item& item) {
      return out << (item.direction == Direction::to_server ? "> " : "< ") << item.offset << ' ' << item.text;
    }
  };
  std::vector<Item> items;

  void on_data(Direction direction, const StreamData& data) override {
    const std::string text(as_text(data.bytes));
    for (auto item = items.rbegin(); item != items.rend(); ++item) {
      if (item->direction != direction) continue;
      if (!item->is_data || item->offset + item->text.size() != data.offset) break;
      item->text += text;
      return;
    }
    items.push_back({direction, data.offset, text, true});
  }
  void on_gap(Direction direction, const StreamGap& gap) override {
    items.push_back(
        {direction, gap.offset, gap.length ? "gap " + std::to_string(*gap.length) : std::string("gap")});
  }
  void on_end(Direction direction, const StreamEnd& end) override {
    items.push_back({direction, end.offset, "end"});
  }
};

/// Gives a StreamSink, or anything that looks like one, the calls with the offsets and packets that belong to
/// them.
class StreamScript {
 public:
  template <typename Sink>
  void data(Sink& sink, Direction direction, Bytes bytes) {
    if (bytes.empty()) return;
    sink.on_data(direction, StreamData{offsets_[index_of(direction)], bytes, packet()});
    offsets_[index_of(direction)] += bytes.size();
  }
  template <typename Sink>
  void gap(Sink& sink, Direction direction, std::optional<std::uint64_t> length,
           std::optional<std::uint64_t> at_most = std::nullopt) {
    sink.on_gap(direction,
                StreamGap{offsets_[index_of(direction)], length, GapCause::not_captured, packet(), at_most});
    offsets_[index_of(direction)] += length.value_or(0);
  }
  template <typename Sink>
  void end(Sink& sink, Direction direction) {
    sink.on_end(direction, StreamEnd{offsets_[index_of(direction)], EndCause::fin, packet()});
  }

 private:
  PacketRef packet() {
    ++packets_;
    return {packets_, static_cast<Timestamp>(packets_) * 1000};
  }

  std::array<std::uint64_t, 2> offsets_{};
  std::uint64_t packets_ = 0;
};

/// Headers that proxies send.
inline constexpr std::string_view proxy_version_1 = "PROXY TCP4 192.0.2.1 192.0.2.2 50000 1935\r\n";
inline constexpr std::string_view proxy_version_2(
    "\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c\xc6\x33\x64\x07\xc0\0\x02\x02\xc3\x51\x07\x8f", 28);

}  // namespace rtmpscope::test
