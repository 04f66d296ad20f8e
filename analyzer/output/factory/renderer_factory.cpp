#include "output/factory/renderer_factory.hpp"

#include "output/json/document_assembler.hpp"
#include "output/json/json_renderer.hpp"
#include "output/judgement/judging_assembler.hpp"
#include "output/judgement/judging_observer.hpp"
#include "output/report/markdown_renderer.hpp"
#include "output/report/report_assembler.hpp"
#include "output/report/report_renderer.hpp"
#include "output/span_assembler.hpp"
#include "output/stats/measuring_observer.hpp"
#include "output/text/summary_renderer.hpp"
#include "output/text/text_assembler.hpp"
#include "output/text/text_renderer.hpp"

namespace rtmpscope::output {
namespace {

/// A renderer behind a selection.
class SelectedRenderer final : public Observer {
 public:
  SelectedRenderer(Selection selection, std::unique_ptr<Renderer> renderer)
      : renderer_(std::move(renderer)), selecting_(std::move(selection), *renderer_) {}

  void on_event(const rtmp::Event& event) override { selecting_.on_event(event); }
  void on_tick(PacketRef now) override { renderer_->on_tick(now); }
  [[nodiscard]] Output& output() override { return renderer_->output(); }

 private:
  std::unique_ptr<Renderer> renderer_;
  SelectingSink selecting_;
};

bool is_relative(const std::optional<TimeBound>& bound) {
  return bound && bound->relative;
}

}  // namespace

std::unique_ptr<Renderer> make_renderer(OutputFormat format, const RenderOptions& options) {
  switch (format) {
    case OutputFormat::text: return std::make_unique<TextRenderer>(options);
    case OutputFormat::summary: return std::make_unique<SummaryRenderer>(options);
    case OutputFormat::report:
    case OutputFormat::verdict: return std::make_unique<ReportRenderer>(options);
    case OutputFormat::markdown: return std::make_unique<MarkdownRenderer>(options);
    case OutputFormat::ndjson: return std::make_unique<JsonRenderer>(options, JsonLayout::lines);
    case OutputFormat::json: return std::make_unique<JsonRenderer>(options, JsonLayout::document);
  }
  return nullptr;
}

std::unique_ptr<Assembler> make_assembler(OutputFormat format, BlockOrder order, const Style& style) {
  switch (format) {
    case OutputFormat::text:
    case OutputFormat::summary: return std::make_unique<TextAssembler>(order, style);
    case OutputFormat::report:
    case OutputFormat::verdict:
      return std::make_unique<ReportAssembler>(order, style, format == OutputFormat::report);
    case OutputFormat::markdown: return std::make_unique<TextAssembler>(order, style, false);
    case OutputFormat::ndjson: return std::make_unique<SpanAssembler>();
    case OutputFormat::json: return std::make_unique<DocumentAssembler>();
  }
  return nullptr;
}

bool RendererFactory::needs_start() const {
  return is_relative(options_.from) || is_relative(options_.to);
}

std::unique_ptr<Observer> RendererFactory::make_observer(Timestamp start) const {
  Selection selection = options_.selection;
  const auto absolute = [&](const TimeBound& bound) { return bound.value + (bound.relative ? start : 0); };
  if (options_.from) selection.from = absolute(*options_.from);
  if (options_.to) selection.to = absolute(*options_.to);
  std::unique_ptr<Observer> shown = make_selected_renderer(std::move(selection));
  const bool measured = options_.measure.wanted();
  if (measured)
    shown = std::make_unique<MeasuringObserver>(std::move(shown),
                                                std::make_shared<Tally>(options_.measure.streams != 0));
  shown = with_evidence(std::move(shown), false);
  if (!options_.analysis) return shown;
  analysis::JudgeOptions judge = options_.judge;
  // What a connection showed on the way is not seen in a summary.
  judge.tell_silence = options_.render.live;
  if (options_.format == OutputFormat::report) judge.early_software = false;
  return std::make_unique<JudgingObserver>(std::move(shown), options_.render.redaction,
                                           options_.selection.samples || measured, judge);
}

std::unique_ptr<Observer> RendererFactory::with_evidence(std::unique_ptr<Observer> shown,
                                                         bool at_once) const {
  if (!options_.evidence.take) return shown;
  return std::make_unique<EvidenceObserver>(std::move(shown), options_.evidence, at_once);
}

std::unique_ptr<Observer> RendererFactory::make_selected_renderer(Selection selection) const {
  return std::make_unique<SelectedRenderer>(std::move(selection),
                                            make_renderer(options_.format, options_.render));
}

std::unique_ptr<Assembler> RendererFactory::make_assembler() const {
  const auto tally = options_.measure.wanted() ? std::make_shared<Tally>() : nullptr;
  std::unique_ptr<Assembler> assembler =
      options_.analysis ? make_judging_assembler(tally) : make_plain_assembler();
  if (tally != nullptr)
    assembler = std::make_unique<MeasuringAssembler>(
        std::move(assembler), make_selected_renderer(options_.selection), tally, options_.measure);
  if (options_.evidence.take)
    assembler = std::make_unique<EvidenceAssembler>(std::move(assembler), options_.evidence);
  return assembler;
}

std::unique_ptr<Assembler> RendererFactory::make_plain_assembler() const {
  return output::make_assembler(options_.format, options_.order, style_of(options_.render));
}

std::unique_ptr<JudgingAssembler> RendererFactory::make_judging_assembler(
    const std::shared_ptr<Tally>& tally) const {
  std::unique_ptr<Observer> shown = make_selected_renderer(options_.selection);
  if (tally != nullptr) shown = std::make_unique<MeasuringObserver>(std::move(shown), tally);
  shown = with_evidence(std::move(shown), true);
  return std::make_unique<JudgingAssembler>(make_plain_assembler(), std::move(shown),
                                            options_.render.redaction, options_.only_connection);
}

LineJudge RendererFactory::make_line_judge() const {
  return LineJudge(make_selected_renderer(options_.selection), make_judging_assembler(nullptr),
                   options_.render.redaction, options_.selection.samples, options_.judge);
}

}  // namespace rtmpscope::output
