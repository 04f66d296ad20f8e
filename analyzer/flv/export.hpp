// All streams of a capture as FLV files: an observer of the pipeline.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "flv/file_writer.hpp"
#include "flv/output_folder.hpp"
#include "output/observer.hpp"
#include "output/redaction.hpp"

namespace rtmpscope::flv {

/// Files of one export. A capture with more streams is none of real peers.
inline constexpr std::size_t most_files = 10'000;
/// Messages left out that a file's report lists; further ones are counted.
inline constexpr std::size_t most_listed = 20;

struct ExportOptions {
  Timestamps timestamps = Timestamps::from_zero;
  std::vector<std::string> streams;      ///< only streams of these names; empty: all
  output::RedactionPointer redaction{};  ///< null: names and metadata as they were sent
};

/// What came of an export.
struct ExportTotals {
  std::uint64_t files = 0;
  std::uint64_t left_out = 0;    ///< incomplete messages
  std::uint64_t unrecorded = 0;  ///< streams beyond most_files
};

/// Sessions must keep media whole. What the pipeline writes is the report: lines of text for each file when
/// it is finished.
class ExportFactory final : public output::ObserverFactory {
 public:
  /// `folder` and `totals` must outlive the run; `totals` is filled in at its end.
  ExportFactory(ExportOptions options, OutputFolder& folder, ExportTotals& totals)
      : options_(std::move(options)), folder_(folder), totals_(totals) {}

  [[nodiscard]] std::unique_ptr<output::Observer> make_observer(Timestamp start) const override;
  [[nodiscard]] std::unique_ptr<output::Assembler> make_assembler() const override;

 private:
  ExportOptions options_;
  OutputFolder& folder_;
  ExportTotals& totals_;
};

}  // namespace rtmpscope::flv
