// Analysis of capture files and interfaces.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "rtmpscope/observer.hpp"
#include "rtmpscope/result.hpp"

namespace rtmpscope::v1 {

struct Options {
  /// Ports on which a connection is reported even if it carries something else. RTMP is found on any port.
  std::vector<std::uint16_t> rtmp_ports{1935};
  /// Message::body of audio and video is whole. Otherwise it is the first bytes, enough for all fields.
  bool keep_media = false;
  /// Key logs for RTMPS, RTMPE and RTMFP (docs/keys.md of the project), which are followed as they grow while
  /// an interface is listened to. TLS keys inside of a pcapng file are used without. StreamAnalyzer, which
  /// opens no file, has no use for them.
  std::vector<std::string> key_files;
};

struct LiveOptions {
  std::string interface;                    ///< as libpcap names it, or "any"
  std::string filter;                       ///< pcap-filter(7) expression; empty: every packet
  std::uint32_t snap_length = 262144;       ///< bytes of each packet
  std::uint32_t buffer_bytes = 64U << 20U;  ///< of the kernel's buffer
  bool promiscuous = true;
};

/// Reads packets and decodes the RTMP connections in them. Call order: open or live; then step until it
/// returns false, or run once. Not thread-safe but for stop.
class Analyzer {
 public:
  /// Opens capture files (pcap, pcapng, also compressed with gzip or zstd; "-" is standard input), merged by
  /// time. `filter` is a pcap-filter(7) expression; empty: every packet. Errors: open_input (also of a key
  /// file), usage.
  static Result<Analyzer> open(const std::vector<std::string>& files, const Options& options = {},
                               const std::string& filter = {});
  /// Listens on an interface. Errors: open_input (no such interface, no permission, no such key
  /// file), usage.
  static Result<Analyzer> live(const LiveOptions& live, const Options& options = {});

  Analyzer(Analyzer&&) noexcept;
  Analyzer& operator=(Analyzer&&) noexcept;
  ~Analyzer();

  /// Serves up to some thousand packets. False: the input has ended and all connections are closed. Live it
  /// returns after 100 ms without packets, too. Error: read_input, where the input is damaged; all before it
  /// has been served, and all connections are closed.
  Result<bool> step(Observer& observer);
  /// Calls step until the end.
  Result<Done> run(Observer& observer);
  /// Makes the input end soon. From any thread, and from a signal handler.
  void stop() noexcept;

 private:
  class Implementation;
  explicit Analyzer(std::unique_ptr<Implementation> implementation);
  std::unique_ptr<Implementation> implementation_;
};

}  // namespace rtmpscope::v1
