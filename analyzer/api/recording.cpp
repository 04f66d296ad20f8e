#include "rtmpscope/recording.hpp"

#include <stdexcept>
#include <unordered_map>

#include "api/public_events.hpp"
#include "recording/record_codec.hpp"
#include "rtmp/message/message_facts.hpp"

namespace rtmpscope::v1 {
namespace {

/// A message, kept as bytes.
struct Entry {
  std::size_t begin = 0;  ///< of its record in StoredConnection::records
  std::size_t size = 0;
  std::uint64_t stream_offset = 0;
  Packet packet;
};

struct Answer {
  std::optional<std::uint64_t> request;
  std::optional<Time> response_time;
};

struct StoredConnection {
  Connection connection;
  std::optional<Report> report;
  std::vector<Entry> entries;
  std::vector<std::uint8_t> records;
  std::vector<std::string> stream_names{std::string()};
  std::unordered_map<std::size_t, Answer> answers;  ///< by message: of commands that answer one
  std::vector<Finding> findings;
  std::vector<Gap> gaps;

  std::uint32_t name_index(std::string_view name) {
    // A connection has few streams; the last one is asked for nearly always.
    for (std::size_t i = stream_names.size(); i-- > 0;) {
      if (stream_names[i] == name) return static_cast<std::uint32_t>(i);
    }
    stream_names.emplace_back(name);
    return static_cast<std::uint32_t>(stream_names.size() - 1);
  }
};

}  // namespace

class Recording::Implementation {
 public:
  std::vector<StoredConnection> connections;

  StoredConnection& find(const Connection& connection) {
    return connections.at(index_.at(connection.number));
  }

  void open(const Connection& connection) {
    index_[connection.number] = connections.size();
    connections.emplace_back().connection = connection;
  }

  void add(const Connection& connection, const Message& message) {
    StoredConnection& to = find(connection);
    const auto* inner = static_cast<const rtmp::Message*>(message.implementation);
    if (inner == nullptr) return;  // nobody but an analysis makes messages
    if (const auto* command = std::get_if<Command>(&message.content);
        command != nullptr && command->request) {
      to.answers[to.entries.size()] = {command->request, command->response_time};
    }
    recording::MessageRecord record;
    record.header = inner->header;
    record.complete = inner->complete;
    if (inner->contents != nullptr && inner->body.size() < inner->header.length)
      record.contents = *inner->contents;
    record.stream_name = to.name_index(message.stream_name);
    record.body = {
        .copy = inner->body.data(), .offset = 0, .size = static_cast<std::uint32_t>(inner->body.size())};
    writer_.begin(inner->header.stream_offset, static_cast<std::uint32_t>(message.packet.number));
    writer_.message(api::to_inner(message.direction), record);
    const rtmpscope::Bytes bytes = writer_.bytes();
    to.entries.push_back({to.records.size(), bytes.size(), message.stream_offset, message.packet});
    to.records.insert(to.records.end(), bytes.begin(), bytes.end());
  }

  Message read(const StoredConnection& from, std::size_t index) {
    const Entry& entry = from.entries.at(index);
    recording::RecordBatch batch;
    batch.stream_offset = entry.stream_offset;
    batch.frame = static_cast<std::uint32_t>(entry.packet.number);
    batch.records = rtmpscope::Bytes(from.records).subspan(entry.begin, entry.size);
    recording::Record record;
    recording::RecordReader(batch).next(record);
    current_.header = record.message.header;
    current_.complete = record.message.complete;
    contents_ = record.message.contents;
    current_.contents = contents_ ? &*contents_ : nullptr;
    current_.body = {record.message.body.copy, record.message.body.size};
    facts_ = rtmp::read_message_facts(current_);
    const PacketRef packet{entry.packet.number, entry.packet.time};
    Message message = api::public_message(current_, facts_, packet, record.direction,
                                          from.stream_names[record.message.stream_name]);
    if (const auto answer = from.answers.find(index); answer != from.answers.end()) {
      if (auto* command = std::get_if<Command>(&message.content)) {
        command->request = answer->second.request;
        command->response_time = answer->second.response_time;
      }
    }
    return message;
  }

 private:
  std::unordered_map<std::uint32_t, std::size_t> index_;  ///< by Connection::number
  recording::RecordWriter writer_;
  rtmp::Message current_;                         ///< what `read` answered last
  std::optional<media::FrameContents> contents_;  ///< of it, as the next
  rtmp::MessageFacts facts_;
};

Recording::Recording() : implementation_(std::make_unique<Implementation>()) {}
Recording::Recording(Recording&&) noexcept = default;
Recording& Recording::operator=(Recording&&) noexcept = default;
Recording::~Recording() = default;

std::size_t Recording::connections() const {
  return implementation_->connections.size();
}

const Connection& Recording::connection(std::size_t connection) const {
  return implementation_->connections.at(connection).connection;
}

const Report* Recording::report(std::size_t connection) const {
  const auto& report = implementation_->connections.at(connection).report;
  return report ? &*report : nullptr;
}

std::size_t Recording::messages(std::size_t connection) const {
  return implementation_->connections.at(connection).entries.size();
}

Message Recording::message(std::size_t connection, std::size_t message) const {
  return implementation_->read(implementation_->connections.at(connection), message);
}

const std::vector<Finding>& Recording::findings(std::size_t connection) const {
  return implementation_->connections.at(connection).findings;
}

const std::vector<Gap>& Recording::gaps(std::size_t connection) const {
  return implementation_->connections.at(connection).gaps;
}

void Recording::on_open(const Connection& connection) {
  implementation_->open(connection);
}
void Recording::on_message(const Connection& connection, const Message& message) {
  implementation_->add(connection, message);
}
void Recording::on_finding(const Connection& connection, const Finding& finding) {
  implementation_->find(connection).findings.push_back(finding);
}
void Recording::on_gap(const Connection& connection, const Gap& gap) {
  implementation_->find(connection).gaps.push_back(gap);
}
void Recording::on_close(const Connection& connection, const Report& report) {
  implementation_->find(connection).report = report;
}

}  // namespace rtmpscope::v1
