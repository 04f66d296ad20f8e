// Handshakes of real peers, from data/.
#pragma once

#include <algorithm>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <vector>

#include "rtmp/handshake/digest.hpp"

namespace rtmpscope::test {

inline std::vector<std::uint8_t> read_data_file(const std::string& name) {
  std::ifstream file(RECORDED_HANDSHAKES + name, std::ios::binary);
  if (!file) throw std::runtime_error("no file " + name);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// Both directions from the first byte to 64 bytes after the handshake.
struct RecordedHandshake {
  explicit RecordedHandshake(const std::string& name)
      : to_server(read_data_file(name + ".to_server")), to_client(read_data_file(name + ".to_client")) {}

  std::vector<std::uint8_t> to_server;
  std::vector<std::uint8_t> to_client;

  [[nodiscard]] const std::vector<std::uint8_t>& way(Direction direction) const {
    return direction == Direction::to_server ? to_server : to_client;
  }
  [[nodiscard]] Bytes block(Direction direction, std::size_t number) const {
    return Bytes(way(direction)).subspan(1 + (number - 1) * handshake_block_size, handshake_block_size);
  }
};

/// Every recording of a plain or encrypted session.
inline const std::vector<std::string>& recorded_handshakes() {
  static const std::vector<std::string> names{"ffmpeg_publish_nginx",
                                              "ffmpeg_play_nginx",
                                              "obs_nginx",
                                              "librtmp_nginx",
                                              "gstreamer_nms",
                                              "ffmpeg_nms",
                                              "ffmpeg_srs",
                                              "ffmpeg_crtmpserver",
                                              "rtmpdump_crtmpserver",
                                              "ffmpeg_rtmfp_cpp",
                                              "ffmpeg_lal",
                                              "rtmpdump_lal",
                                              "rtmpe_ffmpeg_crtmpserver",
                                              "rtmpe_librtmp_crtmpserver"};
  return names;
}

}  // namespace rtmpscope::test
