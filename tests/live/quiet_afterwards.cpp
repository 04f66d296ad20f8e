// Reads a capture as if it came from an interface on which it is quiet afterwards, and prints what the
// program held in memory: at the beginning, at most, and at the end, in bytes.
//
//     quiet_afterwards CAPTURE text|ndjson SECONDS
//
// Capture time is all that passes: the source's clock goes on by a tenth of a second with each read, as that
// of an interface does.
#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <utility>

#include "output/factory/renderer_factory.hpp"
#include "pipeline/engine.hpp"

namespace rtmpscope::test {
namespace {

constexpr Timestamp tenth_of_a_second = 100'000'000;
constexpr Timestamp second = 10 * tenth_of_a_second;
constexpr std::size_t kibibyte = 1024;

/// Without what is mapped from files.
std::size_t resident_bytes() {
  std::ifstream status("/proc/self/status");
  std::string word;
  while (status >> word && word != "RssAnon:") continue;
  std::size_t kibibytes = 0;
  status >> kibibytes;
  return kibibytes * kibibyte;
}

class QuietAfterwards : public capture::PacketSource {
 public:
  QuietAfterwards(std::unique_ptr<capture::PacketSource> inner, Timestamp quiet)
      : inner_(std::move(inner)), quiet_(quiet) {}

  bool read(capture::PacketBatch& batch, std::size_t max_packets) override {
    if (begin_ == 0) begin_ = resident_bytes();
    most_ = std::max(most_, resident_bytes());
    batch.clear();
    if (replaying_) {
      replaying_ = inner_->read(piece_, max_packets);
      copy(batch);
      return true;
    }
    if (stops_at_ == 0) stops_at_ = clock_ + quiet_;
    clock_ += tenth_of_a_second;
    batch.clock = clock_;
    if (clock_ < stops_at_) return true;
    end_ = resident_bytes();
    return false;
  }

  [[nodiscard]] std::optional<capture::Fault> fault() const override { return std::nullopt; }
  [[nodiscard]] const capture::SourceStatistics& statistics() const override { return inner_->statistics(); }
  [[nodiscard]] std::string name() const override { return inner_->name(); }
  [[nodiscard]] std::string format() const override { return "live"; }

  void print() const { std::cout << begin_ << ' ' << most_ << ' ' << end_ << '\n'; }

 private:
  /// As packets of libpcap are copied.
  void copy(capture::PacketBatch& batch) {
    for (const capture::Packet& packet : piece_.packets) {
      batch.packets.add() = packet;
      batch.storage.insert(batch.storage.end(), packet.data, packet.data + packet.captured_length);
      clock_ = std::max(clock_, packet.time);
    }
    const std::uint8_t* data = batch.storage.data();
    for (capture::Packet& packet : batch.packets) data = (packet.data = data) + packet.captured_length;
  }

  std::unique_ptr<capture::PacketSource> inner_;
  Timestamp quiet_;
  capture::PacketBatch piece_;
  bool replaying_ = true;
  Timestamp clock_ = 0;
  Timestamp stops_at_ = 0;
  std::size_t begin_ = 0;
  std::size_t most_ = 0;
  std::size_t end_ = 0;
};

int replay(const std::string& path, const std::string& format, Timestamp quiet) {
  auto file = capture::open_file(path);
  if (!file) {
    std::cerr << file.error().message << '\n';
    return EXIT_FAILURE;
  }
  QuietAfterwards source(std::move(*file), quiet);
  pipeline::EngineOptions engine;
  engine.shard.rtmp_ports = {1935};
  output::RendererOptions renderer;
  renderer.format = format == "ndjson" ? output::OutputFormat::ndjson : output::OutputFormat::text;
  renderer.render.live = true;
  pipeline::run(source, engine, output::RendererFactory(std::move(renderer)),
                [](std::string_view) { return true; });
  source.print();
  return EXIT_SUCCESS;
}

}  // namespace
}  // namespace rtmpscope::test

int main(int count, char** arguments) {
  if (count != 4) return EXIT_FAILURE;
  return rtmpscope::test::replay(arguments[1], arguments[2],
                                 std::atoi(arguments[3]) * rtmpscope::test::second);
}
