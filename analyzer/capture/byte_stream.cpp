#include "capture/byte_stream.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <poll.h>
#include <unistd.h>

namespace rtmpscope::capture {
namespace {

constexpr int short_wait_milliseconds = 100;

class DescriptorStream : public ByteStream {
 public:
  DescriptorStream(Descriptor descriptor, std::vector<std::uint8_t> prefix, bool may_block)
      : descriptor_(std::move(descriptor)), prefix_(std::move(prefix)), may_block_(may_block) {}

  ReadResult read(std::uint8_t* to, std::size_t room, Wait wait) override {
    if (prefix_used_ < prefix_.size()) {
      const std::size_t count = std::min(room, prefix_.size() - prefix_used_);
      std::memcpy(to, prefix_.data() + prefix_used_, count);
      prefix_used_ += count;
      position_ += count;
      return {ReadStatus::data, count};
    }
    while (true) {
      pollfd ready{descriptor_.get(), POLLIN, 0};
      if (may_block_ && wait != Wait::until_data) {
        const int count = poll(&ready, 1, wait == Wait::no ? 0 : short_wait_milliseconds);
        if (count == 0 || (count < 0 && errno == EINTR)) return {ReadStatus::not_yet, 0};
      }
      const ssize_t count = ::read(descriptor_.get(), to, room);
      if (count > 0) {
        position_ += static_cast<std::uint64_t>(count);
        return {ReadStatus::data, static_cast<std::size_t>(count)};
      }
      if (count == 0) return {ReadStatus::end, 0};
      if (errno == EINTR || errno == EAGAIN) {
        if (wait != Wait::until_data) return {ReadStatus::not_yet, 0};
        if (errno == EAGAIN) poll(&ready, 1, -1);  // the descriptor is in non-blocking mode
        continue;
      }
      error_ = std::strerror(errno);
      return {ReadStatus::failed, 0};
    }
  }

  [[nodiscard]] std::string error() const override { return error_; }
  [[nodiscard]] std::uint64_t raw_position() const override { return position_; }

 private:
  Descriptor descriptor_;
  std::vector<std::uint8_t> prefix_;
  std::size_t prefix_used_ = 0;
  std::uint64_t position_ = 0;
  bool may_block_;
  std::string error_;
};

class MemoryStream : public ByteStream {
 public:
  explicit MemoryStream(Bytes bytes) : bytes_(bytes) {}

  ReadResult read(std::uint8_t* to, std::size_t room, Wait /*wait*/) override {
    const std::size_t count = std::min(room, bytes_.size() - position_);
    if (count == 0) return {ReadStatus::end, 0};
    std::memcpy(to, bytes_.data() + position_, count);
    position_ += count;
    return {ReadStatus::data, count};
  }

  [[nodiscard]] std::uint64_t raw_position() const override { return position_; }

 private:
  Bytes bytes_;
  std::size_t position_ = 0;
};

}  // namespace

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
  std::swap(number_, other.number_);
  return *this;
}

Descriptor::~Descriptor() {
  if (number_ > STDERR_FILENO) close(number_);  // standard input stays open: it is not ours
}

std::unique_ptr<ByteStream> make_descriptor_stream(Descriptor descriptor, std::vector<std::uint8_t> prefix,
                                                   bool may_block) {
  return std::make_unique<DescriptorStream>(std::move(descriptor), std::move(prefix), may_block);
}

std::unique_ptr<ByteStream> make_memory_stream(Bytes bytes) {
  return std::make_unique<MemoryStream>(bytes);
}

}  // namespace rtmpscope::capture
