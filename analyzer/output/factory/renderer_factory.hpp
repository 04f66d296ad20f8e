// The factory of the program's own outputs: text, summary, NDJSON, JSON document.
#pragma once

#include <optional>

#include "output/evidence/evidence_assembler.hpp"
#include "output/judgement/line_judge.hpp"
#include "output/render_options.hpp"
#include "output/renderer.hpp"
#include "output/selection.hpp"
#include "output/stats/measuring_assembler.hpp"
#include "output/text/block_order.hpp"
#include "output/text/terminal_text.hpp"

namespace rtmpscope::output {

/// Timestamp of an event, or (relative) nanoseconds after the first packet.
struct TimeBound {
  Timestamp value = 0;
  bool relative = false;
};

struct RendererOptions {
  OutputFormat format = OutputFormat::text;
  RenderOptions render;
  BlockOrder order = BlockOrder::end;  ///< text and summary
  Selection selection;            ///< its `from` and `to` are replaced by the two below, where these are set
  std::optional<TimeBound> from;  ///< events before it are not shown
  std::optional<TimeBound> to;    ///< nor events at it or later
  bool analysis = true;           ///< connections are judged
  analysis::JudgeOptions judge{};
  EvidenceOptions evidence{};                    ///< who wants to know of connections and findings
  MeasureOptions measure{};                      ///< what is done with figures of the capture as a whole
  std::optional<std::uint32_t> only_connection;  ///< what the judge says of others is not shown
};

[[nodiscard]] std::unique_ptr<Renderer> make_renderer(OutputFormat format, const RenderOptions& options);
/// `order` and `style` are for text and summary.
[[nodiscard]] std::unique_ptr<Assembler> make_assembler(OutputFormat format, BlockOrder order,
                                                        const Style& style);

/// Renderers that see what the user has selected.
class RendererFactory final : public ObserverFactory {
 public:
  explicit RendererFactory(RendererOptions options) : options_(std::move(options)) {}

  [[nodiscard]] bool needs_start() const override;
  [[nodiscard]] bool needs_interfaces() const override { return options_.measure.wanted(); }
  [[nodiscard]] std::unique_ptr<Observer> make_observer(Timestamp start) const override;
  [[nodiscard]] std::unique_ptr<Assembler> make_assembler() const override;
  /// For a timeline of an earlier run.
  [[nodiscard]] LineJudge make_line_judge() const;

 private:
  /// `tally` counts what it says itself; may be null.
  [[nodiscard]] std::unique_ptr<JudgingAssembler> make_judging_assembler(
      const std::shared_ptr<Tally>& tally) const;
  [[nodiscard]] std::unique_ptr<Assembler> make_plain_assembler() const;
  [[nodiscard]] std::unique_ptr<Observer> with_evidence(std::unique_ptr<Observer> shown, bool at_once) const;
  [[nodiscard]] std::unique_ptr<Observer> make_selected_renderer(Selection selection) const;

  RendererOptions options_;
};

}  // namespace rtmpscope::output
