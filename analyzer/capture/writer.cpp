#include "capture/writer.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>

#include <fmt/format.h>

#include "base/byte_order.hpp"

namespace rtmpscope::capture {
namespace {

constexpr std::size_t flush_at = 1U << 20U;

void append(std::vector<std::uint8_t>& to, const PcapFormat& format, std::uint32_t value) {
  const std::uint32_t ordered = format.big_endian ? __builtin_bswap32(value) : value;
  const auto* p = reinterpret_cast<const std::uint8_t*>(&ordered);
  to.insert(to.end(), p, p + sizeof ordered);
}

}  // namespace

void append_pcap_header(std::vector<std::uint8_t>& to, const PcapFormat& format) {
  append(to, format, format.nanoseconds ? 0xa1b23c4d : 0xa1b2c3d4);
  // Version 2.4: two numbers of 16 bits.
  append(to, format, format.big_endian ? 2U << 16U | 4U : 4U << 16U | 2U);
  append(to, format, 0);  // reserved, once the time zone
  append(to, format, 0);  // reserved, once the accuracy
  append(to, format, format.snap_length);
  append(to, format, format.link_type);
}

void append_pcap_record(std::vector<std::uint8_t>& to, const PcapFormat& format, const Packet& packet) {
  const Timestamp time = std::max<Timestamp>(packet.time, 0);
  const Timestamp fraction = time % 1'000'000'000;
  append(to, format, static_cast<std::uint32_t>(time / 1'000'000'000));
  append(to, format, static_cast<std::uint32_t>(format.nanoseconds ? fraction : fraction / 1000));
  append(to, format, packet.captured_length);
  append(to, format, packet.wire_length);
  const Bytes bytes = packet.bytes();
  to.insert(to.end(), bytes.begin(), bytes.end());
}

struct PcapWriter::File {
  std::FILE* stream = nullptr;
  std::string name;
  PcapFormat format;
  std::vector<std::uint8_t> pending;

  File() = default;
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  ~File() {
    if (stream != nullptr && stream != stdout) std::fclose(stream);
  }

  [[nodiscard]] Expected<void> flush() {
    const std::size_t written = std::fwrite(pending.data(), 1, pending.size(), stream);
    const bool complete = written == pending.size();
    pending.clear();
    if (!complete) return tl::unexpected(error());
    return {};
  }
  [[nodiscard]] Error error() const {
    return Error{ErrorKind::write_output, fmt::format("cannot write {}: {}", name, std::strerror(errno))};
  }
};

PcapWriter::PcapWriter(std::unique_ptr<File> file) : file_(std::move(file)) {}
PcapWriter::PcapWriter(PcapWriter&&) noexcept = default;
PcapWriter& PcapWriter::operator=(PcapWriter&&) noexcept = default;
PcapWriter::~PcapWriter() = default;

Expected<PcapWriter> PcapWriter::create(const std::string& path, const PcapFormat& format) {
  auto file = std::make_unique<File>();
  const bool standard_output = path == "-";
  file->name = standard_output ? "standard output" : path;
  file->format = format;
  file->stream = standard_output ? stdout : std::fopen(path.c_str(), "wbe");
  if (file->stream == nullptr) return tl::unexpected(file->error());
  append_pcap_header(file->pending, format);
  return PcapWriter(std::move(file));
}

Expected<void> PcapWriter::write(const Packet& packet) {
  append_pcap_record(file_->pending, file_->format, packet);
  if (file_->pending.size() < flush_at) return {};
  return file_->flush();
}

Expected<void> PcapWriter::close() {
  if (auto flushed = file_->flush(); !flushed) return flushed;
  std::FILE* const stream = file_->stream;
  const bool standard_output = stream == stdout;
  if (!standard_output) file_->stream = nullptr;
  if ((standard_output ? std::fflush(stream) : std::fclose(stream)) != 0)
    return tl::unexpected(file_->error());
  return {};
}

}  // namespace rtmpscope::capture
