// The options of live about evidence files.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "app/command_line.hpp"

namespace rtmpscope::app {

/// `app` has --keys. CLI11 keeps the address of `evidence`.
inline void add_evidence_options(CLI::App& app, EvidenceCommand& evidence) {
  const auto take_severity = [&evidence](const std::string& word) {
    evidence.severity = word == "error"     ? Severity::error
                        : word == "warning" ? Severity::warning
                                            : Severity::note;
  };
  CLI::Option* const finding =
      app.add_option_function<std::string>(
             "--on-finding", take_severity,
             "Write the packets of connections with findings of this severity (note, warning, error)")
          ->check(CLI::IsMember({"note", "warning", "error"}))
          ->type_name("SEVERITY");
  CLI::Option* const folder =
      app.add_option("--evidence", evidence.folder, "Folder for these files")->type_name("FOLDER");
  finding->needs(folder);
  folder->needs(finding);
  app.add_option("--evidence-memory", evidence.memory_bytes, "Bytes of packets that are kept for them")
      ->type_name("BYTES")
      ->needs(finding);
  app.add_option("--evidence-seconds", evidence.seconds,
                 "Only so many seconds before and behind findings (default: the whole connection)")
      ->type_name("SECONDS")
      ->needs(finding);
  app.add_flag("--evidence-secrets", evidence.secrets, "With what --keys has for their TLS sessions")
      ->needs(finding)
      ->needs(app.get_option("--keys"));
  constexpr unsigned most_files = 1'000'000;
  app.add_option("--evidence-files", evidence.files, "Keep so many of these files, the newest (default: 100)")
      ->type_name("N")
      ->check(CLI::Range(1U, most_files).description(""))
      ->needs(finding);
}

}  // namespace rtmpscope::app
