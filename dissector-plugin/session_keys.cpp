#include "session_keys.hpp"

#include <utility>

#include "keys/key_file.hpp"

namespace rtmpscope::plugin {

Keys::Keys(const std::string& path, std::vector<std::string>& notes) {
  if (path.empty()) return;
  auto file = keys::KeyFiles::open({&path, 1});
  if (!file) {
    notes.push_back(file.error().message);
    return;
  }
  file->read_all(store_, false);
  for (std::string& note : file->notes()) notes.push_back(std::move(note));
  if (view_.tls_count() > 0 && view_.rtmpe_count() == 0 && view_.rtmfp_count() == 0) {
    notes.push_back(path + " has keys of TLS alone, which are for Wireshark's preference tls.keylog_file");
  }
}

}  // namespace rtmpscope::plugin
