#include "tree_items.hpp"

#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>

#include "field_registry.hpp"
#include "item_label.hpp"
#include "presenter.hpp"

namespace rtmpscope::plugin {
namespace {

using Op = Tape::Op;

proto_item* add_number_item(proto_tree* tree, tvbuff_t* tvb, const FieldForm& form, std::uint64_t number,
                            int start, int length) {
  if (form.mask != 0) number <<= std::countr_zero(form.mask);  // Wireshark takes it back
  switch (form.type) {
    case FT_UINT64: return proto_tree_add_uint64(tree, form.id, tvb, start, length, number);
    case FT_INT64:
      return proto_tree_add_int64(tree, form.id, tvb, start, length, static_cast<gint64>(number));
    case FT_INT32:
      return proto_tree_add_int(tree, form.id, tvb, start, length,
                                static_cast<gint32>(static_cast<std::int64_t>(number)));
    case FT_BOOLEAN:
      return proto_tree_add_boolean(tree, form.id, tvb, start, length, static_cast<guint32>(number));
    case FT_NONE: return add_bare_item(tree, form.id, tvb, start, length);
    default: return proto_tree_add_uint(tree, form.id, tvb, start, length, static_cast<guint32>(number));
  }
}

/// Whether bits of their byte are those of a field, with what is known of the message so far.
bool holds(BitsWhen when, std::uint8_t byte, const BodyFormat& format) {
  switch (when) {
    case BitsWhen::always: return true;
    case BitsWhen::first_bit_clear: return (byte & 0x80) == 0;
    case BitsWhen::first_bit_set: return (byte & 0x80) != 0;
    case BitsWhen::enhanced: return format.enhanced;
    case BitsWhen::avc: return format.codec == media::VideoCodec::avc;
    case BitsWhen::hevc: return format.codec == media::VideoCodec::hevc;
    case BitsWhen::vvc: return format.codec == media::VideoCodec::vvc;
    case BitsWhen::av1: return format.codec == media::VideoCodec::av1;
    case BitsWhen::vp9: return format.codec == media::VideoCodec::vp9;
  }
  return false;
}

/// The bits that the entry's value is, or null: it is all of its bytes, or is computed from them.
const Bits* bits_of(const ItemTarget& target, const Tape::Entry& entry, int start, const BodyFormat& format) {
  if (entry.range.length != 1 || start < 0 || start >= static_cast<int>(tvb_captured_length(target.tvb)))
    return nullptr;
  const std::uint8_t byte = *tvb_get_ptr(target.tvb, start, 1);
  for (const Bits& bits : plugin::form(entry.id).bits) {
    const unsigned mask = bits.mask;
    if (holds(bits.when, byte, format) && (byte & mask) >> std::countr_zero(mask) == entry.number)
      return &bits;
  }
  return nullptr;
}

/// As Wireshark draws them: "..01 .... = ".
void write_bits(ItemLabel& label, std::uint8_t mask, std::uint64_t number) {
  char drawn[] = ".... .... = ";
  const std::uint64_t bits = number << std::countr_zero(mask);
  for (unsigned i = 0; i < 8; ++i) {
    const unsigned bit = 0x80U >> i;
    if ((mask & bit) != 0) drawn[i < 4 ? i : i + 1] = (bits & bit) != 0 ? '1' : '0';
  }
  label << drawn;
}

/// The label that a field's item had last: most numbers are those of the message before.
class KnownLabel {
 public:
  [[nodiscard]] bool is_of(std::uint64_t number, const Bits* bits) const {
    return size_ != 0 && number_ == number && bits_ == bits;
  }
  [[nodiscard]] std::string_view text() const { return {text_, size_}; }
  void keep(std::uint64_t number, const Bits* bits, std::string_view text) {
    if (text.size() > sizeof text_) return;
    number_ = number;
    bits_ = bits;
    size_ = static_cast<std::uint8_t>(text.size());
    text.copy(text_, text.size());
  }

 private:
  std::uint64_t number_ = 0;
  const Bits* bits_ = nullptr;
  std::uint8_t size_ = 0;  ///< 0: none is known
  char text_[63] = {};
};

KnownLabel& known_label(FieldId id) {
  static auto* const labels = new KnownLabel[fields().size()];
  return labels[static_cast<std::size_t>(id)];
}

/// Names of values are shorter than a label.
void write_number(ItemLabel& label, const FieldForm& form, const Tape::Entry& entry) {
  label << form.label;
  if (form.type == FT_NONE) return;
  if (entry.op == Op::flag) {
    label << (entry.number != 0 ? "True" : "False");
    return;
  }
  const bool named = form.values != ValueTable::none;
  if (named) {
    const ValueInfo* value = find_value(form.values, entry.number);
    label << (value == nullptr ? "Unknown" : text_of(*value)) << " (";
  }
  if (form.display == FieldDisplay::hexadecimal) {
    char digits[16];
    g_snprintf(digits, sizeof digits, "0x%08x", static_cast<unsigned>(entry.number));
    label << digits;
  } else if (entry.op == Op::signed_number) {
    label.number(static_cast<std::int64_t>(entry.number));
  } else {
    label.number(entry.number);
  }
  if (named) label << ")";
  if (form.unit != nullptr) label << (entry.number == 1 ? form.unit->singular : form.unit->plural);
}

proto_item* add_number(const ItemTarget& target, proto_tree* tree, const Tape::Entry& entry, int start,
                       int length, bool hidden, const BodyFormat& format) {
  const FieldForm& form = plugin::form(entry.id);
  proto_item* item = add_number_item(tree, target.tvb, form, entry.number, start, length);
  if (hidden) return item;
  ItemLabel label(item);
  if (!label.is_shown()) return item;
  const Bits* bits = form.bits.empty() ? nullptr : bits_of(target, entry, start, format);
  KnownLabel& known = known_label(entry.id);
  if (known.is_of(entry.number, bits)) {
    label << known.text();
    return item;
  }
  if (bits != nullptr) write_bits(label, bits->mask, entry.number);
  write_number(label, form, entry);
  known.keep(entry.number, bits, label.text());
  return item;
}

/// Null if `text` is no address.
proto_item* add_address(const ItemTarget& target, proto_tree* tree, const FieldForm& form, const char* text,
                        int start, int length) {
  ws_in4_addr ipv4;
  if (str_to_ip(text, &ipv4)) return proto_tree_add_ipv4(tree, form.id, target.tvb, start, length, ipv4);
  ws_in6_addr ipv6;
  if (str_to_ip6(text, &ipv6)) return proto_tree_add_ipv6(tree, form.ipv6, target.tvb, start, length, &ipv6);
  return nullptr;
}

proto_item* add_text(const ItemTarget& target, proto_tree* tree, const Tape& tape, const Tape::Entry& entry,
                     int start, int length, bool hidden) {
  const CleanText text = clean_text(target, tape.bytes(entry));
  const FieldForm& form = plugin::form(entry.id);
  if (form.display == FieldDisplay::address) {
    if (proto_item* item = add_address(target, tree, form, text.text, start, length)) return item;
  }
  if (form.type != FT_STRING) {  // a pseudonym in place of a number or an address
    return proto_tree_add_string(tree, field(ExtraField::redacted), target.tvb, start, length, text.text);
  }
  proto_item* item = proto_tree_add_string(tree, form.id, target.tvb, start, length, text.text);
  const std::string_view shown = text.text;
  if (!hidden && text.plain && form.label.size() + shown.size() <= ItemLabel::capacity) {
    ItemLabel(item) << form.label << shown;
  }
  return item;
}

nstime_t time_of(double milliseconds) {
  const double seconds = std::floor(milliseconds / 1000);
  nstime_t time;
  time.secs = static_cast<time_t>(seconds);
  time.nsecs = static_cast<int>(std::lround((milliseconds - seconds * 1000) * 1e6));
  if (time.nsecs >= 1'000'000'000) {
    ++time.secs;
    time.nsecs -= 1'000'000'000;
  }
  return time;
}

proto_item* add_real(const ItemTarget& target, proto_tree* tree, const Tape::Entry& entry, int start,
                     int length) {
  constexpr double year_1 = -62'135'596'800'000, year_10000 = 253'402'300'800'000;
  const FieldForm& form = plugin::form(entry.id);
  const bool is_time = form.display == FieldDisplay::relative_time || form.display == FieldDisplay::date;
  if (!is_time) return proto_tree_add_double(tree, form.id, target.tvb, start, length, entry.real);
  // The negation is for NaN.
  if (!(entry.real >= year_1 && entry.real < year_10000)) {
    return proto_tree_add_double(tree, field(ExtraField::date_number), target.tvb, start, length, entry.real);
  }
  const nstime_t time = time_of(entry.real);
  return proto_tree_add_time(tree, form.id, target.tvb, start, length, &time);
}

/// Payload that was not kept is not in the tvb, and Wireshark checks this kind of item against it.
proto_item* add_blob(const ItemTarget& target, proto_tree* tree, const Tape::Entry& entry, Bytes bytes,
                     int start, int length) {
  static const guint8 none = 0;
  const auto there = static_cast<int>(tvb_captured_length(target.tvb));
  if (length > 0 && start + length <= there && !target.redacted)
    return proto_tree_add_item(tree, field(entry.id), target.tvb, start, length, ENC_NA);
  const int first = std::min(start, there);
  proto_item* item = proto_tree_add_bytes_with_length(
      tree, field(entry.id), target.tvb, first, std::min(length, there - first),
      bytes.empty() ? &none : bytes.data(), static_cast<int>(bytes.size()));
  if (length > 0) proto_item_set_len(item, length);  // with 0 Wireshark would cut the value, too
  if (!target.redacted && static_cast<int>(bytes.size()) < length)
    proto_item_append_text(item, " [first %u of %d bytes]", static_cast<unsigned>(bytes.size()), length);
  return item;
}

}  // namespace

CleanText clean_text(const ItemTarget& target, Bytes bytes) {
  auto* copy = static_cast<std::uint8_t*>(wmem_alloc(target.pinfo->pool, bytes.size() + 1));
  bool plain = true;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    copy[i] = bytes[i] == 0 ? std::uint8_t{' '} : bytes[i];
    plain = plain && bytes[i] >= ' ' && bytes[i] < 0x7F && bytes[i] != '\\';
  }
  copy[bytes.size()] = 0;
  if (plain) return {reinterpret_cast<const char*>(copy), true};
  return {reinterpret_cast<const char*>(
              get_utf_8_string(target.pinfo->pool, copy, static_cast<int>(bytes.size()))),
          false};
}

proto_item* add_bare_item(proto_tree* tree, int id, tvbuff_t* tvb, int start, int length) {
  // The cheap way checks that the place is there; payload that was not kept is not.
  if (length == 0 && start <= static_cast<int>(tvb_captured_length(tvb))) {
    return proto_tree_add_item(tree, id, tvb, start, 0, ENC_NA);
  }
  return proto_tree_add_none_format(tree, id, tvb, start, length, "%s", "");
}

proto_item* add_heading(const ItemTarget& target, proto_tree* tree, int id, int start, int length,
                        const char* before, std::string_view text) {
  const std::string_view front = before == nullptr ? std::string_view() : before;
  if (front.size() + text.size() + 2 > ItemLabel::capacity) {
    return proto_tree_add_none_format(tree, id, target.tvb, start, length, "%s%s%.*s",
                                      before == nullptr ? "" : before, before == nullptr ? "" : ": ",
                                      static_cast<int>(text.size()), text.data());
  }
  proto_item* item = add_bare_item(tree, id, target.tvb, start, length);
  ItemLabel label(item);
  if (before != nullptr) label << front << ": ";
  label << text;
  return item;
}

const char* property_text(const ItemTarget& target, const char* key, const Tape& tape,
                          const Tape::Entry& value) {
  char number[32];
  std::string_view text(number, 0);
  const auto write = [&](auto what) {
    const char* end = std::to_chars(number, number + sizeof number, what).ptr;
    text = {number, static_cast<std::size_t>(end - number)};
  };
  const FieldForm& form = plugin::form(value.id);
  switch (value.op) {
    case Op::number: write(value.number); break;
    case Op::signed_number: write(static_cast<std::int64_t>(value.number)); break;
    case Op::real: write(value.real); break;
    case Op::flag: text = value.number != 0 ? "true" : "false"; break;
    case Op::text: text = clean_text(target, tape.bytes(value)).text; break;
    default: text = form.label;  // a container, or bytes
  }
  if (form.type == FT_NONE) text = form.label;
  return wmem_strdup_printf(target.pinfo->pool, "%s = %.*s", key, static_cast<int>(text.size()), text.data());
}

proto_item* add_value(const ItemTarget& target, proto_tree* tree, const Tape& tape, const Tape::Entry& entry,
                      int base, bool hidden, const BodyFormat& format) {
  const int start = base + static_cast<int>(entry.range.offset);
  const int length = static_cast<int>(entry.range.length);
  switch (entry.op) {
    case Op::number:
    case Op::signed_number:
    case Op::flag: return add_number(target, tree, entry, start, length, hidden, format);
    case Op::text: return add_text(target, tree, tape, entry, start, length, hidden);
    case Op::real: return add_real(target, tree, entry, start, length);
    case Op::blob: return add_blob(target, tree, entry, tape.bytes(entry), start, length);
    default: return nullptr;
  }
}

}  // namespace rtmpscope::plugin
