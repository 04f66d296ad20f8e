#include <array>
#include <bit>
#include <optional>

#include "media/bit_reader.hpp"
#include "media/frame_headers.hpp"

namespace rtmpscope::media {
namespace {

struct AudioFrame {
  std::uint32_t header_length = 0;
  std::uint32_t sample_rate = 0;
  std::uint8_t channels = 0;
  std::optional<std::uint8_t> low_frequency;  ///< channels among them
  std::uint32_t bit_rate = 0;                 ///< kbit/s, 0 if not known
  std::uint32_t frame_length = 0;             ///< bytes, 0 if not known
  std::uint32_t samples = 0;                  ///< a channel, 0 if not known
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
  frame.low_frequency = low_frequency ? 1 : 0;
  frame.channels = static_cast<std::uint8_t>(ac3_channels[mode] + *frame.low_frequency);
  frame.bit_rate = bit_rates[size / 2];
  // 1536 samples a frame in 16-bit words; at 44.1 kHz rounded down, odd sizes have one more (A/52
  // table 5.18).
  frame.frame_length = 2 * (frame.bit_rate * 96000 / frame.sample_rate + (rate == 1 ? size & 1 : 0));
  frame.samples = 1536;
  frame.header_length = static_cast<std::uint32_t>((reader.position() + 7) / 8);
  return frame;
}

/// One substream of E-AC-3 (ATSC A/52 annex E 2.3.1). Locations are bits of chanmap (table E2.5), the first
/// at the top.
struct Substream {
  std::uint32_t type = 0;  ///< 0: independent, 1: dependent
  std::uint32_t id = 0;
  std::uint32_t length = 0;
  std::uint32_t sample_rate = 0;
  std::uint32_t samples = 0;
  std::uint32_t locations = 0;
  std::uint32_t bits = 0;  ///< of the header
};

/// Left, centre, right, left and right surround by acmod; 1+1 as left and right.
constexpr std::array<std::uint16_t, 8> locations_of_mode{0xA000, 0x4000, 0xA000, 0xE000,
                                                         0xA100, 0xE100, 0xB800, 0xF800};
constexpr std::uint32_t lfe_location = 0x0001;
constexpr std::uint32_t lfe2_location = 0x0002;

std::optional<Substream> read_substream(Bytes bytes) {
  constexpr std::array<std::uint32_t, 4> blocks{1, 2, 3, 6};
  constexpr std::uint32_t dependent = 1;
  BitReader reader(bytes);
  if (reader.bits(16) != 0x0B77) return std::nullopt;
  Substream stream;
  stream.type = reader.bits(2);
  stream.id = reader.bits(3);
  stream.length = (reader.bits(11) + 1) * 2;
  const std::uint32_t rate = reader.bits(2);
  const std::uint32_t second = reader.bits(2);  // half-rate code, or number of blocks
  if (rate == 3 && second == 3) return std::nullopt;
  stream.sample_rate = rate == 3 ? ac3_rates[second] / 2 : ac3_rates[rate];
  stream.samples = 256 * (rate == 3 ? 6 : blocks[second]);
  const std::uint32_t mode = reader.bits(3);
  const bool low_frequency = reader.flag();
  if (reader.failed()) return std::nullopt;
  stream.bits = static_cast<std::uint32_t>(reader.position());
  stream.locations = locations_of_mode[mode] | (low_frequency ? lfe_location : 0);
  if (stream.type != dependent) return stream;
  reader.skip(5 + 5);                 // bsid, dialnorm
  if (reader.flag()) reader.skip(8);  // compr
  if (mode == 0) {
    reader.skip(5);
    if (reader.flag()) reader.skip(8);
  }
  const bool mapped = reader.flag();
  const std::uint32_t map = reader.bits(16);
  if (mapped) stream.locations = map;
  if (reader.failed()) return std::nullopt;
  stream.bits = static_cast<std::uint32_t>(reader.position());
  return stream;
}

/// Some locations of chanmap are pairs.
std::uint32_t count_channels(std::uint32_t locations) {
  constexpr std::uint32_t pairs = 0x0674;  // Lc/Rc, Lrs/Rrs, Lsd/Rsd, Lw/Rw, Lvh/Rvh, Lts/Rts
  return static_cast<std::uint32_t>(std::popcount(locations) + std::popcount(locations & pairs));
}

/// All substreams of the first program that were kept: dependent ones add channels, and bytes.
std::optional<AudioFrame> eac3_frame(Bytes bytes) {
  const auto first = read_substream(bytes);
  if (!first) return std::nullopt;
  constexpr int most_substreams = 9;  // an independent and eight dependent ones
  Substream sum = *first;
  for (int count = 1; count < most_substreams && sum.length < bytes.size(); ++count) {
    const auto next = read_substream(bytes.subspan(sum.length));
    if (!next || next->type != 1) break;
    sum.locations |= next->locations;
    sum.length += next->length;
  }
  AudioFrame frame;
  frame.sample_rate = sum.sample_rate;
  frame.channels = static_cast<std::uint8_t>(count_channels(sum.locations));
  frame.low_frequency =
      static_cast<std::uint8_t>(std::popcount(sum.locations & (lfe_location | lfe2_location)));
  frame.frame_length = sum.length;
  frame.samples = sum.samples;
  const std::uint64_t bits_a_second = std::uint64_t{sum.length} * 8 * sum.sample_rate / sum.samples;
  frame.bit_rate = static_cast<std::uint32_t>((bits_a_second + 500) / 1000);
  frame.header_length = (sum.bits + 7) / 8;
  return frame;
}

/// AC-3 or E-AC-3: bsid, at the same place in both, distinguishes them (A/52 annex E 2.3.1.6).
std::optional<AudioFrame> dolby_frame(Bytes bytes) {
  if (bytes.size() < 6 || bytes[0] != 0x0B || bytes[1] != 0x77) return std::nullopt;
  const int bsid = bytes[5] >> 3;
  if (bsid > 16) return std::nullopt;
  return bsid <= 10 ? ac3_frame(BitReader(bytes)) : eac3_frame(bytes);
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
  frame.low_frequency = 0;
  frame.samples = version == 3 ? 1152 : 576;
  frame.bit_rate = version == 3 ? version_1[bit_rate] : version_2[bit_rate];
  if (frame.bit_rate != 0) {  // 0: free format
    frame.frame_length =
        (version == 3 ? 144000 : 72000) * frame.bit_rate / frame.sample_rate + (word >> 9 & 1);
  }
  return frame;
}

/// RFC 6716 3.1 and 3.2: samples at 48 kHz of a packet, 0 if it is none. Of several streams in a packet the
/// first one has the same duration as all.
std::uint32_t opus_samples(Bytes bytes) {
  constexpr std::uint32_t longest = 5760;  // 120 ms
  if (bytes.empty()) return 0;
  constexpr std::array<std::uint32_t, 4> silk{480, 960, 1920, 2880};
  constexpr std::array<std::uint32_t, 2> hybrid{480, 960};
  constexpr std::array<std::uint32_t, 4> celt{120, 240, 480, 960};
  const std::uint32_t configuration = bytes[0] >> 3;
  const std::uint32_t samples = configuration < 12   ? silk[configuration & 3]
                                : configuration < 16 ? hybrid[configuration & 1]
                                                     : celt[configuration & 3];
  const std::uint32_t code = bytes[0] & 3;
  std::uint32_t frames = code == 0 ? 1 : 2;
  if (code == 3) {
    if (bytes.size() < 2) return 0;
    frames = bytes[1] & 0x3F;
  }
  return samples * frames <= longest ? samples * frames : 0;
}

void describe_samples(std::uint32_t samples, std::uint32_t sample_rate, Range range,
                      const AudioFields& fields) {
  if (samples == 0) return;
  fields.number(AudioField::frame_samples, range, samples);
  fields.real(AudioField::frame_duration, range, samples * 1000.0 / sample_rate);
}

}  // namespace

void describe_audio_frame(AudioCodec codec, const BodyCursor& cursor, const AudioFields& fields) {
  constexpr std::uint32_t opus_rate = 48000;
  if (codec == AudioCodec::opus) {
    const std::uint32_t samples = opus_samples(cursor.view());
    if (samples == 0) return;
    const Range header = cursor.next(1);
    fields.begin(AudioField::frame, header.offset);
    fields.number(AudioField::frame_sample_rate, header, opus_rate);
    describe_samples(samples, opus_rate, header, fields);
    fields.end(AudioField::frame, header.end());
    return;
  }
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
  if (frame->low_frequency)
    fields.number(AudioField::frame_low_frequency_channels, header, *frame->low_frequency);
  if (frame->bit_rate != 0) fields.number(AudioField::frame_bit_rate, header, frame->bit_rate);
  if (frame->frame_length != 0) fields.number(AudioField::frame_length, header, frame->frame_length);
  describe_samples(frame->samples, frame->sample_rate, header, fields);
  fields.end(AudioField::frame, header.end());
}

void describe_fixed_format(std::uint8_t first_byte, FieldSink& sink) {
  constexpr std::array<std::uint32_t, 4> tag_rates{5512, 11025, 22050, 44100};
  enum SoundFormat : std::uint8_t { nellymoser_16 = 4, nellymoser_8 = 5 };
  const std::uint8_t format = first_byte >> 4;
  const AudioCodec codec = legacy_audio_codec(format);
  std::uint32_t rate = tag_rates[first_byte >> 2 & 3];
  std::uint8_t channels = (first_byte & 1) + 1;
  std::uint8_t bits = 0;
  switch (codec) {
    case AudioCodec::pcm:
    case AudioCodec::pcm_le: bits = (first_byte & 2) != 0 ? 16 : 8; break;
    case AudioCodec::adpcm: break;
    case AudioCodec::alaw:
    case AudioCodec::mulaw:
      rate = 8000;
      bits = 8;
      break;
    case AudioCodec::nellymoser:
      if (format == nellymoser_16 || format == nellymoser_8) {
        rate = format == nellymoser_16 ? 16000 : 8000;
        channels = 1;
      }
      break;
    case AudioCodec::speex:
      rate = 16000;
      channels = 1;
      break;
    default: return;
  }
  constexpr Range tag{0, 1};
  sink.number(FieldId::audio_sample_rate, tag, rate);
  sink.number(FieldId::audio_channels, tag, channels);
  if (bits != 0) sink.number(FieldId::audio_bits_per_sample, tag, bits);
}

std::uint32_t eac3_bytes_wanted(Bytes head, std::uint32_t length) {
  constexpr std::uint32_t limit = 16 * 1024;  // four substreams of the greatest length
  const auto first = read_substream(head);
  return first && first->length < length ? std::min(length, limit) : 0;
}

}  // namespace rtmpscope::media
