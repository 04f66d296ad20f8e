// All programs that can be told: the built-in ones, and those of the user's files.
#pragma once

#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/fingerprint/software.hpp"
#include "base/error.hpp"

namespace rtmpscope::analysis {

/// Does not change once it is made: threads may share it.
class FingerprintTable {
 public:
  /// The built-in table, parsed when it is asked for first.
  [[nodiscard]] static const FingerprintTable& built_in();
  /// The built-in table and the programs of files. Of several of one id the last one counts, in the place of
  /// the first. Errors (open_input) name the file, and the line or the member.
  [[nodiscard]] static Expected<std::shared_ptr<const FingerprintTable>> with_files(
      const std::vector<std::string>& files);
  /// Of texts as in a file; `name` is that of the file, for errors.
  [[nodiscard]] Expected<void> add(std::string_view text, std::string_view name);

  /// In the order of the files.
  [[nodiscard]] std::span<const Software> programs() const { return programs_; }
  /// Null: there is none.
  [[nodiscard]] const Software* find(std::string_view id) const;
  [[nodiscard]] const Source* source(std::string_view id) const;
  /// "title (URL)" of each, with semicolons between.
  [[nodiscard]] std::string references(const std::vector<std::string>& sources) const;

  /// Tests that differ: numbers of tests are below it.
  [[nodiscard]] std::size_t test_count() const { return test_count_; }

 private:
  void number_tests();

  std::vector<Software> programs_;
  std::size_t test_count_ = 0;
  std::map<std::string, Source, std::less<>> sources_;
  std::map<std::string, std::shared_ptr<const Predicate>, std::less<>> predicates_;
};

}  // namespace rtmpscope::analysis
