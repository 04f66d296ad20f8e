#include "rtmp/evidence/silent_aac.hpp"

#include <algorithm>
#include <optional>

#include "media/bit_reader.hpp"

namespace rtmpscope::rtmp {
namespace {

// id_syn_ele (table 4.85) and window_sequence (table 4.109).
constexpr std::uint32_t single_channel = 0;
constexpr std::uint32_t channel_pair = 1;
constexpr std::uint32_t end_of_frame = 7;
constexpr std::uint32_t eight_short_windows = 2;

constexpr unsigned section_length_bits = 5;  // of a long window
constexpr std::uint32_t longest_section = 31;

/// ics_info (table 4.6) of a long window without prediction: its max_sfb, or nothing.
std::optional<std::uint32_t> read_window(media::BitReader& bits) {
  const bool reserved = bits.flag();
  if (reserved || bits.bits(2) == eight_short_windows) return std::nullopt;
  bits.skip(1);  // window_shape
  const std::uint32_t bands = bits.bits(6);
  const bool predicted = bits.flag();
  return predicted ? std::nullopt : std::optional(bands);
}

/// individual_channel_stream (table 4.50) in which no band has coefficients, nor pulses, noise shaping or
/// gain control.
bool read_channel(media::BitReader& bits, std::optional<std::uint32_t> bands) {
  bits.skip(8);  // global_gain
  if (!bands) bands = read_window(bits);
  if (!bands) return false;
  for (std::uint32_t read = 0; read < *bands;) {
    constexpr std::uint32_t zero_codebook = 0;
    const bool zero = bits.bits(4) == zero_codebook;
    const std::uint32_t length = bits.bits(section_length_bits);
    if (!zero || length == 0 || length == longest_section || bits.failed()) return false;
    read += length;
    if (read > *bands) return false;
  }
  constexpr unsigned tools = 3;
  return bits.bits(tools) == 0;
}

bool read_pair(media::BitReader& bits) {
  const bool common_window = bits.flag();
  std::optional<std::uint32_t> bands;
  if (common_window) {
    bands = read_window(bits);
    if (!bands) return false;
    constexpr std::uint32_t mask_of_bands = 1;
    constexpr std::uint32_t reserved_mask = 3;
    const std::uint32_t mask = bits.bits(2);
    if (mask == reserved_mask) return false;
    if (mask == mask_of_bands) bits.skip(*bands);
  }
  return read_channel(bits, bands) && read_channel(bits, bands);
}

}  // namespace

std::size_t silent_aac_size(Bytes frame) {
  media::BitReader bits(frame.first(std::min(frame.size(), longest_silent_aac)));
  const std::uint32_t element = bits.bits(3);
  if (element != single_channel && element != channel_pair) return 0;
  if (bits.bits(4) != 0) return 0;  // element_instance_tag: the first of its kind
  if (!(element == channel_pair ? read_pair(bits) : read_channel(bits, std::nullopt))) return 0;
  if (bits.bits(3) != end_of_frame) return 0;
  while (!bits.failed() && bits.position() % 8 != 0) {
    if (bits.flag()) return 0;
  }
  return bits.failed() ? 0 : static_cast<std::size_t>(bits.position() / 8);
}

}  // namespace rtmpscope::rtmp
