// The packets of RTMP connections of a live run, in files (--write rtmp).
#pragma once

#include <memory>

#include "capture/packet_log.hpp"
#include "evidence/rtmp_packets.hpp"
#include "pipeline/window_watcher.hpp"
#include "sandbox/sandbox.hpp"

namespace rtmpscope::app {

class LivePackets final : public pipeline::WindowWatcher {
 public:
  /// Makes the first file. Errors: write_output.
  [[nodiscard]] static Expected<std::unique_ptr<LivePackets>> open(const capture::PacketLogOptions& options,
                                                                   const capture::SourceStatistics& source);

  /// Files may be made, by the user of `rules`.
  void prepare(sandbox::Rules& rules) const;
  void on_news(const evidence::ConnectionNews& news) { packets_.on_news(news); }
  void on_packet(const capture::Packet& packet, const net::TcpSegment& segment) override;
  void end_window() override;
  /// With the counters of the run. Says what was not written.
  void finish(const capture::SourceStatistics& source);

 private:
  LivePackets(std::string path, std::unique_ptr<capture::PacketLog> log)
      : path_(std::move(path)), log_(std::move(log)) {}

  std::string path_;
  std::unique_ptr<capture::PacketLog> log_;
  evidence::RtmpPackets packets_{[this](const capture::Packet& packet) { log_->add(packet); }};
};

}  // namespace rtmpscope::app
