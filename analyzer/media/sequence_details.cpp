#include "media/sequence_details.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include "base/byte_order.hpp"

namespace rtmpscope::media {
namespace {

bool is_sps(VideoCodec codec, std::uint8_t type) {
  switch (codec) {
    case VideoCodec::avc: return type == 7;
    case VideoCodec::hevc: return type == 33;
    case VideoCodec::vvc: return type == 15;
    default: return false;
  }
}

bool is_sei(VideoCodec codec, std::uint8_t type) {
  switch (codec) {
    case VideoCodec::avc: return type == 6;
    case VideoCodec::hevc: return type == 39;
    case VideoCodec::vvc: return type == 23;
    default: return false;
  }
}

std::optional<SequenceInfo> read_sequence(VideoCodec codec, Bytes bytes) {
  switch (codec) {
    case VideoCodec::avc: return read_avc_sequence(bytes);
    case VideoCodec::hevc: return read_hevc_sequence(bytes);
    case VideoCodec::vvc: return read_vvc_sequence(bytes);
    case VideoCodec::av1: return read_av1_sequence(bytes);
    default: return std::nullopt;
  }
}

/// Without emulation prevention bytes.
std::vector<std::uint8_t> unescaped(Bytes bytes) {
  std::vector<std::uint8_t> out;
  out.reserve(bytes.size());
  auto begin = bytes.begin();  // of what is not copied yet
  for (auto at = std::find(begin, bytes.end(), 3); at != bytes.end();
       at = std::find(at + 1, bytes.end(), 3)) {
    if (at - begin < 2 || at[-1] != 0 || at[-2] != 0) continue;
    out.insert(out.end(), begin, at);
    begin = at + 1;
  }
  out.insert(out.end(), begin, bytes.end());
  return out;
}

/// A payload type or size: 255 for each full step (H.264 7.3.2.3.1). False if it is cut.
bool read_sei_number(Bytes& bytes, std::size_t& number) {
  number = 0;
  while (!bytes.empty()) {
    const std::uint8_t byte = bytes[0];
    bytes = bytes.subspan(1);
    number += byte;
    if (byte != 0xFF) return true;
  }
  return false;
}

/// H.265 D.2.28: green, blue, red, white in steps of 0.00002, luminance in steps of 0.0001 cd/m2.
MasteringDisplay sei_display(Bytes payload) {
  const auto point = [&](std::size_t at) {
    return MasteringDisplay::Point{load_be16(&payload[at]) / 50000.0, load_be16(&payload[at + 2]) / 50000.0};
  };
  return {.red = point(8),
          .green = point(0),
          .blue = point(4),
          .white = point(12),
          .max_luminance = load_be32(&payload[16]) / 10000.0,
          .min_luminance = load_be32(&payload[20]) / 10000.0};
}

/// AV1 6.7.4: red, green, blue, white as 0.16 fixed point, luminance as 24.8 and 18.14.
MasteringDisplay obu_display(Bytes payload) {
  const auto point = [&](std::size_t at) {
    return MasteringDisplay::Point{load_be16(&payload[at]) / 65536.0, load_be16(&payload[at + 2]) / 65536.0};
  };
  return {.red = point(0),
          .green = point(4),
          .blue = point(8),
          .white = point(12),
          .max_luminance = load_be32(&payload[16]) / 256.0,
          .min_luminance = load_be32(&payload[20]) / 16384.0};
}
constexpr std::size_t display_size = 24;

ContentLight content_light(Bytes payload) {
  return {static_cast<std::uint16_t>(load_be16(payload.data())),
          static_cast<std::uint16_t>(load_be16(&payload[2]))};
}
constexpr std::size_t light_size = 4;

/// RFC 9562, section 4.
std::string uuid_text(const std::array<std::uint8_t, 16>& uuid) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  for (std::size_t i = 0; i < uuid.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) text.push_back('-');
    text.push_back(digits[uuid[i] >> 4]);
    text.push_back(digits[uuid[i] & 0x0F]);
  }
  return text;
}

/// Identifiers that x264, x265 and Kvazaar put in front of their text.
bool is_encoder(Bytes uuid, std::string_view text) {
  constexpr std::array<std::array<std::uint8_t, 4>, 3> known{
      {{0xDC, 0x45, 0xE9, 0xBD}, {0x2C, 0xA2, 0xDE, 0x09}, {0x32, 0xFE, 0x46, 0x6C}}};
  for (const auto& begin : known) {
    if (std::equal(begin.begin(), begin.end(), uuid.begin())) return true;
  }
  return text.find("ncoder") != std::string_view::npos;
}

}  // namespace

bool SequenceDetails::wants_nal(VideoCodec codec, std::uint8_t type) {
  return is_sps(codec, type) || is_sei(codec, type);
}

void SequenceDetails::take_nal(std::uint8_t type, Bytes bytes, Range range) {
  if (is_sps(codec_, type) && !seen_ && bytes.size() == range.length) {
    seen_ = true;
    info_range_ = range;
    info_ = read_sequence(codec_, bytes);
  } else if (is_sei(codec_, type)) {
    take_sei(bytes.first(std::min(bytes.size(), max_sei_size)), range);
  }
}

void SequenceDetails::take_obu(std::uint8_t type, Bytes payload, Range range) {
  constexpr std::uint8_t sequence_header = 1;
  constexpr std::uint8_t metadata = 5;
  constexpr std::uint8_t hdr_cll = 1;
  constexpr std::uint8_t hdr_mdcv = 2;
  if (type == sequence_header && !seen_) {
    seen_ = true;
    info_range_ = range;
    info_ = read_sequence(codec_, payload);
  }
  if (type != metadata || payload.empty()) return;
  const Bytes rest = payload.subspan(1);
  if (payload[0] == hdr_cll && rest.size() >= light_size && !light_) {
    light_ = content_light(rest);
    light_range_ = range;
  } else if (payload[0] == hdr_mdcv && rest.size() >= display_size && !display_) {
    display_ = obu_display(rest);
    display_range_ = range;
  }
}

void SequenceDetails::take_sei(Bytes nal, Range range) {
  constexpr std::size_t user_data_unregistered = 5;
  constexpr std::size_t mastering_display = 137;
  constexpr std::size_t content_light_level = 144;
  const std::size_t header = codec_ == VideoCodec::avc ? 1 : 2;
  if (nal.size() <= header) return;
  const std::vector<std::uint8_t> plain = unescaped(nal.subspan(header));
  Bytes bytes(plain);
  constexpr std::size_t shortest = 2;  // behind the messages is a byte of trailing bits
  while (bytes.size() >= shortest) {
    std::size_t type = 0;
    std::size_t size = 0;
    if (!read_sei_number(bytes, type) || !read_sei_number(bytes, size)) return;
    const bool whole = size <= bytes.size();
    const Bytes payload = bytes.first(std::min(size, bytes.size()));
    if (type == user_data_unregistered) take_user_data(payload, range);
    if (!whole) return;
    if (type == mastering_display && size >= display_size && !display_) {
      display_ = sei_display(payload);
      display_range_ = range;
    }
    if (type == content_light_level && size >= light_size && !light_) {
      light_ = content_light(payload);
      light_range_ = range;
    }
    bytes = bytes.subspan(size);
  }
}

/// H.264 D.1.7: an identifier of 16 bytes, then whatever belongs to it. Text only, up to its end or the end
/// of what was kept.
void SequenceDetails::take_user_data(Bytes payload, Range range) {
  constexpr std::size_t uuid_size = 16;
  constexpr std::size_t shortest_text = 4;
  if (payload.size() < uuid_size) return;
  const Bytes uuid = payload.first(uuid_size);
  if (!user_data_) {
    std::ranges::copy(uuid, user_data_.emplace().begin());
    user_data_range_ = range;
  }
  if (!encoder_.empty() || payload.size() < uuid_size + shortest_text) return;
  std::string_view text = as_text(payload.subspan(uuid_size));
  text = text.substr(0, text.find('\0'));
  const bool printable = std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c < 0x7F; });
  if (!printable || text.size() < shortest_text || !is_encoder(uuid, text)) return;
  encoder_ = text;
  encoder_range_ = range;
}

void SequenceDetails::describe(const VideoFields& fields, VideoField first) const {
  if (info_) describe_info(fields, first);
  describe_light(fields, first);
  const SequenceFields out(fields, first);
  if (user_data_) fields.text(out.at(SequenceField::user_data_id), user_data_range_, uuid_text(*user_data_));
  if (!encoder_.empty()) fields.text(out.at(SequenceField::encoder), encoder_range_, encoder_);
}

void SequenceDetails::describe_info(const VideoFields& fields, VideoField first) const {
  const SequenceFields out(fields, first);
  const SequenceInfo& info = *info_;
  out.number(SequenceField::width, info_range_, info.width);
  out.number(SequenceField::height, info_range_, info.height);
  if (codec_ != VideoCodec::av1) {
    fields.flag(out.at(SequenceField::interlaced), info_range_, info.interlaced);
  }
  if (info.frame_rate > 0) fields.real(out.at(SequenceField::frame_rate), info_range_, info.frame_rate);
  if (info.fixed_frame_rate) {
    fields.flag(out.at(SequenceField::fixed_frame_rate), info_range_, *info.fixed_frame_rate);
  }
  if (info.sample_aspect_width != 0) {
    out.number(SequenceField::sample_aspect_width, info_range_, info.sample_aspect_width);
    out.number(SequenceField::sample_aspect_height, info_range_, info.sample_aspect_height);
  }
  if (info.full_range) fields.flag(out.at(SequenceField::full_range), info_range_, *info.full_range);
  if (!info.colour) return;
  out.code_point(SequenceField::color_primaries, SequenceField::color_primaries_name, info_range_,
                 ValueTable::color_primaries, info.colour->primaries);
  out.code_point(SequenceField::transfer_characteristics, SequenceField::transfer_characteristics_name,
                 info_range_, ValueTable::transfer_characteristics, info.colour->transfer);
  out.code_point(SequenceField::matrix_coefficients, SequenceField::matrix_coefficients_name, info_range_,
                 ValueTable::matrix_coefficients, info.colour->matrix);
}

void SequenceDetails::describe_light(const VideoFields& fields, VideoField first) const {
  const SequenceFields out(fields, first);
  if (display_) {
    const Range range = display_range_;
    const auto point = [&](SequenceField x, SequenceField y, const MasteringDisplay::Point& value) {
      fields.real(out.at(x), range, value.x);
      fields.real(out.at(y), range, value.y);
    };
    fields.begin(out.at(SequenceField::mastering_display), range.offset);
    point(SequenceField::mastering_display_red_x, SequenceField::mastering_display_red_y, display_->red);
    point(SequenceField::mastering_display_green_x, SequenceField::mastering_display_green_y,
          display_->green);
    point(SequenceField::mastering_display_blue_x, SequenceField::mastering_display_blue_y, display_->blue);
    point(SequenceField::mastering_display_white_x, SequenceField::mastering_display_white_y,
          display_->white);
    fields.real(out.at(SequenceField::mastering_display_max_luminance), range, display_->max_luminance);
    fields.real(out.at(SequenceField::mastering_display_min_luminance), range, display_->min_luminance);
    fields.end(out.at(SequenceField::mastering_display), range.end());
  }
  if (light_) {
    fields.begin(out.at(SequenceField::content_light), light_range_.offset);
    out.number(SequenceField::content_light_max_cll, light_range_, light_->max_cll);
    out.number(SequenceField::content_light_max_fall, light_range_, light_->max_fall);
    fields.end(out.at(SequenceField::content_light), light_range_.end());
  }
}

}  // namespace rtmpscope::media
