// What AMF has around its values: markers, lengths, counts, ends. JSON has none of it, so it is read here,
// from the bytes that a value lies in. The items are hidden: they serve filters.
#pragma once

#include "tree_items.hpp"

namespace rtmpscope::plugin {

/// AMF0 2.1, AMF3 3.1; each list ends with a null.
extern const value_string amf0_markers[];
extern const value_string amf3_markers[];

/// Whether add_amf_head has something for values and containers of this field.
[[nodiscard]] bool has_amf_head(FieldId id);
/// Call it after the item of a value, or of a container that begins, was added. `start` is the offset of the
/// value. Nothing is added if there is no marker of such a value, as with the elements of an AMF3 vector.
void add_amf_head(const ItemTarget& target, proto_tree* tree, FieldId id, int start);
/// The length of the name of `length` bytes, its own length included, that begins at `start`.
void add_amf_key_length(const ItemTarget& target, proto_tree* tree, int start, int length);
/// The container ends before `end`.
void add_amf_end(const ItemTarget& target, proto_tree* tree, FieldId id, int end);

}  // namespace rtmpscope::plugin
