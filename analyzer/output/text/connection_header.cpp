#include "output/text/connection_header.hpp"

#include <fmt/format.h>

#include <iterator>
#include <optional>
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

/// Lines are put together from parts; most have no more characters.
constexpr std::size_t usual_line = 160;

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

/// "closed by the client", "reset by the server"; a reset that follows a normal end is named, too.
std::string end_text(const rtmp::ConnectionSummary& summary) {
  std::string text(value_text(ValueTable::end_cause, summary.end));
  if (summary.ended_by) text.append(" by the ").append(value_text(ValueTable::side, *summary.ended_by));
  if (summary.reset && summary.end != EndCause::reset) text.append(", then reset");
  return text;
}

std::string times_line(const rtmp::ConnectionSummary& summary) {
  std::string start = time_text(summary.first_time);
  start.resize(23);  // milliseconds
  start[10] = ' ';
  const double milliseconds = static_cast<double>(summary.last_time - summary.first_time) / 1e6;
  std::string line;
  line.reserve(usual_line);
  line.append(start).append(" UTC  ").append(duration_text(milliseconds));
  line.append(", ").append(end_text(summary));
  if (summary.info.start != rtmp::Start::syn) {
    line.append(", ").append(value_text(ValueTable::start, summary.info.start));
  }
  if (summary.captured_at)
    line.append(", captured ").append(value_text(ValueTable::capture_point, *summary.captured_at));
  return line;
}

/// What a side is by what it sends, and what it claims to be.
std::string software_text(std::string_view side, std::string_view identity, std::string_view claim,
                          const Style& style) {
  if (identity.empty() && claim.empty()) return {};
  std::string text;
  text.reserve(usual_line);
  text.append(side).append(" ").append(captured(identity, style));
  if (!claim.empty()) text.append(identity.empty() ? "" : ", claims ").append(captured(claim, style));
  return text;
}

/// Nothing if the connection has no proxy header.
std::string proxy_line(const rtmp::ConnectionInfo& info, const Redaction* redaction) {
  std::vector<std::string> headers;
  for (const ProxyHeader& header : info.proxy_headers) {
    std::string text(value_text(ValueTable::proxy_protocol, header.protocol));
    if (header.client) {
      const Endpoint& client = *header.client;
      const std::string address = client.address.to_string();
      text.append(", client ");
      text.append(client.port != 0       ? endpoint_text(client, redaction)
                  : redaction == nullptr ? address
                                         : redaction->shown(FieldId::connection_client_address, address));
    }
    headers.push_back(std::move(text));
  }
  return headers.empty() ? std::string() : "behind a proxy  " + joined(headers, "; ");
}

std::string codec_part(std::string_view codec, const std::string& configuration) {
  std::string text;
  if (!codec.empty()) text.append(" ").append(codec);
  if (!configuration.empty()) text.append(" ").append(configuration);
  return text;
}

std::string amount_part(const rtmp::MediaSummary& media) {
  std::string text = ", " + size_text(media.bytes);
  const double rate = bit_rate(media);
  if (rate == 0) return text;
  return text.append(media.timing.estimated ? ", about " : ", ").append(rate_text(rate));
}

/// "track 1" where a stream has several.
std::string track_part(const rtmp::MediaSummary& media, bool several) {
  return several || media.track_id != 0 ? fmt::format(" track {}", media.track_id) : std::string();
}

std::string video_text(const rtmp::VideoSummary& video, bool several) {
  std::string text = fmt::format("video{}{}  {}, {} key{}", track_part(video, several),
                                 codec_part(codec_text(video.codec), configuration_text_of(video)),
                                 count_text(video.messages, "message"), video.key_frames, amount_part(video));
  const double rate = frame_rate(video);
  return rate == 0 ? text : text.append(", ").append(frame_rate_text(rate));
}

std::string audio_text(const rtmp::AudioSummary& audio, bool several) {
  return fmt::format("audio{}{}  {}{}", track_part(audio, several),
                     codec_part(codec_text(audio.codec), configuration_text_of(audio)),
                     count_text(audio.messages, "message"), amount_part(audio));
}

void add_stream(std::string& out, const rtmp::StreamSummary& stream, const Style& style) {
  const bool named = stream.use != rtmp::StreamUse::unknown;
  if (!named && stream.video.messages == 0 && stream.audio.messages == 0) return;
  const std::string use(named ? value_text(ValueTable::stream_use, stream.use) : "media");
  std::string line = use;
  if (stream.named && stream.name.empty()) {
    line.append(" \"\"");
  } else if (stream.named) {
    line.append(" ").append(style.bold()).append(captured(stream.name, style)).append(style.reset());
  }
  if (stream.id_known) {
    fmt::format_to(std::back_inserter(line), "  on stream {}", stream.message_stream_id);
  } else {
    line.append("  on a stream whose id is not in the capture");
  }
  if (!stream.status.empty()) line.append("  ").append(captured(stream.status, style));
  add_line(out, line);
  for_each_video_track(stream, [&](const rtmp::VideoSummary& video) {
    add_line(out, "  " + video_text(video, !stream.further_video.empty()));
  });
  for_each_audio_track(stream, [&](const rtmp::AudioSummary& audio) {
    add_line(out, "  " + audio_text(audio, !stream.further_audio.empty()));
  });
}

std::string totals_text(const rtmp::DirectionTotals& tcp, std::uint64_t messages, Direction direction,
                        const Style& style) {
  std::string text;
  text.reserve(usual_line);
  text.append(style.arrow(direction))
      .append(" ")
      .append(size_text(tcp.bytes))
      .append(" in ")
      .append(count_text(tcp.packets, "packet"));
  text.append(", ").append(count_text(messages, "message"));
  std::vector<std::string> troubles;
  if (tcp.retransmitted_segments != 0) {
    troubles.push_back(fmt::format("{} in {} retransmitted", size_text(tcp.retransmitted_bytes),
                                   count_text(tcp.retransmitted_segments, "segment")));
  }
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
                              const Style& style, const Redaction* redaction) {
  std::string line;
  line.reserve(usual_line);
  line.append("  ")
      .append(endpoint_text(info.client, redaction))
      .append(" ")
      .append(style.arrow(Direction::to_server))
      .append(" ");
  line.append(endpoint_text(info.server, redaction)).append("  ");
  line.append(value_text(ValueTable::transport, info.transport));
  if (!handshake.empty()) line.append(", ").append(captured(handshake, style)).append(" handshake");
  return line;
}

std::string header_text(const rtmp::ConnectionSummary& whole,
                        const std::array<rtmp::DirectionTotals, 2>& totals, const Style& style,
                        const Redaction* redaction) {
  std::optional<rtmp::ConnectionSummary> redacted;
  if (redaction != nullptr) redacted = redaction->summary(whole);
  const rtmp::ConnectionSummary& summary = redacted ? *redacted : whole;
  std::string out = header_first_line(summary.info, summary.handshake, style, redaction);
  out.reserve(5 * usual_line);
  out.append(style.reset()).append("\n");
  add_line(out, times_line(summary));
  if (const std::string line = proxy_line(summary.info, redaction); !line.empty()) add_line(out, line);
  const std::string software =
      joined({software_text("client", summary.client_identity, summary.client_software, style),
              software_text("server", summary.server_identity, summary.server_software, style)},
             "  ");
  if (!software.empty()) add_line(out, software);
  if (!summary.app.empty() || !summary.tc_url.empty()) {
    add_line(out, "app " + joined({captured(summary.app, style), captured(summary.tc_url, style)}, "  "));
  }
  for (const rtmp::StreamSummary& stream : summary.streams) add_stream(out, stream, style);
  if (summary.unlisted_media != 0) {
    add_line(out, fmt::format("{} of more streams and tracks than are listed",
                              count_text(summary.unlisted_media, "media message")));
  }
  const auto totals_of = [&](Direction direction) {
    return totals_text(totals[index_of(direction)], summary.messages[index_of(direction)], direction, style);
  };
  add_line(out, totals_of(Direction::to_server) + "  " + totals_of(Direction::to_client));
  if (!summary.error.empty()) {
    const bool says_so = summary.error.starts_with("error") || summary.error.starts_with("Error");
    add_line(out, fmt::format("{}{}{}{}", style.colour_of(Severity::error), says_so ? "" : "error ",
                              style.reset(), captured(summary.error, style)));
  }
  add_findings(out, summary, style);
  return out;
}

}  // namespace rtmpscope::output
