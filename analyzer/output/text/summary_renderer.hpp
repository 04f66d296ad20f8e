// The headers of the connections, and nothing of their conversations (--summary).
#pragma once

#include "output/render_options.hpp"
#include "output/renderer.hpp"
#include "output/text/terminal_text.hpp"

namespace rtmpscope::output {

/// Looks at connection_close and capture_end only; describes nothing else and keeps nothing.
class SummaryRenderer final : public Renderer {
 public:
  explicit SummaryRenderer(const RenderOptions& options)
      : options_(options), style_{options.ascii, options.colour} {}

  [[nodiscard]] bool needs_lifecycle() const override { return true; }
  void on_event(const rtmp::Event& event) override;

 private:
  RenderOptions options_;
  Style style_;
};

/// The line at the end of the text: how much was read, and why reading ended early if it did.
[[nodiscard]] std::string capture_footer(const rtmp::CaptureTotals& capture, const Style& style);

/// Appends "#", the place for the connection number and `rest` as one span.
void add_numbered_span(Output& output, const rtmp::Event& event, std::string_view before,
                       std::string_view rest);

}  // namespace rtmpscope::output
