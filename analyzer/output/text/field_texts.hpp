// Values of described fields as texts that a person reads.
#pragma once

#include <string>
#include <string_view>

#include "output/text/terminal_text.hpp"
#include "schema/tape.hpp"

namespace rtmpscope::output {

/// All texts are safe for a terminal.

/// In quotes, cut to the style's longest_quoted bytes.
[[nodiscard]] std::string quoted(Bytes bytes, const Style& style);

/// The value of an entry that is no container, key or finding: numbers by their meaning, texts in quotes.
[[nodiscard]] std::string value_text(const Tape& tape, const Tape::Entry& entry, const Style& style);

/// The fields of an event, by their ids. Of several with one id the first counts.
class FieldTexts {
 public:
  /// Both have to outlive the object.
  FieldTexts(const Tape& event, const Style& style) : event_(event), style_(style) {}

  /// The first entry with this id that is a value or begins a container; null: there is none.
  [[nodiscard]] const Tape::Entry* find(FieldId id) const;
  /// As value_text, but without quotes; empty: there is no such field.
  [[nodiscard]] std::string operator[](FieldId id) const;
  [[nodiscard]] std::string text(const Tape::Entry& entry) const;
  /// 0: there is no such field.
  [[nodiscard]] std::uint64_t number(FieldId id) const;
  /// Of a time in milliseconds: rounded as all times are. Empty: there is no such field.
  [[nodiscard]] std::string duration(FieldId id) const;

  [[nodiscard]] const Tape& event() const { return event_; }

 private:
  const Tape& event_;
  const Style& style_;
};

}  // namespace rtmpscope::output
