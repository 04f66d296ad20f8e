// Looking at a described body.
#pragma once

#include <string>

#include "fuzz/media_oracle.hpp"
#include "samples.hpp"

namespace rtmpscope::test {

inline Tape describe(const Sample& sample) {
  return describe_media(sample.type, sample.body, sample.length);
}
inline Tape describe_video(std::string_view hex_text) {
  const auto body = hex(hex_text);
  return describe_media(media::MediaType::video, body, static_cast<std::uint32_t>(body.size()));
}
inline Tape describe_audio(std::string_view hex_text) {
  const auto body = hex(hex_text);
  return describe_media(media::MediaType::audio, body, static_cast<std::uint32_t>(body.size()));
}

/// The n-th value of a field as people read it: the name of a number, text, true, hex of a blob; "-" if
/// absent.
inline std::string value(const Tape& tape, std::string_view filter, int n = 0) {
  for (const Tape::Entry& entry : tape.entries()) {
    if (entry.op == Tape::Op::finding || entry.op == Tape::Op::key || entry.op == Tape::Op::end) continue;
    if (info(entry.id).filter != filter || n-- > 0) continue;
    switch (entry.op) {
      case Tape::Op::number: {
        const ValueInfo* row = find_value(info(entry.id).values, entry.number);
        return row != nullptr ? std::string(row->name) : std::to_string(entry.number);
      }
      case Tape::Op::signed_number: return std::to_string(static_cast<std::int64_t>(entry.number));
      case Tape::Op::real: {
        std::string text = std::to_string(entry.real);
        text.erase(text.find_last_not_of('0') + 1);
        return text.back() == '.' ? text.substr(0, text.size() - 1) : text;
      }
      case Tape::Op::flag: return entry.number != 0 ? "true" : "false";
      case Tape::Op::text: return std::string(as_text(tape.bytes(entry)));
      case Tape::Op::blob: {
        std::string text;
        for (const std::uint8_t byte : tape.bytes(entry)) {
          constexpr std::string_view digits = "0123456789abcdef";
          text += digits[byte >> 4];
          text += digits[byte & 15];
        }
        return text;
      }
      default: return "{}";
    }
  }
  return "-";
}

inline int count(const Tape& tape, std::string_view filter) {
  int n = 0;
  while (value(tape, filter, n) != "-") ++n;
  return n;
}

/// "offset+length" of the first value of a field.
inline std::string range(const Tape& tape, std::string_view filter) {
  const auto entry = first_of(tape, filter);
  return entry ? std::to_string(entry->range.offset) + "+" + std::to_string(entry->range.length) : "-";
}

/// All findings as "id(a,b)@offset+length", separated by blanks.
inline std::string findings(const Tape& tape) {
  std::string text;
  for (const Tape::Entry& entry : tape.entries()) {
    if (entry.op != Tape::Op::finding) continue;
    if (!text.empty()) text += ' ';
    text += std::string(info(entry.finding).id) + "(" + std::to_string(entry.number) + "," +
            std::to_string(entry.second) + ")@" + std::to_string(entry.range.offset) + "+" +
            std::to_string(entry.range.length);
  }
  return text;
}

}  // namespace rtmpscope::test
