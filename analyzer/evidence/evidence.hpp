// Files for connections in which something was found.
#pragma once

#include <array>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "evidence/connection_key.hpp"
#include "evidence/connection_news.hpp"
#include "evidence/evidence_file.hpp"
#include "evidence/packet_keeper.hpp"

namespace rtmpscope::evidence {

struct EvidenceOptions {
  std::string folder;
  std::size_t memory_bytes = std::size_t{64} << 20;  ///< of packets of which nothing was found yet
  std::uint32_t seconds = 0;  ///< of packets before a finding and behind the last one; 0: all there are
  std::uint32_t files = 100;  ///< so many are kept, the newest
  std::uint64_t file_bytes = std::uint64_t{100} << 20;  ///< a file grows no further
  /// The lines of a key log for a TLS session, by its client random; "": none are known. Empty: files have no
  /// keys.
  std::function<std::string(const std::array<std::uint8_t, 32>&)> secrets{};
  /// Gets a line for a person. May be empty.
  std::function<void(const std::string&)> tell{};
};

/// Used by one thread. Packets and news come in the order of the capture: packets of a window, news of it,
/// end_window().
class Evidence {
 public:
  /// New files in a minute of capture time. Whoever sends what is found must not push out all others.
  static constexpr std::uint32_t most_files_a_minute = 60;

  explicit Evidence(EvidenceOptions options) : options_(std::move(options)), keeper_(options_.memory_bytes) {}
  Evidence(const Evidence&) = delete;
  Evidence& operator=(const Evidence&) = delete;
  ~Evidence();

  void set_interfaces(std::vector<capture::Interface> interfaces) { interfaces_ = std::move(interfaces); }
  /// `begins`: it opens a connection.
  void add(const net::FlowKey& key, const capture::Packet& packet, bool begins);
  void on_news(const ConnectionNews& news);
  void end_window();
  /// Closes all files.
  void finish();

  /// Connections that have no file, as there were too many in a minute.
  [[nodiscard]] std::uint64_t left_out() const { return left_out_; }

 private:
  struct Connection {
    net::FlowKey key;
    std::unique_ptr<EvidenceFile> file;  ///< null: none, or it is as large as may be
    Timestamp found_at = 0;
    std::optional<std::array<std::uint8_t, 32>> client_random{};  ///< of its TLS session
    bool has_secrets = false;
    bool had_file = false;
    bool full = false;
  };
  struct Closed {
    Timestamp at;
    net::FlowKey key;
  };

  void on_found(Connection& connection, const ConnectionNews& news);
  [[nodiscard]] bool may_make_file(Timestamp now);
  [[nodiscard]] std::unique_ptr<EvidenceFile> make_file(const ConnectionNews& news);
  void add_secrets(Connection& connection) const;
  void end_file(Connection& connection);
  void forget(const net::FlowKey& key);
  void forget_closed(Timestamp now);
  void tell(const std::string& text) const;

  EvidenceOptions options_;
  PacketKeeper keeper_;
  std::vector<capture::Interface> interfaces_;
  std::unordered_map<net::FlowKey, Connection, KeyHash> connections_;  ///< of the RTMP family
  std::deque<Closed> closed_;      ///< what is found later belongs to them, too
  std::deque<std::string> files_;  ///< the oldest first
  std::deque<Timestamp> made_;     ///< files of the last minute
  Timestamp now_ = 0;
  std::size_t open_files_ = 0;
  std::uint64_t left_out_ = 0;
  bool failed_ = false;  ///< and that has been told
};

}  // namespace rtmpscope::evidence
