#include "analysis/record/value_builder.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <utility>

namespace rtmpscope::analysis {
namespace {

constexpr double largest_exact_integer = 9007199254740992.0;  // 2^53
constexpr std::size_t open_head = 8;                          // behind the type: size and number

constexpr std::size_t least_container = 32;  // bytes in which one is worth it
constexpr std::size_t most_kept = 1U << 20U;
constexpr std::size_t least_capacity = 64;

}  // namespace

std::uint8_t* ValueBuilder::grow(std::size_t count) {
  if (capacity_ - size_ < count) [[unlikely]] {
    const std::size_t wanted = std::max({least_capacity, 2 * capacity_, size_ + count});
    auto bytes = std::make_unique_for_overwrite<std::uint8_t[]>(wanted);
    if (size_ != 0) std::memcpy(bytes.get(), bytes_.get(), size_);
    bytes_ = std::move(bytes);
    capacity_ = wanted;
  }
  std::uint8_t* const at = bytes_.get() + size_;
  size_ += count;
  return at;
}

void ValueBuilder::scalar(Value::Type type) {
  if (!open_.empty()) ++open_.back().count;
  *grow(1) = static_cast<std::uint8_t>(type);
}

void ValueBuilder::number(Value::Type type, std::uint64_t bits) {
  if (!open_.empty()) ++open_.back().count;
  std::uint8_t* const at = grow(1 + sizeof(bits));
  *at = static_cast<std::uint8_t>(type);
  std::memcpy(at + 1, &bits, sizeof(bits));
}

void ValueBuilder::put_text(std::string_view text) {
  constexpr std::size_t longest_length = 10;  // bytes of 7 bits
  std::uint8_t* const begin = grow(longest_length + text.size());
  std::uint8_t* at = begin;
  std::size_t length = text.size();
  for (; length > 0x7F; length >>= 7U) *at++ = static_cast<std::uint8_t>((length & 0x7FU) | 0x80U);
  *at++ = static_cast<std::uint8_t>(length);
  if (!text.empty()) std::memcpy(at, text.data(), text.size());
  size_ -= longest_length - static_cast<std::size_t>(at - begin);
}

void ValueBuilder::begin(Value::Type type) {
  scalar(type);
  open_.push_back({size_, 0});
  static_cast<void>(grow(open_head));
}

void ValueBuilder::end() {
  if (open_.empty()) return;
  const Open last = open_.back();
  open_.pop_back();
  const auto size = static_cast<std::uint32_t>(size_ - last.at - open_head);
  std::memcpy(bytes_.get() + last.at, &size, sizeof(size));
  std::memcpy(bytes_.get() + last.at + sizeof(size), &last.count, sizeof(last.count));
}

void ValueBuilder::name(std::string_view name) {
  put_text(name);
}

void ValueBuilder::whole(std::uint64_t value) {
  number(Value::Type::whole, value);
}

void ValueBuilder::negative_or_whole(std::int64_t value) {
  number(value < 0 ? Value::Type::negative : Value::Type::whole, static_cast<std::uint64_t>(value));
}

void ValueBuilder::real(double value) {
  if (!std::isfinite(value)) return null();
  if (std::fabs(value) <= largest_exact_integer && value == std::trunc(value))
    return negative_or_whole(static_cast<std::int64_t>(value));
  std::uint64_t bits = 0;
  std::memcpy(&bits, &value, sizeof(bits));
  number(Value::Type::real, bits);
}

void ValueBuilder::text(std::string_view value) {
  scalar(Value::Type::text);
  put_text(value);
}

void ValueBuilder::copy(Value value) {
  if (!value) return null();
  if (!open_.empty()) ++open_.back().count;
  const std::size_t size = value.byte_size();
  std::memcpy(grow(size), value.bytes(), size);
}

void ValueBuilder::copy_bounded(Value value, std::size_t limit) {
  if (value.byte_size() <= limit) return copy(value);
  if (value.is_text()) return text(cut_text(value.text(), limit));
  if (value.size() == 0 || limit < least_container) return null();
  const std::size_t each = limit / 4, end = size_ + limit;
  if (value.is_array()) {
    begin_array();
    for (const Value element : value.elements()) {
      if (size_ >= end) break;
      copy_bounded(element, std::min(each, end - size_));
    }
  } else {
    begin_object();
    for (const auto& [key, content] : value.members()) {
      if (size_ + key.size() >= end) break;
      name(key);
      copy_bounded(content, std::min(each, end - std::min(end, size_)));
    }
  }
  this->end();
}

bool ValueBuilder::in_array() const {
  return open_.empty() || bytes_[open_.back().at - 1] == static_cast<std::uint8_t>(Value::Type::array);
}

Value ValueBuilder::value() {
  while (!open_.empty()) end();
  return size_ == 0 ? Value() : Value(bytes_.get());
}

OwnedValue ValueBuilder::take() {
  OwnedValue result(value());
  clear();
  return result;
}

void ValueBuilder::clear() {
  if (capacity_ > most_kept) {
    bytes_.reset();
    capacity_ = 0;
  }
  size_ = 0;
  open_.clear();
}

std::string_view cut_text(std::string_view text, std::size_t length) {
  if (text.size() <= length) return text;
  while (length > 0 && (static_cast<unsigned char>(text[length]) & 0xC0U) == 0x80U) --length;
  return text.substr(0, length);
}

OwnedValue bounded(Value value, std::size_t limit) {
  if (!value || value.byte_size() <= limit) return OwnedValue(value);
  ValueBuilder builder;
  builder.copy_bounded(value, limit);
  return builder.take();
}

OwnedValue bounded_members(Value object, std::span<const std::string_view> names, std::size_t limit) {
  ValueBuilder builder;
  builder.begin_object();
  for (const auto& [name, value] : object.members()) {
    if (std::ranges::find(names, name) == names.end()) continue;
    builder.name(name);
    builder.copy_bounded(value, limit);
  }
  return builder.take();
}

}  // namespace rtmpscope::analysis
