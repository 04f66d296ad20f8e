// RTMPE: fuzzer-chosen bytes and gaps behind a handshake, with keys that fit and keys that do not.
//
// Input: hints (1 byte: which keys, whether the handshake is changed), then records of a head (1 byte:
// direction, data or gap, unknown length), a length (1 byte) and, for data, so many bytes. Data is in clear:
// it is enciphered here. Oracles: what comes out does not depend on how data is cut; offsets follow each
// other; with the right key and without losses all of it is what went in.
#include <string>
#include <vector>

#include "carrier/rtmpe_layer.hpp"
#include "fuzz/oracle.hpp"
#include "unit/rtmp/handshake/recorded_handshake.hpp"

namespace rtmpscope {
namespace {

constexpr std::array<keys::Rc4Key, 2> rc4_keys = {
    keys::Rc4Key{0x0c, 0x91, 0xa7, 0x1c, 0xca, 0x31, 0x39, 0xb0, 0x81, 0xa8, 0x88, 0xd4, 0xbe, 0x22, 0x7b,
                 0x81},
    keys::Rc4Key{0x27, 0x23, 0xc0, 0xf9, 0x3d, 0xf8, 0x2a, 0x68, 0xa2, 0x8b, 0x9f, 0xe4, 0x30, 0x96, 0x06,
                 0x8e}};
constexpr std::uint8_t with_keys = 1, with_wrong_keys = 2, with_broken_block = 4, with_connect = 8;

struct Record {
  Direction direction{};
  bool is_gap = false;
  std::optional<std::uint64_t> length;
  std::vector<std::uint8_t> bytes;
};

struct Told final : StreamSink, carrier::LayerListener {
  std::array<std::string, 2> streams;
  std::array<std::uint64_t, 2> offsets{};
  std::string events;

  void on_data(Direction direction, const StreamData& data) override {
    require(data.offset == offsets[index_of(direction)], "data follows what came before");
    offsets[index_of(direction)] += data.bytes.size();
    streams[index_of(direction)] += as_text(data.bytes);
  }
  void on_gap(Direction direction, const StreamGap& gap) override {
    // What cannot be deciphered is not handed on, but gaps are.
    require(gap.offset >= offsets[index_of(direction)], "a gap follows what came before");
    offsets[index_of(direction)] = gap.offset + gap.length.value_or(0);
    streams[index_of(direction)] += gap.length ? "<gap " + std::to_string(*gap.length) + ">" : "<gap>";
  }
  void on_end(Direction, const StreamEnd&) override {}
  void on_layer_event(std::unique_ptr<carrier::LayerEvent> event) override {
    events +=
        "key " + std::to_string(static_cast<int>(static_cast<carrier::RtmpeOpenEvent&>(*event).key)) + "\n";
  }
  void on_layer_finding(const carrier::LayerFinding& finding) override {
    events += "finding " + std::to_string(static_cast<int>(finding.id)) + "\n";
  }
};

std::vector<Record> read_records(Bytes input) {
  std::vector<Record> records;
  while (input.size() >= 2) {
    Record record;
    record.direction = (input[0] & 1) != 0 ? Direction::to_client : Direction::to_server;
    record.is_gap = (input[0] & 6) == 6;
    const std::size_t length = input[1];
    input = input.subspan(2);
    if (record.is_gap) {
      if (length > 0) record.length = length;
    } else {
      const Bytes bytes = input.first(std::min(length, input.size()));
      record.bytes.assign(bytes.begin(), bytes.end());
      input = input.subspan(bytes.size());
    }
    records.push_back(record);
  }
  return records;
}

std::vector<Record> with_handshake(std::vector<Record> records, std::uint8_t hints) {
  test::RecordedHandshake recorded("computed_digest");
  recorded.to_server[0] = recorded.to_client[0] = 6;
  if ((hints & with_broken_block) != 0) recorded.to_server[700] ^= 1;
  std::vector<Record> all = {
      {Direction::to_server, false, {}, {recorded.to_server.begin(), recorded.to_server.begin() + 1537}},
      {Direction::to_client, false, {}, recorded.to_client},
      {Direction::to_server, false, {}, {recorded.to_server.begin() + 1537, recorded.to_server.end()}}};
  if ((hints & with_connect) != 0) {
    all.push_back(
        {Direction::to_server, false, {}, {3,   0,   0,   0,   0,   0,   19, 20, 0, 0, 0, 0, 2, 0, 7, 'c',
                                           'o', 'n', 'n', 'e', 'c', 't', 0,  0,  0, 0, 0, 0, 0, 0, 0}});
  }
  all.insert(all.end(), records.begin(), records.end());
  return all;
}

/// Without handshakes; `losses`: there are gaps.
std::array<std::string, 2> clear_text(const std::vector<Record>& records, bool& losses) {
  std::array<std::string, 2> text;
  for (const Record& record : records) {
    losses = losses || record.is_gap;
    text[index_of(record.direction)] += as_text(record.bytes);
  }
  return text;
}

/// Enciphers what is behind the handshake.
void seal(std::vector<Record>& records) {
  std::array<Rc4, 2> ciphers = {Rc4(rc4_keys[0]), Rc4(rc4_keys[1])};
  for (Rc4& cipher : ciphers) cipher.skip(1536);
  std::array<std::uint64_t, 2> offsets{};
  for (Record& record : records) {
    std::uint64_t& offset = offsets[index_of(record.direction)];
    Rc4& cipher = ciphers[index_of(record.direction)];
    if (record.is_gap) {
      if (offset >= handshake_size) cipher.skip(record.length.value_or(0));
      offset += record.length.value_or(0);
    } else if (offset >= handshake_size) {
      cipher.apply(record.bytes);
      offset += record.bytes.size();
    } else {
      offset += record.bytes.size();
    }
  }
}

std::string run(const std::vector<Record>& records, const keys::KeyView& view, std::size_t step, Told& told) {
  carrier::LayerContext context;
  context.keys = &view;
  context.listener = &told;
  carrier::RtmpeLayer layer(context, {});
  layer.set_next(told);
  std::array<std::uint64_t, 2> offsets{};
  PacketRef packet{};
  for (const Record& record : records) {
    ++packet.number;
    std::uint64_t& offset = offsets[index_of(record.direction)];
    if (record.is_gap) {
      layer.on_gap(record.direction, {offset, record.length, GapCause::not_captured, packet});
      offset += record.length.value_or(0);
    }
    for (Bytes rest = record.bytes; !rest.empty();) {
      const Bytes piece = rest.first(step == 0 ? rest.size() : std::min(step, rest.size()));
      layer.on_data(record.direction, {offset, piece, packet});
      offset += piece.size();
      rest = rest.subspan(piece.size());
    }
  }
  for (const Direction direction : {Direction::to_server, Direction::to_client}) {
    layer.on_end(direction, {offsets[index_of(direction)], EndCause::fin, packet});
  }
  return told.streams[0] + "\n" + told.streams[1] + "\n" + told.events;
}

}  // namespace
}  // namespace rtmpscope

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace rtmpscope;
  if (size < 1) return 0;
  const std::uint8_t hints = data[0];
  std::vector<Record> records = with_handshake(read_records(Bytes(data + 1, size - 1)), hints);
  bool losses = false;
  const std::array<std::string, 2> clear = clear_text(records, losses);
  seal(records);
  keys::KeyStore store;
  if ((hints & with_wrong_keys) != 0) {
    keys::RtmpeKeys line;
    line.dh_secret.assign(100, 3);
    store.add(line);
  }
  if ((hints & with_keys) != 0) {
    keys::RtmpeKeys line;
    line.to_server = rc4_keys[0];
    line.to_client = rc4_keys[1];
    store.add(line);
  }
  const keys::KeyView view(&store);
  Told whole;
  const std::string expected = run(records, view, 0, whole);
  if ((hints & (with_keys | with_connect | with_broken_block)) == (with_keys | with_connect) && !losses) {
    require(whole.streams == clear, "all of it in clear");
  }
  for (const std::size_t step : {std::size_t{1}, std::size_t{7}}) {
    Told cut;
    require_same(run(records, view, step, cut), expected, "the same however it is cut");
  }
  return 0;
}
