// Cuts one direction of a TCP connection into HTTP/1 messages (RFC 9112), also where bytes are missing.
//
// By hand, and not with llhttp: what RTMPT needs of HTTP is where bodies begin and end. Gaps inside a body
// have to be handed on with their place, and behind a gap that hides a head the next head has to be found;
// llhttp ends in an error in both cases, and cannot be set to a place within a message.
#pragma once

#include <string>

#include "base/stream.hpp"
#include "carrier/http/http_head.hpp"
#include "carrier/http_tunnel/inflater.hpp"

namespace rtmpscope::carrier {

/// Takes the messages of both directions of a connection.
///
/// Order of calls, per direction: on_head, on_body and on_body_gap, on_message_end, and so on. After
/// on_borders_lost comes what lies in front of the next head, with on_rest and on_rest_gap.
class HttpListener {
 public:
  virtual ~HttpListener() = default;
  /// `offset`: of the head's first byte in the stream. `packet` completed it.
  virtual void on_head(Direction direction, const HttpHead& head, std::uint64_t offset,
                       const PacketRef& packet) = 0;
  /// Bytes of the body, without its transfer coding and its content coding.
  virtual void on_body(Direction direction, Bytes bytes, const PacketRef& packet) = 0;
  /// No length: not known how many.
  virtual void on_body_gap(Direction direction, std::optional<std::uint64_t> length, GapCause cause,
                           const PacketRef& packet) = 0;
  /// Not `complete`: the connection ended within it.
  virtual void on_message_end(Direction direction, bool complete, const PacketRef& packet) = 0;
  /// Where messages begin is not known until the next on_head. `from`: where the next one should begin, if
  /// that is known.
  virtual void on_borders_lost(Direction direction, std::optional<std::uint64_t> from) = 0;
  /// Bytes of the connection, and those that are missing.
  virtual void on_rest(Direction direction, const StreamData& data) = 0;
  virtual void on_rest_gap(Direction direction, const StreamGap& gap) = 0;
};

/// Keeps at most `longest_head` bytes.
class HttpReader {
 public:
  /// Of a head, of a chunked body's trailer, and of the line in front of a chunk; servers accept 8 KiB or
  /// less. Reached: the borders are lost.
  static constexpr std::size_t longest_head = 16 << 10;

  /// `at_start`: the stream's first byte is a message's first.
  HttpReader(Direction direction, HttpListener& listener, bool at_start)
      : listener_(listener), direction_(direction), state_(at_start ? State::head : State::lost) {}

  void on_data(const StreamData& data);
  void on_gap(const StreamGap& gap);
  void on_end(const PacketRef& packet);

 private:
  enum class State : std::uint8_t {
    head,
    body,        ///< `left_` bytes of it are to come
    rest,        ///< a body that ends with the connection
    chunk_line,  ///< the size of the next chunk
    chunk,       ///< `left_` bytes of it are to come
    chunk_end,   ///< its line end
    trailer,
    lost,  ///< where messages begin is not known
  };

  [[nodiscard]] std::string_view marker() const;
  [[nodiscard]] bool is_in_body() const { return state_ != State::head && state_ != State::lost; }
  std::size_t take_head(Bytes bytes, std::uint64_t offset);
  [[nodiscard]] bool begins_well(std::string_view next) const;
  std::size_t take_body(Bytes bytes);
  std::size_t take_line(Bytes bytes);
  std::size_t search(Bytes bytes, std::uint64_t offset);
  void begin_message(std::string_view text);
  void begin_body(const HttpHead& head);
  void on_line(std::string_view line);
  void hand_on(Bytes bytes);
  void skip_rest_of_body();
  void end_body_part();
  void end_message(bool complete);
  void end_lost_body(GapCause cause, std::optional<std::uint64_t> rest);
  void lose_borders(std::optional<std::uint64_t> from = std::nullopt);
  void lose_head(const StreamGap& gap);

  HttpListener& listener_;
  Direction direction_;
  State state_;
  ContentCoding coding_ = ContentCoding::identity;
  bool unreadable_ = false;  ///< the rest of this body
  std::size_t matched_ = 0;  ///< State::lost: bytes of the marker that the stream ends with
  std::uint64_t left_ = 0;
  std::uint64_t begin_ = 0;  ///< of the head in progress
  std::string kept_;         ///< of the head or line in progress
  std::size_t trailer_size_ = 0;
  std::unique_ptr<Inflater> inflater_;
  PacketRef packet_;
};

}  // namespace rtmpscope::carrier
