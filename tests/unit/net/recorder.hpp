// Segments written as text, and a flow table's calls as text.
#pragma once

#include <fmt/core.h>

#include <deque>
#include <sstream>
#include <string>

#include "net/flow_table.hpp"
#include "unit/net/frames.hpp"

namespace rtmpscope::net::test {

inline const char* name_of(GapCause cause) {
  constexpr std::array names{"not_captured", "snap", "start", "limit"};
  return names.at(static_cast<std::size_t>(cause));
}
inline const char* name_of(EndCause cause) {
  constexpr std::array names{"fin", "reset", "idle", "port_reuse", "evicted", "capture_end"};
  return names.at(static_cast<std::size_t>(cause));
}

/// What happened, one word a call:
///   open / open? (guessed roles); >0:abc is data to the server at offset 0; <… to the client;
///   >5+3:limit a gap; >8.fin an end; >!3+2 a conflict; close:fin
struct Log {
  std::string text;
  std::string packets;  ///< of data and gaps, with the offset: ">0:4 >3:9"
  std::vector<FlowTotals> totals;
  std::vector<SideEnds> ends;
  std::vector<std::pair<Direction, TcpSample>> samples;
  bool takes_samples = true;
  std::vector<DirectedIcmp> icmp;
  bool interested = true;
  std::uint64_t interest_bytes = ~0ULL;  ///< a handler loses interest after that many
  bool interest_in_both_ends = true;     ///< false: it does so after the first on_end

  void add(const std::string& word) { text += (text.empty() ? "" : " ") + word; }
};

class RecordingHandler final : public FlowHandler {
 public:
  explicit RecordingHandler(Log& log) : log_(log) {}
  ~RecordingHandler() override {
    if (!closed_) log_.add("NOT-CLOSED");
  }
  [[nodiscard]] bool wants_data() const override {
    return log_.interested && bytes_ < log_.interest_bytes &&
           (log_.interest_in_both_ends || !(ended_[0] || ended_[1]));
  }
  void on_data(Direction direction, const StreamData& data) override {
    if (data.bytes.empty()) log_.add("EMPTY");
    follow(direction, data.offset, data.packet);
    note_packet(direction, data.offset, data.packet);
    next_[index_of(direction)] += data.bytes.size();
    bytes_ += data.bytes.size();
    log_.add(fmt::format("{}{}:{}", sign(direction), data.offset, as_text(data.bytes)));
  }
  void on_gap(Direction direction, const StreamGap& gap) override {
    follow(direction, gap.offset, gap.noticed_at);
    note_packet(direction, gap.offset, gap.noticed_at);
    if (!gap.length) {
      log_.add(fmt::format("{}{}+?:{}", sign(direction), gap.offset, name_of(gap.cause)));
      return;
    }
    if (*gap.length == 0) log_.add("EMPTY");
    next_[index_of(direction)] += *gap.length;
    log_.add(fmt::format("{}{}+{}:{}", sign(direction), gap.offset, *gap.length, name_of(gap.cause)));
  }
  void on_end(Direction direction, const StreamEnd& end) override {
    follow(direction, end.offset, end.packet);
    ended_[index_of(direction)] = true;
    log_.add(fmt::format("{}{}.{}", sign(direction), end.offset, name_of(end.cause)));
  }
  void on_overlap_conflict(Direction direction, std::uint64_t offset, std::uint32_t length,
                           PacketRef) override {
    log_.add(fmt::format("{}!{}+{}", sign(direction), offset, length));
  }
  [[nodiscard]] bool takes_samples() const override { return log_.takes_samples; }
  void on_sample(Direction direction, const TcpSample& sample, PacketRef) override {
    if (closed_ || !log_.takes_samples) log_.add("SAMPLE");
    log_.samples.emplace_back(direction, sample);
  }
  void on_icmp(Direction direction, const IcmpFacts& error) override {
    if (closed_ || !log_.takes_samples) log_.add("ICMP");
    log_.icmp.push_back({direction, error});
  }
  void on_close(EndCause cause, PacketRef, const FlowTotals& totals, const SideEnds& ends) override {
    if (wants_data() && !(ended_[0] && ended_[1])) log_.add("NOT-ENDED");
    if (closed_) log_.add("CLOSED-TWICE");
    closed_ = true;
    log_.totals.push_back(totals);
    log_.ends.push_back(ends);
    log_.add(fmt::format("close:{}", name_of(cause)));
  }

 private:
  static char sign(Direction direction) { return direction == Direction::to_server ? '>' : '<'; }
  /// The promises of StreamSink and FlowHandler.
  void follow(Direction direction, std::uint64_t offset, PacketRef packet) {
    if (closed_) log_.add("AFTER-CLOSE");
    if (!wants_data()) log_.add("UNWANTED");
    if (ended_[index_of(direction)]) log_.add("AFTER-END");
    if (offset != next_[index_of(direction)]) log_.add("NOT-CONTIGUOUS");
    std::uint64_t& last_packet = last_packet_[index_of(direction)];
    if (packet.number < last_packet) log_.add("PACKET-GOES-BACK");
    last_packet = packet.number;
  }
  void note_packet(Direction direction, std::uint64_t offset, PacketRef packet) {
    if (!log_.packets.empty()) log_.packets += ' ';
    log_.packets += fmt::format("{}{}:{}", sign(direction), offset, packet.number);
  }

  Log& log_;
  std::uint64_t next_[2]{};
  bool ended_[2]{};
  bool closed_ = false;
  std::uint64_t bytes_ = 0;
  std::uint64_t last_packet_[2]{};
};

class RecordingObserver final : public FlowObserver {
 public:
  explicit RecordingObserver(Log& log) : log_(log) {}
  std::unique_ptr<FlowHandler> on_open(const FlowInfo& info, PacketRef packet) override {
    infos.push_back(info);
    if (info.first_packet.number > packet.number) log_.add("OPENED-EARLY");
    log_.add(info.syn_seen ? "open" : "open?");
    if (refuse) return nullptr;
    return std::make_unique<RecordingHandler>(log_);
  }
  void on_unopened(const UnopenedFlow& flow) override {
    log_.add(fmt::format("{}:{}", flow.refused ? "refused" : "unanswered", name_of(flow.cause)));
    log_.ends.push_back(flow.ends);
    log_.icmp.insert(log_.icmp.end(), flow.icmp.begin(), flow.icmp.end());
  }
  std::vector<FlowInfo> infos;
  bool refuse = false;

 private:
  Log& log_;
};

struct SegmentText {
  TcpSegment segment;
  std::string payload;
};

/// A flow table fed with segments such as "c SA 100 hello ack=7 wire=9 port=50001 t=250": side (c or s),
/// flags (letters of SYN, ACK, FIN, RST, PSH; - for none), sequence number, payload (optional; - for none). t
/// is in milliseconds and stays for the following ones; ttl is 64. win is the window (65000), opt TCP options
/// (options_of). The client is 10.0.0.1:50000, the server 10.0.0.2:1935.
class Scenario {
 public:
  explicit Scenario(const FlowLimits& limits = {}) : observer(log), table(limits, observer) {}

  void feed(const std::string& text) {
    std::istringstream words(text);
    std::string side, flags, word;
    std::uint32_t sequence = 0;
    words >> side >> flags >> sequence;
    TcpSegment segment;
    segment.hop_limit = 64;
    segment.window = 65000;
    std::string payload;
    std::optional<std::uint32_t> wire;
    std::uint16_t port = 50000;
    std::vector<std::uint8_t> options;
    while (words >> word) {
      const std::size_t equals = word.find('=');
      if (equals == std::string::npos) {
        payload = word == "-" ? "" : word;
        continue;
      }
      const std::string name = word.substr(0, equals);
      if (name == "opt") {
        options = options_of(word.substr(equals + 1));
        continue;
      }
      const unsigned long long value = std::stoull(word.substr(equals + 1));
      if (name == "ack") {
        segment.acknowledgement = static_cast<std::uint32_t>(value);
        segment.flags |= tcp_flag::ack;
      }
      if (name == "wire") wire = static_cast<std::uint32_t>(value);
      if (name == "port") port = static_cast<std::uint16_t>(value);
      if (name == "win") segment.window = static_cast<std::uint16_t>(value);
      if (name == "ttl") segment.hop_limit = static_cast<std::uint8_t>(value);
      if (name == "t") time = static_cast<Timestamp>(value) * millisecond;
    }
    for (const char flag : flags) {
      if (flag == 'S') segment.flags |= tcp_flag::syn;
      if (flag == 'A') segment.flags |= tcp_flag::ack;
      if (flag == 'F') segment.flags |= tcp_flag::fin;
      if (flag == 'R') segment.flags |= tcp_flag::rst;
      if (flag == 'P') segment.flags |= tcp_flag::psh;
    }
    segment.sequence = sequence;
    feed(side == "c", port, segment, payload, wire.value_or(static_cast<std::uint32_t>(payload.size())),
         options);
  }

  void feed(bool from_client, std::uint16_t client_port, TcpSegment segment, const std::string& payload,
            std::uint32_t wire, const std::vector<std::uint8_t>& options = {}) {
    segment.key = key(client_port);
    const FlowHashes hashes = hash_of(segment.key);
    segment.hash = hashes.flow;
    segment.host_pair_hash = hashes.host_pair;
    segment.from_low = from_client;
    segment.packet = {++number, time};
    // A copy of exactly header and payload, so that a sanitizer sees reads beyond them and after the call.
    std::vector<std::uint8_t> bytes(20);
    bytes.insert(bytes.end(), options.begin(), options.end());
    segment.header_length = static_cast<std::uint8_t>(bytes.size());
    bytes[12] = static_cast<std::uint8_t>(segment.header_length / 4 << 4);
    bytes.insert(bytes.end(), payload.begin(), payload.end());
    segment.payload = bytes.data() + segment.header_length;
    segment.payload_length = static_cast<std::uint32_t>(payload.size());
    segment.wire_length = wire;
    table.on_segment(segment);
  }

  /// An ICMP error about a segment with that sequence number, from 192.0.2.9.
  void feed_icmp(bool about_client, std::uint32_t sequence, std::uint8_t type, std::uint8_t code) {
    static constexpr std::array<std::uint8_t, 4> reporter{192, 0, 2, 9};
    TcpSegment segment;
    segment.key = key(50000);
    const FlowHashes hashes = hash_of(segment.key);
    segment.hash = hashes.flow;
    segment.host_pair_hash = hashes.host_pair;
    segment.from_low = about_client;
    segment.packet = {++number, time};
    segment.sequence = sequence;
    segment.flags = tcp_flag::quoted;
    segment.window = static_cast<std::uint16_t>(type << 8 | code);
    segment.payload = reporter.data();
    segment.payload_length = reporter.size();
    table.on_segment(segment);
  }

  void tick(Timestamp at) {
    time = at;
    table.on_tick({{number, at}, at});
  }
  void finish() { table.finish({number, time}); }
  [[nodiscard]] const FlowDirectionTotals& totals(Direction direction, std::size_t flow = 0) const {
    return log.totals.at(flow)[index_of(direction)];
  }

  [[nodiscard]] const SideEnd& end(Direction direction, std::size_t flow = 0) const {
    return log.ends.at(flow)[index_of(direction)];
  }

  /// "mss:5,scale:7,sack,clock:1:2": TCP options, padded to four bytes.
  static std::vector<std::uint8_t> options_of(const std::string& text) {
    std::vector<std::uint8_t> options;
    const auto put = [&options](std::uint8_t kind, std::size_t bytes,
                                const std::vector<std::uint32_t>& values) {
      options.push_back(kind);
      options.push_back(static_cast<std::uint8_t>(2 + bytes * values.size()));
      for (const std::uint32_t value : values) {
        for (std::size_t i = bytes; i-- > 0;) options.push_back(static_cast<std::uint8_t>(value >> 8 * i));
      }
    };
    std::istringstream words(text);
    for (std::string word; std::getline(words, word, ',');) {
      std::istringstream parts(word);
      std::string name, number;
      std::getline(parts, name, ':');
      std::vector<std::uint32_t> values;
      while (std::getline(parts, number, ':'))
        values.push_back(static_cast<std::uint32_t>(std::stoul(number)));
      if (name == "mss") put(2, 2, values);
      if (name == "scale") put(3, 1, values);
      if (name == "sack") put(4, 0, {});
      if (name == "clock") put(8, 4, values);
    }
    while (options.size() % 4 != 0) options.push_back(1);
    return options;
  }

  static FlowKey key(std::uint16_t client_port) {
    FlowKey key;
    key.low_address[0] = 0x0100000a;
    key.high_address[0] = 0x0200000a;
    key.low_port = client_port;
    key.high_port = 1935;
    return key;
  }

  Log log;
  RecordingObserver observer;
  FlowTable table;
  std::uint64_t number = 0;
  Timestamp time = 0;
};

}  // namespace rtmpscope::net::test
