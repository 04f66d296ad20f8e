// The options of redaction, which all commands that show captures have.
#pragma once

#include <CLI/CLI.hpp>

#include "output/redaction.hpp"

namespace rtmpscope::app {

/// CLI11 keeps addresses of the members of `options`.
inline void add_redaction_options(CLI::App& app, output::RedactionOptions& options) {
  app.add_flag("--redact", options.texts,
               "Show texts of the peers only as pseudonyms, unless they are harmless")
      ->group("Output");
  app.add_option("--redact-key", options.key_file,
                 "Redact, with pseudonyms that depend on the content of FILE alone")
      ->type_name("FILE")
      ->group("Output");
  app.add_flag("--redact-addresses", options.addresses, "Redact IP addresses and ports, too")
      ->group("Output");
}

}  // namespace rtmpscope::app
