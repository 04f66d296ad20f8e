#include "analysis/record/value.hpp"

#include <array>
#include <cstring>

namespace rtmpscope::analysis {

// The form: a byte for the type; numbers: 8 bytes; texts: length (7 bits a byte, low ones first, the top bit
// says that more follow) and bytes; arrays and objects: 4 bytes for the size of the content, 4 for the number
// of elements, then these, each member of an object behind its name, which is as a text without its type.

namespace {

constexpr std::size_t container_head = 9;

template <typename T>
T load(const std::uint8_t* at) {
  T value;
  std::memcpy(&value, at, sizeof(value));
  return value;
}

/// Moves `at` behind the length.
inline std::size_t take_length(const std::uint8_t*& at) {
  if (*at < 0x80) [[likely]]
    return *at++;
  std::size_t length = *at & 0x7FU;
  for (unsigned shift = 7; (*at++ & 0x80U) != 0; shift += 7)
    length |= static_cast<std::size_t>(*at & 0x7FU) << shift;
  return length;
}

std::string_view take_text(const std::uint8_t*& at) {
  const std::size_t length = take_length(at);
  const std::string_view text(reinterpret_cast<const char*>(at), length);
  at += length;
  return text;
}

/// Names differ in their first letters, most of the time.
inline bool is_same(const std::uint8_t* at, std::string_view name) {
  return name.empty() ||
         (*at == static_cast<std::uint8_t>(name[0]) && std::memcmp(at, name.data(), name.size()) == 0);
}

/// Bytes of the value that begins there. In the order of Value::Type; 0: the length follows.
inline std::size_t size_at(const std::uint8_t* begin) {
  constexpr std::array<std::uint8_t, 9> sizes = {1, 1, 1, 9, 9, 9, 0, 0, 0};
  constexpr std::uint8_t text = 6;
  if (const std::size_t size = sizes[*begin]; size != 0) return size;
  if (*begin != text) return container_head + load<std::uint32_t>(begin + 1);
  const std::uint8_t* at = begin + 1;
  const std::size_t length = take_length(at);
  return static_cast<std::size_t>(at - begin) + length;
}

}  // namespace

std::size_t Value::byte_size() const {
  static_assert(static_cast<int>(Type::text) == 6 && static_cast<int>(Type::object) == 8);
  return at_ == nullptr ? 0 : size_at(at_);
}

std::optional<double> Value::number() const {
  switch (type()) {
    case Type::whole: return static_cast<double>(load<std::uint64_t>(at_ + 1));
    case Type::negative: return static_cast<double>(load<std::int64_t>(at_ + 1));
    case Type::real: return load<double>(at_ + 1);
    default: return std::nullopt;
  }
}

std::optional<std::uint64_t> Value::whole() const {
  return type() == Type::whole ? std::optional(load<std::uint64_t>(at_ + 1)) : std::nullopt;
}

std::optional<std::int64_t> Value::negative() const {
  return type() == Type::negative ? std::optional(load<std::int64_t>(at_ + 1)) : std::nullopt;
}

std::string_view Value::text() const {
  if (type() != Type::text) return {};
  const std::uint8_t* at = at_ + 1;
  return take_text(at);
}

std::size_t Value::size() const {
  return is_array() || is_object() ? load<std::uint32_t>(at_ + 5) : 0;
}

const std::uint8_t* Value::content() const {
  return at_ + container_head;
}

Value Value::element(std::size_t index) const {
  if (!is_array() || index >= size()) return {};
  const std::uint8_t* at = content();
  for (; index > 0; --index) at += Value(at).byte_size();
  return Value(at);
}

Value Value::member(std::string_view name) const {
  if (!is_object()) return {};
  const std::uint8_t* const end = at_ + byte_size();
  for (const std::uint8_t* at = content(); at != end;) {
    const std::size_t length = take_length(at);
    if (length == name.size() && is_same(at, name)) return Value(at + length);
    at += length;
    at += size_at(at);
  }
  return {};
}

Value::Elements Value::elements() const {
  if (!is_array()) return {nullptr, nullptr};
  return {content(), at_ + byte_size()};
}

Value::Members Value::members() const {
  if (!is_object()) return {nullptr, nullptr};
  return {content(), at_ + byte_size()};
}

template <>
Value take_entry<Value>(const std::uint8_t*& at) {
  const Value value(at);
  at += size_at(at);
  return value;
}

template <>
ValueMember take_entry<ValueMember>(const std::uint8_t*& at) {
  const std::string_view name = take_text(at);
  return {name, take_entry<Value>(at)};
}

bool operator==(Value a, Value b) {
  if (a.is_null() || b.is_null()) return a.is_null() && b.is_null();
  const std::size_t size = a.byte_size();
  return size == b.byte_size() && std::memcmp(a.at_, b.at_, size) == 0;
}

void OwnedValue::assign(Value value) {
  if (!value) {
    bytes_.reset();
    return;
  }
  const std::size_t size = value.byte_size();
  // The value may lie in the bytes that are given up.
  const auto bytes = std::make_shared_for_overwrite<std::uint8_t[]>(size);
  std::memcpy(bytes.get(), value.bytes(), size);
  bytes_ = bytes;
}

}  // namespace rtmpscope::analysis
