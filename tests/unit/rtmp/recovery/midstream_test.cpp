// Mid-stream starts in streams whose headers say little, and whose bodies say nothing.
#include <gmock/gmock.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <functional>
#include <random>

#include "support/bytes.hpp"
#include "support/chunks.hpp"
#include "unit/rtmp/recorder.hpp"

namespace rtmpscope::test {
namespace {

ByteVector noise(std::size_t count, std::mt19937& random) {
  ByteVector out(count);
  for (auto& byte : out) byte = static_cast<std::uint8_t>(random());
  return out;
}

/// Messages one after the other, with headers as senders write them: type 3 where nothing but the bytes is
/// new.
class Sender {
 public:
  explicit Sender(std::uint32_t chunk_size, std::uint32_t seed) : random(seed), chunk_size_(chunk_size) {}

  std::mt19937 random;
  ByteVector bytes;
  std::vector<rtmp::MessageHeader> sent;

  void send(std::uint32_t chunk_stream_id, std::uint8_t type, std::uint32_t step, const ByteVector& body) {
    Last& last = last_[chunk_stream_id % last_.size()];
    const bool same = last.type == type && last.length == body.size();
    const int format = last.type == 0 ? 0 : !same ? 1 : last.step != step ? 2 : 3;
    last = {type, body.size(), step, last.time + step};
    rtmp::MessageHeader header;
    header.stream_offset = bytes.size();
    header.type_id = type;
    header.length = static_cast<std::uint32_t>(body.size());
    header.timestamp = last.time;
    sent.push_back(header);
    const ChunkSpec spec{.format = format,
                         .chunk_stream_id = chunk_stream_id,
                         .time = step,
                         .type_id = type,
                         .message_stream_id = 1};
    bytes = concat(bytes, message(spec, body, chunk_size_));
  }

 private:
  struct Last {
    std::uint8_t type = 0;
    std::size_t length = 0;
    std::uint32_t step = 0;
    std::uint32_t time = 0;
  };
  std::array<Last, 16> last_{};
  std::uint32_t chunk_size_;
};

ByteVector body(const char* head, std::size_t size, std::mt19937& random) {
  const ByteVector begin = hex(head);
  return concat(begin, noise(size - begin.size(), random));
}

void screen_video_with_pcm(Sender& sender) {
  for (int i = 0; i < 200; ++i) {
    if (i % 4 == 0) sender.send(6, 9, 100, body("23 30a03060", 600 + sender.random() % 300, sender.random));
    sender.send(4, 8, i % 3 == 0 ? 24 : 23, body("36", 513, sender.random));
  }
}

void g711(Sender& sender) {
  for (int i = 0; i < 250; ++i)
    sender.send(4, 8, i % 3 == 0 ? 24 : 23, body("82", i % 5 < 3 ? 187 : 186, sender.random));
}

void mp3(Sender& sender) {
  for (int i = 0; i < 250; ++i) {
    sender.send(4, 8, i % 4 == 0 ? 27 : 26, body("2e fffb52c4", i % 40 == 39 ? 209 : 210, sender.random));
  }
}

/// The few messages that are longer than a chunk tell its size.
void sorenson_with_mp3(Sender& sender) {
  for (int i = 0; i < 240; ++i) {
    sender.send(4, 8, i % 4 == 0 ? 27 : 26, body("2e fffb52c4", i % 4 == 3 ? 157 : 158, sender.random));
    const bool long_one = i % 12 == 5;
    sender.send(
        6, 9, 40,
        body("22 000084", (long_one ? 5900 : 700) + static_cast<std::size_t>(i * 37 % 90), sender.random));
  }
}

void picture_with_ac3(Sender& sender) {
  for (int i = 0; i < 200; ++i) {
    if (i % 3 == 1) {
      const std::size_t size = 300 + sender.random() % 900;
      ByteVector head = hex("27 01 000028");
      put_be(head, size, 4);
      head.push_back(0x41);
      sender.send(6, 9, 40, concat(head, noise(size - 1, sender.random)));
    }
    sender.send(4, 8, 32, body("91 61632d33 0b77", 389, sender.random));
  }
}

/// Of constant lengths, told only once: what is in them says where they end.
void metadata_and_pictures(Sender& sender) {
  ByteVector data = concat(hex("02 000a"), bytes_of("onMetaData"));
  data = concat(data, hex("03"));
  for (const char* key :
       {"width", "height", "framerate", "duration", "filesize", "videodatarate", "audiodatarate"}) {
    const ByteVector name = bytes_of(key);
    put_be(data, name.size(), 2);
    data = concat(data, name, hex("00 4084000000000000"));
  }
  data = concat(data, hex("000009"));
  for (int i = 0; i < 120; ++i) {
    if (i % 3 == 0) sender.send(4, 18, i % 2 == 0 ? 40 : 41, data);
    if (i % 3 == 1)
      sender.send(6, 9, 40, concat(hex("27 01 000028 000002e8 41"), noise(0x2e7, sender.random)));
    sender.send(5, 8, 23, body("af 01", 180 + static_cast<std::size_t>(i * 7 % 40), sender.random));
  }
}

/// Two blocks of 64x64 pixels a picture. Nothing shows what the sound is, and nothing but its first header
/// how long.
void screen_video_with_adpcm(Sender& sender) {
  for (int i = 0; i < 120; ++i) {
    if (i % 3 == 2) {
      sender.send(4, 8, i % 2 == 0 ? 185 : 186, body("1e", 4102, sender.random));
      continue;
    }
    ByteVector picture = hex(i == 0 ? "13 30803040" : "23 30803040");
    for (int block = 0; block < 2; ++block) {
      const std::size_t size = 3600 + sender.random() % 300;
      put_be(picture, size, 2);
      picture = concat(picture, body("78 9c", size, sender.random));  // zlib
    }
    sender.send(6, 9, 125, picture);
  }
}

Recorder decode_from(const ByteVector& bytes, std::uint64_t start, std::size_t most = SIZE_MAX) {
  Recorder seen;
  rtmp::ChunkStreamDecoder decoder;
  std::mt19937 random(static_cast<std::uint32_t>(start));
  decoder.lose_sync(start, rtmp::SyncLostReason::start_not_captured, {1, 0}, seen);
  for (std::uint64_t at = start; at < bytes.size();) {
    const std::size_t left = bytes.size() - static_cast<std::size_t>(at);
    const std::size_t count = std::min<std::size_t>(left, most == SIZE_MAX ? left : 1 + random() % most);
    decoder.on_data({at, Bytes(bytes).subspan(at, count), {1, 0}}, seen);
    at += count;
  }
  decoder.on_end({1, 0}, seen);
  return seen;
}

/// All that is found was sent.
void expect_sent(const Sender& sender, const Recorder& seen, std::uint64_t start) {
  for (const rtmp::MessageHeader& message : seen.messages) {
    const auto own =
        std::ranges::find(sender.sent, message.stream_offset, &rtmp::MessageHeader::stream_offset);
    ASSERT_NE(own, sender.sent.end()) << start << ": none begins at " << message.stream_offset;
    EXPECT_EQ(message.length, own->length) << start;
    EXPECT_EQ(message.type_id, own->type_id) << start;
    if (message.timestamp_exact) {
      EXPECT_EQ(message.timestamp, own->timestamp) << start;
    }
  }
}

/// From random bytes on: one of the first two messages is found, and all that is found was sent.
void expect_found_soon(const std::function<void(Sender&)>& write, std::uint32_t chunk_size) {
  Sender sender(chunk_size, chunk_size);
  write(sender);
  std::mt19937 random(5);
  for (int round = 0; round < 40; ++round) {
    const std::uint64_t start = 1 + random() % (sender.bytes.size() / 2);
    const auto first = std::ranges::lower_bound(sender.sent, start, {}, &rtmp::MessageHeader::stream_offset);
    const Recorder seen = decode_from(sender.bytes, start);
    ASSERT_FALSE(seen.messages.empty()) << start;
    EXPECT_LE(seen.messages.front().stream_offset, (first + 1)->stream_offset) << start;
    expect_sent(sender, seen, start);
  }
}

TEST(Midstream, PcmBesideScreenVideo) {
  expect_found_soon(screen_video_with_pcm, 4096);
}

TEST(Midstream, Mp3BesideSorensonWithLongFrames) {
  expect_found_soon(sorenson_with_mp3, 4096);
}

TEST(Midstream, G711OfTwoLengths) {
  expect_found_soon(g711, 4096);
  expect_found_soon(g711, 128);
}

TEST(Midstream, Mp3ThatHardlyEverTellsItsLength) {
  expect_found_soon(mp3, 4096);
  expect_found_soon(mp3, 128);
}

TEST(Midstream, Ac3ThatNeverTellsItsLength) {
  expect_found_soon(picture_with_ac3, 4096);
  expect_found_soon(picture_with_ac3, 128);
}

TEST(Midstream, ContentsThatTellTheirLength) {
  expect_found_soon(metadata_and_pictures, 4096);
  expect_found_soon(metadata_and_pictures, 128);
}

TEST(Midstream, FewOfConstantLengthBeforeTheEnd) {
  // As PcmBesideScreenVideo, but so near to the end that few repeat.
  Sender sender(65536, 3);
  screen_video_with_pcm(sender);
  sender.send(4, 8, 23, body("36", 135, sender.random));
  sender.send(3, 20, 0,
              concat(hex("02 000b"), bytes_of("FCUnpublish"), hex("00 4014000000000000 05 02 0003 616263")));
  sender.send(
      3, 20, 0,
      concat(hex("02 000c"), bytes_of("deleteStream"), hex("00 4018000000000000 05 00 3ff0000000000000")));
  const std::size_t count = sender.sent.size();
  for (std::size_t i = count - 20; i < count - 12; ++i) {
    const std::uint64_t start = sender.sent[i].stream_offset - 100;
    const Recorder seen = decode_from(sender.bytes, start);
    ASSERT_FALSE(seen.messages.empty()) << start;
    EXPECT_LE(seen.messages.front().stream_offset, sender.sent[i + 1].stream_offset) << start;
  }
}

TEST(Midstream, PicturesThatAreWholeBetweenMessagesOfAnUnknownKind) {
  Sender sender(4096, 4);
  screen_video_with_adpcm(sender);
  for (int i = 6; i < 60; i += 7) {
    const std::uint64_t start = sender.sent[static_cast<std::size_t>(i)].stream_offset + 100;
    const Recorder seen = decode_from(sender.bytes, start);
    ASSERT_GT(seen.messages.size(), 10U) << start;
    expect_sent(sender, seen, start);
  }
}

TEST(Midstream, ResultsDoNotDependOnTheCuts) {
  for (const auto& write :
       {screen_video_with_pcm, g711, mp3, picture_with_ac3, metadata_and_pictures, screen_video_with_adpcm}) {
    Sender sender(4096, 3);
    write(sender);
    for (const std::uint64_t start : {200U, 1777U, 5000U}) {
      const Recorder whole = decode_from(sender.bytes, start);
      for (const std::size_t most : {2U, 100U, 1448U}) {
        const Recorder pieces = decode_from(sender.bytes, start, most);
        EXPECT_EQ(pieces.lines, whole.lines) << start;
        EXPECT_EQ(pieces.chunks, whole.chunks) << start;
      }
    }
  }
}

TEST(Midstream, RecordsOfConstantLengthAreNoMessages) {
  // Each begins like a type 3 header, and nothing else is between them.
  std::mt19937 random(6);
  ByteVector bytes;
  for (int i = 0; i < 400; ++i) bytes = concat(bytes, hex("c4 36"), noise(180, random));
  const Recorder seen = decode_from(bytes, 0);
  EXPECT_TRUE(seen.messages.empty());
}

}  // namespace
}  // namespace rtmpscope::test
