// The RTMPT sessions of all TCP connections of one shard.
#pragma once

#include <functional>
#include <map>

#include "base/proxy_header.hpp"
#include "carrier/http_tunnel/tunnel_session.hpp"

namespace rtmpscope::carrier {

/// Whose TCP connection a session begins with. A session belongs to a client's address, not to its port: it
/// may go over several TCP connections.
struct TunnelEnds {
  Endpoint client;
  Endpoint server;
  bool in_tls = false;                     ///< the TCP connection carries TLS, and HTTP inside
  std::vector<ProxyHeader> proxy_headers;  ///< in front of the first request
};

/// Makes who takes a session's streams.
using TunnelSinkFactory = std::function<std::unique_ptr<TunnelSink>(const TunnelEnds&, const TunnelOpening&)>;

/// Finds sessions by the client's address, the server's address and port, and the id.
///
/// A session ends when the client has asked for that and its TCP connections have ended; or, without TCP
/// connection, after `reattach_time`; or when there are too many.
class TunnelTable {
 public:
  /// Sessions of one table. Reached: the one that was used longest ago ends (EndCause::evicted).
  static constexpr std::size_t most_sessions = 4096;
  /// Memory that waits for its turn in all sessions together. Reached: nothing waits any longer.
  static constexpr std::size_t held_limit = std::size_t{8} << 20;
  /// Seconds in which a client that has lost its connection comes back; what clients wait for an answer.
  static constexpr std::uint32_t reattach_time = 30;

  explicit TunnelTable(TunnelSinkFactory factory) : factory_(std::move(factory)) {}
  TunnelTable(const TunnelTable&) = delete;
  TunnelTable& operator=(const TunnelTable&) = delete;

  /// Null: there is none.
  [[nodiscard]] std::shared_ptr<TunnelSession> find(const TunnelEnds& ends, std::string_view id);
  /// A session of that id that is there already ends.
  [[nodiscard]] std::shared_ptr<TunnelSession> add(const TunnelEnds& ends, const TunnelOpening& opening,
                                                   const PacketRef& packet);

  /// A TCP connection that carried the session has ended.
  void on_detached(const std::shared_ptr<TunnelSession>& session, EndCause cause, const PacketRef& packet);
  /// A second of capture time has passed.
  void on_tick(const PacketRef& packet);
  /// The capture is over: ends all sessions in the order in which they began.
  void finish(const PacketRef& packet);

  [[nodiscard]] std::size_t size() const { return sessions_.size(); }
  /// Memory that waits in all sessions, and in the TCP connections that carry them.
  [[nodiscard]] std::size_t& held_together() { return held_; }

 private:
  struct Key {
    IpAddress client;
    Endpoint server;
    std::string id;
    friend auto operator<=>(const Key&, const Key&) = default;
  };
  struct Entry {
    std::shared_ptr<TunnelSession> session;
    Key key;
    std::uint64_t last_use = 0;              ///< in `uses_`
    std::uint32_t alone = 0;                 ///< seconds without TCP connection
    EndCause cause = EndCause::capture_end;  ///< of the last one
  };
  using Entries = std::map<std::uint64_t, Entry>;  ///< by TunnelSession::number

  void use(Entry& entry);
  Entries::iterator remove(Entries::iterator entry, EndCause cause, const PacketRef& packet);
  void evict(const PacketRef& packet);

  TunnelSinkFactory factory_;
  std::map<Key, std::uint64_t> numbers_;
  std::map<std::uint64_t, std::uint64_t> by_use_;  ///< Entry::last_use to number
  std::uint64_t added_ = 0;
  std::uint64_t uses_ = 0;
  std::size_t held_ = 0;  ///< outlives the sessions
  Entries sessions_;
};

}  // namespace rtmpscope::carrier
