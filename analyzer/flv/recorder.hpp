// The messages of one connection become files, one for each stream.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "flv/file_writer.hpp"
#include "flv/stream_key.hpp"
#include "output/redaction.hpp"
#include "rtmp/chunk/message.hpp"

namespace rtmpscope::flv {

/// Files of one connection at a time; streams beyond are not recorded. Real connections have a few.
inline constexpr std::size_t most_open_streams = 256;

/// A message that may go to a file. Views are valid during the call.
struct RecordedMessage {
  const rtmp::Message& message;
  Direction direction{};
  std::string_view stream_name;  ///< empty: not known
  std::string_view app;          ///< likewise
  std::uint64_t frame = 0;       ///< packet that completed it
};

/// Makes the files of recorders.
class FileStore {
 public:
  virtual ~FileStore() = default;
  /// For the stream of `first`, its first message. Null: the stream is not recorded.
  virtual std::unique_ptr<ByteFile> create(const StreamKey& stream, const RecordedMessage& first) = 0;
  /// `message` is incomplete. `file` is its stream's, null if there is none yet.
  virtual void on_left_out(ByteFile* file, const RecordedMessage& message) = 0;
  /// A tag was added: for stores whose users look at files before they are finished.
  virtual void on_added(FileWriter& /*writer*/) {}
  /// Nothing follows in this file.
  virtual void on_finished(FileWriter& writer) = 0;
};

class Recorder {
 public:
  /// `redaction` may be null, and outlives the recorder.
  Recorder(FileStore& files, Timestamps timestamps, const output::Redaction* redaction = nullptr)
      : files_(files), timestamps_(timestamps), redaction_(redaction) {}

  /// A client's command on `message_stream_id`: after publish or play what follows is another recording,
  /// though the message stream may be the same.
  void on_command(std::string_view name, std::uint32_t message_stream_id);
  /// To be called for all messages; those without audio, video and data are ignored. Aggregates are taken
  /// apart. A complete message has its body whole.
  void on_message(const RecordedMessage& message);
  /// Finishes all files.
  void finish();

 private:
  /// Null writer: the store does not want the stream.
  struct OpenStream {
    Direction direction;
    std::optional<std::uint32_t> message_stream_id;
    std::string name;
    std::unique_ptr<FileWriter> writer;

    [[nodiscard]] StreamKey key() const { return {direction, message_stream_id, name}; }
  };

  void add(const RecordedMessage& message, Tag tag);
  OpenStream* find(const StreamKey& key);
  OpenStream* open(const StreamKey& key, const RecordedMessage& message);
  void finish(OpenStream& stream);

  FileStore& files_;
  Timestamps timestamps_;
  const output::Redaction* redaction_;
  std::vector<OpenStream> streams_;
};

}  // namespace rtmpscope::flv
