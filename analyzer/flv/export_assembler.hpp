// The merger's part of an export: files, and the report about them.
#pragma once

#include <map>
#include <memory>

#include "flv/export.hpp"
#include "flv/file_names.hpp"
#include "flv/recorder.hpp"

namespace rtmpscope::flv {

class ExportAssembler final : public output::Assembler {
 public:
  ExportAssembler(const ExportOptions& options, OutputFolder& folder, ExportTotals& totals);
  ~ExportAssembler() override;

  void begin(output::Buffer&) override {}
  void add(const output::Output& from, const output::OutputSpan& span, std::uint32_t number,
           output::Buffer& to) override;
  [[nodiscard]] bool end(output::Buffer& to) override;

 private:
  class Source;

  const ExportOptions& options_;
  OutputFolder& folder_;
  ExportTotals& totals_;
  FileNames names_;
  std::string report_;                                        ///< of the call at hand
  std::map<std::uint32_t, std::unique_ptr<Source>> sources_;  ///< open connections with messages, by number
};

}  // namespace rtmpscope::flv
