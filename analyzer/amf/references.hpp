// The reference tables of one message.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/bytes.hpp"

namespace rtmpscope::amf {

/// Entries of each AMF3 table: strings, traits, and member names over all traits. Bounds the tables' memory
/// to a few MiB; real messages stay below some thousand. Finding: amf_table_limit.
inline constexpr std::size_t max_table_entries = 1U << 17;

/// What an earlier value of the message can be referred to by.
///
/// One object serves all values of one message, in wire order, and is then thrown away: it keeps views of the
/// message's bytes. Construction does not allocate, and neither does AMF0.
///
/// AMF0 has one table (AMF0 2.9). AMF3 has three (AMF3 2.2): strings, complex objects, traits. For complex
/// values only their number is kept, because a reference is shown as its index. The AMF3 tables go on from
/// one AMF3 value of the message to the next.
class References {
 public:
  /// Layout of an AMF3 object. The member names are member_name(first_member + i), i < member_count.
  struct Traits {
    Bytes class_name;
    std::uint32_t first_member = 0;
    std::uint32_t member_count = 0;
    bool dynamic = false;
    bool externalizable = false;
  };

  /// Whether a sender starts new AMF3 tables with each value of a message is not said on the wire. Unknown
  /// until a value made sense in one way only.
  enum class Scope : std::uint8_t { unknown, message, value };

  /// A state to return to. Taken and used by trials, which read a value without showing it.
  struct Mark {
    std::size_t strings, traits, member_names;
    std::size_t first_string, first_traits;
    std::uint32_t objects, first_object, values;
    std::uint64_t expanded;
  };

  void add_amf0_complex() { ++amf0_complex_count_; }
  [[nodiscard]] std::uint32_t amf0_complex_count() const { return amf0_complex_count_; }

  /// The add functions return false if the table is full.
  [[nodiscard]] bool add_string(Bytes text);
  [[nodiscard]] bool add_traits(const Traits& traits);
  [[nodiscard]] bool add_member_name(Bytes name);
  void add_object() { ++objects_; }

  [[nodiscard]] std::optional<Bytes> string(std::uint32_t index) const;
  [[nodiscard]] std::optional<Traits> traits(std::uint32_t index) const;
  [[nodiscard]] Bytes member_name(std::uint32_t place) const { return member_names_[place]; }
  [[nodiscard]] std::uint32_t string_count() const {
    return static_cast<std::uint32_t>(strings_.size() - first_string_);
  }
  [[nodiscard]] std::uint32_t traits_count() const {
    return static_cast<std::uint32_t>(traits_.size() - first_traits_);
  }
  [[nodiscard]] std::uint32_t object_count() const { return objects_ - first_object_; }
  [[nodiscard]] std::uint32_t member_name_count() const {
    return static_cast<std::uint32_t>(member_names_.size());
  }

  [[nodiscard]] bool amf3_tables_empty() const {
    return string_count() == 0 && traits_count() == 0 && object_count() == 0;
  }
  /// Makes the AMF3 tables empty: index 0 is the next entry.
  void restart_amf3_tables();
  [[nodiscard]] Scope amf3_scope() const { return amf3_scope_; }
  void set_amf3_scope(Scope scope) { amf3_scope_ = scope; }

  [[nodiscard]] Mark mark() const;
  void rewind(const Mark& mark);

  /// Values so far, and bytes of text that stood on the wire only as references. Both are totals of the
  /// message.
  std::uint32_t values = 0;
  std::uint64_t expanded = 0;

 private:
  std::vector<Bytes> strings_;
  std::vector<Traits> traits_;
  std::vector<Bytes> member_names_;
  std::size_t first_string_ = 0;
  std::size_t first_traits_ = 0;
  std::uint32_t objects_ = 0;
  std::uint32_t first_object_ = 0;
  std::uint32_t amf0_complex_count_ = 0;
  Scope amf3_scope_ = Scope::unknown;
};

}  // namespace rtmpscope::amf
