// One RTMFP session: its startup, its packets in both directions, its flows and their messages.
#pragma once

#include <map>
#include <memory>

#include "net/udp_datagram.hpp"
#include "rtmfp/limits.hpp"
#include "rtmfp/packet_cipher.hpp"
#include "rtmfp/sequence_window.hpp"
#include "rtmfp/session_keys.hpp"
#include "rtmp/session/message_session.hpp"

namespace rtmpscope::rtmfp {

struct SessionOptions {
  bool message_events = true;  ///< as rtmp::SessionOptions
  bool walk_frames = true;     ///< likewise
  bool keep_media = false;     ///< the same
};

class Session;

/// What a datagram was taken for.
struct Taken {
  enum class As : std::uint8_t {
    startup,     ///< under the startup key
    packet,      ///< opened with the session's key
    undecoded,   ///< no key of its direction is known
    unverified,  ///< does not verify with the session's key
    late,        ///< the session has ended
  };
  const Session* session = nullptr;  ///< valid until the table's next call
  Direction direction{};
  As as{};
};

/// What the sessions of one table share.
struct SessionContext {
  rtmp::EventSink& sink;
  SessionOptions options;
  KeyFinder keys;
  HeldBytes held;
  std::optional<Taken> taken{};  ///< the datagram at hand
  bool startup_cut = false;      ///< a datagram that may have opened a session was cut by the capture
};

/// Call order: open; then anything; then close once. The client is the initiator.
class Session {
 public:
  /// asked: hellos. keying: the initiator has sent its keys. open: the responder has answered. closing: one
  /// side has said that the session ends. ended: both have; packets are still taken and are of no interest.
  enum class State : std::uint8_t { asked, keying, open, closing, ended };

  /// `number` is the one that events carry; `context` outlives the session.
  Session(const rtmp::ConnectionInfo& info, std::uint32_t number, SessionContext& context);
  ~Session();

  void open(PacketRef packet);
  void on_hello(const InitiatorHello& hello, const Endpoint& responder, PacketRef packet);
  void on_answer(const ResponderHello& hello, const Endpoint& responder, PacketRef packet);
  void on_redirect(const Redirect& redirect, PacketRef packet);
  void on_initiator_keying(const Keying& keying, const Endpoint& responder, PacketRef packet);
  /// The session is open afterwards.
  void on_responder_keying(const Keying& keying, PacketRef packet);
  /// Where the initiator's keying was not captured.
  void set_session_id(Direction direction, std::uint32_t id) { session_ids_[index_of(direction)] = id; }
  /// A datagram of the startup, which the functions above take apart.
  void count_startup(Direction direction, const net::UdpDatagram& datagram);
  /// A datagram that is not of the startup. False: keys are known, and it does not verify with them; then it
  /// has not been counted.
  bool on_packet(Direction direction, const net::UdpDatagram& datagram);
  /// Whether it would, as far as that is known.
  [[nodiscard]] bool fits(Direction direction, const net::UdpDatagram& datagram);
  /// That datagram was nothing of the session.
  void on_unverified(Direction direction, const net::UdpDatagram& datagram);
  /// Packets of that side come from somewhere else.
  void on_address(rtmp::Side side, const Endpoint& endpoint, PacketRef packet);
  /// Another session has taken the place of this attempt: both sides had asked at once.
  void on_glare(PacketRef packet);
  void on_tick(PacketRef now);
  void close(EndCause cause, PacketRef packet);

  /// Whether the initiator's keys were those.
  [[nodiscard]] bool has_initiator_component(Bytes component) const {
    return initiator_component_ == sha256(component);
  }
  [[nodiscard]] State state() const { return state_; }
  /// When it began to close.
  [[nodiscard]] Timestamp closed_at() const { return closed_at_; }
  /// The responder has sent its keys. Holds for good.
  [[nodiscard]] bool answered() const { return answered_; }
  [[nodiscard]] bool can_decode(Direction direction) const {
    return ciphers_[index_of(direction)] != nullptr;
  }
  /// Opens packets of that direction, also those that were opened before. Null: the key is not known.
  [[nodiscard]] std::shared_ptr<PacketCipher> cipher(Direction direction) const {
    return ciphers_[index_of(direction)];
  }
  /// The one that events carry.
  [[nodiscard]] std::uint32_t number() const { return number_; }
  [[nodiscard]] const rtmp::ConnectionInfo& info() const { return summary().info; }
  /// As far as it is known by now.
  [[nodiscard]] const rtmp::ConnectionSummary& summary() const { return messages_.summary(); }
  /// Of packets in that direction; 0: not known.
  [[nodiscard]] std::uint32_t session_id(Direction direction) const {
    return session_ids_[index_of(direction)];
  }

 private:
  struct FlowEntry;
  class MessageReader;
  using Flows = std::map<std::uint64_t, FlowEntry>;

  void count(Direction direction, const net::UdpDatagram& datagram, Taken::As as);
  void emit(rtmp::Event& event, Direction direction, PacketRef packet);
  void emit_startup(rtmp::Event& event, Direction direction, PacketRef packet);
  void emit_finding(FindingId id, std::optional<Direction> direction, std::uint64_t a, std::uint64_t b,
                    PacketRef packet);
  void set_responder(const Endpoint& responder);
  void find_keys(PacketRef packet);
  void find_keys_by_trial(Direction direction, const net::UdpDatagram& datagram);
  void use_keys(const SessionKeys& keys, PacketRef packet);
  void tell_open(PacketRef packet);
  void read_packet(Direction direction, Bytes plain, PacketRef packet);
  void on_chunk(Direction direction, const Chunk& chunk, FragmentReader& fragments, PacketRef packet);
  void on_fragment(Direction direction, const Fragment& fragment, PacketRef packet);
  void on_acknowledgement(Direction direction, const Acknowledgement& acknowledgement, PacketRef packet);
  void on_exception(Direction direction, const FlowException& exception, PacketRef packet);
  FlowEntry* flow_for(Direction direction, const Fragment& fragment, PacketRef packet);
  void learn(Direction direction, std::uint64_t number, FlowEntry& entry, const Fragment& fragment,
             PacketRef packet);
  void end_flow(Direction direction, std::uint64_t number, FlowEntry& entry, FlowEnd reason,
                PacketRef packet);
  void on_message(Direction direction, std::uint64_t number, FlowEntry& entry, const FlowMessage& message,
                  PacketRef packet);
  void on_close_chunk(Direction direction, bool asks, PacketRef packet);

  SessionContext& context_;
  std::uint32_t number_;
  rtmp::MessageSession messages_;
  State state_ = State::asked;
  bool answered_ = false;
  PacketRef first_packet_;
  std::uint32_t startup_events_ = 0;
  std::array<std::uint32_t, 2> session_ids_{};  ///< by direction, as what follows
  std::array<rtmp::DirectionTotals, 2> totals_{};
  std::array<std::shared_ptr<PacketCipher>, 2> ciphers_;
  std::array<SequenceWindow, 2> sequence_windows_;
  std::array<Flows, 2> flows_;
  std::array<std::uint32_t, 2> flow_events_{};  ///< that were told: flows opened
  std::array<std::uint32_t, 2> flow_ends_{};    ///< the same: flows closed
  std::optional<Sha256Digest> initiator_component_;
  std::unique_ptr<SessionKeying> keying_;  ///< null once the keys are known
  std::optional<keys::KeyVersion> asked_at_;
  std::uint32_t trials_ = 0;  ///< packets that lines without a name were tried with, since then
  KeySource key_source_ = KeySource::none;
  std::uint64_t undecoded_ = 0;  ///< packets without a key
  Timestamp closed_at_ = 0;      ///< when one side has said that the session ends
  bool flow_limit_told_ = false;
  bool glare_ = false;
};

}  // namespace rtmpscope::rtmfp
