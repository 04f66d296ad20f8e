// Tables with a few programs, for tests.
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "analysis/fingerprint/fingerprint_table.hpp"

namespace rtmpscope::analysis {

/// `programs` is a JSON list, `predicates` a JSON object.
inline FingerprintTable table_of(const std::string& programs, const std::string& predicates = "{}") {
  FingerprintTable table;
  const auto added =
      table.add(R"({"format": "rtmpscope-fingerprints", "version": 1, "predicates": )" + predicates +
                    R"(, "sources": {"book": {"title": "A book"}}, "fingerprints": )" + programs + "}",
                "test.json");
  EXPECT_TRUE(added) << (added ? "" : added.error().message);
  return table;
}

}  // namespace rtmpscope::analysis
