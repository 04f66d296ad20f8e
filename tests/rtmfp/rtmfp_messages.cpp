// Prints a line for each RTMP message of a capture's RTMFP sessions, with its whole body:
// rtmfp_messages CAPTURE KEYS
//
// What the program prints leaves out the payload of media.
#include <fmt/format.h>

#include <cstdio>

#include "capture/source.hpp"
#include "keys/key_file.hpp"
#include "net/packet_decoder.hpp"
#include "rtmfp/session_table.hpp"

namespace rtmpscope {
namespace {

class Printer final : public rtmp::EventSink {
 public:
  void on_event(const rtmp::Event& event) override {
    if (event.kind != EventKind::message) return;
    const rtmp::Message& message = static_cast<const rtmp::MessageEvent&>(event).message;
    const rtmp::MessageHeader& header = message.header;
    std::string body;
    for (const std::uint8_t byte : message.body) body += fmt::format("{:02x}", byte);
    fmt::print("{} {} {} {} {} {} {} {} {} {}\n", event.about->client.port, event.about->server.port,
               event.direction == Direction::to_server ? 0 : 1, header.chunk_stream_id, header.stream_offset,
               header.message_stream_id, header.type_id, header.timestamp, message.complete ? 1 : 0, body);
  }
};

int run(const std::string& capture_path, const std::string& key_path) {
  auto source = capture::open_files({capture_path}, capture::Order::merged, {});
  const std::vector<std::string> key_paths = {key_path};
  auto files = keys::KeyFiles::open(key_paths);
  if (!source || !files) {
    fmt::print(stderr, "{}\n", source ? files.error().message : source.error().message);
    return 2;
  }
  keys::KeyStore store;
  files->read_all(store, false);
  const keys::KeyView view(&store);
  Printer printer;
  std::uint32_t opened = 0;
  rtmfp::SessionTable table(printer, {.message_events = true, .keep_media = true}, view, opened);
  net::PacketDecoder decoder;
  capture::PacketBatch batch;
  bool more = true;
  PacketRef last;
  while (more) {
    more = (*source)->read(batch, 8192);
    for (const capture::Packet& packet : batch.packets) {
      net::TcpSegment segment;
      last = packet.ref();
      const auto result = decoder.decode(packet.bytes(), packet.wire_length, packet.link_type, last, segment);
      if (result == net::DecodeResult::udp) table.on_datagram(decoder.datagram());
    }
    decoder.release_buffers();
  }
  table.finish(last);
  return 0;
}

}  // namespace
}  // namespace rtmpscope

int main(int count, char** arguments) {
  return count == 3 ? rtmpscope::run(arguments[1], arguments[2]) : 2;
}
