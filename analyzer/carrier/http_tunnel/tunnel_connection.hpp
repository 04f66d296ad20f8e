// One TCP connection with HTTP in it: what of it are requests of RTMPT sessions.
#pragma once

#include <deque>
#include <unordered_map>

#include "carrier/http_tunnel/http_reader.hpp"
#include "carrier/http_tunnel/lost_messages.hpp"
#include "carrier/http_tunnel/tunnel_table.hpp"

namespace rtmpscope::carrier {

/// Takes both streams of the connection, joins each response to its request, and hands bodies to the sessions
/// of `table`.
///
/// Order of calls: those of a StreamSink, then close once.
class TunnelConnection final : public StreamSink, private HttpListener {
 public:
  /// Requests without an answer that are kept. Reached: the oldest is forgotten.
  static constexpr std::size_t most_pending = 256;
  /// Requests that belong to no session, at a connection's beginning. Reached, or with one that is no POST:
  /// it carries none.
  static constexpr std::size_t most_foreign = 4;

  /// `at_start`: both streams begin with their first byte. `give_up` is called, once at most, when the
  /// connection carries no tunnel; no data need come any more. `on_session` is called when it begins
  /// to carry another session. All outlive the object.
  TunnelConnection(TunnelTable& table, const TunnelEnds& ends, bool at_start, std::function<void()> give_up,
                   std::function<void()> on_session);

  void on_data(Direction direction, const StreamData& data) override;
  void on_gap(Direction direction, const StreamGap& gap) override;
  void on_end(Direction direction, const StreamEnd& end) override;
  /// Calls `before` with each session that it carried, in the order in which they began, and ends those that
  /// end with it.
  void close(EndCause cause, const PacketRef& packet, const std::function<void(TunnelSession&)>& before);

  /// It has carried a session, or asked for one.
  [[nodiscard]] bool is_tunnel() const { return is_tunnel_; }
  /// Sessions that it has carried.
  [[nodiscard]] std::size_t sessions() const { return sessions_.size(); }
  /// That of the last request or response; null: none so far.
  [[nodiscard]] TunnelSession* last_session() const { return last_.get(); }

 private:
  /// A request, and what has come of its response.
  struct Pending {
    std::optional<TunnelCommand> command;  ///< none: not RTMPT's
    std::shared_ptr<TunnelSession> session;
    TunnelExchange exchange;
    std::string text;        ///< body of the response to ident and open, as far as wanted
    bool asked = false;      ///< the request is complete
    bool answering = false;  ///< the response has begun
    bool answered = false;
    bool is_cut = false;  ///< bytes of the response, or in front of it, were not captured
  };
  /// What is being read in one direction.
  struct Half {
    HttpReader reader;
    std::uint64_t position = 0;  ///< in the body
    bool in_message = false;
    LostBefore lost{};  ///< since the last head
    HeadForm form{};
    PacketRef last_head{};  ///< of the last head
    bool miscounted =
        false;          ///< responses are lost, and their requests come late: the numbers may be too low
    LostMessages rest;  ///< since the last head
    bool rest_flows = false;  ///< it is too much to be kept, and handed on as it comes
  };

  void on_head(Direction direction, const HttpHead& head, std::uint64_t offset,
               const PacketRef& packet) override;
  void on_body(Direction direction, Bytes bytes, const PacketRef& packet) override;
  void on_body_gap(Direction direction, std::optional<std::uint64_t> length, GapCause cause,
                   const PacketRef& packet) override;
  void on_message_end(Direction direction, bool complete, const PacketRef& packet) override;
  void on_borders_lost(Direction direction, std::optional<std::uint64_t> from) override;
  void on_rest(Direction direction, const StreamData& data) override;
  void on_rest_gap(Direction direction, const StreamGap& gap) override;

  void begin_request(const HttpHead& head, std::uint64_t offset, const PacketRef& packet);
  [[nodiscard]] std::shared_ptr<TunnelSession> session_of(const TunnelRequest& request, const HttpHead& head,
                                                          const PacketRef& packet);
  void begin_response(const HttpHead& head, std::uint64_t offset, const PacketRef& packet);
  void take_response_body(Pending& pending, Bytes bytes, const PacketRef& packet);
  void end_request(bool complete, const PacketRef& packet);
  void end_response(bool complete, const PacketRef& packet);
  void judge_response(const Pending& pending, bool complete, const PacketRef& packet);
  void on_opened(Pending& pending, bool complete, const PacketRef& packet);
  [[nodiscard]] bool work_out_request(const HttpHead& head, std::uint64_t offset, const PacketRef& packet);
  [[nodiscard]] bool work_out_response(std::uint64_t offset, const PacketRef& packet);
  void add_worked_out_request(std::uint64_t sequence, TunnelCommand command);
  void hand_on_body(Direction direction, std::uint64_t sequence, StreamRange body, const PacketRef& packet);
  void hand_on_rest(Direction direction);
  void note_foreign(bool may_be_followed);
  void use(const std::shared_ptr<TunnelSession>& session);
  /// Null: no request is being asked; no request waits for its response.
  [[nodiscard]] Pending* asked();
  [[nodiscard]] Pending* answered();
  [[nodiscard]] Pending* latest_before(const PacketRef& packet);
  [[nodiscard]] static bool is_waiting_before(const Pending& pending, const PacketRef& packet) {
    return !pending.answered && pending.exchange.request.number < packet.number;
  }
  [[nodiscard]] bool is_answered_already(const Pending& pending);
  [[nodiscard]] Pending& made_up_request();
  void leave_unanswered(Pending& pending, const PacketRef& packet);
  void forget_done();
  Half& half(Direction direction) { return halves_[index_of(direction)]; }

  TunnelTable& table_;
  TunnelEnds ends_;
  std::function<void()> give_up_;
  std::function<void()> on_session_;
  std::array<Half, 2> halves_;
  std::deque<Pending> pending_;  ///< in the order of the requests
  std::size_t foreign_ = 0;
  bool is_tunnel_ = false;
  bool gave_up_ = false;
  std::string redirect_;  ///< answer to ident
  std::shared_ptr<TunnelSession> last_;
  std::unordered_map<const TunnelSession*, std::shared_ptr<TunnelSession>> sessions_;
};

}  // namespace rtmpscope::carrier
