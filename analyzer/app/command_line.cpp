#include "app/command_line.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <limits>
#include <thread>

#include "app/check_command_line.hpp"
#include "app/complaints.hpp"
#include "app/evidence_options.hpp"
#include "app/exit_code.hpp"
#include "app/export_command_line.hpp"
#include "app/key_options.hpp"
#include "app/profile_options.hpp"
#include "app/redaction_options.hpp"
#include "app/standard_error.hpp"
#include "app/time_bound.hpp"
#include "app/version.hpp"

namespace rtmpscope::app {
namespace {

constexpr std::uint32_t longest_interval = 86'400;

/// Words as they come from the command line, before they are checked.
struct Words {
  std::string format = "text";
  std::vector<std::string> only;
  std::string from;
  std::string to;
  std::string colour = "auto";
  std::string sort;
  std::optional<std::uint32_t> width;
  bool summary = false;
  bool verdict = false;
  bool show_secrets = false;
  bool stats = false;
  std::optional<std::uint32_t> interval;
  bool ascii = false;
  bool no_progress = false;
};

output::TableFormat table_format(const std::string& word) {
  return word == "markdown" ? output::TableFormat::markdown
         : word == "json"   ? output::TableFormat::json
                            : output::TableFormat::text;
}

output::BlockOrder block_order(const std::string& word) {
  using enum output::BlockOrder;
  return word == "duration"   ? duration
         : word == "bytes"    ? bytes
         : word == "findings" ? findings
         : word == "end"      ? end
                              : start;
}

/// The word where a subcommand should be, if there is one that is none.
std::optional<std::string> unknown_subcommand(const CLI::App& app, int argc, const char* const* argv) {
  if (argc < 2 || argv[1][0] == '-') return std::nullopt;
  const std::string word = argv[1];
  const auto known = app.get_subcommands([&](const CLI::App* each) { return each->get_name() == word; });
  return known.empty() ? std::optional(word) : std::nullopt;
}

void add_selection_options(CLI::App& app, OutputOptions& options, Words& words) {
  add_key_option(app, options.key_files);
  app.add_option("-f,--filter", options.filter, "Only packets that this pcap-filter(7) expression accepts")
      ->type_name("FILTER")
      ->group("Selection");
  app.add_option("--only", words.only, "Only these events, message types or commands (several with commas)")
      ->type_name("TYPE")
      ->allow_extra_args(false)
      ->group("Selection");
  app.add_option("--connection", options.engine.only_connection, "Only connection number N")
      ->type_name("N")
      ->check(CLI::Range(1U, std::numeric_limits<std::uint32_t>::max()).description(""))
      ->group("Selection");
  app.add_option("--from", words.from,
                 "Only events at TIME or later: RFC 3339, or +SECONDS after the first packet")
      ->type_name("TIME")
      ->group("Selection");
  app.add_option("--to", words.to, "Only events before TIME")->type_name("TIME")->group("Selection");
  app.add_option("--port", options.engine.shard.rtmp_ports,
                 "RTMP port (default 1935): what is there is reported in any case")
      ->type_name("PORT")
      ->allow_extra_args(false)
      ->group("Selection");
}

void add_output_options(CLI::App& app, OutputOptions& options, Words& words) {
  auto& shard = options.engine.shard;
  output::RendererOptions& renderer = options.renderer;
  app.add_option("--format", words.format, "text, ndjson, json, or markdown: a report for an issue tracker")
      ->check(CLI::IsMember({"text", "ndjson", "json", "markdown"}))
      ->group("Output");
  app.add_flag("--summary", words.summary, "A table of streams, and the verdicts; no conversations")
      ->group("Output");
  app.add_flag("--show-secrets", words.show_secrets, "Names, keys and texts in a report of --format markdown")
      ->group("Output");
  app.add_flag("--verdict", words.verdict, "Only who ended each connection, and why")->group("Output");
  app.add_option("-o,--output", options.output, "Write to FILE instead of standard output")
      ->type_name("FILE")
      ->group("Output");
  app.add_flag("--chunks", shard.session.chunk_events, "An event for every chunk header, too")
      ->group("Output");
  CLI::Option* samples =
      app.add_flag("--samples", renderer.selection.samples,
                   "Events for every second of each stream, and of each direction of TCP, too")
          ->group("Output");
  app.add_flag("--stats", words.stats,
               "Events with what the capture as a whole has brought, each second or --interval, too")
      ->group("Output");
  app.add_option("--interval", words.interval,
                 "Seconds between two events of --stats, and of --samples for one stream (default: 1)")
      ->type_name("SECONDS")
      ->check(CLI::Range(1U, longest_interval).description(""))
      ->group("Output");
  app.add_flag("--ranges", renderer.render.ranges, "Byte range of every field (ndjson and json)")
      ->group("Output");
  app.add_flag("!--no-analysis", renderer.analysis,
               "Connections are not judged: no verdicts, no findings of the judge, no figures of TCP")
      ->excludes(samples)
      ->group("Output");
  add_profile_options(app, options.profile, options.profile_files);
  add_fingerprint_files_option(app, options.fingerprint_files);
  add_redaction_options(app, options.redaction);
  app.add_option("--color,--colour", words.colour, "auto, always or never")
      ->check(CLI::IsMember({"auto", "always", "never"}))
      ->group("Output");
  CLI::Option* width =
      app.add_option("--width", words.width,
                     "Columns of a line of text (default: COLUMNS, or the terminal's, or 160)")
          ->type_name("N")
          ->check(CLI::Range(1U, std::numeric_limits<std::uint32_t>::max()).description(""))
          ->group("Output");
  app.add_flag("--full", renderer.render.full, "Lines of text are not cut")->excludes(width)->group("Output");
  app.add_flag("--addresses", renderer.render.addresses,
               "Addresses and ports in every event of a connection (ndjson and json)")
      ->group("Output");
  app.add_option(
         "--sort", words.sort,
         "Order of connections in text: start (default for files), end (as they end: default for live "
         "and pipes), duration, bytes or findings")
      ->check(CLI::IsMember({"start", "end", "duration", "bytes", "findings"}))
      ->group("Output");
  app.add_flag("--ascii", words.ascii, "No characters beyond ASCII in text")->group("Output");
  app.add_flag("--no-progress", words.no_progress, "No progress bar")->group("Output");
}

/// No text says what a frame consists of.
bool follows_frames(const output::RendererOptions& renderer) {
  return renderer.analysis || renderer.format == output::OutputFormat::ndjson ||
         renderer.format == output::OutputFormat::json;
}

/// Whoever asks for events that are left out otherwise wants them.
std::optional<std::string> select_rare_events(output::RendererOptions& renderer,
                                              pipeline::ShardOptions& shard, const Words& words) {
  const auto asked = [&](EventKind kind) {
    return std::ranges::find(renderer.selection.kinds, kind) != renderer.selection.kinds.end();
  };
  if (asked(EventKind::chunk)) shard.session.chunk_events = true;
  for (const EventKind kind : {EventKind::tcp_sample, EventKind::sample}) {
    if (!asked(kind)) continue;
    if (!renderer.analysis) return fmt::format("--only {} does not go with --no-analysis", info(kind).name);
    renderer.selection.samples = true;
  }
  const bool stats = words.stats || asked(EventKind::stats);
  if (stats) renderer.measure.interval = words.interval.value_or(1);
  if (renderer.selection.samples) renderer.selection.sample_interval = words.interval.value_or(1);
  if (words.interval && !stats && !renderer.selection.samples) return "--interval needs --stats or --samples";
  return std::nullopt;
}

/// The checks that CLI11 cannot do. Returns the complaint, if there is one.
std::optional<std::string> finish(OutputOptions& options, const Words& words) {
  auto& shard = options.engine.shard;
  output::RendererOptions& renderer = options.renderer;
  renderer.format = words.format == "ndjson"     ? output::OutputFormat::ndjson
                    : words.format == "json"     ? output::OutputFormat::json
                    : words.format == "markdown" ? output::OutputFormat::markdown
                                                 : output::OutputFormat::text;
  if (words.summary) {
    if (words.format != "text") return "--summary goes with --format text only";
    renderer.format = renderer.analysis ? output::OutputFormat::report : output::OutputFormat::summary;
    shard.session.message_events = renderer.analysis;
  }
  if (renderer.format == output::OutputFormat::markdown) {
    if (!renderer.analysis) return "--format markdown and --no-analysis exclude each other";
    // What is pasted into an issue tracker is read by everybody.
    options.redaction.texts = options.redaction.texts || !words.show_secrets;
  } else if (words.show_secrets) {
    return "--show-secrets goes with --format markdown";
  }
  if (words.verdict) {
    if (words.format != "text" || words.summary)
      return "--verdict goes with --format text only, without --summary";
    if (!renderer.analysis) return "--verdict and --no-analysis exclude each other";
    renderer.format = output::OutputFormat::verdict;
  }
  shard.session.walk_frames = follows_frames(renderer);
  renderer.only_connection = options.engine.only_connection;
  if (renderer.render.ranges && renderer.format != output::OutputFormat::ndjson &&
      renderer.format != output::OutputFormat::json) {
    return "--ranges goes with --format ndjson or json";
  }
  if (renderer.render.addresses && renderer.format != output::OutputFormat::ndjson &&
      renderer.format != output::OutputFormat::json) {
    return "--addresses goes with --format ndjson or json";
  }
  shard.analysis = renderer.analysis;
  auto selection = output::parse_selection(words.only);
  if (!selection) return selection.error().message;
  selection->samples = renderer.selection.samples;
  renderer.selection = std::move(*selection);
  if (auto complaint = select_rare_events(renderer, shard, words)) return complaint;
  options.progress = !words.no_progress;
  for (const auto& [word, bound] :
       {std::pair(&words.from, &renderer.from), std::pair(&words.to, &renderer.to)}) {
    if (word->empty()) continue;
    *bound = parse_time_bound(*word);
    if (!*bound) return fmt::format("'{}' is neither an RFC 3339 time nor +SECONDS", *word);
  }
  if (auto complaint = complaint_about_times(renderer, std::nullopt)) return complaint;
  if (shard.rtmp_ports.empty()) shard.rtmp_ports = {rtmp_port};
  // The terminal decides about colour when it is known; see run.cpp.
  renderer.render.colour = words.colour == "always";
  options.colour_by_terminal = words.colour == "auto";
  renderer.render.ascii = words.ascii;
  if (!words.sort.empty()) options.order = block_order(words.sort);
  options.width = words.width.has_value();
  renderer.render.width = words.width.value_or(renderer.render.width);
  return std::nullopt;
}

/// The complaint goes to standard error.
CommandLine complain(const std::string& message) {
  say("rtmpscope: {}\n", message);
  return {std::nullopt, usage_error};
}

/// The part of the command line that belongs to `rtmpscope analyze`. CLI11 keeps addresses of its members.
class AnalyzeCommandLine {
 public:
  explicit AnalyzeCommandLine(CLI::App& app)
      : analyze_(app.add_subcommand("analyze",
                                    "Analyze capture files (pcap, pcapng, .gz, .zst; - is standard input)")) {
    CLI::Option* files = analyze_->add_option("FILE", command_.files, "Capture files");
    analyze_
        ->add_option("--events", command_.events,
                     "Judge the NDJSON timeline of an earlier run again; events are not shown")
        ->type_name("FILE")
        ->excludes(files);
    analyze_->add_option("-j,--jobs", jobs_, "Threads (default: one a core)")
        ->type_name("N")
        ->check(CLI::Range(1U, maximum_jobs).description(""));
    analyze_
        ->add_option("--order", order_, "Several files: merged by time, or one after the other (sequence)")
        ->check(CLI::IsMember({"merged", "merge", "sequence"}));
    add_output_options(*analyze_, command_.common, words_);
    add_selection_options(*analyze_, command_.common, words_);
  }
  AnalyzeCommandLine(const AnalyzeCommandLine&) = delete;
  AnalyzeCommandLine& operator=(const AnalyzeCommandLine&) = delete;

  [[nodiscard]] bool parsed() const { return analyze_->parsed(); }
  /// Of use when the line has been parsed.
  [[nodiscard]] CommandLine result() {
    if (command_.files.empty() && command_.events.empty())
      return complain("FILE is required (--help shows what there is)");
    command_.common.engine.jobs = jobs_;
    command_.order = order_ == "sequence" ? capture::Order::one_by_one : capture::Order::merged;
    if (const auto complaint = finish(command_.common, words_)) return complain(*complaint);
    return {command_, success};
  }

 private:
  CLI::App* analyze_;
  AnalyzeCommand command_;
  Words words_;
  unsigned jobs_ = std::max(1U, std::thread::hardware_concurrency());
  std::string order_ = "merged";
};

/// The part of the command line that belongs to `rtmpscope live`. CLI11 keeps addresses of its members.
class LiveCommandLine {
 public:
  explicit LiveCommandLine(CLI::App& app)
      : live_(app.add_subcommand("live", "Capture from an interface and print events as they happen")) {
    live_
        ->add_option("-i,--interface", command_.live.interfaces, "Interface (may come several times), or any")
        ->type_name("IFACE")
        ->allow_extra_args(false)
        ->required();
    live_->add_option("-s,--snapshot-length", command_.live.snap_length, "Bytes of each packet")
        ->type_name("BYTES");
    live_
        ->add_option("-B,--buffer-size", command_.live.buffer_bytes,
                     "Kernel buffer in bytes, for each interface")
        ->type_name("BYTES");
    live_
        ->add_option("--ring-size", command_.live.ring_bytes,
                     "Bytes of packets that may wait for the analysis")
        ->type_name("BYTES");
    live_->add_option("--fanout", command_.live.fanout, "Threads that capture (default: 1)")
        ->type_name("N")
        ->check(CLI::Range(1U, most_fanout).description(""));
    live_->add_flag("-p,--no-promiscuous-mode", not_promiscuous_, "Not in promiscuous mode");
    add_packet_log_options();
    live_->add_option("--rotate-size", command_.rotation.bytes, "A new file of -o before it has more bytes")
        ->type_name("BYTES");
    live_
        ->add_option("--rotate-every", rotate_seconds_,
                     "A new file of -o at each multiple of so many seconds")
        ->type_name("SECONDS");
    live_->add_option("--rotate-keep", command_.rotation.keep, "Older files that are kept (default: 10)")
        ->type_name("N");
    add_metrics_options();
    CLI::Option* user = live_
                            ->add_option("--user", command_.user,
                                         "Go on as this user once all is open (default: nobody, if root "
                                         "starts it)")
                            ->type_name("NAME");
    live_
        ->add_flag("!--no-sandbox", command_.sandbox,
                   "Keep user, capabilities, files and system calls; for debuggers")
        ->excludes(user);
    live_->add_option("-j,--jobs", command_.common.engine.jobs, "Threads of the analysis (default: 1)")
        ->type_name("N")
        ->check(CLI::Range(1U, maximum_jobs).description(""));
    add_output_options(*live_, command_.common, words_);
    add_selection_options(*live_, command_.common, words_);
    add_evidence_options(*live_, command_.evidence);
  }
  LiveCommandLine(const LiveCommandLine&) = delete;
  LiveCommandLine& operator=(const LiveCommandLine&) = delete;

  [[nodiscard]] bool parsed() const { return live_->parsed(); }
  /// Of use when the line has been parsed.
  [[nodiscard]] CommandLine result() {
    command_.live.filter = command_.common.filter;
    if (auto complaint = complaint_about_interfaces(command_.live.interfaces)) return complain(*complaint);
    if (!command_.live.packet_log.path.empty() && command_.live.packet_log.path == command_.common.output)
      return complain("-o and -w need files of their own");
    command_.live.packet_log.file_bytes = std::uint64_t{1'000'000} * log_millions_;
    command_.rotation.interval = std::chrono::seconds(rotate_seconds_);
    command_.live.promiscuous = !not_promiscuous_;
    command_.common.renderer.render.live = true;
    if (const auto complaint = finish(command_.common, words_)) return complain(*complaint);
    if (!command_.metrics.empty() && !command_.common.renderer.analysis)
      return complain("--metrics does not go with --no-analysis");
    if (command_.metrics_names && command_.common.redaction.wanted())
      return complain("--metrics-names does not go with --redact");
    if (command_.common.order) return complain("--sort does not go with live, which prints as it happens");
    return {command_, success};
  }

 private:
  void add_packet_log_options() {
    capture::PacketLogOptions& log = command_.live.packet_log;
    CLI::Option* path =
        live_->add_option("-w", log.path, "Write the packets as pcapng, too")->type_name("FILE");
    const auto take_kind = [this](const std::string& word) { command_.rtmp_packets = word == "rtmp"; };
    live_
        ->add_option_function<std::string>(
            "--write", take_kind, "Packets for -w: all (default), or those of connections of the RTMP family")
        ->check(CLI::IsMember({"all", "rtmp"}))
        ->type_name("KIND")
        ->needs(path);
    live_->add_option("-C", log_millions_, "A new file of -w before it has more than so many million bytes")
        ->type_name("N")
        ->check(CLI::Range(1U, most_millions).description(""))
        ->needs(path);
    live_->add_option("-G", log.seconds, "A new file of -w at each multiple of so many seconds")
        ->type_name("SECONDS")
        ->needs(path);
    live_->add_option("-W", log.files, "Keep so many files of -w, the newest")->type_name("N")->needs(path);
  }

  void add_metrics_options() {
    CLI::Option* const address =
        live_->add_option("--metrics", command_.metrics, "Answer Prometheus at http://HOST:PORT/metrics")
            ->type_name("HOST:PORT");
    CLI::Option* const streams = live_
                                     ->add_option("--metrics-streams", command_.metrics_streams,
                                                  "So many streams have metrics of their own (default: 0)")
                                     ->type_name("N")
                                     ->check(CLI::Range(1U, most_streams).description(""))
                                     ->needs(address);
    live_->add_flag("--metrics-names", command_.metrics_names, "With their names, which may be keys")
        ->needs(streams);
  }

  static constexpr unsigned most_streams = 1000;
  static constexpr unsigned most_fanout = 64;
  static constexpr std::uint32_t most_millions = 1'000'000;

  CLI::App* live_;
  LiveCommand command_;
  std::uint32_t log_millions_ = 0;
  Words words_;
  std::uint32_t rotate_seconds_ = 0;
  bool not_promiscuous_ = false;
};

/// The subcommands that print a table or the schema. CLI11 keeps addresses of its members.
class TableCommandLine {
 public:
  explicit TableCommandLine(CLI::App& app) {
    app.add_subcommand("schema", "Print the JSON Schema of the output")->callback([this] {
      command_.table = Table::schema;
    });
    add(app, "fields", "Print the table of fields", Table::fields);
    add(app, "findings", "Print the table of findings", Table::findings);
    add(app, "values", "Print the names of numbers", Table::values);
    add(app, "events", "Print the table of events", Table::events);
    add(app, "causes", "Print why connections end, as the judge says it", Table::causes);
    add(app, "thresholds", "Print the limits of the judge, by name", Table::thresholds);
    add(app, "profiles", "Print what is known of platforms", Table::profiles);
    add(app, "fingerprints", "Print what is known of software: marks, limits, known issues",
        Table::fingerprints);
  }
  TableCommandLine(const TableCommandLine&) = delete;
  TableCommandLine& operator=(const TableCommandLine&) = delete;

  /// Of use when the line has been parsed.
  [[nodiscard]] CommandLine result() {
    command_.format = table_format(format_);
    return {command_, success};
  }

 private:
  void add(CLI::App& app, const char* name, const char* description, Table table) {
    CLI::App* table_app = app.add_subcommand(name, description);
    table_app->callback([this, table] { command_.table = table; });
    if (table == Table::profiles) {
      table_app->add_option("NAME", command_.profile,
                            "Only this platform, with all values and their sources");
      add_profile_files_option(*table_app, command_.profile_files);
    }
    if (table == Table::fingerprints) {
      table_app->add_option("FILE", command_.fingerprint_files, "More programs, or others, from these files");
    }
    table_app->add_option("--format", format_, "text, markdown or json")
        ->check(CLI::IsMember({"text", "markdown", "json"}));
  }

  TableCommand command_;
  std::string format_ = "text";
};

}  // namespace

CommandLine parse_command_line(int argc, char** argv) {
  CLI::App app("rtmpscope reads captures of the RTMP family and tells what happened on each connection.",
               "rtmpscope");
  app.require_subcommand(1);
  app.set_version_flag("--version", std::string("rtmpscope ") + version);
  app.footer(
      "Exit codes: 0 success, 1 input truncated or corrupt (analysed up to there), 2 usage, 3 input\n"
      "cannot be opened, 4 output cannot be written, 5 nothing to export, 6 out of memory or a fault of\n"
      "the program; check: 10 note, 11 warning, 12 error found.");
  // --help lists the subcommands in this order.
  AnalyzeCommandLine analyze(app);
  LiveCommandLine live(app);
  const CheckCommandLine check(app);
  TableCommandLine table(app);
  const ExportCommandLine export_line(app);
  CLI::App* interfaces_app =
      app.add_subcommand("interfaces", "List the interfaces that live can capture from");

  if (const auto word = unknown_subcommand(app, argc, argv)) {
    return complain(fmt::format("'{}' is no subcommand (--help shows what there is)", *word));
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return {std::nullopt, app.exit(error)};  // --help, --version
    return complain(fmt::format("{} (--help shows what there is)", error.what()));
  }
  if (analyze.parsed()) return analyze.result();
  if (live.parsed()) return live.result();
  if (check.parsed()) return {check.command(), success};
  if (export_line.parsed()) return {export_line.command(), success};
  if (interfaces_app->parsed()) return {InterfacesCommand{}, success};
  return table.result();
}

}  // namespace rtmpscope::app
