// Items of Wireshark's tree for single values of a tape.
//
// No local variable here has a destructor: Wireshark may leave with longjmp.
#pragma once

#include <string_view>

#include "media/codec.hpp"
#include "schema/tape.hpp"
#include "ws_compat.h"

namespace rtmpscope::plugin {

/// Where items point to.
struct ItemTarget {
  tvbuff_t* tvb = nullptr;
  packet_info* pinfo = nullptr;
  bool redacted = false;
};

/// What a message has said of its format so far, which the places of other fields depend on.
struct BodyFormat {
  media::VideoCodec codec = media::VideoCodec::unknown;
  bool enhanced = false;  ///< the header is that of Enhanced RTMP

  void note(const Tape::Entry& entry) {
    switch (entry.id) {
      case FieldId::video_codec:
      case FieldId::video_track_codec: codec = static_cast<media::VideoCodec>(entry.number); break;
      case FieldId::video_enhanced:
      case FieldId::audio_enhanced: enhanced = entry.number != 0; break;
      default: break;
    }
  }
};

/// Text for Wireshark, in packet memory.
struct CleanText {
  const char* text = nullptr;
  bool plain = false;  ///< shown as it is: ASCII that prints, and no escapes
};
/// Valid UTF-8 without a zero.
[[nodiscard]] CleanText clean_text(const ItemTarget& target, Bytes bytes);

/// An item without a value, for its label to be written.
proto_item* add_bare_item(proto_tree* tree, int id, tvbuff_t* tvb, int start, int length);

/// Adds a text that consists of nothing else, if it fits: "before: text", or `text` alone if `before` is
/// null.
proto_item* add_heading(const ItemTarget& target, proto_tree* tree, int id, int start, int length,
                        const char* before, std::string_view text);

/// "key = value", in packet memory.
[[nodiscard]] const char* property_text(const ItemTarget& target, const char* key, const Tape& tape,
                                        const Tape::Entry& value);

/// Adds the value of an entry that has one. `base`: where its range counts from. `hidden`: nobody will read
/// the item's text.
proto_item* add_value(const ItemTarget& target, proto_tree* tree, const Tape& tape, const Tape::Entry& entry,
                      int base, bool hidden, const BodyFormat& format);

}  // namespace rtmpscope::plugin
