// The headers of the connections, and nothing of their conversations (--summary).
#pragma once

#include "output/render_options.hpp"
#include "output/renderer.hpp"
#include "output/text/terminal_text.hpp"
#include "rtmp/session/summary.hpp"
#include "schema/tape.hpp"

namespace rtmpscope::output {

/// Looks at connection_close, verdict, capture_verdict and capture_end only; keeps nothing.
class SummaryRenderer final : public Renderer {
 public:
  explicit SummaryRenderer(const RenderOptions& options) : options_(options), style_(style_of(options)) {}

  [[nodiscard]] bool needs_lifecycle() const override { return true; }
  void on_event(const rtmp::Event& event) override;

 private:
  RenderOptions options_;
  Style style_;
  Tape tape_;
};

/// Appends "#", the place for the connection number and `rest` as one span.
void add_numbered_span(Output& output, std::uint32_t connection, std::string_view before,
                       std::string_view rest);

}  // namespace rtmpscope::output
