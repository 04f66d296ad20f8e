// The command line: what the user asked for.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/error.hpp"
#include "output/factory/renderer_factory.hpp"
#include "pipeline/engine.hpp"
#include "reference/reference.hpp"

namespace rtmpscope::app {

/// Options that analyze and live have in common.
struct OutputOptions {
  pipeline::EngineOptions engine;
  output::RendererOptions renderer;
  std::string output;  ///< -o; empty: standard output
  std::string filter;  ///< -f
  bool progress = true;
  bool colour_by_terminal = true;
};

struct AnalyzeCommand {
  OutputOptions common;
  std::vector<std::string> files;
  capture::Order order = capture::Order::merged;
};

struct LiveCommand {
  OutputOptions common;
  capture::LiveOptions live;
};

enum class Table { schema, fields, findings, values, events };

struct TableCommand {
  Table table = Table::fields;
  output::TableFormat format = output::TableFormat::text;
};

struct InterfacesCommand {};

using Command = std::variant<AnalyzeCommand, LiveCommand, TableCommand, InterfacesCommand>;

/// What came of the command line: a command to carry out, or an exit code after help, version or an error has
/// been printed.
struct CommandLine {
  std::optional<Command> command;
  int exit_code = 0;
};

[[nodiscard]] CommandLine parse_command_line(int argc, char** argv);

}  // namespace rtmpscope::app
