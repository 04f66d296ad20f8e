#include "output/text/stats_line.hpp"

#include <fmt/format.h>

namespace rtmpscope::output {

std::string stats_line(const FieldTexts& fields) {
  using enum FieldId;
  const auto count = [&](FieldId id) { return fields.number(id); };
  std::string line = fmt::format(
      "stats of {} s: {} connections ({} opened, {} closed), {} published, {} played; {} packets, {}; "
      "{} of video, {} of audio, {} key frames",
      fields[stats_interval], count(stats_connections), count(stats_opened), count(stats_closed),
      count(stats_publishing), count(stats_playing), count(stats_packets), size_text(count(stats_bytes)),
      size_text(count(stats_video_bytes)), size_text(count(stats_audio_bytes)), count(stats_key_frames));
  // Usually there are none of these.
  const auto add = [&](FieldId id, std::string_view what) {
    if (const std::uint64_t number = count(id); number != 0)
      line.append(fmt::format(", {} {}", number, what));
  };
  add(stats_kernel_drops, "packets dropped by the kernel");
  add(stats_interface_drops, "by the interface");
  add(stats_ring_drops, "by rtmpscope");
  add(stats_resent_bytes, "bytes sent again");
  add(stats_missing_bytes, "bytes missing");
  add(stats_errors, "errors");
  add(stats_warnings, "warnings");
  add(stats_notes, "notes");
  return line;
}

}  // namespace rtmpscope::output
