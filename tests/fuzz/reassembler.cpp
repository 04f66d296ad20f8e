// Segments of two connections through the flow table.
//
// Input: one byte of mode, four bytes of initial sequence number, then records of one segment each. In the
// honest mode every segment carries bytes of one known stream from a window around what was sent already, so
// that at the end exactly that stream must have come out. In the other modes anything goes. Oracle in all
// modes: data and gaps are contiguous in offset; a packet is the one at hand or, of bytes that waited, the
// one that carried them (in these modes its number is its payload); each direction ends at most once and each
// flow closes exactly once; what is held stays within the limits and is given back; a second run in which
// payload lives elsewhere gives the same.
#include <algorithm>
#include <optional>
#include <string>

#include "base/byte_reader.hpp"
#include "fuzz/oracle.hpp"
#include "net/flow_table.hpp"

namespace {

using namespace rtmpscope;
using namespace rtmpscope::net;

/// The honest stream: a byte tells its offset, modulo something that is no power of two.
std::uint8_t byte_at(std::uint64_t offset) {
  return static_cast<std::uint8_t>(offset % 251);
}

struct Record {
  std::uint64_t digest = 0xcbf29ce484222325;
  std::string honest;  // of to_server of the first flow
  bool honest_gap = false;
  bool numbered = false;     // payload is its packet's number
  std::uint64_t latest = 1;  // packet at hand
  std::uint64_t open_flows = 0;

  void add(std::uint64_t value) { digest = (digest ^ value) * 0x100000001b3; }
};

class Handler final : public FlowHandler {
 public:
  Handler(Record& record, bool first, std::uint64_t interest)
      : record_(record), first_(first), interest_(interest) {
    ++record_.open_flows;
  }
  ~Handler() override {
    require(closed_);
    --record_.open_flows;
  }
  [[nodiscard]] bool wants_data() const override { return calls_ < interest_; }
  void on_data(Direction direction, const StreamData& data) override {
    require(!data.bytes.empty());
    advance(direction, data.offset, data.bytes.size(), data.packet);
    for (const std::uint8_t byte : data.bytes) {
      const bool own = byte == static_cast<std::uint8_t>(data.packet.number);
      require(data.packet.number == record_.latest || !record_.numbered || own);
      record_.add(byte);
    }
    if (first_ && direction == Direction::to_server) record_.honest += as_text(data.bytes);
  }
  void on_gap(Direction direction, const StreamGap& gap) override {
    require(!gap.length || *gap.length > 0);
    require(gap.length || gap.offset == 0);
    advance(direction, gap.offset, gap.length.value_or(0), gap.noticed_at);
    record_.add(static_cast<std::uint64_t>(gap.cause));
    if (first_ && direction == Direction::to_server) record_.honest_gap = true;
  }
  void on_end(Direction direction, const StreamEnd& end) override {
    advance(direction, end.offset, 0, end.packet);
    ended_[index_of(direction)] = true;
    record_.add(static_cast<std::uint64_t>(end.cause));
  }
  void on_overlap_conflict(Direction, std::uint64_t offset, std::uint32_t length, PacketRef) override {
    require(length > 0);
    record_.add(offset);
  }
  void on_close(EndCause cause, PacketRef, const FlowTotals& totals, const SideEnds& ends) override {
    require(!closed_);
    require(!wants_data() || (ended_[0] && ended_[1]));
    closed_ = true;
    record_.add(static_cast<std::uint64_t>(cause));
    record_.add(totals[0].bytes);
    record_.add(totals[1].missing_bytes);
    for (const SideEnd& end : ends) {
      record_.add(end.acknowledged.value_or(0));
      record_.add(end.fin ? end.fin->offset : 0);
    }
  }

 private:
  void advance(Direction direction, std::uint64_t offset, std::uint64_t length, PacketRef packet) {
    require(wants_data() && !closed_ && !ended_[index_of(direction)]);
    ++calls_;
    std::uint64_t& next = next_[index_of(direction)];
    require(offset == next);
    next += length;
    require(packet.number >= 1 && packet.number <= record_.latest);
    record_.add(offset);
    record_.add(packet.number);
  }

  Record& record_;
  bool first_;
  std::uint64_t interest_;
  std::uint64_t calls_ = 0;
  std::uint64_t next_[2]{};
  bool ended_[2]{};
  bool closed_ = false;
};

class Observer final : public FlowObserver {
 public:
  Observer(Record& record, std::uint64_t interest) : record_(record), interest_(interest) {}
  std::unique_ptr<FlowHandler> on_open(const FlowInfo&, PacketRef packet) override {
    record_.add(packet.number);
    const bool first = !opened_;
    opened_ = true;
    return std::make_unique<Handler>(record_, first, interest_);
  }

 private:
  Record& record_;
  std::uint64_t interest_;
  bool opened_ = false;
};

TcpSegment blank(PacketRef packet, bool second_flow) {
  TcpSegment segment;
  segment.key.low_address[0] = 1;
  segment.key.high_address[0] = 2;
  segment.key.low_port = second_flow ? 50001 : 50000;
  segment.key.high_port = 1935;
  segment.hash = 5;  // on purpose the same for both
  segment.packet = packet;
  return segment;
}

void feed(FlowTable& table, TcpSegment segment, const std::vector<std::uint8_t>& payload, std::uint32_t cut) {
  const std::vector<std::uint8_t> copy = payload;
  segment.payload = copy.data();
  segment.payload_length = static_cast<std::uint32_t>(copy.size());
  segment.wire_length = segment.payload_length + cut;
  table.on_segment(segment);
}

/// Sends bytes of one known stream; at the end exactly that stream must have come out.
class HonestSender {
 public:
  HonestSender(FlowTable& table, Record& record, PacketRef& packet, std::uint32_t initial)
      : table_(table), record_(record), packet_(packet), initial_(initial) {
    TcpSegment syn = blank(packet_, false);
    syn.from_low = true;
    syn.flags = tcp_flag::syn;
    syn.sequence = initial_;
    feed(table_, syn, {}, 0);
  }

  void send(ByteReader& reader) {
    const std::uint8_t shape = reader.u8();
    const std::uint16_t position = reader.u16();
    const std::uint8_t length = reader.u8();
    // Begins up to 2000 bytes before the end of what was sent or up to 500 after it.
    const std::uint64_t least = sent_ > 2000 ? sent_ - 2000 : 0;
    const std::uint64_t offset = least + position % (sent_ - least + 500);
    const std::uint64_t count = length + (shape % 8 == 0 ? 1400U : 1U);
    TcpSegment segment = blank(packet_, false);
    segment.from_low = true;
    segment.flags = tcp_flag::ack;
    segment.sequence = initial_ + 1 + static_cast<std::uint32_t>(offset);
    std::vector<std::uint8_t> payload(count);
    for (std::uint64_t i = 0; i < count; ++i) payload[i] = byte_at(offset + i);
    feed(table_, segment, payload, 0);
    sent_ = std::max(sent_, offset + count);
    covered_.resize(sent_);
    std::fill_n(covered_.begin() + static_cast<std::ptrdiff_t>(offset), count, true);
  }

  /// Fills the gaps. Then the stream is complete, without any gap.
  void finish() {
    for (std::uint64_t i = 0; i < sent_; ++i) {
      if (covered_[i]) continue;
      record_.latest = ++packet_.number;
      TcpSegment segment = blank(packet_, false);
      segment.from_low = true;
      segment.sequence = initial_ + 1 + static_cast<std::uint32_t>(i);
      feed(table_, segment, {byte_at(i)}, 0);
    }
    require(table_.held().bytes == 0);
    require(!record_.honest_gap);
    require(record_.honest.size() == sent_);
    for (std::uint64_t i = 0; i < sent_; ++i) {
      require(static_cast<std::uint8_t>(record_.honest[i]) == byte_at(i));
    }
  }

 private:
  FlowTable& table_;
  Record& record_;
  PacketRef& packet_;
  std::uint32_t initial_;
  std::uint64_t sent_ = 0;  // the stream's length so far
  std::vector<bool> covered_;
};

/// One segment in which anything goes.
void send_anything(FlowTable& table, ByteReader& reader, std::uint8_t flags, PacketRef& packet,
                   std::uint32_t initial, bool in_place) {
  const std::uint8_t shape = reader.u8();
  const std::uint16_t position = reader.u16();
  const std::uint8_t length = reader.u8();
  packet.time += (static_cast<Timestamp>(shape) - 60) * second / 16;  // may step back
  TcpSegment segment = blank(packet, (flags & 0x40) != 0);
  segment.from_low = (flags & 0x80) != 0;
  segment.flags = flags & 0x17;
  segment.sequence = (shape & 1) != 0 ? initial + position : static_cast<std::uint32_t>(position) << 16;
  segment.acknowledgement = initial + position + shape;
  const std::size_t count = (shape & 2) != 0 ? length * 20U : length;
  const std::uint32_t cut = (shape & 0x0c) == 0x0c ? length : 0;
  const std::vector<std::uint8_t> payload(count, static_cast<std::uint8_t>(packet.number));
  if (in_place) {
    segment.payload = payload.data();
    segment.payload_length = static_cast<std::uint32_t>(count);
    segment.wire_length = segment.payload_length + cut;
    table.on_segment(segment);
  } else {
    feed(table, segment, payload, cut);
  }
  if (shape % 16 == 5) table.on_tick({packet, false});
}

FlowLimits small_limits(std::uint8_t mode) {
  FlowLimits limits;
  limits.flows = 1 + (mode >> 1 & 1);
  limits.held_bytes = 12'000;
  limits.held_pieces = 12;
  limits.held_bytes_total = 20'000;
  limits.gap_grace_packets = 4;
  limits.one_way_grace_packets = 8;
  return limits;
}

Record run(Bytes input, bool in_place) {
  ByteReader reader(input);
  const std::uint8_t mode = reader.u8();
  const std::uint32_t initial = reader.u32();
  const bool honest = (mode & 1) != 0;
  const FlowLimits limits = honest ? FlowLimits() : small_limits(mode);
  const std::uint64_t interest = (mode & 4) != 0 && !honest ? 1U + (mode >> 4) : ~std::uint64_t{0};
  Record record;
  record.numbered = !honest;
  Observer observer(record, interest);
  {
    FlowTable table(limits, observer);
    PacketRef packet{1, 0};
    std::optional<HonestSender> sender;
    if (honest) sender.emplace(table, record, packet, initial);
    while (!reader.at_end()) {
      const std::uint8_t flags = reader.u8();
      record.latest = ++packet.number;
      if (sender) {
        sender->send(reader);
        continue;
      }
      send_anything(table, reader, flags, packet, initial, in_place);
      require(table.held().bytes <= limits.held_bytes_total);
      require(table.size() <= limits.flows);
    }
    if (sender) sender->finish();
    record.latest = ++packet.number;
    table.finish(packet);
    require(table.size() == 0 && table.held().bytes == 0);
  }
  require(record.open_flows == 0);
  return record;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > 20'000) return 0;
  const Record once = run({data, size}, false);
  const Record twice = run({data, size}, true);
  require(once.digest == twice.digest);
  return 0;
}
