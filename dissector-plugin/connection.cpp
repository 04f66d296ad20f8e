#include "connection.hpp"

#include <algorithm>
#include <cstring>

#include "base/byte_order.hpp"
#include "rtmp/handshake/digest.hpp"
#include "rtmp/session/summary.hpp"

namespace rtmpscope::plugin {
namespace {

/// No peer has more than its window in flight (RFC 7323: 1 GiB); a sequence number that far off is not one of
/// the stream.
constexpr std::int64_t farthest_jump = std::int64_t{1} << 30;
/// C0 and C1 are sent at once; a first segment this long that looks like them is no accident.
constexpr std::size_t convincing_size = 256;

/// Whether the first bytes of a client are C0 and C1 in all likelihood, before the server has answered.
bool is_client_handshake(Bytes bytes, Direction direction) {
  constexpr std::size_t both = 1 + handshake_block_size;
  if (bytes.size() > both || bytes.size() < convincing_size || direction != Direction::to_server)
    return false;
  if (carrier::classify_opening(bytes.first(carrier::opening_size)) != carrier::Opening::handshake)
    return false;
  if (load_be32(bytes.data() + 5) == 0) return bytes[0] == 3;
  return bytes.size() == both && find_digest(bytes.subspan(1), direction) != DigestLayout::none;
}

}  // namespace

Connection::Connection(Capture& capture, const rtmp::ConnectionInfo& info)
    : capture_(capture), info_(info), recorder_(capture.records) {}

void Connection::give_number() {
  if (!index_) index_ = capture_.numbered++;
}

rtmp::Transport Connection::transport() const {
  return session_ == nullptr ? info_.transport : session_->summary().info.transport;
}

std::optional<recording::RecordBatch> Connection::take(const Piece& piece) {
  if (state_ == State::other) return std::nullopt;
  const bool may_have_header = !began_ && piece.direction == Direction::to_server;
  const std::uint32_t proxy_header = may_have_header ? find_proxy_header(piece) : 0;
  if (proxy_header == 0) return take(piece, 0);
  Piece rest = piece;
  rest.bytes = piece.bytes.subspan(proxy_header);
  rest.sequence = *piece.sequence + proxy_header;
  Way& side = ways_[index_of(piece.direction)];
  side = {};
  side.begun = true;
  side.expected_sequence = *rest.sequence;
  return take(rest, static_cast<std::uint16_t>(std::min<std::uint32_t>(proxy_header, UINT16_MAX)));
}

/// How many bytes in front of the piece are, or may be, a proxy's header.
std::uint32_t Connection::find_proxy_header(const Piece& piece) {
  using carrier::ProxyHeaderFinder;
  const Way& side = ways_[index_of(piece.direction)];
  if (proxy_finder_ == nullptr) {
    began_ = !piece.sequence || piece.sequence != piece.first_sequence || !piece.syn_seen ||
             !ProxyHeaderFinder::is_promising(piece.bytes.front());
    if (began_) return 0;
    proxy_finder_ = std::make_unique<ProxyHeaderFinder>();
  } else if (piece.sequence != side.expected_sequence) {
    began_ = true;  // with a hole or a repetition in the header
  }
  if (began_) {
    proxy_finder_.reset();
    return 0;
  }
  const std::uint32_t before = proxy_finder_->seen();
  const std::optional<std::uint32_t> length = proxy_finder_->add(piece.bytes);
  if (!length) return static_cast<std::uint32_t>(piece.bytes.size());
  began_ = true;
  proxy_finder_.reset();
  info_.proxy_header = *length;
  return *length == 0 ? 0 : *length - before;
}

/// `proxy_header`: so many bytes of the packet lie in front of the piece.
std::optional<recording::RecordBatch> Connection::take(const Piece& piece, std::uint16_t proxy_header) {
  Way& side = ways_[index_of(piece.direction)];
  recording::RecordBatch batch;
  batch.frame = piece.frame;
  batch.place = piece.place;
  batch.direction = piece.direction;
  batch.proxy_header = proxy_header;
  batch.length = static_cast<std::uint32_t>(piece.bytes.size()) + piece.cut;
  std::uint64_t missing = 0;
  bool stray = false;
  batch.stream_offset = locate(side, piece, missing, stray);
  batch.missing_before = static_cast<std::uint32_t>(std::min<std::uint64_t>(missing, UINT32_MAX));
  missing_bytes_ += missing;
  const std::uint64_t expected = side.expected;
  if (stray) {
    batch.repeated = batch.length;
  } else if (batch.stream_offset < expected) {
    batch.repeated =
        static_cast<std::uint32_t>(std::min<std::uint64_t>(expected - batch.stream_offset, batch.length));
  }
  recorder_.begin(batch.stream_offset, piece.frame,
                  {piece.bytes.data() - proxy_header, piece.bytes.size() + proxy_header});

  const PacketRef packet{piece.frame, piece.time};
  if (missing > 0) {
    feed(piece, StreamGap{expected, missing, GapCause::not_captured, packet});
  }
  if (batch.repeated < piece.bytes.size()) {
    feed(piece,
         StreamData{batch.stream_offset + batch.repeated, piece.bytes.subspan(batch.repeated), packet});
  }
  if (piece.cut > 0 && batch.repeated < batch.length) {
    const std::uint64_t cut_at = std::max<std::uint64_t>(piece.bytes.size(), batch.repeated);
    feed(piece,
         StreamGap{batch.stream_offset + cut_at, batch.length - cut_at, GapCause::snap_length, packet});
  }
  if (batch.repeated < batch.length) {
    side.expected = batch.stream_offset + batch.length;
    if (piece.sequence) side.expected_sequence = *piece.sequence + batch.length;
  }
  const bool may_be_other = piece.claim == Claim::asked || (detector_ != nullptr && detector_->searches());
  if (state_ == State::other || (state_ == State::undecided && may_be_other)) return std::nullopt;

  give_number();
  batch.direction = way(piece.direction);
  return recorder_.end(batch);
}

/// The stream offset of the piece's first byte, from its sequence number.
std::uint64_t Connection::locate(Way& side, const Piece& piece, std::uint64_t& missing, bool& stray) {
  if (!piece.sequence) return side.expected;
  if (!side.begun) {
    side.begun = true;
    side.expected_sequence = piece.first_sequence.value_or(*piece.sequence);
  }
  const auto ahead = std::int64_t{static_cast<std::int32_t>(*piece.sequence - side.expected_sequence)};
  const std::int64_t offset = static_cast<std::int64_t>(side.expected) + ahead;
  if (ahead > farthest_jump || offset < 0) {
    stray = true;
    return side.expected;
  }
  if (ahead > 0) missing = static_cast<std::uint64_t>(ahead);
  return static_cast<std::uint64_t>(offset);
}

void Connection::feed(const Piece& piece, const StreamData& data) {
  if (state_ == State::decoding) {
    session_->on_data(way(piece.direction), data);
  } else if (state_ == State::undecided) {
    const carrier::Verdict verdict = decide(piece, detector(piece).add(piece.direction, data), &data);
    if (!open_session(verdict, data.packet)) return;
    if (held_pieces_ == 1) {
      // Straight from the packet, so that what lies in it need not be copied.
      session_->on_data(way(piece.direction), data);
    } else {
      replay_held();
    }
    detector_.reset();
  }
}

void Connection::feed(const Piece& piece, const StreamGap& gap) {
  if (state_ == State::decoding) {
    session_->on_gap(way(piece.direction), gap);
  } else if (state_ == State::undecided) {
    const carrier::Verdict verdict = decide(piece, detector(piece).add(piece.direction, gap), nullptr);
    if (!open_session(verdict, gap.noticed_at)) return;
    replay_held();
    detector_.reset();
  }
}

/// The packets that the held bytes came in were not shown as RTMP, so nobody gets at their media later.
void Connection::replay_held() {
  session_->keep_media_whole(true);
  detector_->replay(*session_);
  session_->keep_media_whole(media_whole_);
}

/// To be called once for each piece that it is given.
carrier::Detector& Connection::detector(const Piece& piece) {
  if (detector_ == nullptr) {
    detector_ = std::make_unique<carrier::Detector>(
        carrier::Detector::Hints{.known_port = piece.claim == Claim::port,
                                 .syn_seen = piece.syn_seen,
                                 .searched_bytes = &capture_.searched_bytes});
  }
  ++held_pieces_;
  return *detector_;
}

/// A packet is shown as soon as it is read, when the detector would rather wait for the other side.
carrier::Verdict Connection::decide(const Piece& piece, carrier::Verdict verdict, const StreamData* data) {
  using carrier::Protocol;
  if (verdict.protocol != Protocol::undecided || data == nullptr) return verdict;
  const bool first = held_pieces_ == 1 && data->offset == 0;
  if (first && piece.syn_seen && is_client_handshake(data->bytes, piece.direction)) {
    return detector_->accept_handshake();
  }
  if (detector_->searches()) return verdict;
  // What follows a hole does not tell; the other direction may.
  const bool tells = data->bytes.size() >= carrier::opening_size && (data->offset == 0 || !piece.syn_seen);
  return piece.claim == Claim::port && tells ? detector_->at_end() : verdict;
}

/// False if there is nothing to decode, or not yet.
bool Connection::open_session(carrier::Verdict verdict, PacketRef packet) {
  using carrier::Protocol;
  if (verdict.protocol == Protocol::undecided) return false;
  if (verdict.protocol != Protocol::rtmp && verdict.protocol != Protocol::rtmpe) {
    state_ = State::other;
    detector_.reset();
    return false;
  }
  state_ = State::decoding;
  swapped_ = verdict.swapped;
  if (swapped_) std::swap(info_.client, info_.server);
  if (verdict.protocol == Protocol::rtmpe && info_.transport == rtmp::Transport::rtmp) {
    info_.transport = rtmp::Transport::rtmpe;
  }
  info_.start = verdict.midstream ? rtmp::Start::midstream : rtmp::Start::syn;
  give_number();
  session_ = std::make_unique<rtmp::Session>(info_, *index_ + 1, rtmp::SessionOptions{.chunk_events = true},
                                             recorder_);
  recorder_.set_summary(session_->summary());
  session_->keep_media_whole(media_whole_);
  session_->open(packet);
  return true;
}

}  // namespace rtmpscope::plugin
