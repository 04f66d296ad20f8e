// A table of the program, and how it is printed.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "reference/reference.hpp"

namespace rtmpscope::output {

/// One table: names of the columns (as JSON keys and as headings) and the rows.
struct Table {
  std::vector<std::string_view> keys;
  std::vector<std::string_view> headings;
  std::vector<std::size_t> code_columns;  ///< shown as code in Markdown
  std::vector<std::vector<std::string>> rows;
};

[[nodiscard]] std::string print(const Table& table, TableFormat format);

}  // namespace rtmpscope::output
