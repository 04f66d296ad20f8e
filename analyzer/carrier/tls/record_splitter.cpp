#include "carrier/tls/record_splitter.hpp"

#include <algorithm>

#include "base/byte_order.hpp"

namespace rtmpscope::tls {
namespace {

std::size_t body_size(Bytes header) {
  return load_be16(header.data() + 3);
}

Record record_of(Bytes bytes, std::uint64_t offset, PacketRef packet) {
  Record record;
  std::copy_n(bytes.begin(), record_header_size, record.header.begin());
  record.body = bytes.subspan(record_header_size);
  record.offset = offset;
  record.packet = packet;
  return record;
}

}  // namespace

bool is_record_header(Bytes header) {
  return header[0] >= 20 && header[0] <= 23 && header[1] == 3 && header[2] <= 4 &&
         body_size(header) <= most_record_body;
}

bool has_records(Bytes bytes, std::size_t from) {
  const auto is_data_header = [](Bytes header) {
    return header[0] == static_cast<std::uint8_t>(ContentType::application_data) && header[1] == 3 &&
           header[2] == 3 && is_record_header(header);
  };
  for (std::size_t at = from; at + record_header_size < bytes.size(); ++at) {
    if (!is_data_header(bytes.subspan(at))) continue;
    const std::size_t end = at + record_header_size + body_size(bytes.subspan(at));
    if (end == bytes.size()) return true;
    if (end + record_header_size <= bytes.size() && is_data_header(bytes.subspan(end))) return true;
  }
  return false;
}

void RecordSplitter::feed(const StreamData& data) {
  input_ = data.bytes;
  packet_ = data.packet;
}

std::optional<Record> RecordSplitter::next() {
  if (partial_done_) {
    offset_ += partial_.size();
    partial_.clear();
    partial_done_ = false;
  }
  if (broken_ || input_.empty()) return std::nullopt;
  if (!partial_.empty()) return next_split();
  if (input_.size() >= record_header_size) {
    if (!is_record_header(input_)) {
      broken_ = true;
      return std::nullopt;
    }
    const std::size_t size = record_header_size + body_size(input_);
    if (input_.size() >= size) {
      const Record record = record_of(input_.first(size), offset_, packet_);
      offset_ += size;
      input_ = input_.subspan(size);
      return record;
    }
  }
  partial_.assign(input_.begin(), input_.end());
  input_ = {};
  return std::nullopt;
}

/// A record that began in an earlier piece.
std::optional<Record> RecordSplitter::next_split() {
  const auto take_until = [this](std::size_t size) {
    const std::size_t count = std::min(size - partial_.size(), input_.size());
    partial_.insert(partial_.end(), input_.begin(), input_.begin() + static_cast<std::ptrdiff_t>(count));
    input_ = input_.subspan(count);
    return partial_.size() == size;
  };
  if (partial_.size() < record_header_size && !take_until(record_header_size)) return std::nullopt;
  if (!is_record_header(partial_)) {
    broken_ = true;
    return std::nullopt;
  }
  if (!take_until(record_header_size + body_size(partial_))) return std::nullopt;
  partial_done_ = true;
  return record_of(partial_, offset_, packet_);
}

std::optional<Record> RecordSplitter::begun() const {
  if (partial_done_ || partial_.size() < record_header_size) return std::nullopt;
  return record_of(partial_, offset_, packet_);
}

std::optional<std::size_t> RecordSplitter::missing() const {
  if (partial_done_ || partial_.size() < record_header_size) return std::nullopt;
  return record_header_size + body_size(partial_) - partial_.size();
}

void RecordSplitter::restart(std::uint64_t offset) {
  partial_.clear();
  input_ = {};
  partial_done_ = false;
  broken_ = false;
  offset_ = offset;
}

}  // namespace rtmpscope::tls
