#include "rtmpscope/stream_analyzer.hpp"

#include <arpa/inet.h>

#include <array>
#include <cstring>

#include "api/public_events.hpp"
#include "pipeline/connection.hpp"

namespace rtmpscope::v1 {
namespace {

rtmpscope::Endpoint to_inner(const Endpoint& endpoint) {
  rtmpscope::Endpoint result;
  result.port = endpoint.port;
  if (inet_pton(AF_INET6, endpoint.address.c_str(), result.address.bytes.data()) == 1) {
    result.address.length = 16;
  } else if (inet_pton(AF_INET, endpoint.address.c_str(), result.address.bytes.data()) != 1) {
    result.address.bytes.fill(0);
  }
  return result;
}

PacketRef to_inner(Packet packet) {
  return {packet.number, packet.time};
}

EndCause to_inner(StreamEnd end) {
  switch (end) {
    case StreamEnd::closed: return EndCause::fin;
    case StreamEnd::reset: return EndCause::reset;
    case StreamEnd::abandoned: break;
  }
  return EndCause::capture_end;
}

}  // namespace

/// Drives one pipeline::Connection as a flow table does.
class StreamAnalyzer::Implementation {
 public:
  Implementation(StreamOptions options, Observer& observer)
      : options_(std::move(options)), ports_{options_.server.port}, events_(opened_) {
    events_.set_observer(observer);
  }

  void data(Direction direction, std::uint64_t offset, Bytes bytes, Packet packet) {
    Side& side = sides_[static_cast<std::size_t>(direction)];
    if (state_ == State::closed || bytes.empty()) return;
    if (offset > side.end) gap(direction, side.end, offset - side.end, packet);
    note(side, packet);
    if (offset < side.end) {  // said before
      const std::uint64_t known = side.end - offset;
      side.totals.retransmitted_bytes += std::min<std::uint64_t>(known, bytes.size());
      if (known >= bytes.size()) return;
      bytes = bytes.subspan(known);
      offset = side.end;
    }
    side.end = offset + bytes.size();
    side.totals.bytes += bytes.size();
    connection(packet).on_data(api::to_inner(direction), {offset, bytes, to_inner(packet)});
  }

  void gap(Direction direction, std::uint64_t offset, std::optional<std::uint64_t> length, Packet packet) {
    Side& side = sides_[static_cast<std::size_t>(direction)];
    if (state_ == State::closed || (length && offset + *length <= side.end)) return;
    if (length) *length = offset + *length - side.end;
    side.totals.missing_bytes += length.value_or(0);
    const StreamGap what{side.end, length, GapCause::not_captured, to_inner(packet)};
    side.end += length.value_or(0);
    connection(packet).on_gap(api::to_inner(direction), what);
  }

  void close(StreamEnd end, Packet packet) {
    if (state_ == State::closed) return;
    pipeline::Connection& flow = connection(packet);
    for (const Direction direction : {Direction::to_server, Direction::to_client}) {
      const Side& side = sides_[static_cast<std::size_t>(direction)];
      if (flow.wants_data())
        flow.on_end(api::to_inner(direction), {side.end, to_inner(end), to_inner(packet)});
    }
    flow.on_close(to_inner(end), to_inner(packet), {sides_[0].totals, sides_[1].totals}, {});
    context_.finish(to_inner(packet));
    state_ = State::closed;
  }

 private:
  enum class State : std::uint8_t { open, closed };
  struct Side {
    std::uint64_t end = 0;  ///< offset behind the last byte, known or missing
    net::FlowDirectionTotals totals;
  };

  static void note(Side& side, Packet packet) { side.totals.note_packet(packet.time); }

  /// Begins with the first call, which dates it.
  pipeline::Connection& connection(Packet packet) {
    if (connection_ == nullptr) {
      const net::FlowInfo about{.client = to_inner(options_.client),
                                .server = to_inner(options_.server),
                                .syn_seen = options_.from_begin,
                                .first_packet = to_inner(packet)};
      connection_ = std::make_unique<pipeline::Connection>(about, context_);
    }
    return *connection_;
  }

  StreamOptions options_;
  std::array<std::uint16_t, 1> ports_;  ///< the caller says that it is RTMP
  std::uint32_t opened_ = 0;
  api::PublicEvents events_;
  pipeline::ConnectionContext context_{
      .sink = events_, .session = {.keep_media = options_.keep_media}, .rtmp_ports = ports_};
  std::unique_ptr<pipeline::Connection> connection_;
  std::array<Side, 2> sides_;
  State state_ = State::open;
};

StreamAnalyzer::StreamAnalyzer(const StreamOptions& options, Observer& observer)
    : implementation_(std::make_unique<Implementation>(options, observer)) {}
StreamAnalyzer::StreamAnalyzer(StreamAnalyzer&&) noexcept = default;
StreamAnalyzer& StreamAnalyzer::operator=(StreamAnalyzer&&) noexcept = default;
StreamAnalyzer::~StreamAnalyzer() = default;

void StreamAnalyzer::data(Direction direction, std::uint64_t offset, Bytes bytes, Packet packet) {
  implementation_->data(direction, offset, bytes, packet);
}

void StreamAnalyzer::gap(Direction direction, std::uint64_t offset, std::optional<std::uint64_t> length,
                         Packet packet) {
  implementation_->gap(direction, offset, length, packet);
}

void StreamAnalyzer::close(StreamEnd end, Packet packet) {
  implementation_->close(end, packet);
}

}  // namespace rtmpscope::v1
