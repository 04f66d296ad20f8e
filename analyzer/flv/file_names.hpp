// Names of files after captured text.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "output/redaction.hpp"

namespace rtmpscope::flv {

/// Captured text as a part of a file's name, safe on any system: no path separators, no control characters,
/// at most 96 bytes, valid UTF-8, no dot or dash in front.
[[nodiscard]] std::string name_part(std::string_view captured);

/// What names the file of a stream.
struct StreamName {
  std::string_view app;
  std::string_view stream;  ///< as published or played
  std::optional<std::uint32_t> message_stream_id;
  std::uint32_t connection = 0;
};

/// Hands out each name once.
class FileNames {
 public:
  /// "app_stream.flv"; "app_stream1.flv" for the message stream 1 of unknown name. Streams of equal names get
  /// the connection's number, and then a count: "app_stream-2.flv", "app_stream-2-2.flv". Both texts may be
  /// empty. With `redaction` pseudonyms stand for them: "app-3f2a9c_name-c81e72.flv".
  std::string name(const StreamName& stream, const output::Redaction* redaction);

 private:
  std::set<std::string> names_;  ///< without ".flv"
};

}  // namespace rtmpscope::flv
