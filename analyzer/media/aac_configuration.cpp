// AudioSpecificConfig (ISO/IEC 14496-3 1.6.2.1).
#include <algorithm>
#include <array>

#include "media/audio_configuration.hpp"
#include "media/bit_reader.hpp"

namespace rtmpscope::media {
namespace {

enum ObjectType : std::uint8_t {
  aac_sbr = 5,
  aac_scalable = 6,
  er_scalable = 20,
  er_bsac = 22,
  er_ld = 23,
  aac_ps = 29,
  escape = 31,
  er_eld = 39,
  usac = 42,
};

/// Object types with a GASpecificConfig (1.6.2.1, table 1.15).
bool has_ga_config(std::uint32_t object_type) {
  constexpr std::uint32_t mask = 1U << 1 | 1U << 2 | 1U << 3 | 1U << 4 | 1U << 6 | 1U << 7 | 1U << 17 |
                                 1U << 19 | 1U << 20 | 1U << 21 | 1U << 22 | 1U << 23;
  return object_type < 32 && (mask >> object_type & 1) != 0;
}

/// Table 1.18; 0 is reserved or in a program config element.
std::uint32_t frequency(std::uint32_t index) {
  constexpr std::array<std::uint32_t, 13> frequencies{96000, 88200, 64000, 48000, 44100, 32000, 24000,
                                                      22050, 16000, 12000, 11025, 8000,  7350};
  return index < frequencies.size() ? frequencies[index] : 0;
}

/// Table 1.19 and its later rows.
std::uint32_t channels_of(std::uint32_t configuration) {
  constexpr std::array<std::uint8_t, 15> channels{0, 1, 2, 3, 4, 5, 6, 8, 0, 0, 0, 7, 8, 24, 8};
  return configuration < channels.size() ? channels[configuration] : 0;
}

/// Low frequency effects among them.
std::uint32_t low_frequency_of(std::uint32_t configuration) {
  constexpr std::array<std::uint8_t, 15> channels{0, 0, 0, 0, 0, 0, 1, 1, 0, 0, 0, 1, 1, 2, 1};
  return configuration < channels.size() ? channels[configuration] : 0;
}

class AudioSpecificConfig {
 public:
  explicit AudioSpecificConfig(AudioRecord& record)
      : record_(record),
        fields_(record.fields),
        begin_(record.cursor.position),
        covered_(begin_),
        bits_(record.cursor.view()) {}

  void describe() {
    describe_fields();
    if (bits_.failed() && record_.cursor.whole()) {
      if (usable_) {
        fields_.finding(FindingId::configuration_end_cut, record_.cursor.rest(), record_.length());
      } else {
        record_.too_short(record_.length() + 1);
      }
    }
    record_.cursor.position = covered_;
  }

 private:
  /// The bytes that hold the bits from `from` to the next one to read, and those before it that were skipped.
  [[nodiscard]] Range range(std::uint64_t from) const {
    const std::uint32_t first = std::min(begin_ + static_cast<std::uint32_t>(from / 8), covered_);
    const std::uint32_t last = begin_ + static_cast<std::uint32_t>((bits_.position() + 7) / 8);
    return {first, last - first};
  }
  // Fields that reach beyond the end of the record are not pushed.
  void number(AudioField field, std::uint64_t from, std::uint64_t value) {
    if (bits_.failed()) return;
    const Range place = range(from);
    fields_.number(field, place, value);
    covered_ = place.end();
  }
  void flag(AudioField field, std::uint64_t from, bool value) {
    if (bits_.failed()) return;
    const Range place = range(from);
    fields_.flag(field, place, value);
    covered_ = place.end();
  }
  std::uint32_t object_type() {
    const std::uint32_t type = bits_.bits(5);
    return type == escape ? 32 + bits_.bits(6) : type;
  }
  /// A frequency index, and the frequency itself where the index says so.
  std::uint32_t sample_rate(std::uint32_t& index) {
    index = bits_.bits(4);
    return index == 15 ? bits_.bits(24) : frequency(index);
  }

  void describe_fields() {
    std::uint64_t from = bits_.position();
    std::uint32_t type = object_type();
    const bool explicit_sbr = type == aac_sbr || type == aac_ps;
    if (explicit_sbr) {
      flag(AudioField::configuration_sbr, from, true);
      if (type == aac_ps) flag(AudioField::configuration_ps, from, true);
    } else {
      number(AudioField::configuration_object_type, from, type);
    }
    from = bits_.position();
    std::uint32_t index = 0;
    const std::uint32_t rate = sample_rate(index);
    number(AudioField::configuration_frequency_index, from, index);
    if (rate != 0) number(AudioField::configuration_sample_rate, from, rate);
    from = bits_.position();
    const std::uint32_t channel_configuration = bits_.bits(4);
    number(AudioField::configuration_channel_configuration, from, channel_configuration);
    if (channels_of(channel_configuration) != 0) {
      number(AudioField::configuration_channels, from, channels_of(channel_configuration));
      number(AudioField::configuration_low_frequency_channels, from, low_frequency_of(channel_configuration));
    }
    if (explicit_sbr) {
      from = bits_.position();
      const std::uint32_t extension_rate = sample_rate(index);
      if (extension_rate != 0) number(AudioField::configuration_extension_sample_rate, from, extension_rate);
      from = bits_.position();
      type = object_type();
      number(AudioField::configuration_object_type, from, type);
      if (type == er_bsac) bits_.skip(4);
    }
    usable_ = channel_configuration != 0 && !bits_.failed();
    if (has_ga_config(type)) {
      describe_ga_config(type, channel_configuration);
    } else if (type == er_eld) {
      from = bits_.position();
      const bool short_frame = bits_.flag();
      number(AudioField::configuration_frame_length, from, short_frame ? 480 : 512);
      return;  // the rest of ELDSpecificConfig does not matter here
    } else if (type == usac) {
      return describe_usac_config();
    } else {
      return;
    }
    if (type >= 17) bits_.skip(2);  // epConfig of the error resilient types
    if (!explicit_sbr) describe_sync_extension();
  }

  /// 4.4.1 GASpecificConfig.
  void describe_ga_config(std::uint32_t type, std::uint32_t channel_configuration) {
    const std::uint64_t from = bits_.position();
    const bool short_frame = bits_.flag();
    if (bits_.flag()) bits_.skip(14);  // coreCoderDelay
    const bool extension = bits_.flag();
    if (channel_configuration == 0) describe_program_config();
    if (type == aac_scalable || type == er_scalable) bits_.skip(3);
    if (extension) {
      if (type == er_bsac) bits_.skip(5 + 11);
      if (type == 17 || type == 19 || type == er_scalable || type == er_ld) bits_.skip(3);
      bits_.skip(1);
    }
    const bool low_delay = type == er_ld;
    number(AudioField::configuration_frame_length, from,
           low_delay ? (short_frame ? 480 : 512) : (short_frame ? 960 : 1024));
  }

  /// 4.4.1.1 program_config_element: here is the number of channels.
  void describe_program_config() {
    const std::uint64_t from = bits_.position();
    bits_.skip(4 + 2 + 4);  // instance tag, object type, frequency index
    const std::array<std::uint32_t, 3> elements{bits_.bits(4), bits_.bits(4), bits_.bits(4)};
    const std::uint32_t low_frequency = bits_.bits(2);
    const std::uint32_t associated_data = bits_.bits(3);
    const std::uint32_t coupling = bits_.bits(4);
    if (bits_.flag()) bits_.skip(4);  // mono mixdown
    if (bits_.flag()) bits_.skip(4);  // stereo mixdown
    if (bits_.flag()) bits_.skip(3);  // matrix mixdown
    std::uint32_t channels = low_frequency;
    for (const std::uint32_t count : elements) {  // front, side, back
      for (std::uint32_t i = 0; i < count; ++i) {
        channels += bits_.flag() ? 2 : 1;
        bits_.skip(4);
      }
    }
    usable_ = channels > 0 && !bits_.failed();
    if (channels > 0) {
      number(AudioField::configuration_channels, from, channels);
      number(AudioField::configuration_low_frequency_channels, from, low_frequency);
    }
    bits_.skip(4 * low_frequency + 4 * associated_data + 5 * coupling);
    bits_.align();
    bits_.skip(std::uint64_t{8} * bits_.bits(8));  // comment
  }

  /// ISO/IEC 23003-3 5.2, UsacConfig up to the frame length. The rate is the one that is played.
  void describe_usac_config() {
    constexpr std::uint32_t rate_escape = 31;
    struct Lengths {
      std::uint16_t samples;
      bool sbr;
    };
    constexpr std::array<Lengths, 5> lengths{
        {{768, false}, {1024, false}, {2048, true}, {2048, true}, {4096, true}}};
    if (bits_.bits(5) == rate_escape) bits_.skip(24);
    const std::uint64_t from = bits_.position();
    const std::uint32_t index = bits_.bits(3);
    if (index >= lengths.size()) return;
    number(AudioField::configuration_frame_length, from, lengths[index].samples);
    flag(AudioField::configuration_sbr, from, lengths[index].sbr);
  }

  /// SBR and PS signalled behind the config, so that old decoders do not see them.
  void describe_sync_extension() {
    constexpr std::uint32_t sbr_sync = 0x2B7;
    constexpr std::uint32_t ps_sync = 0x548;
    if (bits_.bits_left() < 16) return;
    std::uint64_t from = bits_.position();
    BitReader ahead = bits_;
    if (ahead.bits(11) != sbr_sync) return;
    bits_ = ahead;
    const std::uint32_t type = object_type();
    if (type != aac_sbr && type != er_bsac) {
      flag(AudioField::configuration_sbr, from, false);
      return;
    }
    const bool sbr = bits_.flag();
    flag(AudioField::configuration_sbr, from, sbr);
    if (sbr) {
      from = bits_.position();
      std::uint32_t index = 0;
      const std::uint32_t rate = sample_rate(index);
      if (rate != 0) number(AudioField::configuration_extension_sample_rate, from, rate);
      if (type == aac_sbr && bits_.bits_left() >= 12) {
        from = bits_.position();
        ahead = bits_;
        if (ahead.bits(11) == ps_sync) {
          bits_ = ahead;
          const bool ps = bits_.flag();
          flag(AudioField::configuration_ps, from, ps);
        }
      }
    }
    if (type == er_bsac) bits_.skip(4);
  }

  AudioRecord& record_;
  const AudioFields& fields_;
  std::uint32_t begin_;
  std::uint32_t covered_;  ///< end of the last field
  BitReader bits_;
  bool usable_ = false;  ///< object type, rate and channels were read
};

}  // namespace

void describe_aac_record(AudioRecord& record) {
  AudioSpecificConfig(record).describe();
}

}  // namespace rtmpscope::media
