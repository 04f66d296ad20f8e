// One interface that packets are captured from, by libpcap.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "capture/source.hpp"

namespace rtmpscope::capture {

struct DropCounters {
  std::uint64_t kernel = 0;
  std::uint64_t interface = 0;
};

/// Opened, and packets gather in the kernel's buffer. Used by one thread.
class LiveHandle {
 public:
  /// libpcap hands over what has come at least this often.
  static constexpr int delay_milliseconds = 25;

  /// Errors: as open_live().
  [[nodiscard]] static Expected<std::unique_ptr<LiveHandle>> open(const std::string& interface,
                                                                  const LiveOptions& options);
  LiveHandle(const LiveHandle&) = delete;
  LiveHandle& operator=(const LiveHandle&) = delete;
  ~LiveHandle();

  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] Interface description() const;
  /// The socket; poll() says when there is something to take.
  [[nodiscard]] int socket() const;

  /// From now on the handles of a group have each packet once between them, those of a connection all in one
  /// of them. `group` is that of the interface: none for its first handle. Errors: open_input.
  [[nodiscard]] Expected<void> join(std::optional<std::uint16_t>& group);

  /// Its `data` is valid during the call, `number` and `interface_id` are not set.
  using TakePacket = std::function<void(const Packet&)>;
  /// Hands over what is there, `most` packets at most. Does not wait. Returns how many, or after an error -1:
  /// then nothing comes any more.
  int take(int most, const TakePacket& to);
  /// Why take() failed.
  [[nodiscard]] std::string error() const;

  /// Since it was opened.
  [[nodiscard]] DropCounters drops();
  /// Whether somebody has switched the interface on; `any` always is.
  [[nodiscard]] bool is_up() const;

 private:
  struct Pcap;
  LiveHandle(std::unique_ptr<Pcap> pcap, std::string name);

  std::unique_ptr<Pcap> pcap_;
  std::string name_;
  std::uint16_t link_type_ = 0;
  bool nanoseconds_ = false;
  DropCounters drops_;
  Timestamp from_ = 0;  ///< packets before it are another handle's, too
};

}  // namespace rtmpscope::capture
