#include "rtmp/recovery/body_type.hpp"

#include <algorithm>
#include <array>
#include <functional>
#include <string_view>
#include <vector>

namespace rtmpscope::rtmp {
namespace {

/// What a body must say of itself, and how much more than of being another type.
constexpr int type_bits = 14;
constexpr int type_lead = 8;

}  // namespace

RecognizedType recognize_type(Bytes body, const ChunkStream* state, const SenderProfile& profile) {
  constexpr std::array<std::string_view, 2> data_names = {"@setDataF", "onMetaDat"};
  constexpr std::size_t name_at = 3;
  const std::string_view text(reinterpret_cast<const char*>(body.data()), body.size());
  const auto weigh = [&](std::uint8_t type) {
    const int bits = weigh_body(type, body, maximum_message_length, profile).value_or(-type_lead);
    return bits + (state != nullptr && state->message.type_id == type ? type_lead / 2 : 0);
  };
  std::array<RecognizedType, 3> shown = {{{MessageType::audio, weigh(MessageType::audio)},
                                          {MessageType::video, weigh(MessageType::video)},
                                          {MessageType::data_amf0, -type_lead}}};
  const std::string_view name = text.substr(std::min(name_at, text.size()), data_names[0].size());
  if (std::ranges::find(data_names, name) != data_names.end()) {
    shown[2].bits = weigh(MessageType::data_amf0);
  }
  std::ranges::sort(shown, std::greater{}, &RecognizedType::bits);
  const bool clear = shown[0].bits >= type_bits && shown[0].bits - shown[1].bits >= type_lead;
  return clear ? shown[0] : RecognizedType{};
}

RecognizedType recognize_whole(Bytes wire, std::uint32_t chunk_size, WorkBudget& work) {
  // The first chunk has the whole head.
  constexpr std::size_t head_bytes = 32;
  if (!may_recognize_whole_body(wire.first(std::min(wire.size(), head_bytes)), wire.size())) return {};
  if (chunk_size == 0 || wire.size() <= chunk_size) return recognize_whole_body(wire, work.steps);
  work.steps += wire.size() / places_a_step;
  std::vector<std::uint8_t> body;
  body.reserve(wire.size());
  for (std::size_t at = 0; at < wire.size(); at += std::size_t{chunk_size} + 1) {
    const Bytes chunk = wire.subspan(at, std::min<std::size_t>(chunk_size, wire.size() - at));
    body.insert(body.end(), chunk.begin(), chunk.end());
  }
  return recognize_whole_body(body, work.steps);
}

}  // namespace rtmpscope::rtmp
