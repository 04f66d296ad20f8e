#include "evidence/evidence_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "capture/pcapng_blocks.hpp"

namespace rtmpscope::evidence {
namespace {

constexpr mode_t file_permissions = 0640;  // packets are nobody else's business

}  // namespace

Expected<std::unique_ptr<EvidenceFile>> EvidenceFile::create(
    std::string path, const std::vector<capture::Interface>& interfaces, const std::string& comment) {
  const int descriptor = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, file_permissions);
  if (descriptor < 0)
    return tl::unexpected(
        Error{ErrorKind::write_output, fmt::format("cannot write {}: {}", path, std::strerror(errno))});
  std::unique_ptr<EvidenceFile> file(new EvidenceFile(std::move(path), descriptor));
  capture::append_pcapng_header(file->pending_, interfaces, comment);
  return file;
}

EvidenceFile::~EvidenceFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

void EvidenceFile::add(const capture::Packet& packet) {
  waiting_.emplace_back(packet);
}

void EvidenceFile::add_secrets(const std::string& key_log) {
  capture::append_pcapng_secrets(pending_, key_log);
}

void EvidenceFile::comment(std::uint64_t packet_number, const std::string& text) {
  comments_.push_back({packet_number, text});
}

void EvidenceFile::flush() {
  if (waiting_.size() < 2) return;
  for (std::size_t i = 0; i + 1 < waiting_.size(); ++i) append(waiting_[i], false);
  KeptPacket last = std::move(waiting_.back());
  waiting_.clear();
  waiting_.push_back(std::move(last));
  write();
}

/// The last packet has all comments that are left.
void EvidenceFile::append(const KeptPacket& packet, bool last) {
  std::vector<std::string> texts;
  std::erase_if(comments_, [&](Comment& comment) {
    if (comment.packet_number > packet.packet.number && !last) return false;
    texts.push_back(std::move(comment.text));
    return true;
  });
  capture::append_pcapng_packet(pending_, packet.packet, texts);
}

/// What failed is not tried again: the file ends there, with a whole packet.
void EvidenceFile::write() {
  std::size_t done = 0;
  while (done < pending_.size() && error_ == 0) {
    const ssize_t written = ::write(descriptor_, pending_.data() + done, pending_.size() - done);
    if (written >= 0) {
      done += static_cast<std::size_t>(written);
    } else if (errno != EINTR) {
      error_ = errno;
    }
  }
  if (done == pending_.size()) {
    bytes_ += done;
  } else {
    [[maybe_unused]] const int status = ::ftruncate(descriptor_, static_cast<off_t>(bytes_));
  }
  pending_.clear();
}

std::optional<Error> EvidenceFile::close() {
  for (std::size_t i = 0; i < waiting_.size(); ++i) append(waiting_[i], i + 1 == waiting_.size());
  waiting_.clear();
  write();
  if (descriptor_ >= 0) ::close(std::exchange(descriptor_, -1));
  if (error_ == 0) return std::nullopt;
  return Error{ErrorKind::write_output, fmt::format("cannot write {}: {}", path_, std::strerror(error_))};
}

}  // namespace rtmpscope::evidence
