#include "analysis/data/members.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/suggestion.hpp"

namespace rtmpscope::analysis {
namespace {

std::optional<std::uint32_t> as_count(Value value) {
  const auto number = value.whole();
  if (!number || *number > std::numeric_limits<std::uint32_t>::max()) return std::nullopt;
  return static_cast<std::uint32_t>(*number);
}

}  // namespace

Members::Members(Value value, std::string place, Complaint& complaint)
    : value_(value), place_(std::move(place)), complaint_(&complaint) {
  if (!value.is_object()) complaint.add(place_, "an object is expected");
}

std::string Members::place(std::string_view name) const {
  return place_.empty() ? std::string(name) : fmt::format("{}.{}", place_, name);
}

Value Members::any(std::string_view name) {
  asked_.emplace_back(name);
  return value_.member(name);
}

bool Members::has(std::string_view name) {
  return static_cast<bool>(any(name));
}

std::optional<std::string> Members::text(std::string_view name) {
  Value found = any(name);
  if (!found) return std::nullopt;
  if (found.is_text()) return std::string(found.text());
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
  Value found = any(name);
  if (!found) return std::nullopt;
  if (const auto number = found.number(); number && *number >= 0) return number;
  complain(name, "a number that is not below 0 is expected");
  return std::nullopt;
}

std::optional<std::uint32_t> Members::count(std::string_view name) {
  Value found = any(name);
  if (!found) return std::nullopt;
  if (const auto number = as_count(found)) return number;
  complain(name, "a whole number is expected");
  return std::nullopt;
}

std::optional<bool> Members::flag(std::string_view name) {
  Value found = any(name);
  if (!found) return std::nullopt;
  if (found.is_flag()) return found.flag();
  complain(name, "true or false is expected");
  return std::nullopt;
}

std::vector<Value> Members::elements(std::string_view name) {
  Value found = any(name);
  std::vector<Value> result;
  if (!found) return result;
  if (!found.is_array()) {
    complain(name, "a list is expected");
    return result;
  }
  for (const Value each : found.elements()) result.push_back(each);
  return result;
}

std::vector<std::string> Members::texts(std::string_view name) {
  std::vector<std::string> result;
  for (Value each : elements(name)) {
    if (each.is_text()) {
      result.emplace_back(each.text());
    } else {
      complain(name, "a list of texts is expected");
    }
  }
  return result;
}

std::vector<std::uint32_t> Members::counts(std::string_view name) {
  std::vector<std::uint32_t> result;
  for (Value each : elements(name)) {
    if (const auto number = as_count(each)) {
      result.push_back(*number);
    } else {
      complain(name, "a list of whole numbers is expected");
    }
  }
  return result;
}

void Members::finish() {
  for (const auto& [name, value] : value_.members()) {
    if (std::ranges::find(asked_, name) != asked_.end()) continue;
    const std::vector<std::string_view> known(asked_.begin(), asked_.end());
    const auto meant = nearest_word(name, known);
    complain(name, meant ? fmt::format("is no such member; did you mean {}?", *meant) : "is no such member");
  }
}

}  // namespace rtmpscope::analysis
