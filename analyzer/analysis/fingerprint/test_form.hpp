// Tests that files name, with the parameters that they take: so that a file with a wrong one is refused.
#pragma once

#include <initializer_list>
#include <span>
#include <string_view>
#include <vector>

#include "analysis/data/members.hpp"

namespace rtmpscope::analysis {

enum class ParameterKind : std::uint8_t { text, texts, number, flag, any, controls };

struct ParameterForm {
  std::string_view name;
  ParameterKind kind{};
  bool wanted = false;  ///< the test cannot do without
};

struct TestForm {
  std::string_view test;
  std::vector<ParameterForm> parameters;
};

/// Reads the parameters of `test` from the members of its object; the reader's caller calls finish(). An
/// unknown test is a complaint about the member "test".
[[nodiscard]] OwnedValue read_parameters(Members& members, std::string_view test,
                                         std::span<const TestForm> forms);

/// Of predicates: what they do is in predicates.cpp.
[[nodiscard]] std::span<const TestForm> predicate_forms();
/// Of conditions of known issues: what they do is in conditions.cpp.
[[nodiscard]] std::span<const TestForm> condition_forms();

}  // namespace rtmpscope::analysis
