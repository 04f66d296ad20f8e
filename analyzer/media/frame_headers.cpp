#include "media/frame_headers.hpp"

#include <array>
#include <optional>

#include "media/bit_reader.hpp"

namespace rtmpscope::media {
namespace {

struct VideoFrame {
  std::uint32_t header_length = 0;  ///< bytes, from the cursor's position
  std::uint32_t width = 0;
  std::uint32_t height = 0;
  std::optional<std::uint8_t> profile;
};

/// RFC 6386 9.1: three bytes of tag, least significant bit first; key frames have a start code and sizes.
std::optional<VideoFrame> vp8_frame(Bytes bytes) {
  if (bytes.size() < 10 || (bytes[0] & 1) != 0) return std::nullopt;
  if (bytes[3] != 0x9D || bytes[4] != 0x01 || bytes[5] != 0x2A) return std::nullopt;
  return VideoFrame{10, load_le16(&bytes[6]) & 0x3FFFU, load_le16(&bytes[8]) & 0x3FFFU,
                    static_cast<std::uint8_t>(bytes[0] >> 1 & 7)};
}

/// VP9 bitstream 6.2, uncompressed_header of a key frame.
std::optional<VideoFrame> vp9_frame(Bytes bytes) {
  BitReader reader(bytes);
  if (reader.bits(2) != 2) return std::nullopt;
  const auto low = static_cast<std::uint8_t>(reader.flag());
  const auto profile = static_cast<std::uint8_t>(low | static_cast<std::uint8_t>(reader.flag()) << 1);
  if (profile == 3) reader.skip(1);
  const bool show_existing_frame = reader.flag();
  const bool not_key_frame = reader.flag();
  if (show_existing_frame || not_key_frame) return std::nullopt;
  reader.skip(2);  // show_frame, error_resilient_mode
  if (reader.bits(24) != 0x498342) return std::nullopt;
  if (profile >= 2) reader.skip(1);  // ten_or_twelve_bit
  constexpr std::uint32_t srgb = 7;
  const bool subsampling_in_header = profile == 1 || profile == 3;
  if (reader.bits(3) != srgb) {
    reader.skip(1);  // color_range
    if (subsampling_in_header) reader.skip(3);
  } else if (subsampling_in_header) {
    reader.skip(1);
  }
  VideoFrame frame;
  frame.width = reader.bits(16) + 1;
  frame.height = reader.bits(16) + 1;
  frame.profile = profile;
  if (reader.failed()) return std::nullopt;
  frame.header_length = static_cast<std::uint32_t>((reader.position() + 7) / 8);
  return frame;
}

/// FLV E.4.3.2, H263VIDEOPACKET.
std::optional<VideoFrame> sorenson_frame(Bytes bytes) {
  constexpr std::array<std::array<std::uint32_t, 2>, 5> sizes{
      {{352, 288}, {176, 144}, {128, 96}, {320, 240}, {160, 120}}};
  BitReader reader(bytes);
  if (reader.bits(17) != 1) return std::nullopt;
  reader.skip(5 + 8);  // version, temporal reference
  const std::uint32_t size = reader.bits(3);
  VideoFrame frame;
  if (size < 2) {
    frame.width = reader.bits(size == 0 ? 8 : 16);
    frame.height = reader.bits(size == 0 ? 8 : 16);
  } else if (size - 2 < sizes.size()) {
    frame.width = sizes[size - 2][0];
    frame.height = sizes[size - 2][1];
  } else {
    return std::nullopt;
  }
  if (reader.failed()) return std::nullopt;
  frame.header_length = static_cast<std::uint32_t>((reader.position() + 7) / 8);
  return frame;
}

/// FLV E.4.3.3, SCREENVIDEOPACKET: block width, image width, block height, image height.
std::optional<VideoFrame> screen_frame(Bytes bytes) {
  if (bytes.size() < 4) return std::nullopt;
  return VideoFrame{4, load_be16(&bytes[0]) & 0x0FFFU, load_be16(&bytes[2]) & 0x0FFFU, std::nullopt};
}

struct AudioFrame {
  std::uint32_t header_length = 0;
  std::uint32_t sample_rate = 0;
  std::uint8_t channels = 0;
  std::uint32_t bit_rate = 0;      ///< kbit/s, 0 if not known
  std::uint32_t frame_length = 0;  ///< bytes, 0 if not known
};

/// Channels by acmod, without low frequency effects (ATSC A/52 table 5.8).
constexpr std::array<std::uint8_t, 8> ac3_channels{2, 1, 2, 3, 3, 4, 4, 5};
constexpr std::array<std::uint32_t, 3> ac3_rates{48000, 44100, 32000};

/// ATSC A/52 5.3 and 5.4, syncinfo and bsi.
std::optional<AudioFrame> ac3_frame(BitReader reader) {
  constexpr std::array<std::uint16_t, 19> bit_rates{32,  40,  48,  56,  64,  80,  96,  112, 128, 160,
                                                    192, 224, 256, 320, 384, 448, 512, 576, 640};
  reader.skip(16 + 16);  // sync word, CRC
  const std::uint32_t rate = reader.bits(2);
  const std::uint32_t size = reader.bits(6);
  reader.skip(5 + 3);  // bsid, bsmod
  const std::uint32_t mode = reader.bits(3);
  if ((mode & 1) != 0 && mode != 1) reader.skip(2);  // center mix level
  if ((mode & 4) != 0) reader.skip(2);               // surround mix level
  if (mode == 2) reader.skip(2);                     // Dolby Surround mode
  const bool low_frequency = reader.flag();
  if (reader.failed() || rate == 3 || size / 2 >= bit_rates.size()) return std::nullopt;
  AudioFrame frame;
  frame.sample_rate = ac3_rates[rate];
  frame.channels = static_cast<std::uint8_t>(ac3_channels[mode] + (low_frequency ? 1 : 0));
  frame.bit_rate = bit_rates[size / 2];
  // 1536 samples a frame in 16-bit words; at 44.1 kHz rounded down, odd sizes have one more (A/52
  // table 5.18).
  frame.frame_length = 2 * (frame.bit_rate * 96000 / frame.sample_rate + (rate == 1 ? size & 1 : 0));
  frame.header_length = static_cast<std::uint32_t>((reader.position() + 7) / 8);
  return frame;
}

/// ATSC A/52 annex E 2.3.1.
std::optional<AudioFrame> eac3_frame(BitReader reader) {
  constexpr std::array<std::uint32_t, 4> blocks{1, 2, 3, 6};
  reader.skip(16 + 2 + 3);  // sync word, stream type, substream
  AudioFrame frame;
  frame.frame_length = (reader.bits(11) + 1) * 2;
  const std::uint32_t rate = reader.bits(2);
  const std::uint32_t second = reader.bits(2);  // half-rate code, or number of blocks
  if (rate == 3 && second == 3) return std::nullopt;
  frame.sample_rate = rate == 3 ? ac3_rates[second] / 2 : ac3_rates[rate];
  const std::uint32_t samples = 256 * (rate == 3 ? 6 : blocks[second]);
  const std::uint32_t mode = reader.bits(3);
  const bool low_frequency = reader.flag();
  if (reader.failed()) return std::nullopt;
  frame.channels = static_cast<std::uint8_t>(ac3_channels[mode] + (low_frequency ? 1 : 0));
  frame.bit_rate = frame.frame_length * 8 * (frame.sample_rate / 100) / samples / 10;
  frame.header_length = static_cast<std::uint32_t>((reader.position() + 7) / 8);
  return frame;
}

/// AC-3 or E-AC-3: bsid, at the same place in both, distinguishes them (A/52 annex E 2.3.1.6).
std::optional<AudioFrame> dolby_frame(Bytes bytes) {
  if (bytes.size() < 6 || bytes[0] != 0x0B || bytes[1] != 0x77) return std::nullopt;
  const int bsid = bytes[5] >> 3;
  if (bsid > 16) return std::nullopt;
  return bsid <= 10 ? ac3_frame(BitReader(bytes)) : eac3_frame(BitReader(bytes));
}

/// ISO/IEC 11172-3 2.4.1.3, 13818-3, and the unofficial version 2.5.
std::optional<AudioFrame> mp3_frame(Bytes bytes) {
  constexpr std::array<std::uint16_t, 15> version_1{0,   32,  40,  48,  56,  64,  80, 96,
                                                    112, 128, 160, 192, 224, 256, 320};
  constexpr std::array<std::uint16_t, 15> version_2{0,  8,  16, 24,  32,  40,  48, 56,
                                                    64, 80, 96, 112, 128, 144, 160};
  constexpr std::array<std::uint32_t, 3> rates{44100, 48000, 32000};
  if (bytes.size() < 4) return std::nullopt;
  const std::uint32_t word = load_be32(bytes.data());
  const std::uint32_t version = word >> 19 & 3;  // 3: 1, 2: 2, 0: 2.5
  const std::uint32_t layer = word >> 17 & 3;    // 1: III
  const std::uint32_t bit_rate = word >> 12 & 15;
  const std::uint32_t rate = word >> 10 & 3;
  if (word >> 21 != 0x7FF || version == 1 || layer != 1 || bit_rate == 15 || rate == 3) return std::nullopt;
  AudioFrame frame;
  frame.header_length = 4;
  frame.sample_rate = rates[rate] >> (version == 3 ? 0 : version == 2 ? 1 : 2);
  frame.channels = (word >> 6 & 3) == 3 ? 1 : 2;
  frame.bit_rate = version == 3 ? version_1[bit_rate] : version_2[bit_rate];
  if (frame.bit_rate != 0) {  // 0: free format
    frame.frame_length =
        (version == 3 ? 144000 : 72000) * frame.bit_rate / frame.sample_rate + (word >> 9 & 1);
  }
  return frame;
}

}  // namespace

void describe_video_frame(VideoCodec codec, const BodyCursor& cursor, const VideoFields& fields) {
  std::optional<VideoFrame> frame;
  switch (codec) {
    case VideoCodec::vp8: frame = vp8_frame(cursor.view()); break;
    case VideoCodec::vp9: frame = vp9_frame(cursor.view()); break;
    case VideoCodec::sorenson_h263: frame = sorenson_frame(cursor.view()); break;
    case VideoCodec::screen_video:
    case VideoCodec::screen_video_2: frame = screen_frame(cursor.view()); break;
    default: break;
  }
  if (!frame) return;
  const Range header = cursor.next(frame->header_length);
  fields.begin(VideoField::frame, header.offset);
  if (frame->profile) fields.number(VideoField::frame_profile, header, *frame->profile);
  fields.number(VideoField::frame_width, header, frame->width);
  fields.number(VideoField::frame_height, header, frame->height);
  fields.end(VideoField::frame, header.end());
}

void describe_audio_frame(AudioCodec codec, const BodyCursor& cursor, const AudioFields& fields) {
  std::optional<AudioFrame> frame;
  switch (codec) {
    case AudioCodec::ac3:
    case AudioCodec::eac3: frame = dolby_frame(cursor.view()); break;
    case AudioCodec::mp3: frame = mp3_frame(cursor.view()); break;
    default: break;
  }
  if (!frame) return;
  const Range header = cursor.next(frame->header_length);
  fields.begin(AudioField::frame, header.offset);
  fields.number(AudioField::frame_sample_rate, header, frame->sample_rate);
  fields.number(AudioField::frame_channels, header, frame->channels);
  if (frame->bit_rate != 0) fields.number(AudioField::frame_bit_rate, header, frame->bit_rate);
  if (frame->frame_length != 0) fields.number(AudioField::frame_length, header, frame->frame_length);
  fields.end(AudioField::frame, header.end());
}

}  // namespace rtmpscope::media
