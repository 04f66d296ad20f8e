// Short notation for what the AMF describe functions push.
#pragma once

#include <cstdio>
#include <ostream>
#include <string>
#include <vector>

#include "fuzz/amf_oracle.hpp"
#include "support/bytes.hpp"

namespace rtmpscope::test {

/// The values of one message: `{a: number 1, b: string "hi"}` is an object, `strict_array[null, null]` a
/// list; names come from the filter names. Findings are kept apart, in order.
struct Described {
  std::string values;
  std::vector<std::string> findings;
  std::string problem;  ///< what AmfOracle says
  Tape tape;

  Described(AmfVersion version, Bytes bytes)
      : problem(find_amf_problem(version, bytes)), tape(describe_amf(version, bytes)) {
    for (const Tape::Entry& entry : tape.entries()) add(entry);
  }

 private:
  void separate() {
    if (!values.empty() && values.back() != '{' && values.back() != '[' && values.back() != ' ')
      values += ", ";
  }

  void add(const Tape::Entry& entry) {
    using Op = Tape::Op;
    if (entry.op == Op::finding) {
      findings.push_back(std::string(info(entry.finding).id) + "(" + std::to_string(entry.number) + "," +
                         std::to_string(entry.second) + ")");
      return;
    }
    const std::string bytes(as_text(tape.bytes(entry)));
    if (entry.op == Op::end) {
      values += info(entry.id).kind == FieldKind::list ? ']' : '}';
      return;
    }
    separate();
    if (entry.op == Op::key) {
      values += bytes + ": ";
      return;
    }
    values += info(entry.id).key;
    char real[40];
    switch (entry.op) {
      case Op::begin: values += info(entry.id).kind == FieldKind::list ? '[' : '{'; break;
      case Op::number: values.append(" ").append(std::to_string(entry.number)); break;
      case Op::signed_number:
        values.append(" ").append(std::to_string(static_cast<std::int64_t>(entry.number)));
        break;
      case Op::real:
        std::snprintf(real, sizeof real, " %.15g", entry.real);
        values += real;
        break;
      case Op::flag: values += entry.number != 0 ? " true" : " false"; break;
      case Op::text: values.append(" \"").append(bytes).append("\""); break;
      default: values.append(" <").append(std::to_string(entry.bytes_length)).append(">"); break;
    }
  }
};

inline Described amf0(const std::vector<std::uint8_t>& bytes) {
  return {AmfVersion::amf0, bytes};
}
inline Described amf3(const std::vector<std::uint8_t>& bytes) {
  return {AmfVersion::amf3, bytes};
}
inline Described amf0(std::string_view digits) {
  return amf0(hex(digits));
}
inline Described amf3(std::string_view digits) {
  return amf3(hex(digits));
}

/// Expects these values, these findings and a sound tape.
#define EXPECT_DESCRIBED(described, expected_values, ...)                    \
  do {                                                                       \
    const ::rtmpscope::test::Described described_ = (described);             \
    EXPECT_EQ(described_.values, (expected_values));                         \
    EXPECT_EQ(described_.findings, (std::vector<std::string>{__VA_ARGS__})); \
    EXPECT_EQ(described_.problem, "");                                       \
  } while (false)

}  // namespace rtmpscope::test
