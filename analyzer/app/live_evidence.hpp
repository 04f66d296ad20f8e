// Evidence files of a live run.
#pragma once

#include <memory>

#include "app/command_line.hpp"
#include "capture/source.hpp"
#include "evidence/evidence.hpp"
#include "pipeline/window_watcher.hpp"
#include "sandbox/sandbox.hpp"

namespace rtmpscope::app {

class LiveEvidence final : public pipeline::WindowWatcher {
 public:
  /// Checks that files can be made. Errors: write_output.
  [[nodiscard]] static Expected<std::unique_ptr<LiveEvidence>> open(const EvidenceCommand& command,
                                                                    const capture::SourceStatistics& source);

  /// Files may be made in the folder, by the user of `rules`.
  void prepare(sandbox::Rules& rules) const;
  void on_news(const evidence::ConnectionNews& news) { evidence_.on_news(news); }
  void on_keys(const keys::KeyStore& store) override { keys_ = keys::KeyView(&store); }
  void on_packet(const capture::Packet& packet, const net::TcpSegment& segment) override;
  void end_window() override { evidence_.end_window(); }
  /// Says what was left out.
  void finish();

 private:
  LiveEvidence(std::string folder, evidence::EvidenceOptions options, bool secrets)
      : folder_(std::move(folder)), evidence_(with_secrets(std::move(options), secrets)) {}
  evidence::EvidenceOptions with_secrets(evidence::EvidenceOptions options, bool secrets);

  std::string folder_;
  keys::KeyView keys_;
  evidence::Evidence evidence_;
};

}  // namespace rtmpscope::app
