// The parts of `rtmpscope check` that the pipeline knows: observers, assembler, factory.
#pragma once

#include <array>
#include <memory>
#include <optional>

#include "analysis/judge/judge_options.hpp"
#include "output/check/check_rows.hpp"
#include "output/observer.hpp"

namespace rtmpscope::output {

enum class CheckFormat : std::uint8_t { text, json };

/// What came of all checks. Read when the run is over.
struct CheckOutcome {
  std::uint64_t connections = 0;
  std::array<std::uint64_t, 3> failed{};  ///< by severity
  CheckCounts counts;

  /// The worst severity of what failed; nothing where nothing did.
  [[nodiscard]] std::optional<Severity> worst() const;
};

struct CheckOptions {
  CheckFormat format = CheckFormat::text;
  bool all = false;  ///< rows of what passed, is undecided or does not apply, too
  RedactionPointer redaction;
  analysis::JudgeOptions judge{};
  std::optional<std::uint32_t> only_connection;
};

/// `outcome` must live as long as the run.
class CheckFactory final : public ObserverFactory {
 public:
  CheckFactory(CheckOptions options, CheckOutcome& outcome)
      : options_(std::move(options)), outcome_(outcome) {}

  [[nodiscard]] std::unique_ptr<Observer> make_observer(Timestamp start) const override;
  [[nodiscard]] std::unique_ptr<Assembler> make_assembler() const override;

 private:
  CheckOptions options_;
  CheckOutcome& outcome_;
};

}  // namespace rtmpscope::output
