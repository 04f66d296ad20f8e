// The part of the command line that belongs to `rtmpscope check`.
#pragma once

#include <CLI/CLI.hpp>

#include "app/command_line.hpp"

namespace rtmpscope::app {

/// CLI11 keeps addresses of its members.
class CheckCommandLine {
 public:
  explicit CheckCommandLine(CLI::App& app);
  CheckCommandLine(const CheckCommandLine&) = delete;
  CheckCommandLine& operator=(const CheckCommandLine&) = delete;

  [[nodiscard]] bool parsed() const { return check_->parsed(); }
  /// Of use when the line has been parsed.
  [[nodiscard]] CheckCommand command() const;

 private:
  CLI::App* check_;
  CheckCommand command_;
  std::string format_ = "text";
  std::string fail_on_ = "warning";
  std::string order_ = "merged";
  bool no_progress_ = false;
};

}  // namespace rtmpscope::app
