#include "analysis/record/json.hpp"

#include <nlohmann/json.hpp>

namespace rtmpscope::analysis {
namespace {

using Json = nlohmann::ordered_json;

/// Events of nlohmann's reader. Each answers whether to go on.
class Receiver final : public nlohmann::json_sax<Json> {
 public:
  explicit Receiver(ValueBuilder& to) : to_(to), outside_(to.depth()) {}

  [[nodiscard]] const JsonFault& fault() const { return fault_; }

  bool null() override {
    to_.null();
    return true;
  }
  bool boolean(bool value) override {
    to_.flag(value);
    return true;
  }
  bool number_integer(Json::number_integer_t value) override {
    to_.negative_or_whole(value);
    return true;
  }
  bool number_unsigned(Json::number_unsigned_t value) override {
    to_.whole(value);
    return true;
  }
  bool number_float(Json::number_float_t value, const std::string&) override {
    to_.real(value);
    return true;
  }
  bool string(std::string& value) override {
    to_.text(value);
    return true;
  }
  bool binary(Json::binary_t&) override { return false; }
  bool start_object(std::size_t) override {
    to_.begin_object();
    return is_shallow();
  }
  bool key(std::string& name) override {
    to_.name(name);
    return true;
  }
  bool end_object() override { return end(); }
  bool start_array(std::size_t) override {
    to_.begin_array();
    return is_shallow();
  }
  bool end_array() override { return end(); }
  bool parse_error(std::size_t position, const std::string&, const Json::exception& error) override {
    const bool is_syntax = dynamic_cast<const Json::parse_error*>(&error) != nullptr;
    fault_ = {is_syntax ? JsonFault::Kind::syntax : JsonFault::Kind::number,
              position == 0 ? 0 : position - 1};
    return false;
  }

 private:
  bool end() {
    to_.end();
    return true;
  }
  bool is_shallow() {
    if (to_.depth() - outside_ <= deepest_json) return true;
    fault_ = {JsonFault::Kind::depth, 0};
    return false;
  }

  ValueBuilder& to_;
  std::size_t outside_;
  JsonFault fault_;
};

Json to_json(Value value) {
  if (value.is_flag()) return value.flag();
  if (const auto whole = value.whole()) return *whole;
  if (const auto negative = value.negative()) return *negative;
  if (const auto number = value.number()) return *number;
  if (value.is_text()) return std::string(value.text());
  if (value.is_array()) {
    Json array = Json::array();
    for (const Value each : value.elements()) array.push_back(to_json(each));
    return array;
  }
  if (value.is_object()) {
    Json object = Json::object();
    for (const auto& [name, each] : value.members()) object[std::string(name)] = to_json(each);
    return object;
  }
  return nullptr;
}

}  // namespace

std::optional<JsonFault> read_json(std::string_view text, ValueBuilder& to) {
  Receiver receiver(to);
  if (Json::sax_parse(text, &receiver)) return std::nullopt;
  return receiver.fault();
}

std::string json_text(Value value) {
  if (const auto whole = value.whole()) return std::to_string(*whole);  // most of those that are written
  return to_json(value).dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace rtmpscope::analysis
