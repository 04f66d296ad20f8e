#include "output/redacting_sink.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace rtmpscope::output {
namespace {

constexpr TextRule stream_name{Disclosure::name, Vocabulary::none, "name"};
constexpr TextRule publish_type{Disclosure::word, Vocabulary::publish_type, "text"};
constexpr TextRule handler{Disclosure::word, Vocabulary::handler, "text"};

}  // namespace

void RedactingSink::reset() {
  containers_.assign(1, {});
  named_.reset();
  entry_ = {};
  command_arguments_ = {};
}

RedactingSink::Value RedactingSink::value_of(std::string_view property) {
  const TextRule* known = find_property(property);
  return {known == nullptr ? TextRule() : *known, is_secret_name(property)};
}

/// What holds for the value at hand.
RedactingSink::Value RedactingSink::take_value() {
  const Container& in = containers_.back();
  Value value = named_.value_or(in.values);
  value.secret = value.secret || in.values.secret;
  named_.reset();
  return value;
}

void RedactingSink::on_command(std::string_view name) {
  command_arguments_.arguments = true;
  command_arguments_.publishes = name == "publish";
  if (is_word(Vocabulary::naming_command, name)) command_arguments_.values.rule = stream_name;
}

RedactingSink::Container RedactingSink::container_of(FieldId id) {
  switch (id) {
    case FieldId::command_arguments: named_.reset(); return command_arguments_;
    case FieldId::data_arguments:
    case FieldId::shared_object_event_arguments: named_.reset(); return {{handler, false}, true};
    case FieldId::shared_object_entry_value: named_.reset(); return {entry_};
    default: break;
  }
  const bool inherits = named_ || !containers_.back().arguments;
  const Value value = take_value();
  return {inherits ? value : Value{{}, value.secret}};
}

void RedactingSink::begin(FieldId id, std::uint32_t offset) {
  containers_.push_back(container_of(id));
  to_.begin(id, offset);
}

void RedactingSink::end(FieldId id, std::uint32_t end_offset) {
  if (containers_.size() > 1) containers_.pop_back();
  named_.reset();
  to_.end(id, end_offset);
}

void RedactingSink::key(Range range, Bytes name) {
  named_ = value_of(as_text(name));
  to_.key(range, as_bytes(redaction_.property_name(as_text(name))));
}

template <typename Number>
bool RedactingSink::hide_number(FieldId id, Range range, Number value) {
  const bool secret = take_value().secret;
  const TextRule& rule = text_rule(id);
  if (rule.rule == Disclosure::address && redaction_.hides_addresses()) {
    put(id, range, redaction_.shown(rule, fmt::format("{}", value)));
    return true;
  }
  if (secret) put(id, range, redaction_.pseudonym("number", fmt::format("{}", value)));
  return secret;
}

void RedactingSink::number(FieldId id, Range range, std::uint64_t value) {
  if (!hide_number(id, range, value)) to_.number(id, range, value);
}
void RedactingSink::signed_number(FieldId id, Range range, std::int64_t value) {
  if (!hide_number(id, range, value)) to_.signed_number(id, range, value);
}
void RedactingSink::real(FieldId id, Range range, double value) {
  if (!hide_number(id, range, value)) to_.real(id, range, value);
}
void RedactingSink::flag(FieldId id, Range range, bool value) {
  named_.reset();
  to_.flag(id, range, value);
}
void RedactingSink::blob(FieldId id, Range range, Bytes value) {
  named_.reset();
  // The range may be one without bytes; the length must not get lost with the bytes.
  const auto length = std::max(range.length, static_cast<std::uint32_t>(value.size()));
  to_.blob(id, {range.offset, length}, {});
}
void RedactingSink::finding(FindingId id, Range range, std::uint64_t a, std::uint64_t b) {
  to_.finding(id, range, a, b);
}

/// An AMF string: its place says what it is.
TextRule RedactingSink::rule_of_string() {
  Container& in = containers_.back();
  const bool argument = in.arguments && !named_;
  if (argument) ++in.texts;
  const Value value = take_value();
  return argument && in.publishes && in.texts > 1 ? publish_type : value.rule;
}

void RedactingSink::text(FieldId id, Range range, Bytes value) {
  const std::string_view text = as_text(value);
  if (id == FieldId::amf_string) return put(id, range, redaction_.shown(rule_of_string(), text));
  if (id == FieldId::shared_object_entry_key) {
    entry_ = value_of(text);
    const bool code = is_word(Vocabulary::status_code, text) || is_word(Vocabulary::status_level, text);
    return code ? to_.text(id, range, value) : put(id, range, redaction_.property_name(text));
  }
  if (id == FieldId::finding_text) return put(id, range, redaction_.finding(finding_id_, text));
  if (id == FieldId::finding_id) finding_id_ = text;
  if (id == FieldId::command_name) on_command(text);
  named_.reset();
  const TextRule& rule = text_rule(id);
  if (rule.rule == Disclosure::own) return to_.text(id, range, value);
  put(id, range, redaction_.shown(rule, text));
}

}  // namespace rtmpscope::output
