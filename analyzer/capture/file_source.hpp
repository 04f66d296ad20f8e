// One capture file as a packet source.
#pragma once

#include "capture/filter.hpp"
#include "capture/input.hpp"
#include "capture/record_reader.hpp"

namespace rtmpscope::capture {

class FileSource : public PacketSource {
 public:
  /// Recognises the format and reads what comes before the first packet. `name` is for messages.
  [[nodiscard]] static Expected<std::unique_ptr<FileSource>> open(std::unique_ptr<Input> input,
                                                                  std::string name,
                                                                  const FileOptions& options);
  [[nodiscard]] static Expected<std::unique_ptr<FileSource>> open(
      const std::string& path, const FileOptions& options, std::size_t block_size = default_block_size);

  bool read(PacketBatch& batch, std::size_t max_packets) override;
  [[nodiscard]] std::optional<Fault> fault() const override;
  [[nodiscard]] const SourceStatistics& statistics() const override { return statistics_; }
  [[nodiscard]] std::string name() const override { return name_; }
  [[nodiscard]] std::string format() const override;
  [[nodiscard]] std::optional<double> progress() const override;

  /// Number of the last packet that was read, also if the filter rejected it.
  [[nodiscard]] std::uint64_t last_number() const { return last_number_.value_or(reader_->last_number()); }

  /// After read() returned false: gives back what the source holds.
  void release() { input_->release(); }

 private:
  FileSource(std::unique_ptr<Input> input, std::string name)
      : input_(std::move(input)), name_(std::move(name)) {}
  [[nodiscard]] Expected<void> recognise();
  [[nodiscard]] Expected<void> read_descriptions();
  [[nodiscard]] Error open_error(const std::string& text) const;
  WalkEnd walk_once(PacketBatch& batch, PacketSlots& slots);
  ReadStatus leave_out_skipped(Wait wait);
  void hold_block(PacketBatch& batch) const;
  const std::uint8_t* leave_out_zeros(const Packet* first, Packet*& end) const;
  Packet* select(Packet* begin, Packet* end);
  [[nodiscard]] Fault no_longer_readable() const;
  [[nodiscard]] Fault packets_left_out() const;
  void end_with(const std::string& text);

  std::unique_ptr<Input> input_;
  std::string name_;
  SourceStatistics statistics_;  // before reader_, which refers to it
  std::unique_ptr<RecordReader> reader_;
  std::unique_ptr<PacketFilter> filter_;
  std::optional<Fault> fault_;
  std::optional<std::uint64_t> last_number_;  ///< set where the reader has counted what were no packets
  std::uint64_t skip_ = 0;                    ///< bytes still to be left out
  std::uint64_t first_left_out_ = 0;          ///< offset, if RecordReader::left_out is not empty
  bool ended_ = false;
  bool was_read_ = false;
};

/// Adds packets to the counters. Their interface ids are indexes of statistics.interfaces.
void count_packets(SourceStatistics& statistics, const Packet* begin, const Packet* end);

/// Makes room for `count` packets.
inline void prepare_batch(PacketBatch& batch, std::size_t count) {
  batch.blocks.clear();
  batch.storage.clear();
  batch.packets.resize(count);
}

}  // namespace rtmpscope::capture
