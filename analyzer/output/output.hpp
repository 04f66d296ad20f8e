// What renderers produce, and how it becomes the program's output.
//
// A shard numbers its connections by itself; the number that a person sees is known only when the shards'
// outputs are merged. So a renderer leaves a hole for each connection number: its output is bytes and a list
// of pieces.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "output/buffer.hpp"
#include "rtmp/session/events.hpp"

namespace rtmpscope::output {

enum class OutputFormat : std::uint8_t { text, summary, ndjson, json };

struct RenderOptions {
  bool ranges = false;        ///< JSON: byte ranges of every field
  bool redact = false;        ///< mask stream names, tokens and passwords
  bool colour = false;        ///< text: ANSI colours
  bool ascii = false;         ///< text: no character beyond ASCII
  bool live = false;          ///< text: print lines as they happen
  std::uint32_t width = 160;  ///< text: columns of a line of the conversation
};

/// Bytes [begin, number_at) of the output, then the global connection number in decimal, then [number_at,
/// end). With connection 0, or number_at == end, there is no number. Pieces lie in the order of the output,
/// without holes.
struct Piece {
  enum Flags : std::uint32_t {
    opens_connection = 1,    ///< the connection gets its global number here; the piece may be empty
    event_element = 2,       ///< JSON document: one element of "events"
    connection_element = 4,  ///< JSON document: one element of "connections"
    capture_member = 8,      ///< JSON document: the object "capture"
  };

  std::uint64_t frame = 0;       ///< sort key of the merger; not decreasing within one shard
  std::uint32_t connection = 0;  ///< local to the shard; 0: none
  std::uint32_t begin = 0;
  std::uint32_t number_at = 0;
  std::uint32_t end = 0;
  std::uint32_t flags = 0;
};

struct Output {
  Buffer bytes;
  std::vector<Piece> pieces;

  void clear() {
    bytes.clear();
    pieces.clear();
  }
};

/// Turns the events of one shard into output. The owner takes `output()` from time to time and clears it; its
/// bytes must stay below 4 GiB in between.
class Renderer : public rtmp::EventSink {
 public:
  [[nodiscard]] Output& output() { return output_; }

  /// Whether the renderer needs connection_open, connection_close, capture_start and capture_end even if the
  /// user selected other events only.
  [[nodiscard]] virtual bool needs_lifecycle() const { return false; }

  /// An event of the lifecycle that is not to be shown. Where a connection opens it still gets its number.
  virtual void on_unselected(const rtmp::Event& event) {
    if (event.kind == EventKind::connection_open) add_open_mark(event);
  }

 protected:
  void add_open_mark(const rtmp::Event& event) {
    const auto at = static_cast<std::uint32_t>(output_.bytes.size());
    output_.pieces.push_back({event.packet.number, event.connection, at, at, at, Piece::opens_connection});
  }

  Output output_;
};

[[nodiscard]] std::unique_ptr<Renderer> make_renderer(OutputFormat format, const RenderOptions& options);

/// Joins pieces, in the order in which the merger passes them, into the final bytes. For the JSON document it
/// also writes what stands before, between and after them; connections are collected until then.
class OutputAssembler {
 public:
  explicit OutputAssembler(OutputFormat format) : format_(format) {}

  void begin(Buffer& to);
  /// `number` is the global number of the piece's connection.
  void add(const Output& from, const Piece& piece, std::uint32_t number, Buffer& to);
  void end(Buffer& to);

 private:
  OutputFormat format_;
  bool has_events_ = false;
  Buffer connections_;
  Buffer capture_;
};

}  // namespace rtmpscope::output
