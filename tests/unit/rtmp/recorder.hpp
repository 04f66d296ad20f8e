// Writes down what a ChunkStreamDecoder tells, one line a call.
#pragma once

#include <fmt/format.h>

#include <string>
#include <vector>

#include "rtmp/session/chunk_stream_decoder.hpp"
#include "support/cuts.hpp"

namespace rtmpscope::test {

class Recorder : public rtmp::ChunkStreamListener {
 public:
  std::vector<std::string> lines;   ///< messages, findings and losses
  std::vector<std::string> chunks;  ///< chunk headers
  std::vector<rtmp::MessageHeader> messages;
  std::vector<std::vector<std::uint8_t>> bodies;

  void on_chunk(const rtmp::ChunkHeader& h, std::uint32_t payload_length, PacketRef) override {
    chunks.push_back(fmt::format("fmt {} csid {} at {} payload {} ext {}", h.format, h.chunk_stream_id,
                                 h.stream_offset, payload_length, h.has_extended_timestamp));
  }
  void on_chunk_finding(const rtmp::ChunkHeader& h, const rtmp::ChunkFinding& finding, PacketRef) override {
    lines.push_back(
        fmt::format("{} at {} ({}, {})", info(finding.id).id, h.stream_offset, finding.a, finding.b));
  }
  void on_framing_finding(const rtmp::MessageHeader& m, FindingId id, std::uint64_t a, std::uint64_t b,
                          PacketRef) override {
    lines.push_back(fmt::format("{} at {} ({}, {})", info(id).id, m.stream_offset, a, b));
  }
  void on_message(const rtmp::Message& m, PacketRef) override {
    lines.push_back(fmt::format("type {} csid {} stream {} time {} length {} chunks {}{}", m.header.type_id,
                                m.header.chunk_stream_id, m.header.message_stream_id, m.header.timestamp,
                                m.header.length, m.header.chunks, m.complete ? "" : " incomplete"));
    messages.push_back(m.header);
    bodies.emplace_back(m.body.begin(), m.body.end());
  }
  void on_sync_lost(std::uint64_t offset, std::uint8_t reason, PacketRef) override {
    lines.push_back(fmt::format("sync lost at {} reason {}", offset, reason));
  }
  void on_sync_found(const rtmp::SyncFound& found, std::uint32_t chunk_size) override {
    lines.push_back(fmt::format("sync found at {} skipped {} method {} chunk size {}", found.header,
                                found.skipped, static_cast<int>(found.method), chunk_size));
  }
};

/// Feeds pieces one after the other, each as a packet of its own.
inline Recorder decode(const std::vector<Bytes>& pieces) {
  Recorder recorder;
  rtmp::ChunkStreamDecoder decoder;
  std::uint64_t offset = 0;
  std::uint64_t packet = 0;
  for (const Bytes piece : pieces) {
    decoder.on_data({offset, piece, {++packet, 0}}, recorder);
    offset += piece.size();
  }
  decoder.on_end({packet, 0}, recorder);
  return recorder;
}

inline Recorder decode(Bytes stream) {
  return decode(std::vector<Bytes>{stream});
}

}  // namespace rtmpscope::test
