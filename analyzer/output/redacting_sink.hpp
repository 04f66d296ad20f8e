// Fields on their way to an output, with what must not be shown replaced.
#pragma once

#include <optional>
#include <vector>

#include "output/redaction.hpp"
#include "schema/field_sink.hpp"

namespace rtmpscope::output {

/// Hands fields on. What must not be shown is a text afterwards, also where it was a number; bytes lose their
/// content and keep their length. To be reset before each event.
class RedactingSink final : public FieldSink {
 public:
  /// Both have to outlive the object.
  RedactingSink(const Redaction& redaction, FieldSink& to) : redaction_(redaction), to_(to) { reset(); }

  void reset();

  void begin(FieldId id, std::uint32_t offset) override;
  void end(FieldId id, std::uint32_t end_offset) override;
  void key(Range range, Bytes name) override;
  void number(FieldId id, Range range, std::uint64_t value) override;
  void signed_number(FieldId id, Range range, std::int64_t value) override;
  void real(FieldId id, Range range, double value) override;
  void flag(FieldId id, Range range, bool value) override;
  void text(FieldId id, Range range, Bytes value) override;
  void blob(FieldId id, Range range, Bytes value) override;
  void finding(FindingId id, Range range, std::uint64_t a, std::uint64_t b) override;

 private:
  /// What holds for a value.
  struct Value {
    TextRule rule;
    bool secret = false;  ///< numbers, too
  };
  /// What holds for the values of a container that have no name of their own.
  struct Container {
    Value values;
    bool arguments = false;   ///< of a command or handler: what lies deeper has nothing from here
    bool publishes = false;   ///< arguments of publish: the second text is a kind
    std::uint32_t texts = 0;  ///< so far
  };

  [[nodiscard]] static Value value_of(std::string_view property);
  [[nodiscard]] Value take_value();
  [[nodiscard]] Container container_of(FieldId id);
  [[nodiscard]] TextRule rule_of_string();
  void on_command(std::string_view name);
  void put(FieldId id, Range range, std::string_view value) { to_.text(id, range, as_bytes(value)); }
  template <typename Number>
  bool hide_number(FieldId id, Range range, Number value);

  const Redaction& redaction_;
  FieldSink& to_;
  std::vector<Container> containers_;  ///< that are open; the first is the event
  std::optional<Value> named_;         ///< of the next value, from the name before it
  Value entry_;                        ///< of a shared object's property
  Container command_arguments_;
  std::string finding_id_;
};

}  // namespace rtmpscope::output
