// Datagrams of a few hosts through the table of RTMFP sessions.
//
// Input: one byte of mode, then records: what to do (1 byte), how (1 byte), length (1 byte), bytes. The bytes
// are chunks, which are sealed as a sender would seal them, so that the decoder gets behind its keys; or a
// datagram as it is. In the honest mode they are the cuts and the order of the fragments of known messages,
// and at the end exactly these messages must have come out, in order.
//
// Oracle in all modes: each connection opens once, closes once, and has no event before or after that;
// sequence numbers of messages only grow within a flow; sessions and held bytes stay within their limits, and
// nothing is held at the end; a second run whose datagrams lie elsewhere gives the same events.
#include <map>
#include <set>

#include "fuzz/oracle.hpp"
#include "keys/key_store.hpp"
#include "rtmfp/session_table.hpp"
#include "schema/tape.hpp"
#include "support/rtmfp_packets.hpp"

namespace {

using namespace rtmpscope;
using namespace rtmpscope::rtmfp;
using rtmpscope::rtmfp::test::be16;
using rtmpscope::rtmfp::test::be32;
using rtmpscope::rtmfp::test::Buffer;
using rtmpscope::rtmfp::test::chunk;
using rtmpscope::rtmfp::test::concat;
using rtmpscope::rtmfp::test::counted;
using rtmpscope::rtmfp::test::datagram;
using rtmpscope::rtmfp::test::endpoint;
using rtmpscope::rtmfp::test::hex;
using rtmpscope::rtmfp::test::sealed;
using rtmpscope::rtmfp::test::startup;

const Buffer initiator_component = hex("040d02a1a2");
const Buffer responder_component = hex("040d02b1b2");
const Buffer secret = hex("0102030405060708");
constexpr std::uint32_t session_id = 7;  // of both directions

class Events final : public rtmp::EventSink {
 public:
  void on_event(const rtmp::Event& event) override {
    const std::uint32_t connection = event.connection;
    if (event.kind == EventKind::connection_open) require(opened_.insert(connection).second);
    require(opened_.contains(connection) && !closed_.contains(connection));
    if (event.kind == EventKind::connection_close) closed_.insert(connection);
    if (event.kind == EventKind::message) on_message(static_cast<const rtmp::MessageEvent&>(event));
    Tape tape;
    event.describe(tape);
    for (const char c : tape.to_string()) add(static_cast<std::uint8_t>(c));
    add(event.packet.number);
  }
  void finish() const { require(opened_.size() == closed_.size()); }
  [[nodiscard]] std::uint64_t digest() const { return digest_; }
  [[nodiscard]] const std::vector<std::string>& bodies() const { return bodies_; }

 private:
  void on_message(const rtmp::MessageEvent& event) {
    const rtmp::MessageHeader& header = event.message.header;
    std::uint64_t& last = last_[{event.connection, index_of(*event.direction), header.chunk_stream_id}];
    require(header.stream_offset > last);
    last = header.stream_offset;
    require(event.message.body.size() <= header.length);
    if (event.message.complete) bodies_.emplace_back(as_text(event.message.body));
  }
  void add(std::uint64_t value) { digest_ = (digest_ ^ value) * 0x100000001b3; }

  std::set<std::uint32_t> opened_;
  std::set<std::uint32_t> closed_;
  std::map<std::array<std::uint64_t, 3>, std::uint64_t> last_;
  std::vector<std::string> bodies_;
  std::uint64_t digest_ = 0xcbf29ce484222325;
};

/// A capture that the input writes.
class Script {
 public:
  Script(SessionTable& table, bool copied) : table_(table), copied_(copied) {}

  void send(const Endpoint& from, const Endpoint& to, const Buffer& payload) {
    const Buffer own = copied_ ? Buffer(payload) : Buffer();
    table_.on_datagram(datagram(from, to, copied_ ? own : payload, {++number_, time_ += millisecond}));
  }
  void open() {
    send(client, server,
         startup(0, chunk(initiator_keying,
                          concat(be32(session_id), counted({}), counted({}), counted(initiator_component)))));
    send(
        server, client,
        startup(session_id, chunk(responder_keying, concat(be32(session_id), counted(responder_component)))));
  }
  void send_packet(bool to_server, const Buffer& chunks) {
    static const DirectionKeys there = derive_keys(secret, initiator_component, responder_component);
    static const DirectionKeys back = derive_keys(secret, responder_component, initiator_component);
    send(to_server ? client : server, to_server ? server : client,
         sealed(session_id, to_server ? there.aes : back.aes, to_server ? 0x09 : 0x0A, chunks));
  }
  void tick(std::uint8_t seconds) {
    time_ += seconds * second;
    clock_ += seconds * second;
    table_.on_tick({{number_, time_}, clock_});
  }
  [[nodiscard]] PacketRef last() const { return {number_, time_}; }

  const Endpoint client = endpoint(1, 50000);
  const Endpoint server = endpoint(9, 1935);

 private:
  SessionTable& table_;
  bool copied_;
  std::uint64_t number_ = 0;
  Timestamp time_ = 1000 * second;
  Timestamp clock_ = 0;
};

/// What is written is up to the input.
void play_anything(Script& script, ByteReader& reader) {
  while (!reader.at_end()) {
    const std::uint8_t what = reader.u8();
    const std::uint8_t how = reader.u8();
    const Bytes taken = reader.take(reader.u8());
    const Buffer bytes(taken.begin(), taken.end());
    const Endpoint one = endpoint(how & 3, 50000);
    const Endpoint other = endpoint(how >> 2 & 3, 1935);
    switch (what % 6) {
      case 0: script.send_packet(true, bytes); break;
      case 1: script.send_packet(false, bytes); break;
      case 2: script.send(one, other, startup(0, bytes)); break;
      case 3: script.send(other, one, startup((how & 0x80) != 0 ? session_id : 0, bytes)); break;
      case 4: script.send((how & 0x80) != 0 ? script.client : one, other, bytes); break;
      default: script.tick(how); break;
    }
  }
}

/// User data of flow 2 with the metadata of a time-critical flow (RFC 7016, 2.3.11; RFC 7425, 5.1.1).
[[gnu::noinline]] Buffer fragment(std::uint8_t flags, const Buffer& number, Bytes data) {
  Buffer result;
  result.reserve(64 + data.size());  // without it GCC 12 warns of an overflow
  result.push_back(flags);
  result.push_back(2);
  result.insert(result.end(), number.begin(), number.end());  // of the fragment …
  result.insert(result.end(), number.begin(), number.end());  // … and its distance from what is acknowledged
  return concat(result, counted(hex("00 54430401")), hex("00"), data);
}

/// Messages of a flow, in fragments whose cuts and order the input decides. Answers their bodies.
std::vector<std::string> play_honestly(Script& script, ByteReader& reader) {
  std::vector<Buffer> chunks;
  std::vector<std::string> bodies;
  while (!reader.at_end() && chunks.size() < 200) {
    std::string body(reader.u8(), static_cast<char>('a' + bodies.size() % 26));
    const Buffer whole = concat(hex("12 00000000"), body);
    bodies.push_back(body);
    for (std::size_t at = 0; at < whole.size();) {
      const std::size_t size = std::min<std::size_t>(1U + reader.u8() % 64U, whole.size() - at);
      const bool first = at == 0;
      const bool last = at + size == whole.size();
      const std::uint8_t place = first ? (last ? 0x00 : 0x10) : (last ? 0x20 : 0x30);
      const std::size_t sequence = chunks.size() + 1;
      const Buffer number = {static_cast<std::uint8_t>(0x80 | sequence >> 7),
                             static_cast<std::uint8_t>(sequence & 0x7F)};
      const auto flags = static_cast<std::uint8_t>(0x80 | place);
      chunks.push_back(chunk(user_data, fragment(flags, number, Bytes(whole).subspan(at, size))));
      at += size;
    }
  }
  // Each comes once more than the input repeats it; which is next is up to the input's last bytes.
  std::vector<std::size_t> order(chunks.size());
  std::uint64_t state = chunks.size() * 0x9e3779b97f4a7c15;
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  for (std::size_t i = order.size(); i > 1; --i) {
    state = state * 6364136223846793005 + 1442695040888963407 + bodies.size();
    std::swap(order[i - 1], order[(state >> 33) % i]);
  }
  for (const std::size_t i : order) {
    script.send_packet(true, chunks[i]);
    if (i % 3 == 0) script.send_packet(true, chunks[i]);
  }
  return bodies;
}

std::uint64_t run(Bytes input, bool copied) {
  ByteReader reader(input);
  const bool honest = (reader.u8() & 1) != 0;
  Limits limits;
  if (!honest) {
    limits.sessions = 6;
    limits.unanswered = 3;
    limits.held_bytes = 2000;
  }
  keys::KeyStore store;
  keys::RtmfpKeys line;
  line.near_component = initiator_component;
  line.far_component = responder_component;
  line.dh_secret = secret;
  require(store.add(line));
  const keys::KeyView view(&store);
  Events events;
  std::uint32_t opened = 0;
  SessionTable table(events, {.message_events = true, .keep_media = true}, view, opened, 0, limits);
  Script script(table, copied);
  script.open();
  std::vector<std::string> expected;
  if (honest) {
    expected = play_honestly(script, reader);
  } else {
    play_anything(script, reader);
    require(table.size() <= limits.sessions);
    require(table.held_bytes() <= limits.held_bytes);
  }
  table.finish(script.last());
  require(table.held_bytes() == 0);
  events.finish();
  if (honest) require(events.bodies() == expected);
  return events.digest();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > 20'000) return 0;
  require(run({data, size}, false) == run({data, size}, true));
  return 0;
}
