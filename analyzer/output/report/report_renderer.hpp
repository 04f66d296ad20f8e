// Renders reports of connections instead of events: --summary and --verdict.
#pragma once

#include "analysis/judge/report.hpp"
#include "output/render_options.hpp"
#include "output/renderer.hpp"
#include "output/report/stream_table.hpp"
#include "output/text/terminal_text.hpp"
#include "schema/tape.hpp"

namespace rtmpscope::output {

/// What ReportAssembler needs of a connection besides its block of text.
struct RowsAttachment final : Attachment {
  std::vector<StreamTexts> rows;
  Severity severity{};  ///< how bad it is for those who use the connection
  Timestamp start = 0;
  Timestamp duration = 0;
  std::uint64_t packets = 0;
  std::uint64_t bytes = 0;
  bool is_rtmp = true;
};

/// Looks at verdict, capture_verdict and capture_end only; keeps nothing.
class ReportRenderer final : public Renderer {
 public:
  explicit ReportRenderer(const RenderOptions& options) : options_(options), style_(style_of(options)) {}

  [[nodiscard]] bool needs_lifecycle() const override { return true; }
  void on_event(const rtmp::Event& event) override;

 private:
  void add_rows(const rtmp::Event& event, const analysis::ConnectionReport& report);
  void add_block(const rtmp::Event& event, const analysis::ConnectionReport& report);

  RenderOptions options_;
  Style style_;
  Tape tape_;
};

}  // namespace rtmpscope::output
