// The text that an item is shown with, made without Wireshark's general formatting, which is most of the cost
// of printing a tree.
#pragma once

#include <algorithm>
#include <charconv>
#include <cstring>
#include <string_view>

#include "ws_compat.h"

namespace rtmpscope::plugin {

/// Writes the text of one item, in place of the one that Wireshark would make: printable ASCII, or UTF-8
/// without control characters. What does not fit is left out, so ask before. Has no destructor: Wireshark may
/// leave its owner with longjmp.
class ItemLabel {
 public:
  /// Longest text of an item.
  static constexpr std::size_t capacity = ITEM_LABEL_LENGTH - 1;

  /// Does nothing for an item that nobody sees: in a tree that is made for a filter.
  explicit ItemLabel(proto_item* item) {
    if (item == nullptr || !PTREE_DATA(item)->visible) return;
    field_info* info = PITEM_FINFO(item);
    if (info == nullptr) return;
    if (info->rep == nullptr) info->rep = wmem_new(PNODE_POOL(item), item_label_t);
    text_ = info->rep->representation;
    text_[0] = '\0';
    forget_value(*info->rep);
  }

  /// Somebody sees it.
  [[nodiscard]] bool is_shown() const { return text_ != nullptr; }
  [[nodiscard]] std::string_view text() const { return {text_, size_}; }

  ItemLabel& operator<<(std::string_view text) {
    if (text_ == nullptr || text.size() > capacity - size_) return *this;
    std::memcpy(text_ + size_, text.data(), text.size());
    size_ += text.size();
    text_[size_] = '\0';
    return *this;
  }
  /// As much of the text as fits, in whole characters.
  void fill(std::string_view text) {
    std::size_t size = std::min(text.size(), capacity - size_);
    constexpr unsigned continues = 0x80;  // as the first two bits of a byte within a character
    while (size < text.size() && size > 0 && (static_cast<unsigned char>(text[size]) & 0xC0U) == continues)
      --size;
    *this << text.substr(0, size);
  }
  template <typename Number>
  ItemLabel& number(Number value) {
    char digits[24];
    const char* end = std::to_chars(digits, digits + sizeof digits, value).ptr;
    return *this << std::string_view(digits, static_cast<std::size_t>(end - digits));
  }

 private:
  char* text_ = nullptr;
  std::size_t size_ = 0;
};

/// Puts "key = " in front of the item's text.
inline void prepend_key(proto_item* item, const char* key) {
  field_info* info = item == nullptr || !PTREE_DATA(item)->visible ? nullptr : PITEM_FINFO(item);
  constexpr std::string_view equals = " = ";
  const std::size_t front = std::strlen(key) + equals.size();
  const std::size_t size =
      info == nullptr || info->rep == nullptr ? 0 : std::strlen(info->rep->representation);
  if (size == 0 || front + size > ItemLabel::capacity) {
    proto_item_prepend_text(item, "%s = ", key);
    return;
  }
  char* text = info->rep->representation;
  std::memmove(text + front, text, size + 1);
  std::memcpy(text, key, front - equals.size());
  std::memcpy(text + front - equals.size(), equals.data(), equals.size());
  forget_value(*info->rep);
}

}  // namespace rtmpscope::plugin
