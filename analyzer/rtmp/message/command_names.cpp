#include "rtmp/message/command_names.hpp"

#include <algorithm>
#include <array>

namespace rtmpscope::rtmp {
namespace {

// clang-format off
constexpr auto names = std::to_array<std::string_view>({
    "@clearDataFrame", "@setDataFrame", "FCPublish", "FCSubscribe", "FCUnpublish", "FCUnsubscribe",
    "_checkbw", "_error", "_onbwcheck", "_onbwdone", "_result", "call", "checkBandwidth", "checkbw",
    "close", "closeStream", "connect", "createStream", "deleteStream", "getConnectionCount", "getStats",
    "getStreamLength", "initStream", "onAdCue", "onBWCheck", "onBWDone", "onCaption", "onCaptionInfo",
    "onClientStop", "onCuePoint", "onFCPublish", "onFCSubscribe", "onFCUnpublish", "onFCUnsubscribe",
    "onFI", "onImageData", "onLastSecond", "onMetaData", "onPlayStatus", "onPublishStart", "onReceiveAudio",
    "onSecondScreen", "onServerTime", "onStatus", "onStreamDryStart", "onTextData", "onTimeCoordInfo",
    "onTimecode", "onXMP", "onXMPData", "pause", "pauseRaw", "ping", "play", "play2", "publish",
    "receiveAudio", "receiveVideo", "reconnect", "releaseStream", "resetEncoder", "seek", "sendMessage",
    "setBandwidthLimit", "setPeerInfo", "setStreamInfo", "startTransmit", "stopTransmit", "swap",
    "|RtmpSampleAccess",
});
// clang-format on
static_assert(std::ranges::is_sorted(names));

}  // namespace

std::span<const std::string_view> command_names() {
  return names;
}

bool is_command_name(std::string_view name) {
  return std::ranges::binary_search(names, name);
}

}  // namespace rtmpscope::rtmp
