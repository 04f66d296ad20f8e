// JSON values in one run of bytes: quick to make, to copy and to keep. What the timeline says of an event,
// and what files of facts say, is read from them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <memory>
#include <optional>
#include <ranges>
#include <string_view>

namespace rtmpscope::analysis {

/// A look at a value, as std::string_view is at text: cheap to copy, valid as long as the bytes are there.
/// One that is absent answers all questions as null does. Whole numbers are kept as such whatever they were
/// written as, so that 31 and 31.0 are equal.
class Value {
 public:
  Value() = default;
  /// `at` is the first byte of a value that a ValueBuilder has made.
  explicit Value(const std::uint8_t* at) : at_(at) {}

  /// It is there, if only as null.
  explicit operator bool() const { return at_ != nullptr; }

  [[nodiscard]] bool is_null() const { return type() == Type::null; }
  [[nodiscard]] bool is_flag() const { return type() == Type::no || type() == Type::yes; }
  [[nodiscard]] bool is_number() const { return type() >= Type::whole && type() <= Type::real; }
  [[nodiscard]] bool is_text() const { return type() == Type::text; }
  [[nodiscard]] bool is_array() const { return type() == Type::array; }
  [[nodiscard]] bool is_object() const { return type() == Type::object; }

  /// False for other types.
  [[nodiscard]] bool flag() const { return type() == Type::yes; }
  /// Absent for other types.
  [[nodiscard]] std::optional<double> number() const;
  /// A whole number that is not below 0; absent for others.
  [[nodiscard]] std::optional<std::uint64_t> whole() const;
  /// A whole number below 0; absent for others.
  [[nodiscard]] std::optional<std::int64_t> negative() const;
  /// Empty for other types.
  [[nodiscard]] std::string_view text() const;

  /// Elements or members; 0 for other types.
  [[nodiscard]] std::size_t size() const;
  /// An element of an array; absent if there is none.
  [[nodiscard]] Value element(std::size_t index) const;
  /// A member of an object; absent if there is none. Of several of one name, which AMF allows, the first one.
  [[nodiscard]] Value member(std::string_view name) const;

  class Elements;
  class Members;
  /// Of an array, in order. Empty for other types.
  [[nodiscard]] Elements elements() const;
  /// Of an object, in order. Empty for other types.
  [[nodiscard]] Members members() const;

  /// Bytes of the value; 0 if it is absent.
  [[nodiscard]] std::size_t byte_size() const;
  [[nodiscard]] const std::uint8_t* bytes() const { return at_; }

  /// The same type, content, and order of members. An absent value equals null.
  friend bool operator==(Value a, Value b);

 private:
  friend class ValueBuilder;
  enum class Type : std::uint8_t { null, no, yes, whole, negative, real, text, array, object };

  [[nodiscard]] Type type() const { return at_ == nullptr ? Type::null : static_cast<Type>(*at_); }
  [[nodiscard]] const std::uint8_t* content() const;  ///< of an array or object

  const std::uint8_t* at_ = nullptr;
};

/// A name and its value.
struct ValueMember {
  std::string_view name;
  Value value;
};

/// What lies there; moves `at` behind it.
template <typename Entry>
[[nodiscard]] Entry take_entry(const std::uint8_t*& at);
template <>
Value take_entry<Value>(const std::uint8_t*& at);
template <>
ValueMember take_entry<ValueMember>(const std::uint8_t*& at);

/// The content of an array or object, in order.
template <typename Entry>
class Entries {
 public:
  class Iterator {
   public:
    using value_type = Entry;
    using difference_type = std::ptrdiff_t;
    Iterator() = default;
    explicit Iterator(const std::uint8_t* at) : at_(at) {}
    Entry operator*() const {
      const std::uint8_t* at = at_;
      return take_entry<Entry>(at);
    }
    Iterator& operator++() {
      static_cast<void>(take_entry<Entry>(at_));
      return *this;
    }
    Iterator operator++(int) {
      const Iterator before = *this;
      ++*this;
      return before;
    }
    friend bool operator==(const Iterator&, const Iterator&) = default;

   private:
    const std::uint8_t* at_ = nullptr;
  };

  Entries(const std::uint8_t* begin, const std::uint8_t* end) : begin_(begin), end_(end) {}
  [[nodiscard]] Iterator begin() const { return Iterator(begin_); }
  [[nodiscard]] Iterator end() const { return Iterator(end_); }

 private:
  const std::uint8_t* begin_;
  const std::uint8_t* end_;
};

class Value::Elements : public Entries<Value> {
  using Entries::Entries;
};
class Value::Members : public Entries<ValueMember> {
  using Entries::Entries;
};

}  // namespace rtmpscope::analysis

// Their iterators point to the value's bytes.
template <>
inline constexpr bool std::ranges::enable_borrowed_range<rtmpscope::analysis::Value::Elements> = true;
template <>
inline constexpr bool std::ranges::enable_borrowed_range<rtmpscope::analysis::Value::Members> = true;

namespace rtmpscope::analysis {

/// A value with bytes of its own, which copies of it share: they do not change. Empty ones are absent.
class OwnedValue {
 public:
  OwnedValue() = default;
  explicit OwnedValue(Value value) { assign(value); }
  OwnedValue& operator=(Value value) {
    assign(value);
    return *this;
  }

  // A value may be looked at wherever one is wanted, but not beyond its owner's life.
  operator Value() const& { return Value(bytes_.get()); }  // NOLINT(google-explicit-constructor)
  operator Value() const&& = delete;                       // NOLINT(google-explicit-constructor)
  [[nodiscard]] Value view() const { return Value(bytes_.get()); }
  explicit operator bool() const { return bytes_ != nullptr; }
  [[nodiscard]] bool is_null() const { return view().is_null(); }

  friend bool operator==(const OwnedValue& a, const OwnedValue& b) { return a.view() == b.view(); }

 private:
  void assign(Value value);

  std::shared_ptr<const std::uint8_t[]> bytes_;
};

}  // namespace rtmpscope::analysis
