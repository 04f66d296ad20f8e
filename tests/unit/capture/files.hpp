// Builds capture files in memory and reads sources to their ends.
#pragma once

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <ostream>
#include <string>
#include <vector>

#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include "capture/source.hpp"
#include "capture/writer.hpp"

namespace rtmpscope::capture::test {

using File = std::vector<std::uint8_t>;

/// A packet with its bytes.
struct OwnedPacket {
  File bytes;
  std::uint32_t wire_length = 0;
  Timestamp time = 0;
  std::uint64_t number = 0;
  std::uint16_t link_type = 0;
  std::uint16_t interface_id = 0;

  friend bool operator==(const OwnedPacket&, const OwnedPacket&) = default;
  friend std::ostream& operator<<(std::ostream& out, const OwnedPacket& p) {
    return out << "packet " << p.number << " at " << p.time << ", " << p.bytes.size() << " of "
               << p.wire_length << " bytes, link type " << p.link_type << ", interface " << p.interface_id;
  }
};

/// A packet whose bytes tell which one it is.
inline OwnedPacket make_packet(std::uint64_t number, std::size_t length, Timestamp time,
                               std::uint16_t link_type = 1) {
  OwnedPacket packet;
  for (std::size_t i = 0; i < length; ++i) packet.bytes.push_back(static_cast<std::uint8_t>(number * 31 + i));
  packet.wire_length = static_cast<std::uint32_t>(length);
  packet.time = time;
  packet.number = number;
  packet.link_type = link_type;
  return packet;
}

/// `count` packets of 0, 1, 2, … bytes, a millisecond apart; times are whole microseconds.
inline std::vector<OwnedPacket> make_packets(std::size_t count, std::size_t length_step = 1) {
  constexpr Timestamp start = 1'700'000'000'123'456'000;
  std::vector<OwnedPacket> packets;
  for (std::size_t i = 0; i < count; ++i) {
    packets.push_back(make_packet(i + 1, i * length_step, start + static_cast<Timestamp>(i) * 1'000'000));
  }
  return packets;
}

inline Packet view(const OwnedPacket& packet) {
  Packet result;
  result.data = packet.bytes.data();
  result.captured_length = static_cast<std::uint32_t>(packet.bytes.size());
  result.wire_length = packet.wire_length;
  result.time = packet.time;
  result.interface_id = packet.interface_id;
  return result;
}

inline File make_pcap(const std::vector<OwnedPacket>& packets, PcapFormat format = {}) {
  File file;
  append_pcap_header(file, format);
  for (const OwnedPacket& packet : packets) append_pcap_record(file, format, view(packet));
  return file;
}

/// Writes pcapng blocks in either byte order.
class PcapngBuilder {
 public:
  explicit PcapngBuilder(bool big_endian = false) : big_endian_(big_endian) {}

  void u8(std::uint8_t v) { file_.push_back(v); }
  void u16(std::uint16_t v) { number(v, 2); }
  void u32(std::uint32_t v) { number(v, 4); }
  void u64(std::uint64_t v) { number(v, 8); }
  void raw(Bytes bytes) { file_.insert(file_.end(), bytes.begin(), bytes.end()); }
  void pad() {
    while (file_.size() % 4 != 0) u8(0);
  }

  void begin(std::uint32_t type) {
    start_ = file_.size();
    u32(type);
    u32(0);
  }
  void end() {
    pad();
    const auto length = static_cast<std::uint32_t>(file_.size() - start_ + 4);
    u32(length);
    PcapngBuilder words(big_endian_);
    words.u32(length);
    std::copy(words.file_.begin(), words.file_.end(),
              file_.begin() + static_cast<std::ptrdiff_t>(start_) + 4);
  }
  void option(std::uint16_t code, Bytes value) {
    u16(code);
    u16(static_cast<std::uint16_t>(value.size()));
    raw(value);
    pad();
  }
  void option(std::uint16_t code, std::string_view value) { option(code, as_bytes(value)); }
  void option64(std::uint16_t code, std::uint64_t value) {
    u16(code);
    u16(8);
    u64(value);
  }
  void end_of_options() { u32(0); }

  void section(std::string_view comment = {}, std::uint16_t major = 1) {
    begin(0x0a0d0d0a);
    u32(0x1a2b3c4d);
    u16(major);
    u16(0);
    u64(~std::uint64_t{0});
    if (!comment.empty()) {
      option(1, comment);
      end_of_options();
    }
    end();
  }
  /// resolution 0xff: no such option.
  void interface(std::uint16_t link_type, std::uint8_t resolution = 0xff, std::string_view name = {},
                 std::int64_t offset = 0, std::uint32_t snap_length = 0) {
    begin(1);
    u16(link_type);
    u16(0);
    u32(snap_length);
    if (!name.empty()) option(2, name);
    if (resolution != 0xff) option(9, Bytes(&resolution, 1));
    if (offset != 0) option64(14, static_cast<std::uint64_t>(offset));
    end_of_options();
    end();
  }
  void packet(std::uint32_t interface, std::uint64_t ticks, const OwnedPacket& packet,
              std::string_view comment = {}) {
    begin(6);
    u32(interface);
    u32(static_cast<std::uint32_t>(ticks >> 32U));
    u32(static_cast<std::uint32_t>(ticks));
    u32(static_cast<std::uint32_t>(packet.bytes.size()));
    u32(packet.wire_length);
    raw(packet.bytes);
    pad();
    if (!comment.empty()) {
      option(1, comment);
      end_of_options();
    }
    end();
  }
  void secrets(std::uint32_t type, std::string_view text) {
    begin(10);
    u32(type);
    u32(static_cast<std::uint32_t>(text.size()));
    raw(as_bytes(text));
    end();
  }

  [[nodiscard]] const File& file() const { return file_; }

 private:
  void number(std::uint64_t v, unsigned size) {
    for (unsigned i = 0; i < size; ++i)
      u8(static_cast<std::uint8_t>(v >> 8U * (big_endian_ ? size - 1 - i : i)));
  }

  bool big_endian_;
  File file_;
  std::size_t start_ = 0;
};

inline File make_pcapng(const std::vector<OwnedPacket>& packets, bool big_endian = false) {
  PcapngBuilder builder(big_endian);
  builder.section();
  builder.interface(1, 9);
  for (const OwnedPacket& packet : packets)
    builder.packet(0, static_cast<std::uint64_t>(packet.time), packet);
  return builder.file();
}

inline File gzip(Bytes bytes) {
  z_stream stream{};
  if (deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK) std::abort();
  File result(deflateBound(&stream, static_cast<uLong>(bytes.size())) + 64);
  stream.next_in = const_cast<Bytef*>(bytes.data());
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = result.data();
  stream.avail_out = static_cast<uInt>(result.size());
  if (deflate(&stream, Z_FINISH) != Z_STREAM_END) std::abort();
  result.resize(stream.total_out);
  deflateEnd(&stream);
  return result;
}

inline File zstd(Bytes bytes) {
  File result(ZSTD_compressBound(bytes.size()));
  result.resize(ZSTD_compress(result.data(), result.size(), bytes.data(), bytes.size(), 3));
  return result;
}

/// A file that goes away with this object.
class TemporaryFile {
 public:
  explicit TemporaryFile(Bytes content) {
    std::string pattern = (std::filesystem::temp_directory_path() / "rtmpscope-test-XXXXXX").string();
    const int descriptor = mkstemp(pattern.data());
    if (descriptor < 0) std::abort();
    close(descriptor);
    path_ = pattern;
    write(content);
  }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  ~TemporaryFile() { std::remove(path_.c_str()); }

  void write(Bytes content) const {
    std::ofstream(path_, std::ios::binary | std::ios::trunc)
        .write(reinterpret_cast<const char*>(content.data()), static_cast<std::streamsize>(content.size()));
  }
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
};

inline std::vector<OwnedPacket> owned(const PacketBatch& batch) {
  std::vector<OwnedPacket> packets;
  for (const Packet& packet : batch.packets) {
    packets.push_back({{packet.data, packet.data + packet.captured_length},
                       packet.wire_length,
                       packet.time,
                       packet.number,
                       packet.link_type,
                       packet.interface_id});
  }
  return packets;
}

inline std::vector<OwnedPacket> concat_packets(std::vector<OwnedPacket> a,
                                               const std::vector<OwnedPacket>& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

/// Reads to the end in batches of `max_packets`, using one batch object again and again.
inline std::vector<OwnedPacket> read_all(PacketSource& source, std::size_t max_packets = 7) {
  std::vector<OwnedPacket> packets;
  PacketBatch batch;
  bool more = true;
  while (more) {
    more = source.read(batch, max_packets);
    for (OwnedPacket& packet : owned(batch)) packets.push_back(std::move(packet));
  }
  return packets;
}

}  // namespace rtmpscope::capture::test
