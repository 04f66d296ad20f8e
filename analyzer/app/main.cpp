#include <csignal>
#include <type_traits>
#include <variant>

#include "app/run.hpp"
#include "app/run_export.hpp"

int main(int argc, char** argv) {
  using namespace rtmpscope::app;
  // A reader that has gone (| head) is noticed by the write that fails.
  std::signal(SIGPIPE, SIG_IGN);
  const CommandLine line = parse_command_line(argc, argv);
  if (!line.command) return line.exit_code;
  return std::visit(
      [](const auto& command) {
        using T = std::decay_t<decltype(command)>;
        if constexpr (std::is_same_v<T, AnalyzeCommand>) return run_analyze(command);
        if constexpr (std::is_same_v<T, LiveCommand>) return run_live(command);
        if constexpr (std::is_same_v<T, TableCommand>) return run_table(command);
        if constexpr (std::is_same_v<T, ExportCommand>) return run_export(command);
        if constexpr (std::is_same_v<T, InterfacesCommand>) return run_interfaces();
      },
      *line.command);
}
