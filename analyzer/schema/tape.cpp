#include "schema/tape.hpp"

#include <cstdio>

namespace rtmpscope {
namespace {

constexpr std::size_t kept_entries = 4096;
constexpr std::size_t kept_bytes = std::size_t{64} << 10;

}  // namespace

Bytes Tape::bytes(const Entry& entry) const {
  return Bytes(storage_).subspan(entry.bytes_offset, entry.bytes_length);
}

void Tape::clear() {
  entries_.clear();
  storage_.clear();
  if (entries_.capacity() > kept_entries) [[unlikely]]
    entries_.shrink_to_fit();
  if (storage_.capacity() > kept_bytes) [[unlikely]]
    storage_.shrink_to_fit();
}

void Tape::replay(FieldSink& sink) const {
  for (const Entry& entry : entries_) {
    switch (entry.op) {
      case Op::begin: sink.begin(entry.id, entry.range.offset); break;
      case Op::end: sink.end(entry.id, entry.range.offset); break;
      case Op::key: sink.key(entry.range, bytes(entry)); break;
      case Op::number: sink.number(entry.id, entry.range, entry.number); break;
      case Op::signed_number:
        sink.signed_number(entry.id, entry.range, static_cast<std::int64_t>(entry.number));
        break;
      case Op::real: sink.real(entry.id, entry.range, entry.real); break;
      case Op::flag: sink.flag(entry.id, entry.range, entry.number != 0); break;
      case Op::text: sink.text(entry.id, entry.range, bytes(entry)); break;
      case Op::blob: sink.blob(entry.id, entry.range, bytes(entry)); break;
      case Op::finding: sink.finding(entry.finding, entry.range, entry.number, entry.second); break;
    }
  }
}

std::string Tape::to_string() const {
  std::string out;
  std::size_t depth = 0;
  for (const Entry& entry : entries_) {
    if (entry.op == Op::end && depth > 0) --depth;
    out.append(depth * 2, ' ');
    const std::string_view filter = info(entry.id).filter;
    char number[64];
    switch (entry.op) {
      case Op::begin:
        out.append("begin ").append(filter);
        ++depth;
        break;
      case Op::end: out.append("end ").append(filter); break;
      case Op::key: out.append("key \"").append(as_text(bytes(entry))).append("\""); break;
      case Op::number:
        std::snprintf(number, sizeof number, " = %llu", static_cast<unsigned long long>(entry.number));
        out.append(filter).append(number);
        break;
      case Op::signed_number:
        std::snprintf(number, sizeof number, " = %lld", static_cast<long long>(entry.number));
        out.append(filter).append(number);
        break;
      case Op::real:
        std::snprintf(number, sizeof number, " = %.17g", entry.real);
        out.append(filter).append(number);
        break;
      case Op::flag: out.append(filter).append(entry.number != 0 ? " = true" : " = false"); break;
      case Op::text: out.append(filter).append(" = \"").append(as_text(bytes(entry))).append("\""); break;
      case Op::blob:
        out.append(filter).append(" = ").append(std::to_string(entry.bytes_length)).append(" bytes");
        break;
      case Op::finding:
        std::snprintf(number, sizeof number, " a=%llu b=%llu", static_cast<unsigned long long>(entry.number),
                      static_cast<unsigned long long>(entry.second));
        out.append("finding ").append(info(entry.finding).id).append(number);
        break;
    }
    out.append(" @").append(std::to_string(entry.range.offset));
    if (entry.op != Op::begin && entry.op != Op::end) {
      out.append("+").append(std::to_string(entry.range.length));
    }
    out.push_back('\n');
  }
  return out;
}

void Tape::begin(FieldId id, std::uint32_t offset) {
  entries_.push_back({.op = Op::begin, .id = id, .range = {offset, 0}});
}
void Tape::end(FieldId id, std::uint32_t end_offset) {
  entries_.push_back({.op = Op::end, .id = id, .range = {end_offset, 0}});
}
void Tape::key(Range range, Bytes name) {
  add_bytes(Op::key, FieldId{}, range, name);
}
void Tape::number(FieldId id, Range range, std::uint64_t value) {
  entries_.push_back({.op = Op::number, .id = id, .range = range, .number = value});
}
void Tape::signed_number(FieldId id, Range range, std::int64_t value) {
  entries_.push_back(
      {.op = Op::signed_number, .id = id, .range = range, .number = static_cast<std::uint64_t>(value)});
}
void Tape::real(FieldId id, Range range, double value) {
  entries_.push_back({.op = Op::real, .id = id, .range = range, .real = value});
}
void Tape::flag(FieldId id, Range range, bool value) {
  entries_.push_back({.op = Op::flag, .id = id, .range = range, .number = value ? 1U : 0U});
}
void Tape::text(FieldId id, Range range, Bytes value) {
  add_bytes(Op::text, id, range, value);
}
void Tape::blob(FieldId id, Range range, Bytes value) {
  add_bytes(Op::blob, id, range, value);
}
void Tape::finding(FindingId id, Range range, std::uint64_t a, std::uint64_t b) {
  entries_.push_back({.op = Op::finding, .finding = id, .range = range, .number = a, .second = b});
}

void Tape::add_bytes(Op op, FieldId id, Range range, Bytes bytes) {
  entries_.push_back(
      {.op = op, .id = id, .range = range, .bytes_offset = storage_.size(), .bytes_length = bytes.size()});
  storage_.insert(storage_.end(), bytes.begin(), bytes.end());
}

}  // namespace rtmpscope
