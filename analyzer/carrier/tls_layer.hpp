// TLS as a layer: records in, application data out, if the keys are known.
#pragma once

#include <array>
#include <optional>

#include "carrier/layer.hpp"
#include "carrier/offset_map.hpp"
#include "carrier/tls/handshake_joiner.hpp"
#include "carrier/tls/record_opener.hpp"
#include "carrier/tls/record_splitter.hpp"
#include "carrier/tls_midstream.hpp"
#include "carrier/tls_record_search.hpp"
#include "carrier/tls_teller.hpp"

namespace rtmpscope::carrier {

/// TLS 1.0 to 1.3 (RFC 2246, 4346, 5246, 8446), passively: with the session's secrets (LayerContext::keys)
/// the application data are the inner streams; without them the layer becomes opaque as soon as it is known
/// how much the session is like RTMPS.
///
/// Lost bytes cost the records that they were part of. The next record is searched for and proven by its
/// authentication tag, with sequence numbers tried forward, which tells how many bytes of content are
/// missing: a gap of known length (but for CBC, whose padding hides sizes). A record that does not verify is
/// a gap, too.
///
/// Where the opening is not in the capture, records of TLS 1.3 are tried with the secrets of the key logs.
///
/// Which side is the client is taken from the ClientHello, or from the secret that fits.
class TlsLayer final : public Layer {
 public:
  /// Bytes of one direction that wait for keys, or for the other side's hello.
  static constexpr std::size_t most_waiting_bytes = std::size_t{64} << 10;
  /// Bytes that all layers of a shard keep together (LayerContext::held_bytes). Who adds to more is given up.
  static constexpr std::size_t most_held_bytes = std::size_t{4} << 20;
  /// Records that may be missing in a row.
  static constexpr std::uint64_t most_lost_records = 4096;
  /// Records that may not verify in front of the first one that does (handshake without keys, early data).
  static constexpr std::uint64_t most_unproven_records = 1024;

  /// Where the streams begin.
  enum class Begin : std::uint8_t {
    at_start,  ///< with the session
    unknown,   ///< at a record, or within one
    inside,    ///< within the session, and not where a record does
  };
  explicit TlsLayer(const LayerContext& context, Begin begin = Begin::at_start);

  void on_data(Direction direction, const StreamData& data) override;
  void on_gap(Direction direction, const StreamGap& gap) override;
  void on_end(Direction direction, const StreamEnd& end) override;

  [[nodiscard]] LayerState state() const override { return state_; }
  [[nodiscard]] std::uint64_t outer_offset(Direction direction, std::uint64_t inner) const override {
    const Side& at = sides_[index_of(direction)];
    return at.offsets.outer(inner, at.splitter.offset());
  }
  [[nodiscard]] std::uint64_t inner_offset(Direction direction, std::uint64_t outer) const override {
    const Side& at = sides_[index_of(direction)];
    return at.offsets.inner(outer, at.inner);
  }
  void add_to(LayerContext& context) const override;

 private:
  enum class Mode : std::uint8_t {
    reading,
    waiting,    ///< for keys, or the other side's hello: bytes are held
    searching,  ///< bytes are missing: for the next record
    closed,     ///< nothing more is handed on
  };
  struct Side {
    Mode mode = Mode::reading;
    bool is_protected = false;   ///< records are encrypted
    bool patience_over = false;  ///< does not wait any more
    bool ended = false;
    tls::RecordSplitter splitter;
    tls::HandshakeJoiner handshake;
    tls::RecordOpener opener;
    HeldPieces held;  ///< while waiting
    TlsRecordSearch search;
    tls::SearchBudget budget;         ///< for finding records behind gaps
    std::uint64_t missing_bytes = 0;  ///< in gaps so far
    std::uint64_t inner = 0;          ///< offset of the next content
    OffsetMap offsets;
    std::uint64_t unproven = 0;
    TlsTotals totals;
  };
  enum class Answer : std::uint8_t { taken, wait };

  [[nodiscard]] Side& side(Direction direction) { return sides_[index_of(direction)]; }
  /// By the roles that the ClientHello shows.
  [[nodiscard]] Direction role(Direction direction) const {
    return opening_.swapped ? opposite(direction) : direction;
  }

  /// A side that says nothing, and yet was answered, was not captured.
  [[nodiscard]] bool lacks_a_side() const {
    const Side& client = sides_[index_of(role(Direction::to_server))];
    const Side& server = sides_[index_of(role(Direction::to_client))];
    return client.totals.records == 0 || (server.totals.records == 0 && client.is_protected);
  }

  void read(Direction direction, const StreamData& data);
  [[nodiscard]] std::size_t read_some(Direction direction, const StreamData& data, HeldPieces& again);
  /// Counts what is kept.
  void count_held(PacketRef packet);
  [[nodiscard]] std::size_t take_records(Direction direction, const StreamData& data);
  [[nodiscard]] Answer take(Direction direction, const tls::Record& record);
  /// Where the opening is not in the capture: true if the record has shown the way in, and is delivered.
  [[nodiscard]] bool take_midstream(Direction direction, const tls::Record& record);
  [[nodiscard]] Answer take_protected(Direction direction, const tls::Record& record);
  void take_unverified(Direction direction, const tls::Record& record);
  void deliver(Direction direction, const tls::Record& record, const tls::OpenedRecord& opened);
  void deliver_content(Direction direction, const tls::Record& record, Bytes content);
  void on_handshake(Direction direction, std::uint8_t type, Bytes body, PacketRef packet);
  void on_server_hello(Direction direction, Bytes body);

  /// Looks for keys of the session, once both hellos are known. Sets opening_.keys.
  void look_for_keys();
  [[nodiscard]] bool may_wait(Direction direction) const;
  void release(Direction direction);
  void watch(Direction direction, const tls::Record& record);
  void become_opaque(PacketRef packet);
  void give_up_direction(Direction direction, PacketRef packet);
  void tell_end(PacketRef packet);

  void lose(Direction direction, const StreamGap& gap);
  void begin_search(Direction direction, const TlsLoss& loss);
  [[nodiscard]] std::size_t search(Direction direction, const StreamData& data, HeldPieces& again);
  [[nodiscard]] bool lacks_finished(Direction direction, const tls::Record& record) const;
  [[nodiscard]] bool resume_without_keys(Direction direction, const tls::Record& record, const TlsLoss& loss);
  static void hold(Side& at, const tls::Record& record);
  void lose_content(Direction direction, const StreamGap& gap);
  [[nodiscard]] bool try_resume(Direction direction, const tls::Record& record, const TlsLoss& loss);
  void tell_loss(Direction direction, std::uint64_t lost, std::uint64_t outer_bytes, const TlsLoss& loss,
                 bool in_handshake, PacketRef packet);

  LayerState state_ = LayerState::establishing;
  const keys::KeyView* keys_;
  TlsTeller teller_;
  HeldShare held_share_;
  bool may_begin_within_record_;
  TlsOpening opening_;
  keys::KeyVersion keys_version_ = 0;  ///< that was looked at
  tls::LikenessWatch likeness_;
  TlsMidstream midstream_;
  std::array<Side, 2> sides_;  ///< by direction as TCP says
};

}  // namespace rtmpscope::carrier
