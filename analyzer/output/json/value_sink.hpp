// Described fields as a JSON value in memory.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "schema/field_sink.hpp"

namespace rtmpscope::output {

/// Builds the value that parsing JsonFieldWriter's text would give, without the text: json_writer.hpp has the
/// rules. Names that are not UTF-8 stay as they are.
class ValueSink final : public FieldSink {
 public:
  /// Members of what is described next go into `to`, which must be an object and must outlive the calls.
  void begin_event(nlohmann::ordered_json& to);

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
  nlohmann::ordered_json& add(FieldId id, nlohmann::ordered_json value);

  std::vector<nlohmann::ordered_json*> levels_;
  std::string key_;
  bool has_key_ = false;
};

}  // namespace rtmpscope::output
