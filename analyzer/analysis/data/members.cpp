#include "analysis/data/members.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/suggestion.hpp"

namespace rtmpscope::analysis {
namespace {

std::optional<std::uint32_t> as_count(const Value& value) {
  if (!value.is_number_unsigned()) return std::nullopt;
  const auto number = value.get<std::uint64_t>();
  if (number > std::numeric_limits<std::uint32_t>::max()) return std::nullopt;
  return static_cast<std::uint32_t>(number);
}

}  // namespace

Members::Members(const Value& value, std::string place, Complaint& complaint)
    : value_(&value), place_(std::move(place)), complaint_(&complaint) {
  if (value.is_object()) return;
  static const Value nothing = Value::object();
  value_ = &nothing;
  complaint.add(place_, "an object is expected");
}

std::string Members::place(std::string_view name) const {
  return place_.empty() ? std::string(name) : fmt::format("{}.{}", place_, name);
}

const Value* Members::any(std::string_view name) {
  asked_.emplace_back(name);
  const auto found = value_->find(std::string(name));
  return found == value_->end() ? nullptr : &*found;
}

bool Members::has(std::string_view name) {
  return any(name) != nullptr;
}

std::optional<std::string> Members::text(std::string_view name) {
  const Value* found = any(name);
  if (found == nullptr) return std::nullopt;
  if (found->is_string()) return found->get<std::string>();
  complain(name, "a text is expected");
  return std::nullopt;
}

std::string Members::wanted_text(std::string_view name) {
  if (auto found = text(name)) {
    if (!found->empty()) return *std::move(found);
    complain(name, "the text is empty");
  }
  complain(name, "is missing");
  return {};
}

std::optional<double> Members::number(std::string_view name) {
  const Value* found = any(name);
  if (found == nullptr) return std::nullopt;
  if (found->is_number() && std::isfinite(found->get<double>()) && found->get<double>() >= 0)
    return found->get<double>();
  complain(name, "a number that is not below 0 is expected");
  return std::nullopt;
}

std::optional<std::uint32_t> Members::count(std::string_view name) {
  const Value* found = any(name);
  if (found == nullptr) return std::nullopt;
  if (const auto number = as_count(*found)) return number;
  complain(name, "a whole number is expected");
  return std::nullopt;
}

std::optional<bool> Members::flag(std::string_view name) {
  const Value* found = any(name);
  if (found == nullptr) return std::nullopt;
  if (found->is_boolean()) return found->get<bool>();
  complain(name, "true or false is expected");
  return std::nullopt;
}

std::vector<const Value*> Members::elements(std::string_view name) {
  const Value* found = any(name);
  std::vector<const Value*> result;
  if (found == nullptr) return result;
  if (!found->is_array()) {
    complain(name, "a list is expected");
    return result;
  }
  for (const Value& each : *found) result.push_back(&each);
  return result;
}

std::vector<std::string> Members::texts(std::string_view name) {
  std::vector<std::string> result;
  for (const Value* each : elements(name)) {
    if (each->is_string()) {
      result.push_back(each->get<std::string>());
    } else {
      complain(name, "a list of texts is expected");
    }
  }
  return result;
}

std::vector<std::uint32_t> Members::counts(std::string_view name) {
  std::vector<std::uint32_t> result;
  for (const Value* each : elements(name)) {
    if (const auto number = as_count(*each)) {
      result.push_back(*number);
    } else {
      complain(name, "a list of whole numbers is expected");
    }
  }
  return result;
}

void Members::finish() {
  for (const auto& [name, value] : value_->items()) {
    if (std::ranges::find(asked_, name) != asked_.end()) continue;
    const std::vector<std::string_view> known(asked_.begin(), asked_.end());
    const auto meant = nearest_word(name, known);
    complain(name, meant ? fmt::format("is no such member; did you mean {}?", *meant) : "is no such member");
  }
}

}  // namespace rtmpscope::analysis
