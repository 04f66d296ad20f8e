#include "capture/file_source.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "capture/limits.hpp"
#include "capture/pcap_reader.hpp"

namespace rtmpscope::capture {
namespace {

/// A filter may reject almost everything. One read() examines at most this many packets for each that it was
/// asked for, so that it returns to the caller in bounded time.
constexpr std::size_t examined_per_wanted = 16;

}  // namespace

Expected<std::unique_ptr<FileSource>> FileSource::open(const std::string& path, const FileOptions& options,
                                                       std::size_t block_size) {
  auto input = open_input(path, block_size);
  if (!input) return tl::unexpected(input.error());
  return open(std::move(*input), path == "-" ? "standard input" : path, options);
}

Expected<std::unique_ptr<FileSource>> FileSource::open(std::unique_ptr<Input> input, std::string name,
                                                       const FileOptions& options) {
  std::unique_ptr<FileSource> source(new FileSource(std::move(input), std::move(name)));
  if (auto recognised = source->recognise(); !recognised) return tl::unexpected(recognised.error());
  if (auto described = source->read_descriptions(); !described) return tl::unexpected(described.error());
  if (!options.filter.empty()) {
    auto filter = PacketFilter::compile(options.filter, source->statistics_.interfaces);
    if (!filter) return tl::unexpected(filter.error());
    source->filter_ = std::move(*filter);
  }
  return source;
}

Error FileSource::open_error(const std::string& text) const {
  return Error{ErrorKind::open_input, fmt::format("{} {}", name_, text)};
}

Expected<void> FileSource::recognise() {
  while (input_->size() < file_header_length) {
    const ReadStatus status = input_->grow(file_header_length, Wait::until_data);
    if (status == ReadStatus::failed) return tl::unexpected(open_error("cannot be read: " + input_->error()));
    if (status == ReadStatus::end) break;
  }
  std::size_t header = 0;
  reader_ = make_record_reader(input_->window(), statistics_, header);
  if (reader_ == nullptr) {
    if (input_->size() == 0) return tl::unexpected(open_error("is empty"));
    if (PcapReader::recognises(input_->window()))
      return tl::unexpected(open_error("ends within its file header"));
    return tl::unexpected(open_error("is not a capture file (pcap, pcapng, also .gz or .zst)"));
  }
  input_->consume(header);
  return {};
}

/// What comes before the first packet of a pcapng file: the caller wants to know the interfaces, and the
/// filter its link types. Of a pipe only what has come already, but the section header in any case.
Expected<void> FileSource::read_descriptions() {
  while (true) {
    PacketSlots none;
    const WalkEnd walk = reader_->walk(input_->begin(), input_->end(), none);
    input_->consume(static_cast<std::size_t>(walk.position - input_->begin()));
    const bool described = input_->offset() > 0;
    if (walk.stop == Stop::corrupt && !described)
      return tl::unexpected(open_error("is damaged: " + walk.text));
    if (walk.stop == Stop::skip) skip_ = walk.bytes;
    if (walk.stop != Stop::need_more) return {};  // read() will meet corruption again
    const ReadStatus status = input_->grow(walk.bytes, described ? Wait::no : Wait::until_data);
    if (status == ReadStatus::data) continue;
    if (described) return {};
    if (status == ReadStatus::failed) return tl::unexpected(open_error("cannot be read: " + input_->error()));
    return tl::unexpected(open_error("ends within its file header"));
  }
}

/// Walks over the input that is there, consumes what was walked over and selects packets. Ends the source if
/// the file has become shorter than what was walked over.
WalkEnd FileSource::walk_once(PacketBatch& batch, PacketSlots& slots) {
  Packet* const walked = slots.next;
  const std::uint64_t number_before = last_number();
  const bool none_left_out = reader_->left_out().count == 0;
  WalkEnd walk = reader_->walk(input_->begin(), input_->end(), slots);
  if (const LeftOut& left_out = reader_->left_out(); none_left_out && left_out.count > 0) {
    first_left_out_ = input_->offset() + static_cast<std::uint64_t>(left_out.first - input_->begin());
  }
  const std::uint8_t* whole = walk.position;
  const bool gone = input_->intact_end() < (walk.stop == Stop::corrupt ? input_->end() : walk.position);
  if (gone) {
    whole = leave_out_zeros(walked, slots.next);
    last_number_ = slots.next == walked ? number_before : slots.next[-1].number;
  }
  slots.next = select(walked, slots.next);
  if (slots.next != walked) hold_block(batch);
  input_->consume(static_cast<std::size_t>(whole - input_->begin()));
  if (gone) {
    fault_ = no_longer_readable();
    ended_ = true;
  }
  return walk;
}

bool FileSource::read(PacketBatch& batch, std::size_t max_packets) {
  if (std::exchange(was_read_, true)) statistics_.drops.clear();  // what was noted at the beginning stays
  if (ended_ || stop_requested()) {
    batch.clear();
    return false;
  }
  prepare_batch(batch, max_packets);
  Packet* const first = batch.packets.data();
  PacketSlots slots{first, first + max_packets};
  std::size_t bytes = 0;
  const std::uint64_t last_to_look_at = reader_->last_number() + max_packets * examined_per_wanted;

  while (true) {
    const auto wait = [&] { return slots.next == first ? Wait::short_time : Wait::no; };
    ReadStatus status = leave_out_skipped(wait());
    if (status == ReadStatus::data) {
      const std::uint8_t* const begin = input_->begin();
      const WalkEnd walk = walk_once(batch, slots);
      if (ended_) break;
      bytes += static_cast<std::size_t>(walk.position - begin);
      if (walk.stop == Stop::skip) skip_ = walk.bytes;  // in any case: the reader has counted the block
      if (slots.next == slots.end || reader_->last_number() >= last_to_look_at) break;
      if (walk.stop == Stop::corrupt) {
        end_with(fmt::format("{} is damaged at byte {}: {}", name_, input_->offset(), walk.text));
        break;
      }
      if (walk.stop != Stop::need_more) continue;
      if (bytes >= max_batch_bytes) break;
      status = input_->grow(static_cast<std::size_t>(walk.bytes), wait());
      if (status == ReadStatus::end && input_->size() > 0) {
        end_with(fmt::format("{} is truncated: its last record, at byte {}, has {} of at least {} bytes",
                             name_, input_->offset(), input_->size(), walk.bytes));
        break;
      }
    } else if (status == ReadStatus::end) {
      end_with(fmt::format("{} is truncated: its last record ends {} bytes too early", name_, skip_));
      break;
    }
    if (status == ReadStatus::end) {
      ended_ = true;
      break;
    }
    if (status == ReadStatus::failed) {
      end_with(fmt::format("{} cannot be read to its end: {}", name_, input_->error()));
      break;
    }
    if (status == ReadStatus::not_yet) break;
  }

  batch.packets.resize(static_cast<std::size_t>(slots.next - first));
  return !ended_;
}

/// The packets that were walked over last live in the input's current block.
void FileSource::hold_block(PacketBatch& batch) const {
  auto owner = input_->owner();
  if (owner == nullptr || (!batch.blocks.empty() && batch.blocks.back() == owner)) return;
  batch.blocks.push_back(std::move(owner));
}

/// `data` once there is nothing more to leave out.
ReadStatus FileSource::leave_out_skipped(Wait wait) {
  while (skip_ > 0) {
    const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(skip_, input_->size()));
    input_->consume(count);
    skip_ -= count;
    if (skip_ == 0) break;
    const ReadStatus status = input_->grow(1, wait);
    if (status != ReadStatus::data) return status;
  }
  return ReadStatus::data;
}

/// Of the packets from `first` on takes away those that are made of zeros, as their part of the file cannot
/// be read any more. Answers where the last one that is whole ends.
const std::uint8_t* FileSource::leave_out_zeros(const Packet* first, Packet*& end) const {
  const std::uint8_t* const intact = input_->intact_end();
  while (end != first && end[-1].data + end[-1].captured_length > intact) --end;
  return end == first ? input_->begin() : end[-1].data + end[-1].captured_length;
}

Packet* FileSource::select(Packet* begin, Packet* end) {
  Packet* kept = end;
  if (filter_ != nullptr) {
    kept = filter_->apply(begin, end, statistics_.notes);
    statistics_.filtered_out += static_cast<std::uint64_t>(end - kept);
  }
  count_packets(statistics_, begin, kept);
  return kept;
}

std::optional<Fault> FileSource::fault() const {
  if (fault_) return fault_;
  // Packets may have been looked at after they were read, and after the file had become shorter.
  if (input_->lost()) return no_longer_readable();
  if (ended_ && reader_->left_out().count > 0) return packets_left_out();
  return std::nullopt;
}

Fault FileSource::packets_left_out() const {
  const LeftOut& left_out = reader_->left_out();
  const std::string what =
      left_out.count == 1 ? "it was left out" : fmt::format("{} such packets were left out", left_out.count);
  return {first_left_out_,
          fmt::format("{} is damaged at byte {}: {}; {}", name_, first_left_out_, left_out.text, what),
          false};
}

Fault FileSource::no_longer_readable() const {
  return {input_->offset(),
          fmt::format("{} cannot be read any more at byte {}: it has become shorter, or the disk fails",
                      name_, input_->offset())};
}

void FileSource::end_with(const std::string& text) {
  fault_ = Fault{input_->offset(), text};
  ended_ = true;
}

std::string FileSource::format() const {
  return fmt::format("{}{}", reader_->format(), compression_suffix(input_->compression()));
}

std::optional<double> FileSource::progress() const {
  if (input_->raw_size() == 0) return std::nullopt;
  if (ended_) return 1.0;
  return std::min(1.0, static_cast<double>(input_->raw_position()) / static_cast<double>(input_->raw_size()));
}

void count_packets(SourceStatistics& statistics, const Packet* begin, const Packet* end) {
  std::uint64_t captured = 0;
  std::uint64_t wire = 0;
  for (const Packet* packet = begin; packet != end; ++packet) {
    captured += packet->captured_length;
    wire += packet->wire_length;
  }
  const auto count = static_cast<std::uint64_t>(end - begin);
  statistics.packets += count;
  statistics.captured_bytes += captured;
  statistics.wire_bytes += wire;
  if (statistics.interfaces.size() == 1) {
    statistics.interfaces[0].packets += count;
  } else {
    for (const Packet* packet = begin; packet != end; ++packet)
      ++statistics.interfaces[packet->interface_id].packets;
  }
}

Expected<std::unique_ptr<PacketSource>> open_file(const std::string& path, const FileOptions& options) {
  return FileSource::open(path, options).map([](std::unique_ptr<FileSource>&& source) {
    return std::unique_ptr<PacketSource>(std::move(source));
  });
}

Expected<std::unique_ptr<PacketSource>> open_memory(Bytes bytes, const std::string& name,
                                                    const FileOptions& options) {
  return FileSource::open(open_memory_input(bytes), name, options)
      .map([](std::unique_ptr<FileSource>&& source) {
        return std::unique_ptr<PacketSource>(std::move(source));
      });
}

}  // namespace rtmpscope::capture
