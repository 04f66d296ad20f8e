#include "app/live_evidence.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>

#include "app/standard_error.hpp"

namespace rtmpscope::app {

Expected<std::unique_ptr<LiveEvidence>> LiveEvidence::open(const EvidenceCommand& command,
                                                           const capture::SourceStatistics& source) {
  struct stat folder {};
  errno = ENOTDIR;
  if (::stat(command.folder.c_str(), &folder) != 0 || !S_ISDIR(folder.st_mode)) {
    return tl::unexpected(Error{ErrorKind::write_output, fmt::format("no files can be made in {}: {}",
                                                                     command.folder, std::strerror(errno))});
  }
  evidence::EvidenceOptions options;
  options.folder = command.folder;
  options.memory_bytes = command.memory_bytes;
  options.seconds = command.seconds;
  options.files = command.files;
  options.tell = [](const std::string& text) { say("rtmpscope: {}\n", text); };
  std::unique_ptr<LiveEvidence> opened(new LiveEvidence(command.folder, std::move(options), command.secrets));
  opened->evidence_.set_interfaces(source.interfaces);
  return opened;
}

evidence::EvidenceOptions LiveEvidence::with_secrets(evidence::EvidenceOptions options, bool secrets) {
  if (secrets)
    options.secrets = [this](const keys::ClientRandom& random) { return keys_.tls_key_log(random); };
  return options;
}

void LiveEvidence::prepare(sandbox::Rules& rules) const {
  rules.files.write.push_back(folder_);
}

void LiveEvidence::on_packet(const capture::Packet& packet, const net::TcpSegment& segment) {
  evidence_.add(segment.key, packet, segment.begins_connection());
}

void LiveEvidence::finish() {
  evidence_.finish();
  if (evidence_.left_out() != 0)
    say("rtmpscope: {} connections with findings have no file: there were too many in a minute\n",
        evidence_.left_out());
}

}  // namespace rtmpscope::app
