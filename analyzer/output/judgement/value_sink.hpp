// Described fields as a value in memory, for the judge.
#pragma once

#include <string>

#include "analysis/record/value_builder.hpp"
#include "schema/field_sink.hpp"

namespace rtmpscope::output {

/// Builds the value that reading JsonFieldWriter's text would give, without the text: json_writer.hpp has the
/// rules. Names that are not UTF-8 stay as they are; of longer texts the first 64 KiB are there.
class ValueSink final : public FieldSink {
 public:
  /// What is described next becomes members of one object.
  void begin_event();
  /// A member in front of what is described.
  void add_text(std::string_view name, std::string_view value);
  /// Valid until the next call.
  [[nodiscard]] analysis::Value value() { return values_.value(); }

  void begin(FieldId id, std::uint32_t offset) override;
  void end(FieldId id, std::uint32_t end_offset) override;
  void key(Range range, Bytes name) override;
  void number(FieldId id, Range range, std::uint64_t value) override;
  void signed_number(FieldId id, Range range, std::int64_t value) override;
  void real(FieldId id, Range range, double value) override;
  void flag(FieldId id, Range range, bool value) override;
  void text(FieldId id, Range range, Bytes value) override;
  void blob(FieldId id, Range range, Bytes value) override;
  void finding(FindingId, Range, std::uint64_t, std::uint64_t) override {}

 private:
  /// The value that follows gets a name, unless it is an element of an array.
  void begin_value(FieldId id);
  void hex(Bytes bytes);

  analysis::ValueBuilder values_;
  std::string key_;
  std::string hex_;  ///< memory that is used again
  bool has_key_ = false;
};

}  // namespace rtmpscope::output
