// The part of the command line that belongs to `rtmpscope export`.
#pragma once

#include <CLI/CLI.hpp>

#include "app/command_line.hpp"

namespace rtmpscope::app {

class ExportCommandLine {
 public:
  /// Adds the subcommand to `app`.
  explicit ExportCommandLine(CLI::App& app);

  /// Of use when `app` has been parsed.
  [[nodiscard]] bool parsed() const { return export_->parsed(); }
  [[nodiscard]] ExportCommand command() const;

 private:
  void add_options(CLI::App& flv);

  CLI::App* export_;
  ExportCommand command_;
  std::string order_ = "merged";
  std::string timestamps_ = "from-zero";
  bool no_progress_ = false;
};

}  // namespace rtmpscope::app
