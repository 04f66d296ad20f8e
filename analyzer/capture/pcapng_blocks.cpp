#include "capture/pcapng_blocks.hpp"

#include <algorithm>
#include <cstring>
#include <limits>
#include <string_view>

namespace rtmpscope::capture {
namespace {

constexpr std::uint32_t section_header = 0x0A0D0D0A, interface_description = 1, interface_statistics = 5,
                        enhanced_packet = 6, decryption_secrets = 10;
constexpr std::uint32_t byte_order_magic = 0x1A2B3C4D;
constexpr std::uint16_t version_major = 1, version_minor = 0;
constexpr std::uint64_t unknown_length = std::numeric_limits<std::uint64_t>::max();
constexpr std::uint16_t option_end = 0, option_comment = 1, option_name = 2, option_resolution = 9,
                        option_application = 4, option_interface_drops = 5, option_kernel_drops = 7;
constexpr std::uint8_t nanoseconds = 9;
constexpr std::size_t packet_block_overhead = 32;

constexpr std::size_t padded(std::size_t size) {
  return (size + 3) & ~std::size_t{3};
}

/// In the byte order of this machine, which the file's header tells.
template <typename Number>
void add(std::vector<std::uint8_t>& to, Number number) {
  const std::size_t at = to.size();
  to.resize(at + sizeof number);
  std::memcpy(to.data() + at, &number, sizeof number);
}

void add_bytes(std::vector<std::uint8_t>& to, const void* bytes, std::size_t size) {
  const auto* first = static_cast<const std::uint8_t*>(bytes);
  to.insert(to.end(), first, first + size);
  to.resize(to.size() + padded(size) - size);
}

void add_option(std::vector<std::uint8_t>& to, std::uint16_t code, const void* bytes, std::size_t size) {
  add(to, code);
  add(to, static_cast<std::uint16_t>(size));
  add_bytes(to, bytes, size);
}

void add_comment(std::vector<std::uint8_t>& to, const std::string& text) {
  constexpr std::size_t longest = 4096;
  if (!text.empty()) add_option(to, option_comment, text.data(), std::min(text.size(), longest));
}

void add_end_of_options(std::vector<std::uint8_t>& to) {
  add(to, option_end);
  add(to, std::uint16_t{0});
}

/// A block whose length is written when it is complete.
class BlockWriter {
 public:
  BlockWriter(std::vector<std::uint8_t>& to, std::uint32_t type) : to_(to), begin_(to.size()) {
    add(to_, type);
    add(to_, std::uint32_t{0});
  }
  BlockWriter(const BlockWriter&) = delete;
  BlockWriter& operator=(const BlockWriter&) = delete;
  ~BlockWriter() {
    const auto length = static_cast<std::uint32_t>(to_.size() - begin_ + sizeof(std::uint32_t));
    add(to_, length);
    std::memcpy(to_.data() + begin_ + sizeof(std::uint32_t), &length, sizeof length);
  }

 private:
  std::vector<std::uint8_t>& to_;
  std::size_t begin_;
};

void add_time(std::vector<std::uint8_t>& to, Timestamp time) {
  const auto unsigned_time = static_cast<std::uint64_t>(std::max<Timestamp>(time, 0));
  add(to, static_cast<std::uint32_t>(unsigned_time >> 32U));
  add(to, static_cast<std::uint32_t>(unsigned_time));
}

}  // namespace

void append_pcapng_header(std::vector<std::uint8_t>& to, const std::vector<Interface>& interfaces,
                          const std::string& comment) {
  {
    const BlockWriter block(to, section_header);
    add(to, byte_order_magic);
    add(to, version_major);
    add(to, version_minor);
    add(to, unknown_length);
    add_comment(to, comment);
    constexpr std::string_view application = "rtmpscope";
    add_option(to, option_application, application.data(), application.size());
    add_end_of_options(to);
  }
  for (const Interface& interface : interfaces) {
    const BlockWriter block(to, interface_description);
    add(to, interface.link_type);
    add(to, std::uint16_t{0});
    add(to, interface.snap_length);
    add_option(to, option_name, interface.name.data(), interface.name.size());
    add_option(to, option_resolution, &nanoseconds, sizeof nanoseconds);
    add_end_of_options(to);
  }
}

std::size_t pcapng_size(const Packet& packet) {
  return packet_block_overhead + padded(packet.captured_length);
}

void append_pcapng_packet(std::vector<std::uint8_t>& to, const Packet& packet,
                          const std::vector<std::string>& comments) {
  const BlockWriter block(to, enhanced_packet);
  add(to, std::uint32_t{packet.interface_id});
  add_time(to, packet.time);
  add(to, packet.captured_length);
  add(to, packet.wire_length);
  add_bytes(to, packet.data, packet.captured_length);
  if (comments.empty()) return;
  for (const std::string& comment : comments) add_comment(to, comment);
  add_end_of_options(to);
}

void append_pcapng_secrets(std::vector<std::uint8_t>& to, const std::string& key_log) {
  const BlockWriter block(to, decryption_secrets);
  add(to, DecryptionSecrets::tls_key_log);
  add(to, static_cast<std::uint32_t>(key_log.size()));
  add_bytes(to, key_log.data(), key_log.size());
}

void append_pcapng_statistics(std::vector<std::uint8_t>& to, std::uint16_t interface_id, Timestamp time,
                              std::uint64_t interface_drops, std::uint64_t kernel_drops) {
  const BlockWriter block(to, interface_statistics);
  add(to, std::uint32_t{interface_id});
  add_time(to, time);
  add_option(to, option_interface_drops, &interface_drops, sizeof interface_drops);
  add_option(to, option_kernel_drops, &kernel_drops, sizeof kernel_drops);
  add_end_of_options(to);
}

}  // namespace rtmpscope::capture
