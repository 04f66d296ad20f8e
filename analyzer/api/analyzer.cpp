#include "rtmpscope/analyzer.hpp"

#include <array>

#include "api/public_events.hpp"
#include "api/shard.hpp"
#include "capture/source.hpp"
#include "net/packet_decoder.hpp"
#include "pipeline/key_feed.hpp"
#include "pipeline/limits.hpp"
#include "pipeline/memory_balance.hpp"
#include "pipeline/window.hpp"
#include "rtmfp/datagram_filter.hpp"

namespace rtmpscope::v1 {
namespace {

v1::Error to_public(rtmpscope::Error error) {
  const auto kind = error.kind == rtmpscope::ErrorKind::usage ? ErrorKind::usage : ErrorKind::open_input;
  return {kind, std::move(error.message)};
}

}  // namespace

/// Packets are served one after the other, so that calls come in the order of the capture. Connections are
/// spread over shards as in the program, so that limits and with them results are the same.
class Analyzer::Implementation {
 public:
  static Result<std::unique_ptr<Implementation>> make(std::unique_ptr<capture::PacketSource> source,
                                                      const Options& options, bool live) {
    auto key_files = keys::KeyFiles::open(options.key_files);
    if (!key_files) return to_public(std::move(key_files).error());
    return std::make_unique<Implementation>(std::move(source), options, std::move(*key_files), live);
  }

  Implementation(std::unique_ptr<capture::PacketSource> source, Options options, keys::KeyFiles key_files,
                 bool live)
      : source_(std::move(source)),
        options_(std::move(options)),
        key_files_(std::move(key_files)),
        keys_(&key_files_, live) {
    for (auto& shard : shards_) shard = std::make_unique<api::Shard>(options_, keys_.store(), opened_);
  }

  Result<bool> step(Observer& observer) {
    if (state_ == State::ended) return false;
    for (auto& shard : shards_) shard->set_observer(observer);
    state_ =
        State::ended;  // unless this call returns as it should: what an observer throws ends the analysis
    const bool scarce = memory_.read(windows_);
    for (auto& shard : shards_) shard->set_memory_scarce(scarce);
    const bool more = source_->read(batch_, pipeline::window_packets);
    const keys::KeyVersion version = keys_.update(source_->statistics());
    for (auto& shard : shards_) shard->set_keys(version);
    for (const capture::Packet& packet : batch_.packets) serve(packet, observer);
    for (auto& shard : shards_) memory_.add(windows_, shard->shared_bytes());
    ++windows_;
    decoder_.release_buffers();
    if (more) {
      state_ = State::running;
      return true;
    }
    for (auto& shard : shards_) shard->finish({last_number_, clock_.latest()});
    if (const auto fault = source_->fault()) return Error{ErrorKind::read_input, fault->text};
    return false;
  }

  void stop() noexcept { source_->request_stop(); }

 private:
  enum class State : std::uint8_t { running, ended };

  void serve(const capture::Packet& packet, Observer& observer) {
    const PacketRef ref = packet.ref();
    if (clock_.leaves_second(ref.time)) {
      if (const auto tick = clock_.on_other_second(ref)) {
        for (auto& shard : shards_) shard->tick(*tick);
        observer.on_tick(ref.time);
      }
    }
    last_number_ = ref.number;
    net::TcpSegment segment;
    const net::DecodeResult result =
        decoder_.decode(packet.bytes(), packet.wire_length, packet.link_type, ref, segment);
    if (result == net::DecodeResult::tcp) {
      shards_[segment.host_pair_hash % pipeline::shard_count]->serve(segment);
    } else if (result == net::DecodeResult::udp && rtmfp_.wants(decoder_.datagram())) {
      shards_[pipeline::rtmfp_shard]->serve(decoder_.datagram());
    }
  }

  std::unique_ptr<capture::PacketSource> source_;
  Options options_;
  keys::KeyFiles key_files_;
  pipeline::KeyFeed keys_;
  net::PacketDecoder decoder_;
  rtmfp::DatagramFilter rtmfp_;
  capture::PacketBatch batch_;
  net::CaptureClock clock_;
  std::uint64_t last_number_ = 0;
  std::uint64_t windows_ = 0;
  pipeline::MemoryBalance memory_;
  std::uint32_t opened_ = 0;
  std::array<std::unique_ptr<api::Shard>, pipeline::shard_count> shards_;
  State state_ = State::running;
};

Analyzer::Analyzer(std::unique_ptr<Implementation> implementation)
    : implementation_(std::move(implementation)) {}
Analyzer::Analyzer(Analyzer&&) noexcept = default;
Analyzer& Analyzer::operator=(Analyzer&&) noexcept = default;
Analyzer::~Analyzer() = default;

Result<Analyzer> Analyzer::open(const std::vector<std::string>& files, const Options& options,
                                const std::string& filter) {
  if (files.empty()) return Error{ErrorKind::usage, "no capture file was named"};
  auto source = capture::open_files(files, capture::Order::merged, {.filter = filter});
  if (!source) return to_public(std::move(source).error());
  auto implementation = Implementation::make(std::move(*source), options, false);
  if (!implementation.ok()) return implementation.error();
  return Analyzer(std::move(implementation).value());
}

Result<Analyzer> Analyzer::live(const LiveOptions& live, const Options& options) {
  auto source = capture::open_live({.interfaces = {live.interface},
                                    .filter = live.filter,
                                    .snap_length = live.snap_length,
                                    .buffer_bytes = live.buffer_bytes,
                                    .promiscuous = live.promiscuous});
  if (!source) return to_public(std::move(source).error());
  auto implementation = Implementation::make(std::move(*source), options, true);
  if (!implementation.ok()) return implementation.error();
  return Analyzer(std::move(implementation).value());
}

Result<bool> Analyzer::step(Observer& observer) {
  return implementation_->step(observer);
}

Result<Done> Analyzer::run(Observer& observer) {
  for (;;) {
    const Result<bool> more = step(observer);
    if (!more.ok()) return more.error();
    if (!more.value()) return Done{};
  }
}

void Analyzer::stop() noexcept {
  implementation_->stop();
}

}  // namespace rtmpscope::v1
