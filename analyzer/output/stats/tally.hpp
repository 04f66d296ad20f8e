// Counts the events of one shard.
#pragma once

#include <string>
#include <unordered_map>
#include <vector>

#include "analysis/media/sample.hpp"
#include "metrics/streams.hpp"
#include "rtmp/session/events.hpp"

namespace rtmpscope::output {

/// Takes the decoder's events and the judge's, in their order.
class Tally final : public rtmp::EventSink {
 public:
  /// What is kept of a connection: so many streams, and so many requests that wait for an answer.
  static constexpr std::size_t most_streams = 32;
  static constexpr std::size_t most_requests = 32;

  /// `streams`: each stream is told of, too.
  explicit Tally(bool streams = false) : tells_streams_(streams) {}

  void on_event(const rtmp::Event& event) override;

  /// Whether something was counted since the last take().
  [[nodiscard]] bool has_news() const { return news_; }
  /// What was counted since the last call.
  [[nodiscard]] metrics::Figures take();
  [[nodiscard]] std::vector<metrics::StreamNews> take_streams();

 private:
  struct Stream {
    std::uint32_t id = 0;
    metrics::Use use{};
    std::optional<std::uint32_t> last_key{};  ///< its timestamp
    metrics::StreamNews news{};               ///< if streams are told of
    bool has_news = true;
  };
  struct Request {
    std::size_t command = 0;  ///< of metrics::command_labels
    double transaction_id = 0;
    Timestamp time = 0;
    std::uint32_t message_stream_id = 0;
  };
  struct Connection {
    metrics::Use use = metrics::Use::none;
    std::vector<Stream> streams;
    std::vector<Request> requests;
    ConnectionUid uid{};
    std::string app{};                                           ///< these two if streams are told of
    std::vector<std::pair<std::uint32_t, std::string>> names{};  ///< by message stream id
  };

  void on_open(const rtmp::Event& event);
  void on_close(const rtmp::ConnectionCloseEvent& event);
  void on_message(const rtmp::MessageEvent& event);
  void on_media(Connection& connection, const rtmp::MessageEvent& event, metrics::MediaKind kind);
  void on_key_frame(Stream& stream, const rtmp::MessageHeader& header);
  void on_command(Connection& connection, const rtmp::MessageEvent& event, const rtmp::CommandFacts& facts);
  void on_request(Connection& connection, const rtmp::MessageEvent& event, const rtmp::CommandFacts& facts);
  void on_response(Connection& connection, const rtmp::MessageEvent& event, const rtmp::CommandFacts& facts);
  static Request* find_request(Connection& connection, const rtmp::CommandFacts& facts, std::uint32_t id);
  void on_status(Connection& connection, std::uint32_t id, const std::string& code);
  void on_sample(const analysis::Sample& sample);
  void on_tcp_sample(const rtmp::TcpSampleEvent& event);
  void note_names(Connection& connection, std::uint32_t id, const rtmp::CommandFacts& facts) const;

  Stream* open_stream(Connection& connection, std::uint32_t id, metrics::Use use);
  void end_stream(Connection& connection, std::uint32_t id);
  void leave(Stream& stream);
  void set_use(Connection& connection);
  void give_up(const Request& request);

  metrics::Figures figures_;
  bool news_ = false;
  bool tells_streams_;
  std::vector<metrics::StreamNews> ended_streams_;
  std::unordered_map<std::uint32_t, Connection> connections_;  ///< by Event::connection
};

}  // namespace rtmpscope::output
