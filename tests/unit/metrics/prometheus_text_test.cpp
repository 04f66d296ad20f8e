#include "metrics/prometheus/prometheus_text.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

namespace rtmpscope::metrics {
namespace {

using testing::HasSubstr;

std::size_t series_in(const std::string& text) {
  std::istringstream lines(text);
  std::size_t count = 0;
  for (std::string line; std::getline(lines, line);) count += line.empty() || line.front() == '#' ? 0 : 1;
  return count;
}

Board::State state_of_one_interface() {
  Board::State state;
  state.interfaces.emplace_back().name = "eth0";
  return state;
}

TEST(PrometheusText, SeriesAreBoundedWhateverIsFound) {
  Board::State state = state_of_one_interface();
  for (auto& severities : state.figures.findings) severities.fill(1);
  EXPECT_LE(series_in(prometheus_text(state, {})), 900U);
}

TEST(PrometheusText, EveryFindingIsThereFromTheBeginning) {
  const std::string text = prometheus_text(state_of_one_interface(), {});
  EXPECT_THAT(text, HasSubstr("rtmpscope_findings_total{id=\"command_unanswered\",severity=\"error\"} 0\n"));
}

TEST(PrometheusText, HasLabelsAndUnits) {
  Board::State state = state_of_one_interface();
  state.interfaces[0].packets = 12;
  state.interfaces[0].ring_drops = 3;
  state.figures.connections[1] = 4;
  state.figures.zero_window_ms[0] = 1500;
  state.figures.key_intervals[0].add(2000);
  state.figures.response_times[2].add(250'000);
  const std::string text = prometheus_text(state, {.version = "1.2", .dropped_lines = 6});
  for (const char* line :
       {"rtmpscope_build_info{version=\"1.2\"} 1\n",
        "rtmpscope_capture_packets_total{interface=\"eth0\"} 12\n",
        "rtmpscope_capture_dropped_packets_total{interface=\"eth0\",where=\"rtmpscope\"} 3\n",
        "rtmpscope_connections{use=\"play\"} 4\n",
        "rtmpscope_tcp_zero_window_seconds_total{side=\"client\"} 1.5\n",
        "rtmpscope_key_frame_interval_seconds_bucket{use=\"publish\",le=\"2\"} 1\n",
        "rtmpscope_key_frame_interval_seconds_bucket{use=\"publish\",le=\"1\"} 0\n",
        "rtmpscope_command_response_seconds_sum{command=\"publish\"} 0.25\n",
        "rtmpscope_output_dropped_events_total{sink=\"output\"} 6\n"})
    EXPECT_THAT(text, HasSubstr(line));
}

}  // namespace
}  // namespace rtmpscope::metrics
