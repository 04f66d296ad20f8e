// The packets of a live run in files, of which the oldest go.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "capture/source.hpp"

namespace rtmpscope::capture {

/// pcapng files. Used by one thread. What cannot be written is counted, and the capture goes on.
class PacketLog {
 public:
  using Tell = std::function<void(const std::string&)>;

  /// Makes the first file. Errors: write_output.
  [[nodiscard]] static Expected<std::unique_ptr<PacketLog>> open(const PacketLogOptions& options,
                                                                 std::vector<Interface> interfaces,
                                                                 Tell tell);
  PacketLog(const PacketLog&) = delete;
  PacketLog& operator=(const PacketLog&) = delete;
  ~PacketLog();

  /// Of the file that is being written.
  [[nodiscard]] int descriptor() const { return descriptor_; }

  void add(const Packet& packet);
  void add_drops(std::uint16_t interface_id, Timestamp time, std::uint64_t interface_drops,
                 std::uint64_t kernel_drops);
  /// Writes what was added.
  void flush();

 private:
  PacketLog(const PacketLogOptions& options, std::vector<Interface> interfaces, Tell tell);
  [[nodiscard]] Expected<void> begin_file(Timestamp time);
  [[nodiscard]] std::string next_name(Timestamp time);
  void make_room(std::size_t size, Timestamp time);
  void forget_oldest();
  void tell(const std::string& text);

  PacketLogOptions options_;
  std::vector<Interface> interfaces_;
  Tell tell_;
  int descriptor_ = -1;
  std::deque<std::string> names_;      ///< of the files that there are, the oldest first
  std::uint64_t number_ = 0;           ///< of the next file
  std::int64_t period_ = 0;            ///< number of the interval that the file belongs to
  std::uint64_t written_ = 0;          ///< bytes of the file
  std::vector<std::uint8_t> pending_;  ///< whole blocks
  std::uint64_t pending_packets_ = 0;
  std::uint64_t lost_packets_ = 0;
  bool has_packets_ = false;  ///< the file, or what is pending
  bool failed_ = false;       ///< and that has been told
};

}  // namespace rtmpscope::capture
