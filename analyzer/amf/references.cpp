#include "amf/references.hpp"

namespace rtmpscope::amf {

bool References::add_string(Bytes text) {
  if (strings_.size() == max_table_entries) return false;
  strings_.push_back(text);
  return true;
}

bool References::add_traits(const Traits& traits) {
  if (traits_.size() == max_table_entries) return false;
  traits_.push_back(traits);
  return true;
}

bool References::add_member_name(Bytes name) {
  if (member_names_.size() == max_table_entries) return false;
  member_names_.push_back(name);
  return true;
}

std::optional<Bytes> References::string(std::uint32_t index) const {
  if (index >= string_count()) return std::nullopt;
  return strings_[first_string_ + index];
}

std::optional<References::Traits> References::traits(std::uint32_t index) const {
  if (index >= traits_count()) return std::nullopt;
  return traits_[first_traits_ + index];
}

void References::restart_amf3_tables() {
  first_string_ = strings_.size();
  first_traits_ = traits_.size();
  first_object_ = objects_;
}

References::Mark References::mark() const {
  return {.strings = strings_.size(),
          .traits = traits_.size(),
          .member_names = member_names_.size(),
          .first_string = first_string_,
          .first_traits = first_traits_,
          .objects = objects_,
          .first_object = first_object_,
          .values = values,
          .expanded = expanded};
}

void References::rewind(const Mark& mark) {
  strings_.resize(mark.strings);
  traits_.resize(mark.traits);
  member_names_.resize(mark.member_names);
  first_string_ = mark.first_string;
  first_traits_ = mark.first_traits;
  objects_ = mark.objects;
  first_object_ = mark.first_object;
  values = mark.values;
  expanded = mark.expanded;
}

}  // namespace rtmpscope::amf
