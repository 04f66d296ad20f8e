// What is known of one program: how it shows on the wire, what it bears, and which faults it has.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <regex>
#include <string>
#include <vector>

#include "analysis/fingerprint/feature.hpp"
#include "analysis/fingerprint/limits.hpp"
#include "analysis/fingerprint/version.hpp"
#include "analysis/record/record.hpp"

namespace rtmpscope::analysis {

/// Where a fact is from.
struct Source {
  std::string id;
  std::string title;
  std::string url;  ///< may be empty: what was measured, or is commonly known
};

/// How a feature is compared with a row's value.
enum class Operator : std::uint8_t {
  eq,        ///< equal
  ne,        ///< not equal
  ge,        ///< at least
  re,        ///< ECMAScript regular expression, searched in the first 256 characters
  glob,      ///< shell pattern on a lower-case host, or one of several patterns
  in,        ///< one of
  contains,  ///< the list holds all of these
  prefix,    ///< the list begins with these
  predicate  ///< a test written in code, with parameters
};

/// Compares texts with a pattern of *, which stands for any characters.
[[nodiscard]] bool matches_glob(std::string_view text, std::string_view pattern);

/// A test of a feature that is more than a comparison. `parameters` are the members of the file; which ones a
/// test has is said in predicates.cpp.
struct Predicate {
  std::string name;
  FeatureId feature{};
  std::string words;  ///< "4096 before connect"
  std::string test;
  OwnedValue parameters;
};

/// A feature and what it must be.
struct FeatureTest {
  FeatureId feature{};
  Operator op{};
  OwnedValue value;
  std::shared_ptr<const std::regex> pattern;   ///< of re
  std::shared_ptr<const Predicate> predicate;  ///< of predicate
  std::uint32_t number = 0;  ///< equal tests of one table have the same: their answers can be kept
  [[nodiscard]] std::string text() const;  ///< for people: "connect.capabilities is 31"
};

/// One mark of a program.
struct Mark {
  FeatureTest test;
  int weight = 0;         ///< 10 distinctive, 5 strong, 2 weak; 0: what is possible, but says nothing
  int against = 0;        ///< what another value takes off; the weight, if the file says nothing else
  bool optional = false;  ///< not always shown: another value does not speak against the program
};

/// The marks of a program that are about one feature.
struct FeatureMarks {
  FeatureId feature{};
  std::vector<std::size_t> marks;  ///< indices, in order
};

/// Which version a feature's value says.
struct VersionSource {
  FeatureId feature{};
  std::size_t group = 0;  ///< of the regular expression of the mark of that feature; 0: the whole value
  char separator = '.';   ///< between the numbers
  /// Beginnings of what the value holds, and the versions that they stand for; empty: the group counts.
  std::vector<std::pair<std::string, std::string>> map;
};

/// A feature that only some versions have.
struct VersionMark {
  FeatureTest test;
  VersionRange versions;
  std::vector<std::string> sources;
};

/// One condition of a known issue. `parameters` as in Predicate; see conditions.hpp.
struct Condition {
  std::string test;
  OwnedValue parameters;
  std::optional<FeatureTest> feature;                ///< of the test "feature"
  std::shared_ptr<const std::regex> code, text;      ///< of the test "status"
  std::vector<std::vector<Condition>> alternatives;  ///< of the test "any"
};

/// A fault that a program, or its peers, are known for.
struct KnownIssue {
  std::string id;
  Severity severity{};
  std::string words;            ///< the condition, for people
  std::vector<Condition> when;  ///< all of them
  std::string note;             ///< what to say
  std::vector<std::string> sources;
};

struct Software {
  std::string id;
  std::string name;
  Direction side{};        ///< to_server: a client
  std::string confidence;  ///< how well its marks are known: "source", or a few words
  std::string note;
  bool any_program = false;  ///< no program, but a rule: its issues are looked for whatever the side is
  std::vector<std::string> sources;
  std::vector<Mark> marks;
  std::vector<FeatureMarks> features;  ///< of the marks, in the order of the first one of each
  std::optional<VersionSource> version;
  std::vector<VersionMark> version_marks;
  std::vector<Limit> limits;
  std::vector<KnownIssue> issues;
};

}  // namespace rtmpscope::analysis
