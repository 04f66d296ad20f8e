// RTMPT: fuzzer-chosen data and gaps of two TCP connections between the same hosts.
//
// Input: records of a head (1 byte: direction, connection, data or gap, unknown length), a length (2 bytes)
// and, for data, so many bytes. Oracles: what comes out of the sessions, and what is told of them, does not
// depend on how data is cut; offsets follow each other; what is kept stays within its limits and is freed.
#include <map>
#include <string>
#include <vector>

#include "carrier/http_tunnel/tunnel_connection.hpp"
#include "fuzz/oracle.hpp"

namespace rtmpscope {
namespace {

struct Record {
  Direction direction{};
  std::size_t connection = 0;
  bool is_gap = false;
  std::optional<std::uint64_t> length;
  Bytes bytes;
};

std::vector<Record> read_records(Bytes input) {
  std::vector<Record> records;
  constexpr std::size_t head = 3;
  while (input.size() >= head) {
    Record record;
    record.direction = (input[0] & 1) != 0 ? Direction::to_client : Direction::to_server;
    record.connection = (input[0] >> 1) & 1;
    record.is_gap = (input[0] & 0x0C) == 0x0C;
    const std::size_t length = std::size_t{input[1]} << 8 | input[2];
    if (record.is_gap) {
      if ((input[0] & 0x10) == 0) record.length = length + 1;
      input = input.subspan(head);
    } else {
      const std::size_t size = std::min(length, input.size() - head);
      record.bytes = input.subspan(head, size);
      input = input.subspan(head + size);
    }
    records.push_back(record);
  }
  return records;
}

/// All that a session tells, by direction so that neighbouring data can be joined.
struct Told {
  std::array<std::string, 2> streams;
  std::array<std::uint64_t, 2> offsets{};
  std::string events;
};

struct Sink final : carrier::TunnelSink {
  explicit Sink(Told& to) : told(to) {}
  void on_data(Direction direction, const StreamData& data) override {
    require(data.offset == told.offsets[index_of(direction)], "data follows what came before");
    require(!data.bytes.empty(), "data is not empty");
    told.offsets[index_of(direction)] += data.bytes.size();
    told.streams[index_of(direction)] += as_text(data.bytes);
  }
  void on_gap(Direction direction, const StreamGap& gap) override {
    require(gap.offset == told.offsets[index_of(direction)], "a gap follows what came before");
    told.offsets[index_of(direction)] += gap.length.value_or(0);
    told.streams[index_of(direction)] += gap.length ? "<gap " + std::to_string(*gap.length) + ">" : "<gap>";
  }
  void on_end(Direction direction, const StreamEnd& end) override {
    require(end.offset == told.offsets[index_of(direction)], "the end follows what came before");
  }
  void on_exchange(const TunnelExchange& exchange, const PacketRef& packet) override {
    told.events += "exchange " + std::to_string(exchange.sequence) + " " + std::to_string(exchange.status) +
                   " " + std::to_string(exchange.request_bytes) + " " +
                   std::to_string(exchange.response_bytes) + " at " + std::to_string(packet.number) + "\n";
  }
  void on_finding(const carrier::LayerFinding& finding) override {
    told.events += "finding " + std::to_string(static_cast<int>(finding.id)) + " " +
                   std::to_string(finding.a) + " at " + std::to_string(finding.packet.number) + "\n";
  }
  void on_close(EndCause, const PacketRef&, const TunnelTotals& totals) override {
    require(!closed, "closed once");
    closed = true;
    told.events += "close " + std::to_string(totals.sends) + " " + std::to_string(totals.repeated) + "\n";
  }
  ~Sink() override { require(closed, "closed"); }
  Told& told;
  bool closed = false;
};

/// `step`: data comes in pieces of that size; 0: as it is.
std::string run(const std::vector<Record>& records, std::size_t step) {
  std::map<std::string, Told> sessions;
  std::size_t made = 0;
  carrier::TunnelTable table([&](const carrier::TunnelEnds&, const TunnelOpening& opening) {
    return std::make_unique<Sink>(sessions[std::to_string(++made) + " " + opening.session]);
  });
  std::array<bool, 2> gave_up{};
  carrier::TunnelConnection first(
      table, {}, true, [&] { gave_up[0] = true; }, [] {});
  carrier::TunnelConnection second(
      table, {}, false, [&] { gave_up[1] = true; }, [] {});
  const std::array connections = {&first, &second};
  std::array<std::array<std::uint64_t, 2>, 2> offsets{};
  PacketRef packet{};
  for (const Record& record : records) {
    ++packet.number;
    packet.time += 1000;
    std::uint64_t& offset = offsets[record.connection][index_of(record.direction)];
    carrier::TunnelConnection& connection = *connections[record.connection];
    if (record.is_gap) {
      connection.on_gap(record.direction, {offset, record.length, GapCause::not_captured, packet});
      offset += record.length.value_or(0);
    }
    for (Bytes rest = record.bytes; !rest.empty();) {
      const Bytes piece = rest.first(step == 0 ? rest.size() : std::min(step, rest.size()));
      connection.on_data(record.direction, {offset, piece, packet});
      offset += piece.size();
      rest = rest.subspan(piece.size());
    }
    if (packet.number % 16 == 0) table.on_tick(packet);
    require(table.size() <= carrier::TunnelTable::most_sessions, "not too many sessions");
  }
  for (std::size_t i = 0; i < connections.size(); ++i) {
    for (const Direction direction : {Direction::to_server, Direction::to_client}) {
      connections[i]->on_end(direction, {offsets[i][index_of(direction)], EndCause::fin, packet});
    }
    connections[i]->close(EndCause::fin, packet, [](carrier::TunnelSession&) {});
  }
  table.finish(packet);
  std::string all = gave_up[0] ? "gave up\n" : "";
  for (const auto& [name, told] : sessions) {
    all += name + "\n" + told.streams[0] + "\n" + told.streams[1] + "\n" + told.events;
  }
  return all;
}

}  // namespace
}  // namespace rtmpscope

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace rtmpscope;
  const std::vector<Record> records = read_records(Bytes(data, size));
  const std::string whole = run(records, 0);
  for (const std::size_t step : {std::size_t{1}, std::size_t{3}, std::size_t{100}}) {
    require(run(records, step) == whole, "the same however it is cut");
  }
  return 0;
}
