// Options about what the judge knows: platform profiles, fingerprints of software.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

namespace rtmpscope::app {

inline void add_profile_files_option(CLI::App& app, std::vector<std::string>& files) {
  app.add_option("--profiles", files, "More profiles, or others, from FILE (several: repeat)")
      ->type_name("FILE")
      ->allow_extra_args(false)
      ->group("Analysis");
}

inline void add_fingerprint_files_option(CLI::App& app, std::vector<std::string>& files) {
  app.add_option("--fingerprints", files, "More software, or other marks of it, from FILE (several: repeat)")
      ->type_name("FILE")
      ->allow_extra_args(false)
      ->group("Analysis");
}

/// `profile`: the id of the platform that the publishers are held against.
inline void add_profile_options(CLI::App& app, std::string& profile, std::vector<std::string>& files) {
  app.add_option("--profile", profile, "Platform that publishers are held against (default: by host name)")
      ->type_name("NAME")
      ->group("Analysis");
  add_profile_files_option(app, files);
}

}  // namespace rtmpscope::app
