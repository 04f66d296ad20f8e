#include "analysis/fingerprint/fingerprint_table.hpp"

#include <algorithm>

#include "analysis/data/json_file.hpp"
#include "analysis/fingerprint/fingerprint_reader.hpp"

namespace rtmpscope::embedded {
std::string_view fingerprints_json();  // made of data/fingerprints.json by the build
}

namespace rtmpscope::analysis {

const FingerprintTable& FingerprintTable::built_in() {
  static const FingerprintTable table = [] {
    FingerprintTable made;
    // A test reads the table: it has no faults in a program that has passed its tests.
    static_cast<void>(made.add(embedded::fingerprints_json(), "fingerprints.json"));
    return made;
  }();
  return table;
}

Expected<std::shared_ptr<const FingerprintTable>> FingerprintTable::with_files(
    const std::vector<std::string>& files) {
  auto table = std::make_shared<FingerprintTable>();
  if (auto added = table->add(embedded::fingerprints_json(), "fingerprints.json"); !added)
    return tl::unexpected(added.error());
  for (const std::string& path : files) {
    const auto text = read_whole_file(path);
    if (!text) return tl::unexpected(text.error());
    if (auto added = table->add(*text, path); !added) return tl::unexpected(added.error());
  }
  return table;
}

Expected<void> FingerprintTable::add(std::string_view text, std::string_view name) {
  auto read = read_fingerprints(text, name, {sources_, predicates_});
  if (!read) return tl::unexpected(std::move(read.error()));
  sources_ = std::move(read->known.sources);
  predicates_ = std::move(read->known.predicates);
  for (Software& each : read->programs) {
    const auto known = std::ranges::find(programs_, each.id, &Software::id);
    if (known == programs_.end()) {
      programs_.push_back(std::move(each));
    } else {
      *known = std::move(each);
    }
  }
  number_tests();
  return {};
}

/// Many programs have marks in common.
void FingerprintTable::number_tests() {
  std::vector<std::vector<const FeatureTest*>> known(feature_names().size());
  test_count_ = 0;
  const auto number = [&](FeatureTest& test) {
    auto& others = known[static_cast<std::size_t>(test.feature)];
    const auto same = std::ranges::find_if(
        others, [&](const FeatureTest* each) { return each->op == test.op && each->value == test.value; });
    test.number = same == others.end() ? static_cast<std::uint32_t>(test_count_++) : (*same)->number;
    if (same == others.end()) others.push_back(&test);
  };
  for (Software& program : programs_) {
    for (Mark& mark : program.marks) number(mark.test);
    for (VersionMark& mark : program.version_marks) number(mark.test);
  }
}

const Software* FingerprintTable::find(std::string_view id) const {
  const auto found = std::ranges::find(programs_, id, &Software::id);
  return found == programs_.end() ? nullptr : &*found;
}

const Source* FingerprintTable::source(std::string_view id) const {
  const auto found = sources_.find(id);
  return found == sources_.end() ? nullptr : &found->second;
}

std::string FingerprintTable::references(const std::vector<std::string>& sources) const {
  std::string text;
  for (const std::string& id : sources) {
    const Source* const found = source(id);
    if (found == nullptr) continue;
    if (!text.empty()) text.append("; ");
    text.append(found->title);
    if (!found->url.empty()) text.append(" (").append(found->url).append(")");
  }
  return text;
}

}  // namespace rtmpscope::analysis
