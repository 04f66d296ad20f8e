// A file of a FileWriter whose bytes a test can look at.
#pragma once

#include <algorithm>
#include <vector>

#include "flv/byte_file.hpp"

namespace rtmpscope::test {

class MemoryFile final : public flv::ByteFile {
 public:
  explicit MemoryFile(std::vector<std::uint8_t>& bytes) : bytes_(bytes) {}

  void append(Bytes bytes) override { bytes_.insert(bytes_.end(), bytes.begin(), bytes.end()); }
  void write_at(std::uint64_t offset, Bytes bytes) override {
    std::copy(bytes.begin(), bytes.end(), bytes_.begin() + static_cast<std::ptrdiff_t>(offset));
  }
  std::size_t read_at(std::uint64_t offset, std::span<std::uint8_t> bytes) override {
    const std::size_t size = std::min<std::size_t>(bytes.size(), bytes_.size() - offset);
    std::copy_n(bytes_.begin() + static_cast<std::ptrdiff_t>(offset), size, bytes.begin());
    return size;
  }

 private:
  std::vector<std::uint8_t>& bytes_;
};

/// Tags of an FLV file as "type@time:body", the body in hex.
inline std::vector<std::string> tags_of(const std::vector<std::uint8_t>& file) {
  constexpr std::size_t header = 11;
  std::vector<std::string> tags;
  for (std::size_t at = 13; at + header <= file.size();) {
    const std::uint8_t* tag = &file[at];
    const std::uint32_t length = std::uint32_t{tag[1]} << 16 | std::uint32_t{tag[2]} << 8 | tag[3];
    const std::uint32_t time =
        std::uint32_t{tag[7]} << 24 | std::uint32_t{tag[4]} << 16 | std::uint32_t{tag[5]} << 8 | tag[6];
    std::string text = std::to_string(tag[0]) + "@" + std::to_string(time) + ":";
    for (std::size_t i = 0; i < length; ++i) {
      constexpr std::string_view digits = "0123456789abcdef";
      text += digits[tag[header + i] >> 4];
      text += digits[tag[header + i] & 0x0FU];
    }
    tags.push_back(text);
    at += header + length + 4;
  }
  return tags;
}

}  // namespace rtmpscope::test
