#include "metrics/prometheus/prometheus_text.hpp"

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include <algorithm>
#include <limits>
#include <sstream>
#include <utility>

#include "base/text.hpp"

namespace rtmpscope::metrics {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricType;
using Labels = std::vector<ClientMetric::Label>;

constexpr double milliseconds = 1e-3;
constexpr double microseconds = 1e-6;

constexpr std::array<std::string_view, transports> transport_names = {
    "rtmp", "rtmpe", "rtmps", "rtmpt", "tls", "http", "unknown", "rtmpts", "rtmpte", "rtmfp"};
constexpr std::array<std::string_view, 2> side_names = {"client", "server"};

ClientMetric::Label label(const char* name, std::string_view value) {
  return {name, std::string(value)};
}

/// The families of one page in the making.
class Page {
 public:
  void begin(const char* name, const char* help, MetricType type) {
    families_.push_back({name, help, type, {}});
  }
  void counter(Labels labels, double value) {
    ClientMetric& metric = add(std::move(labels));
    metric.counter.value = value;
  }
  void gauge(Labels labels, double value) {
    ClientMetric& metric = add(std::move(labels));
    metric.gauge.value = value;
  }
  /// `unit`: of the bounds and the sum, in the metric's own.
  template <const auto& bounds>
  void histogram(Labels labels, const Histogram<bounds>& from, double unit) {
    ClientMetric& metric = add(std::move(labels));
    std::uint64_t count = 0;
    for (std::size_t i = 0; i < from.counts().size(); ++i) {
      count += from.counts()[i];
      const double bound =
          i < bounds.size() ? static_cast<double>(bounds[i]) * unit : std::numeric_limits<double>::infinity();
      metric.histogram.bucket.push_back({count, bound});
    }
    metric.histogram.sample_count = count;
    metric.histogram.sample_sum = static_cast<double>(from.sum()) * unit;
  }
  void one_counter(const char* name, const char* help, double value) {
    begin(name, help, MetricType::Counter);
    counter({}, value);
  }
  void one_gauge(const char* name, const char* help, double value, Labels labels = {}) {
    begin(name, help, MetricType::Gauge);
    gauge(std::move(labels), value);
  }

  [[nodiscard]] std::string text() const {
    std::ostringstream out;
    prometheus::TextSerializer().Serialize(out, families_);
    return std::move(out).str();
  }

 private:
  ClientMetric& add(Labels labels) {
    ClientMetric& metric = families_.back().metric.emplace_back();
    metric.label = std::move(labels);
    return metric;
  }

  std::vector<prometheus::MetricFamily> families_;
};

double real(std::uint64_t value) {
  return static_cast<double>(value);
}

void add_interfaces(Page& page, const InterfaceList& interfaces) {
  page.begin("rtmpscope_capture_packets_total", "Packets captured.", MetricType::Counter);
  for (const InterfaceFigures& each : interfaces)
    page.counter({label("interface", each.name)}, real(each.packets));
  page.begin("rtmpscope_capture_bytes_total", "Bytes of these packets on the wire.", MetricType::Counter);
  for (const InterfaceFigures& each : interfaces)
    page.counter({label("interface", each.name)}, real(each.bytes));
  page.begin("rtmpscope_capture_dropped_packets_total",
             "Packets lost before the analysis, by who dropped them.", MetricType::Counter);
  for (const InterfaceFigures& each : interfaces) {
    for (const auto& [where, count] :
         {std::pair("kernel", each.kernel_drops), std::pair("interface", each.interface_drops),
          std::pair("rtmpscope", each.ring_drops)})
      page.counter({label("interface", each.name), label("where", where)}, real(count.value_or(0)));
  }
}

void add_connections(Page& page, const Figures& figures) {
  page.begin("rtmpscope_connections", "Connections of the RTMP family that are open.", MetricType::Gauge);
  for (std::size_t i = 0; i < use_names.size(); ++i)
    page.gauge({label("use", use_names[i])}, static_cast<double>(figures.connections[i]));
  page.begin("rtmpscope_streams", "Streams that are published or played.", MetricType::Gauge);
  for (std::size_t i = 0; i < media_uses; ++i)
    page.gauge({label("use", use_names[i])}, static_cast<double>(figures.streams[i]));
  page.begin("rtmpscope_connections_opened_total", "Connections that were recognised.", MetricType::Counter);
  for (std::size_t i = 0; i < transports; ++i)
    page.counter({label("transport", transport_names[i])}, real(figures.opened[i]));
  page.begin("rtmpscope_connections_closed_total", "Connections that ended, by how and by whom.",
             MetricType::Counter);
  for (std::size_t how = 0; how < close_names.size(); ++how) {
    for (std::size_t by = 0; by < closer_names.size(); ++by)
      page.counter({label("by", closer_names[by]), label("how", close_names[how])},
                   real(figures.closed[how][by]));
  }
}

void add_media(Page& page, const Figures& figures) {
  const auto by_kind = [&](const PerUse<std::uint64_t, media_kind_names.size()>& counts) {
    for (std::size_t use = 0; use < media_uses; ++use) {
      for (std::size_t kind = 0; kind < media_kind_names.size(); ++kind)
        page.counter({label("kind", media_kind_names[kind]), label("use", use_names[use])},
                     real(counts[use][kind]));
    }
  };
  page.begin("rtmpscope_media_bytes_total", "Bytes of audio and video messages.", MetricType::Counter);
  by_kind(figures.media_bytes);
  page.begin("rtmpscope_media_messages_total", "Audio and video messages.", MetricType::Counter);
  by_kind(figures.media_messages);
  page.begin("rtmpscope_key_frames_total", "Video messages with a key frame.", MetricType::Counter);
  for (std::size_t use = 0; use < media_uses; ++use)
    page.counter({label("use", use_names[use])}, real(figures.key_frames[use]));
  page.begin("rtmpscope_key_frame_interval_seconds", "Media time between two key frames of a stream.",
             MetricType::Histogram);
  for (std::size_t use = 0; use < media_uses; ++use)
    page.histogram({label("use", use_names[use])}, figures.key_intervals[use], milliseconds);
  page.begin(
      "rtmpscope_media_lead_seconds",
      "Media time that came more than capture time passed since a stream's beginning; a sample a second "
      "and stream. Below zero: the receiver waits.",
      MetricType::Histogram);
  for (std::size_t use = 0; use < media_uses; ++use)
    page.histogram({label("use", use_names[use])}, figures.leads[use], milliseconds);
}

void add_commands(Page& page, const Figures& figures) {
  page.begin("rtmpscope_commands_total", "Requests of clients, by what became of them.", MetricType::Counter);
  for (std::size_t command = 0; command < command_labels.size(); ++command) {
    const CommandResult never = command < answered_commands ? CommandResult::none : CommandResult::unanswered;
    for (std::size_t result = 0; result < command_result_names.size(); ++result) {
      if (result == static_cast<std::size_t>(never)) continue;
      page.counter({label("command", command_labels[command]), label("result", command_result_names[result])},
                   real(figures.commands[command][result]));
    }
  }
  page.begin("rtmpscope_command_response_seconds", "Time from a request to its answer.",
             MetricType::Histogram);
  for (std::size_t command = 0; command < answered_commands; ++command)
    page.histogram({label("command", command_labels[command])}, figures.response_times[command],
                   microseconds);
  page.begin("rtmpscope_handshake_duration_seconds", "Time from the first byte of a handshake to its end.",
             MetricType::Histogram);
  page.histogram({}, figures.handshakes, microseconds);
}

void add_transport(Page& page, const Figures& figures) {
  page.begin("rtmpscope_tcp_resent_bytes_total", "Bytes of TCP segments that were sent again.",
             MetricType::Counter);
  for (std::size_t use = 0; use < media_uses; ++use)
    page.counter({label("use", use_names[use])}, real(figures.resent_bytes[use]));
  page.begin("rtmpscope_tcp_zero_window_seconds_total", "Time for which a side took no bytes.",
             MetricType::Counter);
  for (std::size_t side = 0; side < side_names.size(); ++side)
    page.counter({label("side", side_names[side])}, real(figures.zero_window_ms[side]) * milliseconds);
  page.begin("rtmpscope_missing_bytes_total", "Bytes of connections that the capture does not have.",
             MetricType::Counter);
  for (std::size_t cause = 0; cause < gap_cause_names.size(); ++cause)
    page.counter({label("cause", gap_cause_names[cause])}, real(figures.missing_bytes[cause]));
}

/// A finding is there from the beginning with its usual severity, so that its first increase is seen.
void add_findings(Page& page, const Figures& figures) {
  page.begin("rtmpscope_findings_total", "What was odd or wrong, by id: see rtmpscope findings.",
             MetricType::Counter);
  for (std::size_t id = 0; id < finding_ids; ++id) {
    const FindingInfo& finding = findings()[id];
    for (std::size_t severity = 0; severity < severity_labels.size(); ++severity) {
      const std::uint64_t count = figures.findings[id][severity];
      if (count == 0 && static_cast<std::size_t>(finding.severity) != severity) continue;
      page.counter({label("id", finding.id), label("severity", severity_labels[severity])}, real(count));
    }
  }
}

/// What a peer says, as a label: short, and UTF-8 without characters that deceive.
std::string label_of_peer(std::string_view text) {
  constexpr std::size_t longest = 128;  // bytes
  std::string label;
  while (!text.empty() && label.size() < longest) {
    const Character character = first_character(as_bytes(text));
    const bool shown = character.length != 0 && !is_deceptive(character.code);
    const std::size_t length = std::max<std::size_t>(character.length, 1);
    label.append(shown ? text.substr(0, length) : "\uFFFD");
    text.remove_prefix(length);
  }
  return label;
}

std::string name_of(const StreamKey& key) {
  return std::string(as_text(std::get<ConnectionUid>(key))) + "/" +
         std::to_string(std::get<std::uint32_t>(key));
}

/// With --metrics-streams.
void add_streams(Page& page, const Board::State& state, bool names) {
  const StreamTable& streams = state.streams;
  const auto use_of = [](const StreamKey& key) {
    return label("use", use_names[static_cast<std::size_t>(std::get<Use>(key))]);
  };
  page.begin("rtmpscope_stream_media_bytes_total", "Bytes of audio and video messages, by stream.",
             MetricType::Counter);
  for (const auto& [key, series] : streams.shown)
    page.counter({label("stream", name_of(key)), use_of(key)}, real(series.media_bytes));
  for (std::size_t use = 0; use < media_uses; ++use)
    page.counter({label("stream", "other"), label("use", use_names[use])}, real(streams.other_bytes[use]));
  page.begin("rtmpscope_stream_lead_seconds",
             "Media time that came more than capture time passed, in the last second.", MetricType::Gauge);
  for (const auto& [key, series] : streams.shown) {
    if (series.lead)
      page.gauge({label("stream", name_of(key)), use_of(key)},
                 static_cast<double>(*series.lead) * milliseconds);
  }
  if (names) {
    page.begin("rtmpscope_stream_info", "What peers call a stream; its value is 1.", MetricType::Gauge);
    for (const auto& [key, series] : streams.shown)
      page.gauge({label("app", label_of_peer(series.app)), label("name", label_of_peer(series.name)),
                  label("stream", name_of(key)), use_of(key)},
                 1);
  }
  std::int64_t open = 0;
  for (const std::int64_t count : state.figures.streams) open += count;
  page.one_gauge(
      "rtmpscope_metrics_folded_streams", "Open streams that have no series of their own.",
      static_cast<double>(std::max<std::int64_t>(open - static_cast<std::int64_t>(streams.shown.size()), 0)));
}

void add_process(Page& page, const ProcessFigures& process) {
  page.one_gauge("rtmpscope_build_info", "The program; its value is 1.", 1,
                 {label("version", process.version)});
  page.begin("rtmpscope_queue_depth", "Bytes that wait: packets for the analysis, lines for the output.",
             MetricType::Gauge);
  page.gauge({label("queue", "packets")}, real(process.waiting_packets_bytes));
  page.gauge({label("queue", "output")}, real(process.waiting_output_bytes));
  page.begin("rtmpscope_output_dropped_events_total", "Lines that were not written, as the output was slow.",
             MetricType::Counter);
  page.counter({label("sink", "output")}, real(process.dropped_lines));
  page.one_counter("process_cpu_seconds_total", "Processor time of the program.", process.cpu_seconds);
  page.one_gauge("process_resident_memory_bytes", "Memory that the program has.",
                 real(process.resident_bytes));
  page.one_gauge("process_virtual_memory_bytes", "Addresses that the program has.",
                 real(process.virtual_bytes));
  page.one_gauge("process_start_time_seconds", "When the program began, since 1970.", process.start_time);
}

}  // namespace

std::string prometheus_text(const Board::State& state, const ProcessFigures& process) {
  Page page;
  add_process(page, process);
  add_interfaces(page, state.interfaces);
  add_connections(page, state.figures);
  add_media(page, state.figures);
  add_commands(page, state.figures);
  add_transport(page, state.figures);
  add_findings(page, state.figures);
  if (state.streams.most != 0) add_streams(page, state, process.stream_names);
  return page.text();
}

}  // namespace rtmpscope::metrics
