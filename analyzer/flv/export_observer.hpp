// The shards' part of an export: which events matter to files.
#pragma once

#include "flv/export_item.hpp"
#include "output/observer.hpp"

namespace rtmpscope::flv {

class ExportObserver final : public output::Observer {
 public:
  void on_event(const rtmp::Event& event) override;
  [[nodiscard]] output::Output& output() override { return output_; }

 private:
  void on_message(const rtmp::MessageEvent& event);
  void add(const rtmp::Event& event, const ExportItem& item);

  output::Output output_;
};

}  // namespace rtmpscope::flv
