// What must hold for every description of AMF values, whatever the bytes are.
#pragma once

#include <string>
#include <vector>

#include "amf/amf.hpp"
#include "schema/tape.hpp"

namespace rtmpscope::test {

enum class AmfVersion : std::uint8_t { amf0, amf3 };

/// All values of `bytes`, one after the other, as one message.
inline Tape describe_amf(AmfVersion version, Bytes bytes) {
  Tape tape;
  amf::References references;
  ByteReader reader(bytes);
  if (version == AmfVersion::amf0) {
    amf::describe_amf0_values(reader, references, tape);
  } else {
    while (!reader.at_end()) amf::describe_amf3_value(reader, references, tape);
  }
  return tape;
}

/// Checks the calls of a tape one by one, against an input of `size` bytes.
class AmfOracle {
 public:
  explicit AmfOracle(std::size_t size) : size_(size) { levels_.push_back({}); }

  /// The first rule that `tape` breaks, or nothing.
  std::string check(const Tape& tape) {
    using Op = Tape::Op;
    // Densest is an AMF3 object of a known class: two bytes for begin, class name and end, and a key before
    // it.
    if (tape.entries().size() > 8 * size_ + 16) return "more calls than the input can account for";
    std::size_t text = 0;
    for (const Tape::Entry& entry : tape.entries()) {
      std::string problem;
      text += entry.bytes_length;
      switch (entry.op) {
        case Op::finding: problem = check_range(entry.range); break;
        case Op::key: problem = take_key(entry.range); break;
        case Op::begin: problem = begin(entry); break;
        case Op::end: problem = end(entry); break;
        default: problem = take_value(entry.id, entry.range); break;
      }
      if (!problem.empty()) return problem + " in\n" + tape.to_string();
    }
    if (levels_.size() != 1) return "a container is not ended";
    if (levels_[0].position != size_)
      return "bytes at the end are not covered by any value\n" + tape.to_string();
    if (text > (amf::max_expansion_factor + 2) * size_ + amf::free_expansion)
      return "more text than the limit allows";
    return {};
  }

 private:
  struct Level {
    FieldId id{};
    std::size_t position = 0;  ///< end of the last sibling
    bool object = false;
    bool has_key = false;
  };

  std::string check_range(Range range) const {
    return std::size_t{range.offset} + range.length > size_ ? "a range goes beyond the input" : "";
  }

  std::string take_key(Range range) {
    Level& level = levels_.back();
    if (!level.object) return "a key outside an object";
    if (level.has_key) return "a key without a value";
    level.has_key = true;
    if (range.offset < level.position) return "a key overlaps its predecessor";
    level.position = range.end();
    return check_range(range);
  }

  std::string take_name(FieldId id) {
    Level& level = levels_.back();
    const bool named_by_table = id == FieldId::amf_class_name || id == FieldId::amf_ecma_count ||
                                id == FieldId::amf_unparsed || id == FieldId::amf3_dense ||
                                id == FieldId::amf3_externalizable;
    if (level.object && !level.has_key && !named_by_table) return "a value without a key in an object";
    level.has_key = false;
    return {};
  }

  std::string take_value(FieldId id, Range range) {
    if (std::string problem = take_name(id); !problem.empty()) return problem;
    Level& level = levels_.back();
    if (range.offset < level.position) return "a value overlaps its predecessor";
    if (levels_.size() == 1) {
      // The range of a byte array is that of its bytes: in front of it are a marker, perhaps the switch from
      // AMF0, and the length.
      const std::size_t head = range.offset - level.position;
      const bool covered = id == FieldId::amf3_byte_array ? head >= 2 && head <= 6 : head == 0;
      if (!covered) return "bytes between values are not covered";
    }
    level.position = range.end();
    return check_range(range);
  }

  std::string begin(const Tape::Entry& entry) {
    if (std::string problem = take_name(entry.id); !problem.empty()) return problem;
    if (entry.range.offset < levels_.back().position) return "a container overlaps its predecessor";
    if (levels_.size() == 1 && entry.range.offset != levels_[0].position)
      return "bytes between values are not covered";
    const FieldKind kind = info(entry.id).kind;
    if (kind != FieldKind::object && kind != FieldKind::list) return "a container of a kind that is none";
    levels_.push_back({.id = entry.id, .position = entry.range.offset, .object = kind == FieldKind::object});
    if (levels_.size() > amf::max_depth + 1) return "nested too deep";
    return check_range({entry.range.offset, 0});
  }

  std::string end(const Tape::Entry& entry) {
    if (levels_.size() == 1) return "an end without a begin";
    const Level level = levels_.back();
    levels_.pop_back();
    if (level.id != entry.id) return "begin and end do not match";
    if (level.has_key) return "a key without a value";
    if (entry.range.offset < level.position) return "a container ends before its content";
    levels_.back().position = entry.range.offset;
    return check_range({entry.range.offset, 0});
  }

  std::size_t size_;
  std::vector<Level> levels_;
};

/// Describes `bytes` twice and checks everything; the problem found, or nothing.
inline std::string find_amf_problem(AmfVersion version, Bytes bytes) {
  const Tape tape = describe_amf(version, bytes);
  if (tape != describe_amf(version, bytes)) return "two descriptions of the same bytes differ";
  return AmfOracle(bytes.size()).check(tape);
}

}  // namespace rtmpscope::test
