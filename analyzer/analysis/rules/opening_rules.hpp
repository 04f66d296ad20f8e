// Rules about how a connection begins: TLS or not, and keys in clear.
#pragma once

#include <string>
#include <vector>

#include "analysis/rules/rule_context.hpp"

namespace rtmpscope::analysis {

void judge_tls(const RuleContext& context, const FindingTally& tally, RuleResults& to);
void judge_scheme(const RuleContext& context, RuleResults& to);
void judge_keys_in_clear(const RuleContext& context, RuleResults& to);

/// Something that looks like a secret. Its value is not kept.
struct Secret {
  std::string name;        ///< of the query's member, "password of the URL" or "stream name"
  std::size_t length = 0;  ///< characters of the value

  friend bool operator==(const Secret&, const Secret&) = default;
};

/// The members of a query whose names say that they are keys, tokens or passwords, and the user's password of
/// a URL.
[[nodiscard]] std::vector<Secret> secrets_in(std::string_view text);

}  // namespace rtmpscope::analysis
