// A recording of FieldSink calls.
#pragma once

#include <bit>
#include <string>
#include <vector>

#include "schema/field_sink.hpp"

namespace rtmpscope {

/// Records the calls of one describe function, to be looked at or replayed later. Bytes are copied into the
/// tape.
class Tape final : public FieldSink {
 public:
  enum class Op : std::uint8_t { begin, end, key, number, signed_number, real, flag, text, blob, finding };

  /// One recorded call. Which members have a meaning depends on `op`; the others are zero.
  struct Entry {
    Op op{};
    FieldId id{};
    FindingId finding{};
    Range range;
    std::uint64_t number = 0;  ///< number, flag (0 or 1), signed_number (two's complement), finding's a
    std::uint64_t second = 0;  ///< finding's b
    double real = 0;
    std::size_t bytes_offset = 0;  ///< key, text, blob: place in the tape's own storage
    std::size_t bytes_length = 0;

    /// Reals are equal if their bits are: two recordings of the same NaN do not differ.
    friend bool operator==(const Entry& a, const Entry& b) {
      return a.op == b.op && a.id == b.id && a.finding == b.finding && a.range == b.range &&
             a.number == b.number && a.second == b.second &&
             std::bit_cast<std::uint64_t>(a.real) == std::bit_cast<std::uint64_t>(b.real) &&
             a.bytes_offset == b.bytes_offset && a.bytes_length == b.bytes_length;
    }
  };

  [[nodiscard]] const std::vector<Entry>& entries() const { return entries_; }
  /// The bytes of a key, text or blob entry; valid until the tape is changed.
  [[nodiscard]] Bytes bytes(const Entry& entry) const;
  /// Makes the same calls again.
  void replay(FieldSink& sink) const;
  void clear();
  /// One call a line, indented by depth; for test failures and golden files.
  [[nodiscard]] std::string to_string() const;

  friend bool operator==(const Tape& a, const Tape& b) {
    return a.entries_ == b.entries_ && a.storage_ == b.storage_;
  }

  void begin(FieldId id, std::uint32_t offset) override;
  void end(FieldId id, std::uint32_t end_offset) override;
  void key(Range range, Bytes name) override;
  void number(FieldId id, Range range, std::uint64_t value) override;
  void signed_number(FieldId id, Range range, std::int64_t value) override;
  void real(FieldId id, Range range, double value) override;
  void flag(FieldId id, Range range, bool value) override;
  void text(FieldId id, Range range, Bytes value) override;
  void blob(FieldId id, Range range, Bytes value) override;
  void finding(FindingId id, Range range, std::uint64_t a, std::uint64_t b) override;

 private:
  void add_bytes(Op op, FieldId id, Range range, Bytes bytes);

  std::vector<Entry> entries_;
  std::vector<std::uint8_t> storage_;
};

}  // namespace rtmpscope
