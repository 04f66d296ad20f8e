#include <csignal>
#include <cstdio>
#include <exception>
#include <new>
#include <type_traits>
#include <variant>

#include "app/exit_code.hpp"
#include "app/run.hpp"
#include "app/run_check.hpp"
#include "app/run_export.hpp"
#include "base/crypto.hpp"

namespace {

int run(const rtmpscope::app::Command& command) {
  using namespace rtmpscope::app;
  return std::visit(
      [](const auto& each) {
        using T = std::decay_t<decltype(each)>;
        if constexpr (std::is_same_v<T, AnalyzeCommand>) return run_analyze(each);
        if constexpr (std::is_same_v<T, LiveCommand>) return run_live(each);
        if constexpr (std::is_same_v<T, TableCommand>) return run_table(each);
        if constexpr (std::is_same_v<T, ExportCommand>) return run_export(each);
        if constexpr (std::is_same_v<T, CheckCommand>) return run_check(each);
        if constexpr (std::is_same_v<T, InterfacesCommand>) return run_interfaces();
      },
      command);
}

}  // namespace

int main(int argc, char** argv) {
  using namespace rtmpscope::app;
  // A reader that has gone (| head) is noticed by the write that fails.
  std::signal(SIGPIPE, SIG_IGN);
  rtmpscope::use_hashes_alone();
  const CommandLine line = parse_command_line(argc, argv);
  if (!line.command) return line.exit_code;
  try {
    return run(*line.command);
  } catch (const std::bad_alloc&) {
    std::fputs("rtmpscope: out of memory\n", stderr);
  } catch (const std::exception& exception) {
    std::fprintf(stderr, "rtmpscope: %s\n", exception.what());
  }
  return failed;
}
