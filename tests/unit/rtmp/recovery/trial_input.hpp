// What a trial looks at, as a test fixture: kept bytes, a parser, a profile and a large budget.
#pragma once

#include <gtest/gtest.h>

#include <random>

#include "rtmp/recovery/trial.hpp"
#include "support/bytes.hpp"
#include "support/chunks.hpp"

namespace rtmpscope::test {

class TrialTest : public testing::Test {
 protected:
  /// `packet`: number of the packet that brings them.
  void keep(const ByteVector& bytes, std::uint64_t packet = 1) {
    add(StreamData{end, bytes, {packet, 0}}, bytes.size());
  }
  void lose(std::uint64_t bytes) { add(StreamGap{end, bytes, GapCause::not_captured, {1, 0}}, bytes); }
  template <typename Piece>
  void add(const Piece& piece, std::uint64_t length) {
    if (window.pieces().empty()) window.begin_window(end);
    window.append(piece);
    window.grow_window(length);
    end += length;
  }
  /// Raw AAC of that many bytes.
  ByteVector aac(std::size_t size) {
    ByteVector body = {0xAF, 0x01};
    while (body.size() < size) body.push_back(static_cast<std::uint8_t>(random() % 0x80));
    return body;
  }
  /// An audio message with a header of type 0.
  ByteVector audio(std::size_t size, std::uint32_t chunk_size = 4096) {
    return message({.chunk_stream_id = 4, .time = 1000, .type_id = 8, .message_stream_id = 1}, aac(size),
                   chunk_size);
  }
  /// An audio message whose header inherits everything.
  ByteVector inheriting_audio(std::size_t size) {
    return message({.format = 3, .chunk_stream_id = 4}, aac(size), 4096);
  }

  rtmp::KeptBytes window;
  rtmp::ChunkParser parser;
  rtmp::SenderProfile profile;
  rtmp::WorkBudget work{.limit = 1U << 30};
  rtmp::TrialInput input{window, parser, profile, work};
  std::uint64_t end = 0;  ///< stream offset behind the kept bytes
  std::mt19937 random{1};
};

constexpr rtmp::KnownChunkSize known_4096{4096, true, 0};

}  // namespace rtmpscope::test
