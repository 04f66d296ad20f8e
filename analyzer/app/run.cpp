#include "app/run.hpp"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <functional>

#include "analysis/fingerprint/fingerprint_table.hpp"
#include "analysis/platform/profile_table.hpp"
#include "app/complaints.hpp"
#include "app/failure.hpp"
#include "app/judge_options.hpp"
#include "app/live_sandbox.hpp"
#include "app/output_file.hpp"
#include "app/progress_bar.hpp"
#include "app/run_events.hpp"
#include "app/service_notice.hpp"
#include "app/signals.hpp"
#include "app/text_style.hpp"
#include "reference/fingerprint_tables.hpp"
#include "reference/profile_tables.hpp"

namespace rtmpscope::app {
namespace {

/// Opening it would empty it.
std::optional<Error> complaint_about_output(const std::string& output,
                                            const std::vector<std::string>& inputs) {
  struct stat to {};
  if (output.empty() || output == "-" || stat(output.c_str(), &to) != 0 || !S_ISREG(to.st_mode))
    return std::nullopt;
  for (const std::string& input : inputs) {
    struct stat from {};
    const int failed = input == "-" ? fstat(STDIN_FILENO, &from) : stat(input.c_str(), &from);
    if (failed != 0 || from.st_dev != to.st_dev || from.st_ino != to.st_ino) continue;
    return Error{ErrorKind::usage,
                 fmt::format("{} is an input, and would be overwritten by the output", output)};
  }
  return std::nullopt;
}

/// What is different between the commands.
struct Surroundings {
  std::function<Expected<std::unique_ptr<Output>>()> open_output;
  std::function<Expected<void>()> before_run{};  ///< once all is open, before the first packet; may be empty
  std::function<void()> after_window{};          ///< may be empty
  std::function<void()> after_run{};             ///< before the output is closed; may be empty
};

int run_engine(capture::PacketSource& source, const OutputOptions& options,
               const Surroundings& surroundings) {
  const auto redaction = output::make_redaction(options.redaction);
  if (!redaction) return fail(redaction.error());
  const auto opened = surroundings.open_output();
  if (!opened) return fail(opened.error());
  Output& output = **opened;
  auto judge = judge_options(options.profile, options.profile_files, options.fingerprint_files);
  if (!judge) return fail(judge.error());
  output::RendererOptions renderer = options.renderer;
  renderer.judge = std::move(*judge);
  output::RenderOptions& render = renderer.render;
  render.redaction = *redaction;
  if (options.colour_by_terminal) render.colour = output.is_terminal() && std::getenv("NO_COLOR") == nullptr;
  const bool awaited = !source.progress();  // live or from a pipe
  const bool worst_first =
      renderer.format == output::OutputFormat::report || renderer.format == output::OutputFormat::verdict;
  renderer.order = options.order.value_or(awaited       ? output::BlockOrder::end
                                          : worst_first ? output::BlockOrder::findings
                                                        : output::BlockOrder::start);
  if (!locale_is_utf8()) render.ascii = true;
  if (!options.width && !render.full) render.width = output.columns().value_or(render.width);
  auto keys = keys::KeyFiles::open(options.key_files);
  if (!keys) return fail(keys.error());
  if (surroundings.before_run) {
    if (const auto ready = surroundings.before_run(); !ready) return fail(ready.error());
  }
  pipeline::EngineOptions engine = options.engine;
  engine.key_files = &*keys;
  engine.follow_key_files = render.live;
  // The bar and the output would overwrite each other on one terminal.
  ProgressBar bar(options.progress && !output.is_terminal());
  const pipeline::EngineResult result = pipeline::run(
      source, engine, output::RendererFactory(std::move(renderer)),
      [&](std::string_view bytes) { return output.write(bytes); },
      [&](std::optional<double> share) {
        if (surroundings.after_window) surroundings.after_window();
        bar.update(share);
      });
  bar.clear();
  if (surroundings.after_run) surroundings.after_run();
  output.close();
  if (output.error()) return fail(*output.error());
  for (const std::string& note : keys->notes()) say("rtmpscope: {}\n", note);
  for (const std::string& note : source.statistics().notes) say("rtmpscope: {}\n", note);
  if (result.fault) say("rtmpscope: {} (offset {})\n", result.fault->text, result.fault->offset);
  if (result.failure) {
    say("rtmpscope: {}; the output has what was found until then\n", *result.failure);
    return failed;
  }
  if (result.fault) return partial_input;
  auto complaint = complaint_about_times(options.renderer, result.start);
  if (!complaint && result.written) {
    complaint = complaint_about_connection(options.engine.only_connection, result);
  }
  if (!complaint) return success;
  say("rtmpscope: {}\n", *complaint);
  return usage_error;
}

}  // namespace

int run_analyze(const AnalyzeCommand& command) {
  if (!command.events.empty()) return run_events(command);
  auto source = capture::open_files(command.files, command.order, {.filter = command.common.filter});
  if (!source) return fail(source.error());
  if (const auto complaint = complaint_about_output(command.common.output, command.files))
    return fail(*complaint);
  return run_engine(**source, command.common, {.open_output = [&]() -> Expected<std::unique_ptr<Output>> {
    auto file = OutputFile::open(command.common.output);
    if (!file) return tl::unexpected(file.error());
    return std::make_unique<OutputFile>(std::move(*file));
  }});
}

namespace {

/// `common` tells them.
Expected<LiveWatchers> open_watchers(const LiveCommand& command, const capture::PacketSource& source,
                                     OutputOptions& common) {
  LiveWatchers watchers;
  if (!command.metrics.empty()) {
    auto opened = LiveMetrics::open(command.metrics, command.metrics_streams, command.metrics_names);
    if (!opened) return tl::unexpected(opened.error());
    watchers.metrics = std::move(*opened);
    watchers.metrics->begin(source.statistics());
    common.renderer.measure.publish = [&board = watchers.metrics->board()](
                                          const auto& figures, const auto& interfaces, const auto& streams) {
      board.set(figures, interfaces, streams);
    };
    common.renderer.measure.streams = command.metrics_streams;
  }
  if (command.evidence.severity) {
    auto opened = LiveEvidence::open(command.evidence, source.statistics());
    if (!opened) return tl::unexpected(opened.error());
    watchers.evidence = std::move(*opened);
    common.engine.watchers.push_back(watchers.evidence.get());
    common.renderer.evidence.severity = command.evidence.severity;
  }
  if (command.rtmp_packets) {
    auto opened = LivePackets::open(command.live.packet_log, source.statistics());
    if (!opened) return tl::unexpected(opened.error());
    watchers.packets = std::move(*opened);
    common.engine.watchers.push_back(watchers.packets.get());
  }
  if (watchers.evidence == nullptr && watchers.packets == nullptr) return watchers;
  common.renderer.evidence.take = [evidence = watchers.evidence.get(),
                                   packets = watchers.packets.get()](const auto& news) {
    if (evidence != nullptr) evidence->on_news(news);
    if (packets != nullptr) packets->on_news(news);
  };
  return watchers;
}

}  // namespace

int run_live(const LiveCommand& command) {
  if (command.sandbox) {
    if (const auto user = sandbox::find_user(command.user); !user) return fail(user.error());
  }
  const auto address = delivery::parse_address(command.common.output);
  if (!address) return fail(address.error());
  capture::LiveOptions live = command.live;
  live.tell = [](const std::string& text) { say("rtmpscope: {}\n", text); };
  if (command.rtmp_packets) live.packet_log = {};
  auto source = capture::open_live(live);
  if (!source) return fail(source.error());
  const LiveSignals signals(**source);
  OutputOptions common = command.common;
  const auto watchers = open_watchers(command, **source, common);
  if (!watchers) return fail(watchers.error());
  const auto& [metrics, evidence, packets] = *watchers;
  LiveOutput* output = nullptr;
  const auto open_output = [&]() -> Expected<std::unique_ptr<Output>> {
    auto opened = LiveOutput::open(*address, command.rotation);
    if (!opened) return tl::unexpected(opened.error());
    output = opened->get();
    return std::unique_ptr<Output>(std::move(*opened));
  };
  ServiceNotice notice;
  const auto before_run = [&] {
    auto entered = enter_sandbox(command, **source, *output, *watchers);
    if (entered && metrics != nullptr) metrics->start(*output);
    if (entered) notice.ready();
    return entered;
  };
  const auto after_window = [&] {
    notice.alive();
    if (metrics != nullptr) metrics->note((*source)->statistics());
    if (take_reopen_request()) output->request_reopen();
  };
  const int code = run_engine(
      **source, common,
      {.open_output = open_output, .before_run = before_run, .after_window = after_window, .after_run = [&] {
         if (metrics != nullptr) metrics->stop();
         if (evidence != nullptr) evidence->finish();
         if (packets != nullptr) packets->finish((*source)->statistics());
       }});
  notice.stopping();
  const capture::SourceStatistics& statistics = (*source)->statistics();
  say("{} packets captured, {} dropped by the kernel, {} dropped by the interface, {} dropped by rtmpscope\n",
      statistics.packets, statistics.kernel_drops.value_or(0), statistics.interface_drops.value_or(0),
      statistics.ring_drops.value_or(0));
  return code;
}

namespace {

Expected<std::string> profiles_text(const TableCommand& command) {
  const auto table = analysis::ProfileTable::with_files(command.profile_files);
  if (!table) return tl::unexpected(table.error());
  if (command.profile.empty()) return output::profiles_table((*table)->profiles(), command.format);
  const auto profile = (*table)->find_or_suggest(command.profile);
  if (!profile) return tl::unexpected(profile.error());
  return output::profile_table(**profile, command.format);
}

Expected<std::string> fingerprints_text(const TableCommand& command) {
  const auto table = analysis::FingerprintTable::with_files(command.fingerprint_files);
  if (!table) return tl::unexpected(table.error());
  return output::fingerprints_table(**table, command.format);
}

}  // namespace

int run_table(const TableCommand& command) {
  auto output = OutputFile::open("");
  const auto text = [&]() -> Expected<std::string> {
    switch (command.table) {
      case Table::schema: return output::json_schema();
      case Table::fields: return output::fields_table(command.format);
      case Table::findings: return output::findings_table(command.format);
      case Table::values: return output::values_table(command.format);
      case Table::events: return output::events_table(command.format);
      case Table::causes: return output::causes_table(command.format);
      case Table::thresholds: return output::thresholds_table(command.format);
      case Table::profiles: return profiles_text(command);
      case Table::fingerprints: return fingerprints_text(command);
    }
    return {};
  }();
  if (!text) return fail(text.error());
  output->write(*text);
  if (!text->ends_with('\n')) output->write("\n");
  return output->error() ? fail(*output->error()) : success;
}

int run_interfaces() {
  const auto interfaces = capture::list_live_interfaces();
  if (!interfaces) return fail(interfaces.error());
  auto output = OutputFile::open("");
  for (const capture::LiveInterface& interface : *interfaces) {
    output->write(fmt::format("{:<20} {:<5} {}\n", interface.name, interface.up ? "up" : "down",
                              interface.description));
  }
  return output->error() ? fail(*output->error()) : success;
}

}  // namespace rtmpscope::app
