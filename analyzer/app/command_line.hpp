// The command line: what the user asked for.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/error.hpp"
#include "delivery/file_destination.hpp"
#include "flv/export.hpp"
#include "output/check/check_output.hpp"
#include "output/factory/renderer_factory.hpp"
#include "pipeline/engine.hpp"
#include "reference/reference.hpp"

namespace rtmpscope::app {

inline constexpr std::uint16_t rtmp_port = 1935;
inline constexpr unsigned maximum_jobs = 256;

/// Options that analyze and live have in common.
struct OutputOptions {
  pipeline::EngineOptions engine;
  output::RendererOptions renderer;
  output::RedactionOptions redaction;
  std::string output;                          ///< -o; empty: standard output
  std::string filter;                          ///< -f
  std::vector<std::string> key_files;          ///< --keys
  std::string profile;                         ///< --profile; empty: by the connection's names
  std::vector<std::string> profile_files;      ///< --profiles
  std::vector<std::string> fingerprint_files;  ///< --fingerprints
  std::optional<output::BlockOrder>
      order;  ///< --sort; without it: start, but end where somebody waits for output
  bool progress = true;
  bool width = false;  ///< --width was given
  bool colour_by_terminal = true;
};

struct AnalyzeCommand {
  OutputOptions common;
  std::vector<std::string> files;
  capture::Order order = capture::Order::merged;
  std::string events;  ///< --events: a timeline to judge again instead of captures; empty: none
};

/// What live does when something is found.
struct EvidenceCommand {
  std::optional<Severity> severity;                  ///< --on-finding; empty: nothing
  std::string folder;                                ///< --evidence
  std::size_t memory_bytes = std::size_t{64} << 20;  ///< --evidence-memory
  std::uint32_t seconds = 0;                         ///< --evidence-seconds
  bool secrets = false;                              ///< --evidence-secrets
  std::uint32_t files = 100;                         ///< --evidence-files
};

struct LiveCommand {
  OutputOptions common;
  capture::LiveOptions live;
  delivery::Rotation rotation;
  std::string user;  ///< --user; empty: nobody if root starts it
  EvidenceCommand evidence;
  std::string metrics;  ///< --metrics: HOST:PORT; empty: none
  std::size_t metrics_streams = 0;
  bool metrics_names = false;
  bool rtmp_packets = false;  ///< --write rtmp
  bool sandbox = true;        ///< --no-sandbox was not given
};

enum class Table { schema, fields, findings, values, events, causes, thresholds, profiles, fingerprints };

struct TableCommand {
  Table table = Table::fields;
  output::TableFormat format = output::TableFormat::text;
  std::string profile;                         ///< profiles: the only one; empty: all
  std::vector<std::string> profile_files;      ///< --profiles
  std::vector<std::string> fingerprint_files;  ///< fingerprints: more programs, or others
};

/// export flv
struct ExportCommand {
  pipeline::EngineOptions engine;
  flv::ExportOptions options;
  output::RedactionOptions redaction;
  std::vector<std::string> files;
  capture::Order order = capture::Order::merged;
  std::string filter;                  ///< -f
  std::vector<std::string> key_files;  ///< --keys
  std::string folder;                  ///< -o
  bool overwrite = false;
  bool progress = true;
};

/// check
struct CheckCommand {
  pipeline::EngineOptions engine;
  output::RedactionOptions redaction;
  std::vector<std::string> files;
  capture::Order order = capture::Order::merged;
  std::string filter;                          ///< -f
  std::vector<std::string> key_files;          ///< --keys
  std::string output;                          ///< -o; empty: standard output
  std::string profile;                         ///< --profile; empty: by the connection's names
  std::vector<std::string> profile_files;      ///< --profiles
  std::vector<std::string> fingerprint_files;  ///< --fingerprints
  output::CheckFormat format = output::CheckFormat::text;
  Severity fail_on = Severity::warning;
  bool all = false;
  bool progress = true;
};

struct InterfacesCommand {};

using Command =
    std::variant<AnalyzeCommand, LiveCommand, TableCommand, InterfacesCommand, ExportCommand, CheckCommand>;

/// What came of the command line: a command to carry out, or an exit code after help, version or an error has
/// been printed.
struct CommandLine {
  std::optional<Command> command;
  int exit_code = 0;
};

[[nodiscard]] CommandLine parse_command_line(int argc, char** argv);

}  // namespace rtmpscope::app
