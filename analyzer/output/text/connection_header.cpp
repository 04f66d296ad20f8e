#include "output/text/connection_header.hpp"

#include <fmt/format.h>

#include <iterator>
#include <vector>

#include "output/media_text.hpp"
#include "output/time_text.hpp"
#include "rtmp/session/media_figures.hpp"
#include "schema/schema.hpp"

namespace rtmpscope::output {
namespace {

/// The word for a value, as a person reads it.
template <typename Enumeration>
std::string_view value_text(ValueTable table, Enumeration value) {
  return value_word(table, static_cast<std::uint64_t>(value));
}

/// Captured texts have no limit of their own; a name that fills the screen helps nobody.
std::size_t longest_captured_text(const Style& style) {
  return style.full ? style.longest_line() : 240;
}

std::string captured(std::string_view text, const Style& style) {
  std::string out = safe(text, style.ascii);
  cut_to_width(out, longest_captured_text(style), style);
  return out;
}

void add_line(std::string& out, std::string_view text) {
  out.append(header_indent, ' ').append(text).push_back('\n');
}

std::string joined(const std::vector<std::string>& parts, std::string_view separator) {
  std::string out;
  for (const std::string& part : parts) {
    if (part.empty()) continue;
    if (!out.empty()) out.append(separator);
    out.append(part);
  }
  return out;
}

std::string times_line(const rtmp::ConnectionSummary& summary) {
  std::string start = time_text(summary.first_time).substr(0, 23);  // milliseconds
  start[10] = ' ';
  const double milliseconds = static_cast<double>(summary.last_time - summary.first_time) / 1e6;
  std::string line = fmt::format("{} UTC  {}, {}", start, duration_text(milliseconds),
                                 value_text(ValueTable::end_cause, summary.end));
  if (summary.info.start == rtmp::Start::midstream) {
    line.append(", ").append(value_text(ValueTable::start, summary.info.start));
  }
  return line;
}

std::string codec_part(std::string_view codec, const std::string& configuration) {
  std::string text;
  if (!codec.empty()) text.append(" ").append(codec);
  if (!configuration.empty()) text.append(" ").append(configuration);
  return text;
}

std::string amount_part(const rtmp::MediaSummary& media) {
  std::string text = ", " + size_text(media.bytes);
  return media_span(media) == 0 ? text : text.append(", ").append(rate_text(bit_rate(media)));
}

std::string video_text(const rtmp::VideoSummary& video) {
  if (video.messages == 0) return {};
  return fmt::format("video{}  {}, {} key{}",
                     codec_part(codec_text(video.codec), configuration_text_of(video)),
                     count_text(video.messages, "message"), video.key_frames, amount_part(video));
}

std::string audio_text(const rtmp::AudioSummary& audio) {
  if (audio.messages == 0) return {};
  return fmt::format("audio{}  {}{}", codec_part(codec_text(audio.codec), configuration_text_of(audio)),
                     count_text(audio.messages, "message"), amount_part(audio));
}

void add_stream(std::string& out, const rtmp::StreamSummary& stream, const Style& style) {
  const bool named = stream.use != rtmp::StreamUse::unknown;
  if (!named && stream.video.messages == 0 && stream.audio.messages == 0) return;
  const std::string use(named ? value_text(ValueTable::stream_use, stream.use) : "media");
  std::string line = use;
  if (!stream.name.empty()) {
    line.append(" ").append(style.bold()).append(captured(stream.name, style)).append(style.reset());
  }
  if (stream.id_known) {
    fmt::format_to(std::back_inserter(line), "  on stream {}", stream.message_stream_id);
  } else {
    line.append("  on a stream whose id is not in the capture");
  }
  if (!stream.status.empty()) line.append("  ").append(captured(stream.status, style));
  add_line(out, line);
  for (const std::string& media : {video_text(stream.video), audio_text(stream.audio)}) {
    if (!media.empty()) add_line(out, fmt::format("  {}", media));
  }
}

std::string totals_text(const rtmp::DirectionTotals& tcp, std::uint64_t messages, Direction direction,
                        const Style& style) {
  std::string text = fmt::format("{} {} in {}, {}", style.arrow(direction), size_text(tcp.bytes),
                                 count_text(tcp.packets, "packet"), count_text(messages, "message"));
  std::vector<std::string> troubles;
  if (tcp.retransmitted_bytes != 0) troubles.push_back(size_text(tcp.retransmitted_bytes) + " retransmitted");
  if (tcp.out_of_order_segments != 0)
    troubles.push_back(fmt::format("{} out of order", tcp.out_of_order_segments));
  if (tcp.missing_bytes != 0) troubles.push_back(size_text(tcp.missing_bytes) + " missing");
  if (!troubles.empty()) text.append(" (").append(joined(troubles, ", ")).append(")");
  return text;
}

void add_findings(std::string& out, const rtmp::ConnectionSummary& summary, const Style& style) {
  std::string line;
  for (const Severity severity : {Severity::error, Severity::warning, Severity::note}) {
    const std::uint64_t count = summary.findings[static_cast<std::size_t>(severity)];
    if (count == 0) continue;
    line.append(line.empty() ? "findings  " : ", ").append(style.colour_of(severity));
    line.append(count_text(count, name(severity))).append(style.reset());
  }
  if (!line.empty()) add_line(out, line);
}

}  // namespace

std::string header_first_line(const rtmp::ConnectionInfo& info, std::string_view handshake,
                              const Style& style) {
  std::string line = fmt::format("  {} {} {}  {}", info.client.to_string(), style.arrow(Direction::to_server),
                                 info.server.to_string(), value_text(ValueTable::transport, info.transport));
  if (!handshake.empty()) line.append(", ").append(captured(handshake, style)).append(" handshake");
  return line;
}

std::string header_text(const rtmp::ConnectionSummary& summary,
                        const std::array<rtmp::DirectionTotals, 2>& totals, const Style& style) {
  std::string out = header_first_line(summary.info, summary.handshake, style);
  out.append(style.reset()).append("\n");
  add_line(out, times_line(summary));
  std::vector<std::string> software;
  if (!summary.client_software.empty())
    software.push_back(fmt::format("client {}", captured(summary.client_software, style)));
  if (!summary.server_software.empty())
    software.push_back(fmt::format("server {}", captured(summary.server_software, style)));
  if (!software.empty()) add_line(out, joined(software, "  "));
  if (!summary.app.empty() || !summary.tc_url.empty()) {
    add_line(out, fmt::format("app {}",
                              joined({captured(summary.app, style), captured(summary.tc_url, style)}, "  ")));
  }
  for (const rtmp::StreamSummary& stream : summary.streams) add_stream(out, stream, style);
  const auto totals_of = [&](Direction direction) {
    return totals_text(totals[index_of(direction)], summary.messages[index_of(direction)], direction, style);
  };
  add_line(out, totals_of(Direction::to_server) + "  " + totals_of(Direction::to_client));
  if (!summary.error.empty()) {
    add_line(out, fmt::format("{}error{} {}", style.colour_of(Severity::error), style.reset(),
                              captured(summary.error, style)));
  }
  add_findings(out, summary, style);
  return out;
}

}  // namespace rtmpscope::output
