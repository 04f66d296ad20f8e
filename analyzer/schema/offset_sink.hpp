// Moves the ranges of a part to its place in the whole.
#pragma once

#include "schema/field_sink.hpp"

namespace rtmpscope {

/// Hands every call on with `offset` added to its range: for a body that lies within another body.
class OffsetSink final : public FieldSink {
 public:
  OffsetSink(FieldSink& sink, std::uint32_t offset) : sink_(sink), offset_(offset) {}

  void begin(FieldId id, std::uint32_t offset) override { sink_.begin(id, offset + offset_); }
  void end(FieldId id, std::uint32_t end_offset) override { sink_.end(id, end_offset + offset_); }
  void key(Range range, Bytes name) override { sink_.key(moved(range), name); }
  void number(FieldId id, Range range, std::uint64_t value) override {
    sink_.number(id, moved(range), value);
  }
  void signed_number(FieldId id, Range range, std::int64_t value) override {
    sink_.signed_number(id, moved(range), value);
  }
  void real(FieldId id, Range range, double value) override { sink_.real(id, moved(range), value); }
  void flag(FieldId id, Range range, bool value) override { sink_.flag(id, moved(range), value); }
  void text(FieldId id, Range range, Bytes value) override { sink_.text(id, moved(range), value); }
  void blob(FieldId id, Range range, Bytes value) override { sink_.blob(id, moved(range), value); }
  void finding(FindingId id, Range range, std::uint64_t a, std::uint64_t b) override {
    sink_.finding(id, moved(range), a, b);
  }

 private:
  [[nodiscard]] Range moved(Range range) const { return {range.offset + offset_, range.length}; }

  FieldSink& sink_;
  std::uint32_t offset_;
};

}  // namespace rtmpscope
