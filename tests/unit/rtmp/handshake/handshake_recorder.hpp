// Runs a handshake and keeps what it told.
#pragma once

#include <gtest/gtest.h>

#include <set>

#include "rtmp/handshake/handshake.hpp"
#include "schema/tape.hpp"

namespace rtmpscope::test {

struct HandshakeRecorder : rtmp::HandshakeListener {
  struct Part {
    rtmp::HandshakePartFacts facts;
    Tape tape;
  };

  rtmp::Handshake handshake{*this};
  std::vector<Part> parts;
  std::optional<rtmp::HandshakeOutcome> outcome;
  Tape outcome_tape;

  void on_part(const rtmp::HandshakePartFacts& facts, Bytes raw) override {
    parts.push_back({facts, {}});
    rtmp::describe_handshake_part(facts, raw, parts.back().tape);
    Tape again;
    rtmp::describe_handshake_part(facts, raw, again);
    EXPECT_EQ(again, parts.back().tape) << "described twice";
    expect_ranges_inside(parts.back().tape, static_cast<std::uint32_t>(raw.size()));
  }
  void on_done(const rtmp::HandshakeOutcome& result) override {
    EXPECT_FALSE(outcome) << "told twice";
    outcome = result;
    rtmp::describe_handshake_done(result, outcome_tape);
    for (const rtmp::HandshakeFinding& finding : rtmp::findings_of(result)) {
      outcome_tape.finding(finding.id, {}, finding.a, finding.b);
    }
    expect_ranges_inside(outcome_tape, 0);
  }

  /// Every range lies in the part and in the container around it, and containers are closed.
  static void expect_ranges_inside(const Tape& tape, std::uint32_t size) {
    std::vector<std::uint32_t> begins;
    std::vector<std::uint32_t> ends_needed{0};  // largest end inside each open container
    for (const Tape::Entry& entry : tape.entries()) {
      ASSERT_LE(entry.range.end(), size) << tape.to_string();
      if (entry.op == Tape::Op::begin) {
        begins.push_back(entry.range.offset);
        ends_needed.push_back(0);
      } else if (entry.op == Tape::Op::end) {
        ASSERT_GE(entry.range.offset, ends_needed.back()) << tape.to_string();
        ends_needed.pop_back();
        begins.pop_back();
        ends_needed.back() = std::max(ends_needed.back(), entry.range.offset);
      } else {
        if (!begins.empty()) {
          ASSERT_GE(entry.range.offset, begins.back()) << tape.to_string();
        }
        ends_needed.back() = std::max(ends_needed.back(), entry.range.end());
      }
    }
    ASSERT_TRUE(begins.empty());
  }

  /// Feeds one direction from offset `offset` on; returns how many bytes were taken.
  std::size_t feed(Direction direction, Bytes bytes, std::uint64_t offset = 0, PacketRef packet = {1, 0}) {
    if (bytes.empty()) return 0;
    return handshake.consume(direction, {offset, bytes, packet});
  }

  [[nodiscard]] const Part* find(rtmp::HandshakePart part) const {
    for (const Part& candidate : parts) {
      if (candidate.facts.part == part) return &candidate;
    }
    return nullptr;
  }
  /// Ids of all findings, of parts and outcome.
  [[nodiscard]] std::multiset<FindingId> findings() const {
    std::multiset<FindingId> ids;
    const auto collect = [&](const Tape& tape) {
      for (const Tape::Entry& entry : tape.entries()) {
        if (entry.op == Tape::Op::finding) ids.insert(entry.finding);
      }
    };
    for (const Part& part : parts) collect(part.tape);
    collect(outcome_tape);
    return ids;
  }
  /// Everything that was told, as text.
  [[nodiscard]] std::string text() const {
    std::string all;
    for (const Part& part : parts) all += part.tape.to_string() + "--\n";
    return all + "done\n" + outcome_tape.to_string();
  }
};

/// The value of a number or flag field on a tape.
inline std::optional<std::uint64_t> number_on(const Tape& tape, FieldId id) {
  for (const Tape::Entry& entry : tape.entries()) {
    const bool value = entry.op == Tape::Op::number || entry.op == Tape::Op::flag;
    if (value && entry.id == id) return entry.number;
  }
  return std::nullopt;
}
inline std::optional<double> real_on(const Tape& tape, FieldId id) {
  for (const Tape::Entry& entry : tape.entries()) {
    if (entry.op == Tape::Op::real && entry.id == id) return entry.real;
  }
  return std::nullopt;
}

}  // namespace rtmpscope::test
