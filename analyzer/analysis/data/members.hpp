// Reads the members of an object of a user's file. The first complaint is kept, with the member's place.
#pragma once

#include <fmt/format.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/record/record.hpp"

namespace rtmpscope::analysis {

/// What is wrong with a file: the first thing that was found.
class Complaint {
 public:
  /// `place` is a path of members: "profiles[3].video.fps_max".
  void add(std::string_view place, std::string_view what) {
    if (text_.empty()) text_ = fmt::format("{}: {}", place, what);
  }
  [[nodiscard]] const std::string& text() const { return text_; }  ///< empty: there is none

 private:
  std::string text_;
};

/// The members of one object. Each is asked for by name; `finish` complains about those that nobody has asked
/// for. A member of another type than asked for is a complaint, and absent. The object must outlive the
/// reader.
class Members {
 public:
  /// `value` need not be an object: that is a complaint, too.
  Members(Value value, std::string place, Complaint& complaint);

  [[nodiscard]] bool has(std::string_view name);
  [[nodiscard]] std::optional<std::string> text(std::string_view name);
  [[nodiscard]] std::string text_or_empty(std::string_view name) { return text(name).value_or(""); }
  /// Absent is a complaint.
  [[nodiscard]] std::string wanted_text(std::string_view name);
  /// Not below 0.
  [[nodiscard]] std::optional<double> number(std::string_view name);
  /// A whole number.
  [[nodiscard]] std::optional<std::uint32_t> count(std::string_view name);
  [[nodiscard]] std::optional<bool> flag(std::string_view name);
  [[nodiscard]] std::vector<std::string> texts(std::string_view name);
  [[nodiscard]] std::vector<std::uint32_t> counts(std::string_view name);
  /// May be absent.
  [[nodiscard]] Value any(std::string_view name);
  /// The elements of a list.
  [[nodiscard]] std::vector<Value> elements(std::string_view name);
  void finish();

  [[nodiscard]] std::string place(std::string_view name) const;
  void complain(std::string_view name, std::string_view what) { complaint_->add(place(name), what); }
  [[nodiscard]] Complaint& complaint() { return *complaint_; }

 private:
  Value value_;
  std::string place_;
  Complaint* complaint_;
  std::vector<std::string> asked_;
};

}  // namespace rtmpscope::analysis
