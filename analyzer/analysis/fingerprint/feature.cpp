#include "analysis/fingerprint/feature.hpp"

#include <algorithm>
#include <array>

namespace rtmpscope::analysis {
namespace {

constexpr std::array<std::string_view, 71> known_names = {
    "acknowledgement",
    "answers",
    "c1.kind",
    "c1.peer_version",
    "c1.software",
    "chunk",
    "client.first",
    "close",
    "commands",
    "commands.transaction_id",
    "connect.app",
    "connect.audioCodecs",
    "connect.capabilities",
    "connect.capsEx",
    "connect.flashVer",
    "connect.fourCcList",
    "connect.keys",
    "connect.pageUrl",
    "connect.supportsGoAway",
    "connect.tcUrl",
    "connect.videoCodecs",
    "csid",
    "csid.audio_video",
    "csid.media",
    "data.onFI",
    "delete_stream.argument",
    "media.message_stream_id",
    "metadata.ecma_count",
    "metadata.encoder",
    "metadata.keys",
    "metadata.repeats",
    "metadata.server",
    "metadata.videocodecid",
    "metadata.videodatarate",
    "metadata.videodevice_or_encoder",
    "metadata.wrapper",
    "peer_bandwidth",
    "play",
    "play.message_stream_id",
    "publish.chunk_stream_id",
    "publish.name",
    "result.CapsEx",
    "result.capabilities",
    "result.data.srs_server",
    "result.data.srs_version",
    "result.data.version",
    "result.description",
    "result.fmsVer",
    "result.info.clientid",
    "result.info.objectEncoding",
    "result.info.secureToken",
    "result.info.version",
    "result.keys",
    "result.mode",
    "s1.banner",
    "s1.echo",
    "s1.peer_version",
    "s1.software",
    "s1.timestamp",
    "server.first",
    "server.onBWCheck",
    "server.onBWDone",
    "set_chunk_size",
    "status.clientid",
    "status.code",
    "status.csid",
    "status.fcpublish",
    "status.publish",
    "tcurl.host",
    "user_control",
    "window_ack",
};
static_assert(std::ranges::is_sorted(known_names));

}  // namespace

std::span<const std::string_view> feature_names() {
  return known_names;
}

std::string_view name(FeatureId id) {
  return known_names[static_cast<std::size_t>(id)];
}

std::optional<FeatureId> feature_id(std::string_view name) {
  const auto found = std::ranges::lower_bound(known_names, name);
  if (found == known_names.end() || *found != name) return std::nullopt;
  return static_cast<FeatureId>(found - known_names.begin());
}

}  // namespace rtmpscope::analysis
