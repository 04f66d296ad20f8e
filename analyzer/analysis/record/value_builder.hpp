// Makes values.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/record/value.hpp"

namespace rtmpscope::analysis {

/// Order of calls: one value, which is a scalar or begin…, its content, end. In an object name() comes in
/// front of each value. What is not closed is closed by value().
class ValueBuilder {
 public:
  void begin_object() { begin(Value::Type::object); }
  void begin_array() { begin(Value::Type::array); }
  /// Closes what was begun last. Without effect if there is nothing open.
  void end();
  void name(std::string_view name);

  void null() { scalar(Value::Type::null); }
  void flag(bool value) { scalar(value ? Value::Type::yes : Value::Type::no); }
  void whole(std::uint64_t value);
  void negative_or_whole(std::int64_t value);
  /// A number without a fraction, of which a double has all digits, becomes a whole one. Not finite: null.
  void real(double value);
  void text(std::string_view value);
  /// A copy; an absent one is null.
  void copy(Value value);
  /// A copy of about `limit` bytes at most: texts are cut, and what no longer fits is left out, or null.
  void copy_bounded(Value value, std::size_t limit);

  /// Nothing is open, or an array: the next value needs no name.
  [[nodiscard]] bool in_array() const;
  [[nodiscard]] std::size_t depth() const { return open_.size(); }
  /// What was made: valid until the next call. Absent: nothing was.
  [[nodiscard]] Value value();
  [[nodiscard]] OwnedValue take();
  /// Memory is kept for the next value, unless it is more than a megabyte.
  void clear();

 private:
  struct Open {
    std::size_t at = 0;
    std::uint32_t count = 0;
  };

  void begin(Value::Type type);
  void scalar(Value::Type type);
  void number(Value::Type type, std::uint64_t bits);
  void put_text(std::string_view text);
  /// Makes room for that many bytes more, and returns where they lie.
  [[nodiscard]] std::uint8_t* grow(std::size_t count);

  std::unique_ptr<std::uint8_t[]> bytes_;
  std::size_t size_ = 0, capacity_ = 0;
  std::vector<Open> open_;
};

/// The text up to that many bytes, cut behind a whole character.
[[nodiscard]] std::string_view cut_text(std::string_view text, std::size_t length);
/// A copy to keep: see copy_bounded.
[[nodiscard]] OwnedValue bounded(Value value, std::size_t limit);
/// The members of these names alone, likewise.
[[nodiscard]] OwnedValue bounded_members(Value object, std::span<const std::string_view> names,
                                         std::size_t limit);

}  // namespace rtmpscope::analysis
