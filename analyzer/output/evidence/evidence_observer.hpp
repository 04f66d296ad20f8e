// Tells of connections and findings, besides showing events.
#pragma once

#include <functional>
#include <optional>

#include "evidence/connection_news.hpp"
#include "output/judgement/attachments.hpp"
#include "output/observer.hpp"

namespace rtmpscope::output {

struct EvidenceOptions {
  std::optional<Severity> severity{};  ///< findings below it are not told; nothing: none is
  /// Gets news in the order of the capture, on the thread that merges. Empty: nobody wants them.
  std::function<void(const evidence::ConnectionNews&)> take{};
};

struct NewsAttachment final : Attachment {
  evidence::ConnectionNews news;
};

class EvidenceObserver final : public Observer {
 public:
  /// `at_once`: news is told in the call, and not attached.
  EvidenceObserver(std::unique_ptr<Observer> shown, const EvidenceOptions& options, bool at_once)
      : shown_(std::move(shown)), options_(options), at_once_(at_once) {}

  void on_event(const rtmp::Event& event) override;
  void on_tick(PacketRef now) override { shown_->on_tick(now); }
  void on_interfaces(PacketRef now, const metrics::InterfaceList& interfaces, bool last) override {
    shown_->on_interfaces(now, interfaces, last);
  }
  void on_finish(PacketRef last) override { shown_->on_finish(last); }
  [[nodiscard]] Output& output() override { return shown_->output(); }

 private:
  void tell(evidence::ConnectionNews news);

  std::unique_ptr<Observer> shown_;
  EvidenceOptions options_;
  bool at_once_;
};

}  // namespace rtmpscope::output
