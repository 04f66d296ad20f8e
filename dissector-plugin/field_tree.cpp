#include "field_tree.hpp"

#include <span>
#include <type_traits>

#include "amf_structure.hpp"
#include "expert_items.hpp"
#include "field_registry.hpp"
#include "item_label.hpp"
#include "media/enhanced_header.hpp"
#include "nal_dissectors.hpp"

// No local variable of this file has a destructor: Wireshark may leave with longjmp.

namespace rtmpscope::plugin {
namespace {

using Op = Tape::Op;

/// AMF goes 64 deep, each time with a property around it, and a body has a few levels around it. What is
/// deeper is shown flat.
constexpr std::size_t deepest = 160;
/// Not initialized by itself: there are many, and nearly all messages use a few.
struct Level {
  proto_tree* tree;
  proto_item* item;
  int offset;
  FieldId id;       ///< of the container
  const char* key;  ///< of a property, which has one value and no id
};

/// Whether a line for the field would say what stands in another one beside it. It is there for filters, but
/// hidden, as far as Wireshark is not told to show hidden fields.
bool is_evident(const Target& target, const Tape::Entry& entry) {
  switch (entry.id) {
    case FieldId::chunk_payload_length:       // in the chunk's own line
    case FieldId::message_type: return true;  // named with its number
    case FieldId::message_complete: return entry.number != 0;
    case FieldId::message_chunks: return entry.number == 1;
    case FieldId::audio_enhanced:
    case FieldId::video_enhanced: return entry.number == 0;  // the legacy format or codec id is there
    case FieldId::message_chunk_stream_id:
    case FieldId::message_first_frame:
    case FieldId::message_header_type:
    case FieldId::message_stream_offset: return target.begins_here;  // its first chunk says it
    default: return false;
  }
}

/// The tree while a tape's fields are added to it. Has no destructor to run: see render().
class FieldTree {
 public:
  /// `base` is where the tape's ranges count from in the target's tvb.
  FieldTree(Target& target, proto_tree* parent, proto_item* parent_item, int base)
      : target_(target), base_(base), last_(parent_item) {
    levels_[0] = {parent, parent_item, base, {}, nullptr};
  }

  /// Adds what one entry stands for.
  void add(const Tape& tape, const Tape::Entry& entry, bool with_findings) {
    switch (entry.op) {
      case Op::begin: open(entry); break;
      case Op::end: close(entry); break;
      case Op::key: add_key(tape, entry); break;
      case Op::finding:
        if (with_findings) show_finding(entry);
        break;
      default: add_field(tape, entry);
    }
  }

  void tell_limit() {
    if (!target_.limit_told) expert_add_info(target_.pinfo, levels_[0].item, expert(ExtraExpert::tree_limit));
    target_.limit_told = true;
  }

 private:
  [[nodiscard]] int start_of(const Tape::Entry& entry) const {
    return base_ + static_cast<int>(entry.range.offset);
  }

  /// Adds the expert item. Each finding has an expert field of its own; the hidden fields are the same for
  /// all findings, so that one filter matches any of them.
  void show_finding(const Tape::Entry& entry) {
    add_finding(target_.pinfo, last_, *target_.presenter, entry);
    proto_tree* tree = levels_[depth_].tree;
    proto_item_set_hidden(add_bare_item(tree, field(EventKind::finding), target_.tvb, 0, 0));
    const char* id = info(entry.finding).id.data();  // of a literal, so it ends with a zero
    proto_item_set_hidden(proto_tree_add_string(tree, field(FieldId::finding_id), target_.tvb, 0, 0, id));
  }

  void open(const Tape::Entry& entry) {
    const FieldForm& container = form(entry.id);
    const int start = start_of(entry);
    proto_item* item =
        add_heading(target_, levels_[depth_].tree, container.id, start, 0, key_, container.label);
    key_ = nullptr;
    last_ = item;
    if (depth_ + 1 == deepest) {
      ++flat_;
    } else {
      ++depth_;
      levels_[depth_] = {proto_item_add_subtree(item, subtree()), item, start, entry.id, nullptr};
    }
    if (container.is_amf) add_amf_head(target_, levels_[depth_].tree, entry.id, start);
  }

  void close(const Tape::Entry& entry) {
    // Wireshark's dissectors would show the texts in it.
    if (nal_.length > 0 && !target_.redacted) {
      show_nal_unit(target_.tvb, target_.pinfo, levels_[depth_].tree, format_.codec, nal_.start, nal_.length);
    }
    nal_.length = 0;
    if (in_property()) close_property(start_of(entry), nullptr);  // the value is missing
    if (flat_ > 0) {
      --flat_;
    } else if (depth_ > 0) {
      add_amf_end(target_, levels_[depth_].tree, levels_[depth_].id, start_of(entry));
      const int length = start_of(entry) - levels_[depth_].offset;
      if (length > 0) proto_item_set_len(levels_[depth_].item, length);
      const bool is_empty =
          length <= 0 && levels_[depth_].tree != nullptr && levels_[depth_].tree->first_child == nullptr;
      if (is_empty) proto_item_set_hidden(levels_[depth_].item);  // a command without arguments, for one
      last_ = levels_[depth_].item;
      --depth_;
    }
    if (in_property()) close_property(start_of(entry), last_);
  }

  /// Whether what is added next is a property's value.
  [[nodiscard]] bool in_property() const { return flat_ == 0 && levels_[depth_].key != nullptr; }

  /// A property is a level of its own, as far as there is room: exports keep its name and value together.
  void add_key(const Tape& tape, const Tape::Entry& entry) {
    key_ = clean_text(target_, tape.bytes(entry)).text;
    const std::span<const Tape::Entry> entries = tape.entries();
    auto next = static_cast<std::size_t>(&entry - entries.data()) + 1;
    while (next < entries.size() && entries[next].op == Op::finding) ++next;
    if (flat_ == 0 && depth_ + 1 < deepest && next < entries.size() && entries[next].op != Op::end) {
      const char* text = property_text(target_, key_, tape, entries[next]);
      proto_item* item = proto_tree_add_string(levels_[depth_].tree, field(ExtraField::property), target_.tvb,
                                               start_of(entry), static_cast<int>(entry.range.length), text);
      ++depth_;
      levels_[depth_] = {proto_item_add_subtree(item, subtree()), item, start_of(entry), {}, key_};
    }
    add_name(entry);
    if (in_property()) key_ = nullptr;
  }

  void add_name(const Tape::Entry& entry) {
    proto_item* item = proto_tree_add_string(levels_[depth_].tree, field(ExtraField::key), target_.tvb,
                                             start_of(entry), static_cast<int>(entry.range.length), key_);
    proto_item_set_hidden(item);
    add_amf_key_length(target_, levels_[depth_].tree, start_of(entry), static_cast<int>(entry.range.length));
  }

  /// Its line is that of its value with the name in front.
  void close_property(int end, proto_item* value) {
    const Level& level = levels_[depth_--];
    if (end > level.offset) proto_item_set_len(level.item, end - level.offset);
    const field_info* const about = value == nullptr || !target_.labels ? nullptr : PITEM_FINFO(value);
    if (about == nullptr) return;
    if (about->rep == nullptr) proto_item_append_text(value, "%s", "");  // makes the text
    if (about->rep == nullptr) return;
    ItemLabel label(level.item);
    label.fill(level.key);
    label.fill(" = ");
    label.fill(about->rep->representation);
  }

  void add_field(const Tape& tape, const Tape::Entry& entry) {
    const FieldForm& form = plugin::form(entry.id);
    const bool hidden = is_evident(target_, entry);
    proto_item* item = add_value(target_, levels_[depth_].tree, tape, entry, base_, hidden, format_);
    format_.note(entry);
    note_nal_unit(nal_, entry, base_);
    if (entry.range.length == 0 || form.names_another) proto_item_set_generated(item);
    if (hidden) proto_item_set_hidden(item);
    if (key_ != nullptr) prepend_key(item, key_);
    key_ = nullptr;
    last_ = item;
    if (entry.range.length > 0 && form.is_amf)
      add_amf_head(target_, levels_[depth_].tree, entry.id, start_of(entry));
    if (entry.id == FieldId::video_enhanced || entry.id == FieldId::audio_enhanced) add_first_type(entry);
    if (!in_property()) return;
    last_ = levels_[depth_].item;
    close_property(start_of(entry) + static_cast<int>(entry.range.length), item);
    proto_item_set_hidden(item);  // the property's line says it
  }

  /// Behind the type of the first byte, of Multitrack and ModEx, stands what the message has in the end.
  void add_first_type(const Tape::Entry& enhanced) {
    const int start = start_of(enhanced);
    if (enhanced.number == 0 || start >= static_cast<int>(tvb_captured_length(target_.tvb))) return;
    const bool video = enhanced.id == FieldId::video_enhanced;
    const ExtraField id = video ? ExtraField::video_first_type : ExtraField::audio_first_type;
    proto_item* item = proto_tree_add_item(levels_[depth_].tree, field(id), target_.tvb, start, 1, ENC_NA);
    const unsigned type = *tvb_get_ptr(target_.tvb, start, 1) & 0x0FU;
    const unsigned multitrack = video ? unsigned{media::video_multitrack} : unsigned{media::audio_multitrack};
    if (type != multitrack && type != media::packet_type_modex) proto_item_set_hidden(item);
  }

  Target& target_;
  int base_;
  Level levels_[deepest];
  std::size_t depth_ = 0;
  std::size_t flat_ = 0;  ///< containers that are open beyond the deepest
  proto_item* last_;
  const char* key_ = nullptr;
  BodyFormat format_;
  NalUnit nal_;
};
static_assert(std::is_trivially_destructible_v<FieldTree>);

/// Whether the finding at `index` is about the value behind it, which begins where the finding does.
bool is_about_next(std::span<const Tape::Entry> entries, std::size_t index) {
  std::size_t next = index + 1;
  while (next < entries.size() && entries[next].op == Op::finding) ++next;
  if (next == entries.size()) return false;
  const Tape::Entry& value = entries[next];
  const bool is_value = value.op != Op::begin && value.op != Op::end && value.op != Op::key;
  return is_value && value.range.length > 0 && value.range.offset == entries[index].range.offset;
}

}  // namespace

void add_fields(Target& target, proto_tree* parent, proto_item* parent_item, const Tape& tape, int base,
                bool with_findings) {
  FieldTree fields(target, parent, parent_item, base);
  const auto show = [&](const Tape::Entry& entry) {
    // What stops the decoder is the last that it says.
    if (target.items >= most_items && entry.op != Op::finding) return fields.tell_limit();
    ++target.items;
    fields.add(tape, entry, with_findings);
  };
  const std::span<const Tape::Entry> entries = tape.entries();
  std::size_t held = 0;  // findings in front of the value that they are about
  for (std::size_t i = 0; i < entries.size(); ++i) {
    if (entries[i].op == Op::finding && (held > 0 || is_about_next(entries, i))) {
      ++held;
      continue;
    }
    show(entries[i]);
    for (; held > 0; --held) show(entries[i - held]);
  }
}

}  // namespace rtmpscope::plugin
