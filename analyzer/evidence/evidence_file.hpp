// The packets of one connection, as pcapng with comments.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "capture/source.hpp"
#include "evidence/packet_keeper.hpp"

namespace rtmpscope::evidence {

/// Packets come in order. A comment goes to its packet, as long as that was not written, else to the next
/// one.
class EvidenceFile {
 public:
  /// `comment` is that of the whole file. Errors: write_output.
  [[nodiscard]] static Expected<std::unique_ptr<EvidenceFile>> create(
      std::string path, const std::vector<capture::Interface>& interfaces, const std::string& comment);
  EvidenceFile(const EvidenceFile&) = delete;
  EvidenceFile& operator=(const EvidenceFile&) = delete;
  ~EvidenceFile();

  void add(const capture::Packet& packet);
  /// Keys of TLS sessions in it, before the packets that are added from now on.
  void add_secrets(const std::string& key_log);
  void comment(std::uint64_t packet_number, const std::string& text);
  /// Writes all packets but the last, to which a comment may come.
  void flush();
  /// Writes the rest. Nothing: all was written.
  [[nodiscard]] std::optional<Error> close();

  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] std::uint64_t bytes() const { return bytes_; }

 private:
  struct Comment {
    std::uint64_t packet_number;
    std::string text;
  };

  EvidenceFile(std::string path, int descriptor) : path_(std::move(path)), descriptor_(descriptor) {}
  void append(const KeptPacket& packet, bool last);
  void write();

  std::string path_;
  int descriptor_;
  std::vector<KeptPacket> waiting_;
  std::vector<Comment> comments_;
  std::vector<std::uint8_t> pending_;
  std::uint64_t bytes_ = 0;
  int error_ = 0;
};

}  // namespace rtmpscope::evidence
