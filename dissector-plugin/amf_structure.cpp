#include "amf_structure.hpp"

#include <algorithm>

#include "base/byte_order.hpp"
#include "field_registry.hpp"

namespace rtmpscope::plugin {

const value_string amf0_markers[] = {
    {0x00, "Number"},       {0x01, "Boolean"},     {0x02, "String"},         {0x03, "Object"},
    {0x04, "MovieClip"},    {0x05, "Null"},        {0x06, "Undefined"},      {0x07, "Reference"},
    {0x08, "ECMA array"},   {0x09, "Object end"},  {0x0A, "Strict array"},   {0x0B, "Date"},
    {0x0C, "Long string"},  {0x0D, "Unsupported"}, {0x0E, "RecordSet"},      {0x0F, "XML document"},
    {0x10, "Typed object"}, {0x11, "AVM+ object"}, {0x22, "64-bit integer"}, {0, nullptr}};

const value_string amf3_markers[] = {{0x00, "Undefined"},
                                     {0x01, "Null"},
                                     {0x02, "False"},
                                     {0x03, "True"},
                                     {0x04, "Integer"},
                                     {0x05, "Double"},
                                     {0x06, "String"},
                                     {0x07, "XML document"},
                                     {0x08, "Date"},
                                     {0x09, "Array"},
                                     {0x0A, "Object"},
                                     {0x0B, "XML"},
                                     {0x0C, "Byte array"},
                                     {0x0D, "Vector of int"},
                                     {0x0E, "Vector of uint"},
                                     {0x0F, "Vector of double"},
                                     {0x10, "Vector of objects"},
                                     {0x11, "Dictionary"},
                                     {0, nullptr}};

namespace {

/// What stands behind a marker.
enum class Behind : std::uint8_t {
  nothing,
  length_16,   ///< of a text
  length_32,   ///< of a text
  count_32,    ///< of members or elements
  length_u29,  ///< of a text or of bytes, or an index (AMF3 1.3.2)
  count_u29,   ///< of elements, or an index
  traits_u29   ///< of sealed members (AMF3 3.12)
};

struct Head {
  FieldId id;
  std::uint8_t marker;
  bool amf3;
  Behind behind;
};

/// No field has the same marker in AMF0 and in AMF3.
constexpr Head heads[] = {
    {FieldId::amf_number, 0x00, false, Behind::nothing},
    {FieldId::amf_number, 0x05, true, Behind::nothing},
    {FieldId::amf_boolean, 0x01, false, Behind::nothing},
    {FieldId::amf_boolean, 0x02, true, Behind::nothing},
    {FieldId::amf_boolean, 0x03, true, Behind::nothing},
    {FieldId::amf_string, 0x02, false, Behind::length_16},
    {FieldId::amf_string, 0x0C, false, Behind::length_32},
    {FieldId::amf_string, 0x06, true, Behind::length_u29},
    {FieldId::command_name, 0x02, false, Behind::length_16},
    {FieldId::data_name, 0x02, false, Behind::length_16},
    {FieldId::command_transaction_id, 0x00, false, Behind::nothing},
    {FieldId::amf_null, 0x05, false, Behind::nothing},
    {FieldId::amf_null, 0x01, true, Behind::nothing},
    {FieldId::amf_undefined, 0x06, false, Behind::nothing},
    {FieldId::amf_undefined, 0x00, true, Behind::nothing},
    {FieldId::amf_unsupported, 0x04, false, Behind::nothing},
    {FieldId::amf_unsupported, 0x0D, false, Behind::nothing},
    {FieldId::amf_unsupported, 0x0E, false, Behind::nothing},
    {FieldId::amf_date, 0x0B, false, Behind::nothing},
    {FieldId::amf_date, 0x08, true, Behind::nothing},
    {FieldId::amf_xml, 0x0F, false, Behind::length_32},
    {FieldId::amf_xml, 0x07, true, Behind::length_u29},
    {FieldId::amf_xml, 0x0B, true, Behind::length_u29},
    {FieldId::amf_int64, 0x22, false, Behind::nothing},
    {FieldId::amf_reference, 0x07, false, Behind::nothing},
    {FieldId::amf_object, 0x03, false, Behind::nothing},
    {FieldId::amf_ecma_array, 0x08, false, Behind::nothing},
    {FieldId::amf_strict_array, 0x0A, false, Behind::count_32},
    {FieldId::amf_typed_object, 0x10, false, Behind::nothing},
    {FieldId::amf3_integer, 0x04, true, Behind::nothing},
    {FieldId::amf3_array, 0x09, true, Behind::count_u29},
    {FieldId::amf3_associative_array, 0x09, true, Behind::count_u29},
    {FieldId::amf3_object, 0x0A, true, Behind::traits_u29},
    {FieldId::amf3_byte_array, 0x0C, true, Behind::length_u29},
    {FieldId::amf3_vector, 0x0D, true, Behind::count_u29},
    {FieldId::amf3_vector, 0x0E, true, Behind::count_u29},
    {FieldId::amf3_vector, 0x0F, true, Behind::count_u29},
    {FieldId::amf3_vector, 0x10, true, Behind::count_u29},
    {FieldId::amf3_typed_vector, 0x10, true, Behind::count_u29},
    {FieldId::amf3_dictionary, 0x11, true, Behind::count_u29},
};

/// What the tvb has from `start` on, at most `size` bytes.
Bytes bytes_at(const ItemTarget& target, int start, int size) {
  const auto there = static_cast<int>(tvb_captured_length(target.tvb));
  if (start < 0 || start >= there) return {};
  const int count = std::min(size, there - start);
  return {tvb_get_ptr(target.tvb, start, count), static_cast<std::size_t>(count)};
}

void add_hidden(const ItemTarget& target, proto_tree* tree, ExtraField id, int start, int length,
                std::uint32_t value) {
  proto_item_set_hidden(proto_tree_add_uint(tree, field(id), target.tvb, start, length, value));
}

struct U29 {
  std::uint32_t value = 0;
  int size = 0;  ///< 0: it is not all there
};

/// AMF3 1.3.1.
U29 read_u29(Bytes bytes) {
  U29 number;
  for (std::size_t i = 0; i < std::min<std::size_t>(bytes.size(), 4); ++i) {
    ++number.size;
    if (i == 3) return {number.value << 8 | bytes[i], number.size};
    number.value = number.value << 7 | (bytes[i] & 0x7FU);
    if ((bytes[i] & 0x80) == 0) return number;
  }
  return {};
}

/// An index into what came before has its first bit clear, and no length.
void add_u29(const ItemTarget& target, proto_tree* tree, Behind behind, int start, Bytes bytes) {
  const U29 number = read_u29(bytes);
  if (number.size == 0 || (number.value & 1) == 0) return;
  if (behind != Behind::traits_u29) {
    const ExtraField id = behind == Behind::length_u29 ? ExtraField::string_length : ExtraField::amf_count;
    return add_hidden(target, tree, id, start, number.size, number.value >> 1);
  }
  if ((number.value & 7) == 3)  // traits are here, and the class reads itself
    add_hidden(target, tree, ExtraField::trait_count, start, number.size, number.value >> 4);
}

}  // namespace

bool has_amf_head(FieldId id) {
  return std::ranges::find(heads, id, &Head::id) != std::end(heads);
}

void add_amf_head(const ItemTarget& target, proto_tree* tree, FieldId id, int start) {
  const auto* const head = std::ranges::find(heads, id, &Head::id);
  if (head == std::end(heads)) return;
  const Bytes bytes = bytes_at(target, start, 5);
  if (bytes.empty()) return;
  const auto* const found = std::find_if(
      head, std::end(heads), [&](const Head& each) { return each.id == id && each.marker == bytes[0]; });
  if (found == std::end(heads)) return;
  add_hidden(target, tree, found->amf3 ? ExtraField::amf3_marker : ExtraField::amf0_marker, start, 1,
             bytes[0]);
  const Bytes behind = bytes.subspan(1);
  switch (found->behind) {
    case Behind::nothing: break;
    case Behind::length_16:
      if (behind.size() >= 2)
        add_hidden(target, tree, ExtraField::string_length, start + 1, 2, load_be16(behind.data()));
      break;
    case Behind::length_32:
    case Behind::count_32:
      if (behind.size() >= 4)
        add_hidden(target, tree,
                   found->behind == Behind::length_32 ? ExtraField::string_length : ExtraField::amf_count,
                   start + 1, 4, load_be32(behind.data()));
      break;
    default: add_u29(target, tree, found->behind, start + 1, behind);
  }
}

void add_amf_key_length(const ItemTarget& target, proto_tree* tree, int start, int length) {
  const Bytes bytes = bytes_at(target, start, 4);
  if (length < 1 || bytes.empty()) return;
  // In AMF0 the length takes two bytes. In AMF3 it is a U29. Only one of them fits the size of the whole.
  if (bytes.size() >= 2 && load_be16(bytes.data()) + 2 == length) {
    return add_hidden(target, tree, ExtraField::key_length, start, 2, load_be16(bytes.data()));
  }
  const U29 number = read_u29(bytes);
  if ((number.value & 1) != 0 && static_cast<int>(number.value >> 1) + number.size == length)
    add_hidden(target, tree, ExtraField::key_length, start, number.size, number.value >> 1);
}

void add_amf_end(const ItemTarget& target, proto_tree* tree, FieldId id, int end) {
  constexpr std::uint8_t marker[] = {0, 0, 9};  // an empty name, and the marker: AMF0 2.11
  const bool has_members =
      id == FieldId::amf_object || id == FieldId::amf_ecma_array || id == FieldId::amf_typed_object;
  if (!has_members || end < 3) return;
  if (!std::ranges::equal(bytes_at(target, end - 3, 3), marker)) return;
  proto_item_set_hidden(
      proto_tree_add_item(tree, field(ExtraField::object_end), target.tvb, end - 3, 3, ENC_NA));
}

}  // namespace rtmpscope::plugin
