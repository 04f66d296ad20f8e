// The option for keys, which all commands that read captures have.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

namespace rtmpscope::app {

/// CLI11 keeps the address of `files`.
inline void add_key_option(CLI::App& app, std::vector<std::string>& files) {
  app.add_option("--keys", files,
                 "Key log for RTMPS, RTMPE and RTMFP (may be given several times; docs/keys.md)")
      ->type_name("FILE")
      ->allow_extra_args(false)
      ->group("Selection");
}

}  // namespace rtmpscope::app
