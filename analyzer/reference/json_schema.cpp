#include <fmt/format.h>

#include <map>
#include <nlohmann/json.hpp>

#include "reference/reference.hpp"
#include "schema/disclosure.hpp"
#include "schema/schema.hpp"

namespace rtmpscope::output {
namespace {

using Json = nlohmann::ordered_json;

/// Filter name of the object or list that a field lies in; empty at the top.
std::string_view parent_of(std::string_view filter) {
  const std::size_t dot = filter.rfind('.');
  return dot == std::string_view::npos ? std::string_view() : filter.substr(0, dot);
}

/// Fields of AMF values lie wherever the sender put them: they are no members of anything.
bool is_amf(const FieldInfo& field) {
  return field.filter.starts_with("amf.") || field.filter.starts_with("amf3.");
}

/// Members by filter name of their parent.
std::multimap<std::string_view, const FieldInfo*> members_by_parent() {
  std::multimap<std::string_view, const FieldInfo*> members;
  for (const FieldInfo& field : fields()) {
    if (!is_amf(field)) members.emplace(parent_of(field.filter), &field);
  }
  return members;
}

Json reference(std::string_view name) {
  return {{"$ref", fmt::format("#/$defs/{}", name)}};
}

Json closed_object(Json properties) {
  return {{"type", "object"}, {"properties", std::move(properties)}, {"additionalProperties", false}};
}

class SchemaBuilder {
 public:
  SchemaBuilder() : members_(members_by_parent()) {}

  Json build() {
    Json root = {{"$schema", "https://json-schema.org/draft/2020-12/schema"},
                 {"title", "rtmpscope timeline event"},
                 {"description",
                  "One line of rtmpscope --format ndjson, or one element of \"events\" of --format json. The "
                  "document of "
                  "--format json is $defs/document. A key whose value is unknown is left out."}};
    Json one_of = Json::array();
    Json defs = common_definitions();
    for (const FieldInfo& field : fields()) {
      if (is_body(field)) defs[std::string(field.key)] = schema_of(field);
    }
    for (const EventInfo& event : events()) {
      const std::string name = fmt::format("event_{}", event.name);
      defs[name] = event_schema(event);
      one_of.push_back(reference(name));
    }
    defs["event"] = {{"oneOf", one_of}};
    defs["document"] = document_schema();
    root["$ref"] = "#/$defs/event";
    root["$defs"] = std::move(defs);
    return root;
  }

 private:
  /// Objects at the top are the bodies of messages, but for those that only group names.
  [[nodiscard]] static bool is_body(const FieldInfo& field) {
    return parent_of(field.filter).empty() && field.kind == FieldKind::object && field.filter != "document";
  }

  static Json common_definitions() {
    Json defs;
    defs["bytes"] = {{"description", "Bytes; hex is left out where they are many or were not kept"},
                     {"type", "object"},
                     {"properties",
                      {{"length", {{"type", "integer"}, {"minimum", 0}}},
                       {"hex", {{"type", "string"}, {"pattern", "^([0-9a-f]{2})*$"}}}}},
                     {"required", {"length"}},
                     {"additionalProperties", false}};
    defs["text"] = {{"description", "Text; what is not UTF-8 is given as bytes"},
                    {"anyOf",
                     {{{"type", "string"}},
                      {{"type", "object"},
                       {"properties", {{"hex", {{"type", "string"}, {"pattern", "^([0-9a-f]{2})*$"}}}}},
                       {"required", {"hex"}},
                       {"additionalProperties", false}}}}};
    defs["real"] = {{"description", "null stands for NaN and the infinities"}, {"type", {"number", "null"}}};
    defs["amf_value"] = {
        {"description",
         "A value whose shape and names are the sender's. In objects, \"@class\" is the name of the class, "
         "\"@dense\" the elements of an array that also has named members, \"@reference\" and "
         "\"@object_reference\" "
         "the index of an earlier object or array of the message"},
        {"anyOf",
         {{{"type", {"null", "boolean", "number", "string"}}},
          reference("amf_list"),
          reference("amf_object")}}};
    defs["amf_list"] = {{"type", "array"}, {"items", reference("amf_value")}};
    defs["amf_object"] = {{"type", "object"}, {"additionalProperties", reference("amf_value")}};
    defs["time"] = {{"type", "string"},
                    {"pattern", "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\\.[0-9]{9}Z$"}};
    Json range = closed_object({{"field", {{"type", "string"}, {"pattern", "^rtmpscope\\.[a-z0-9_.]+$"}}},
                                {"key", {{"description", "Name of an AMF property"}, {"type", "string"}}},
                                {"offset", {{"type", "integer"}, {"minimum", 0}}},
                                {"length", {{"type", "integer"}, {"minimum", 0}}},
                                {"value", reference("amf_value")}});
    range["required"] = {"field", "offset", "length"};
    defs["ranges"] = {
        {"description",
         "With --ranges: every field in wire order with its place in the message body or chunk header, and "
         "its value before names are put in place of numbers"},
        {"type", "array"},
        {"items", range}};
    return defs;
  }

  [[nodiscard]] static Json integer(std::uint64_t maximum) {
    Json type = {{"type", "integer"}, {"minimum", 0}};
    if (maximum != 0) type["maximum"] = maximum;
    return type;
  }

  [[nodiscard]] static Json number_schema(const FieldInfo& field, std::uint64_t maximum) {
    if (field.values == ValueTable::none) return integer(maximum);
    Json names = Json::array();
    for (const ValueInfo& value : values()) {
      if (value.table == field.values) names.push_back(value.name);
    }
    return {{"anyOf", {{{"enum", names}}, integer(maximum)}}};
  }

  [[nodiscard]] static Json pseudonym_schema() {
    return {{"type", "string"}, {"pattern", "^<[a-z]+ [0-9a-f]{6}>$"}};
  }

  [[nodiscard]] Json schema_of(const FieldInfo& field) const {
    Json schema = type_schema(field);
    const auto id = static_cast<FieldId>(&field - fields().data());
    if (field.kind != FieldKind::text && text_rule(id).rule == Disclosure::address) {
      schema = {{"anyOf", {schema, pseudonym_schema()}}};  // --redact-addresses
    }
    schema["title"] = field.title;
    schema["description"] = field.description;
    return schema;
  }

  [[nodiscard]] Json type_schema(const FieldInfo& field) const {
    switch (field.kind) {
      case FieldKind::object: return object_schema(field);
      case FieldKind::list: return list_schema(field);
      case FieldKind::boolean: return {{"type", "boolean"}};
      case FieldKind::u8: return number_schema(field, 0xFF);
      case FieldKind::u16: return number_schema(field, 0xFFFF);
      case FieldKind::u24: return number_schema(field, 0xFFFFFF);
      case FieldKind::u32: return number_schema(field, 0xFFFFFFFF);
      case FieldKind::u64: return number_schema(field, 0);
      case FieldKind::s32: return {{"type", "integer"}, {"minimum", INT32_MIN}, {"maximum", INT32_MAX}};
      case FieldKind::s64: return {{"type", "integer"}};
      case FieldKind::real: return reference("real");
      case FieldKind::text: return reference("text");
      case FieldKind::bytes: return reference("bytes");
    }
    return {};
  }

  [[nodiscard]] Json properties_of(std::string_view parent) const {
    Json properties = Json::object();
    const auto [first, last] = members_.equal_range(parent);
    for (auto member = first; member != last; ++member) {
      properties[std::string(member->second->key)] = schema_of(*member->second);
    }
    return properties;
  }

  /// An object that has no members in the table has AMF members.
  [[nodiscard]] Json object_schema(const FieldInfo& field) const {
    Json properties = properties_of(field.filter);
    if (properties.empty()) return reference("amf_object");
    // A message inside an aggregate has the bodies that a message has.
    if (field.filter == "aggregate.messages.message") add_bodies(properties);
    return closed_object(std::move(properties));
  }

  [[nodiscard]] Json list_schema(const FieldInfo& field) const {
    Json elements = Json::array();
    const auto [first, last] = members_.equal_range(field.filter);
    for (auto member = first; member != last; ++member) elements.push_back(schema_of(*member->second));
    if (elements.empty()) return reference("amf_list");
    return {{"type", "array"}, {"items", elements.size() == 1 ? elements[0] : Json{{"anyOf", elements}}}};
  }

  static void add_bodies(Json& properties) {
    for (const FieldInfo& field : fields()) {
      if (is_body(field)) properties[std::string(field.key)] = reference(field.key);
    }
  }

  [[nodiscard]] Json event_schema(const EventInfo& event) const {
    const bool capture = event.name.starts_with("capture_") || event.name == "stats";
    Json properties = {{"event", {{"const", event.name}}}, {"time", reference("time")}};
    for (const FieldInfo& field : fields()) {
      if (parent_of(field.filter) == "event" && !properties.contains(field.key)) {
        properties[std::string(field.key)] = schema_of(field);
      }
    }
    const bool whole = event.name == "capture_start" || event.name == "capture_end";
    properties.update(properties_of(whole ? "capture" : event.name));
    if (event.name == "message") add_bodies(properties);
    properties["ranges"] = reference("ranges");
    Json schema = closed_object(std::move(properties));
    schema["description"] = event.description;
    schema["required"] = capture ? Json{"event"} : Json{"event", "time", "frame", "connection"};
    return schema;
  }

  [[nodiscard]] Json document_schema() const {
    Json properties = properties_of("document");
    properties["format"] = {{"const", "rtmpscope-timeline"}};
    properties["events"] = {{"type", "array"}, {"items", reference("event")}};
    properties["capture"] = closed_object(properties_of("capture"));
    properties["verdict"] = closed_object(properties_of("capture_verdict"));
    Json verdict = properties_of("verdict");
    verdict["connection"] = {{"type", "integer"}, {"minimum", 1}};
    properties["verdicts"] = {{"type", "array"}, {"items", closed_object(std::move(verdict))}};
    Json schema = closed_object(std::move(properties));
    schema["required"] = {"format", "version", "events", "connections"};
    return schema;
  }

  std::multimap<std::string_view, const FieldInfo*> members_;
};

}  // namespace

std::string json_schema() {
  return SchemaBuilder().build().dump(2) + "\n";
}

}  // namespace rtmpscope::output
