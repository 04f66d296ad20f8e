#include "recording/record_store.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

#include "recording/record_codec.hpp"

namespace rtmpscope::recording {
namespace {

/// Most connections of a capture are short, and a long one is to waste no more than a part of what it needs.
/// A batch that is longer has a block of its own, so that offsets within a block are small.
constexpr std::size_t smallest_block = 256;
constexpr std::size_t largest_block = 4096;
constexpr std::size_t growth = 4;  ///< a new block is that part of the ones before

// The first byte of a batch.
constexpr std::uint8_t batch_to_client = 0x01;
constexpr std::uint8_t unusual = 0x02;  ///< `repeated`, `missing_before` and `proxy_header` are there

/// A place of TCP's has the number of the layer in front, and zeros behind it (dissect.cpp): turned around,
/// it takes fewer bytes.
constexpr int place_turn = 8;

/// Two bytes, and seven numbers.
constexpr std::size_t longest_head = 2 + 7 * longest_varint;

}  // namespace

std::uint8_t* RecordStore::room_for(std::size_t size) {
  if (blocks_.empty() || blocks_.back().size - blocks_.back().used < size) {
    const std::size_t wanted = std::clamp(total_ / growth, smallest_block, largest_block);
    const std::size_t length = std::max(wanted, size);
    blocks_.push_back(
        {std::make_unique_for_overwrite<std::uint8_t[]>(length), static_cast<std::uint32_t>(length), 0});
    total_ += length;
  }
  Block& block = blocks_.back();
  std::uint8_t* out = &block.bytes[block.used];
  block.used += static_cast<std::uint32_t>(size);
  return out;
}

RecordBatch RecordStore::add(const RecordBatch& batch) {
  std::array<std::uint8_t, longest_head> head;  // NOLINT(*-member-init): as much as is written is read
  std::uint8_t* to = head.data();
  const bool rare = batch.repeated != 0 || batch.missing_before != 0 || batch.proxy_header != 0;
  *to++ = static_cast<std::uint8_t>((batch.direction == Direction::to_client ? batch_to_client : 0U) |
                                    (rare ? unusual : 0U));
  to = write_varint(to, std::rotl(batch.place, place_turn));
  to = write_varint(to, batch.stream_offset);
  to = write_varint(to, batch.length);
  if (rare) {
    to = write_varint(to, batch.repeated);
    to = write_varint(to, batch.missing_before);
    to = write_varint(to, batch.proxy_header);
  }
  *to++ = batch.message_type;
  to = write_varint(to, batch.records.size());

  const auto head_size = static_cast<std::size_t>(to - head.data());
  std::uint8_t* out = room_for(head_size + batch.records.size());
  const Block& block = blocks_.back();
  std::memcpy(out, head.data(), head_size);
  if (!batch.records.empty()) std::memcpy(out + head_size, batch.records.data(), batch.records.size());
  entries_.push_back({batch.frame, static_cast<std::uint32_t>(blocks_.size() - 1),
                      static_cast<std::uint16_t>(out - block.bytes.get())});
  RecordBatch added = batch;
  added.records = Bytes(out + head_size, batch.records.size());
  return added;
}

RecordBatch RecordStore::read(const Entry& entry) const {
  const Block& block = blocks_[entry.block];
  Bytes in(&block.bytes[entry.offset], block.used - entry.offset);
  RecordBatch batch;
  const std::uint8_t flags = in.front();
  in = in.subspan(1);
  batch.frame = entry.frame;
  batch.direction = (flags & batch_to_client) != 0 ? Direction::to_client : Direction::to_server;
  batch.place = std::rotr(static_cast<std::uint32_t>(read_varint(in)), place_turn);
  batch.stream_offset = read_varint(in);
  batch.length = static_cast<std::uint32_t>(read_varint(in));
  if ((flags & unusual) != 0) {
    batch.repeated = static_cast<std::uint32_t>(read_varint(in));
    batch.missing_before = static_cast<std::uint32_t>(read_varint(in));
    batch.proxy_header = static_cast<std::uint16_t>(read_varint(in));
  }
  batch.message_type = in.front();
  in = in.subspan(1);
  const std::uint64_t size = read_varint(in);
  batch.records = in.first(static_cast<std::size_t>(size));
  return batch;
}

std::optional<RecordBatch> RecordStore::find(std::uint32_t frame, std::uint32_t place) const {
  std::size_t begin = lower_bound(frame);
  for (; begin < entries_.size() && entries_[begin].frame == frame; ++begin) {
    const RecordBatch batch = read(entries_[begin]);
    if (batch.place == place) return batch;
  }
  return std::nullopt;
}

std::size_t RecordStore::lower_bound(std::uint32_t frame) const {
  std::size_t begin = 0;
  std::size_t end = entries_.size();
  if (end == 0 || entries_[end - 1].frame < frame) return end;  // each packet of a first pass
  while (begin < end) {
    const std::size_t middle = begin + (end - begin) / 2;
    if (entries_[middle].frame < frame) {
      begin = middle + 1;
    } else {
      end = middle;
    }
  }
  return begin;
}

}  // namespace rtmpscope::recording
