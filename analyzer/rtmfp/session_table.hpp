// All RTMFP sessions of a capture.
//
// Sessions change their addresses, are redirected, and are introduced by other hosts' sessions. So one table
// has them all.
#pragma once

#include <list>
#include <unordered_map>

#include "net/capture_clock.hpp"
#include "rtmfp/session.hpp"
#include "rtmfp/split_packets.hpp"

namespace rtmpscope::rtmfp {

struct TableCounters {
  std::uint64_t datagrams = 0;  ///< of sessions
  std::uint64_t others = 0;     ///< that belong to none
  std::uint64_t left_out = 0;   ///< hellos beyond Limits::unanswered
  std::uint64_t evicted = 0;    ///< sessions beyond Limits::sessions or Limits::unanswered
};

/// Finds the session that a datagram belongs to. Single-threaded; datagrams come in the order of the capture.
///
/// A startup packet is known by the checksum under the public startup key, on any port. Further packets are
/// known by their addresses and session id; one that comes from a new address, by the id and the address of
/// the other side.
class SessionTable {
 public:
  /// `opened` counts connections and numbers them; it, `sink` and `keys` outlive the table. `clock`: that of
  /// the last tick.
  SessionTable(rtmp::EventSink& sink, const SessionOptions& options, const keys::KeyView& keys,
               std::uint32_t& opened, Timestamp clock = 0, const Limits& limits = {});
  ~SessionTable();

  /// What is no RTMFP is only counted: nothing comes back.
  std::optional<Taken> on_datagram(const net::UdpDatagram& datagram);
  /// As net::FlowTable.
  void on_tick(const net::Tick& tick);
  void finish(PacketRef last);

  [[nodiscard]] const TableCounters& counters() const { return counters_; }
  [[nodiscard]] std::size_t size() const { return entries_.size() + unanswered_.size(); }
  [[nodiscard]] std::size_t held_bytes() const { return context_.held.used(); }

 private:
  struct Entry;
  using Entries = std::list<Entry>;
  /// The session of a datagram, and which way that goes.
  struct Found {
    Entry* entry = nullptr;
    Direction direction{};
  };

  void take(const net::UdpDatagram& datagram);
  void on_session_packet(const Found& found, const net::UdpDatagram& datagram, std::uint32_t session_id);
  /// False: it is not under the startup key.
  bool on_startup(const net::UdpDatagram& datagram, std::uint32_t session_id);
  void on_startup_packet(const net::UdpDatagram& datagram, std::uint32_t session_id, Bytes packet,
                         bool whole);
  void on_startup_chunk(const net::UdpDatagram& datagram, std::uint32_t session_id, const Chunk& chunk,
                        bool whole);
  void on_initiator_hello(const net::UdpDatagram& datagram, Bytes chunk);
  void on_responder_hello(const net::UdpDatagram& datagram, Bytes chunk);
  void on_redirect(const net::UdpDatagram& datagram, Bytes chunk);
  void on_cookie_change(const net::UdpDatagram& datagram, Bytes chunk);
  void on_initiator_keying(const net::UdpDatagram& datagram, Bytes chunk);
  void on_responder_keying(const net::UdpDatagram& datagram, std::uint32_t session_id, Bytes chunk);
  [[nodiscard]] Found find_moved(const net::UdpDatagram& datagram, std::uint32_t session_id);
  /// `path`: as find_moved has found it.
  [[nodiscard]] bool accepts(const Found& found, const net::UdpDatagram& datagram, bool only_one) const;
  void on_moved(const Found& found, const net::UdpDatagram& datagram);
  [[nodiscard]] Entry* find_by_name(const std::string& name) const;
  void give_name(Entry& entry, std::string name);
  [[nodiscard]] Entry& add(const Endpoint& client, const Endpoint& server, PacketRef packet,
                           rtmp::Start start);
  /// Of somebody who asks; null: there are too many.
  [[nodiscard]] Entry* add_asked(const Endpoint& client, const Endpoint& server, PacketRef packet);
  void add_paths(Entry& entry, Direction direction, const Endpoint& from, const Endpoint& to);
  void add_half_path(Entry& entry, Direction direction, const HalfPath& path);
  void end_other_attempt(const Entry& opened, PacketRef packet);
  void end(Entry& entry, EndCause cause, PacketRef packet);
  void remove(Entry& entry);
  void remove_paths(Entry& entry);
  [[nodiscard]] static EndCause cause_of_silence(const Entry& entry);
  [[nodiscard]] Timestamp patience_with(const Entry& entry) const;

  Limits limits_;
  TableCounters counters_;
  std::uint32_t& opened_;
  SessionContext context_;
  StartupCipher startup_;
  SplitPackets split_packets_;
  // The one that was silent for longest first.
  Entries unanswered_;
  Entries entries_;  ///< all others, also those that have ended
  std::unordered_map<Path, Found, PathHash> paths_;
  std::unordered_multimap<HalfPath, Found, PathHash> half_paths_;
  std::unordered_map<std::string, Entry*> names_;  ///< by tag or cookie and the initiator's address
  Timestamp now_ = 0;                              ///< Tick::clock of the last tick
};

}  // namespace rtmpscope::rtmfp
