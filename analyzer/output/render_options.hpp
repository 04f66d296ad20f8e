// How the user wants events to be shown.
#pragma once

#include <cstdint>

#include "output/redaction.hpp"

namespace rtmpscope::output {

enum class OutputFormat : std::uint8_t { text, summary, ndjson, json, report, verdict, markdown };

struct RenderOptions {
  bool ranges = false;           ///< JSON: byte ranges of every field
  bool addresses = false;        ///< JSON: both endpoints in every event of a connection
  bool colour = false;           ///< text: ANSI colours
  bool ascii = false;            ///< text: no character beyond ASCII
  bool live = false;             ///< text: print lines as they happen
  bool full = false;             ///< text: lines and texts are not cut
  std::uint32_t width = 160;     ///< text: columns of a line of the conversation, unless `full`
  RedactionPointer redaction{};  ///< null: texts are shown as they are
};

}  // namespace rtmpscope::output
