#include "key_preference.hpp"

#include <filesystem>
#include <string>
#include <vector>

#include "connection_store.hpp"

namespace rtmpscope::plugin {
namespace {

const char* key_file = "";

/// What a file was like when it was read.
struct FileState {
  std::string path;
  std::filesystem::file_time_type changed{};
  std::uintmax_t size = 0;

  friend bool operator==(const FileState&, const FileState&) = default;
};

FileState state_of(const char* path) {
  FileState state;
  if (path == nullptr || *path == '\0') return state;
  state.path = path;
  std::error_code error;  // of a file that cannot be looked at nothing is known
  state.changed = std::filesystem::last_write_time(path, error);
  state.size = std::filesystem::file_size(path, error);
  return state;
}

/// Of the file that was read last.
FileState& known_state() {
  static FileState& state = *new FileState;
  return state;
}

}  // namespace

void apply_key_preference() noexcept {
  try {
    FileState now = state_of(key_file);
    if (now == known_state()) return;
    std::vector<std::string> notes;
    set_keys(std::make_shared<const Keys>(now.path, notes));
    known_state() = std::move(now);
    for (const std::string& note : notes) report_failure("rtmpscope: %s", note.c_str());
  } catch (...) {
    // There is no memory: the keys stay what they are.
  }
}

void register_key_preference(module_t* module) {
  prefs_register_filename_preference(
      module, "key_file", "Key file",
      "Keys of RTMPE, RTMPTE and RTMFP sessions, in the format of rtmpscope's --keys; those of TLS in it are "
      "for Wireshark's own preference, which may name the same file",
      &key_file, FALSE);
  register_init_routine(apply_key_preference);
}

}  // namespace rtmpscope::plugin
