// The default output: per connection a header and the conversation, with media collapsed into runs.
#pragma once

#include <memory>
#include <unordered_map>

#include "output/redacting_sink.hpp"
#include "output/render_options.hpp"
#include "output/renderer.hpp"
#include "output/text/collapsed_media.hpp"
#include "output/text/event_line.hpp"
#include "schema/tape.hpp"

namespace rtmpscope::output {

/// Text that a connection may have waiting for its header. Beyond that the block so far is printed under a
/// header that says that it continues, and the rest under "#N continued".
inline constexpr std::size_t pending_text_limit = 64 * 1024;
/// The same for all connections of a renderer, of which there is one a shard: all blocks are printed so far,
/// the oldest connections first, until half of that is left.
inline constexpr std::size_t all_pending_text_limit = 2 * 1024 * 1024;
/// What a line counts besides its text. A number of its own, so that output does not depend on a layout in
/// memory.
inline constexpr std::size_t line_cost = 64;
/// Media runs that a connection may have open at once, one a direction and message stream.
inline constexpr std::size_t maximum_open_runs = 8;
/// Live: a run is printed at the latest after this much capture time.
inline constexpr Timestamp live_run_limit = 5'000'000'000;

/// Prints a connection when it closes; with RenderOptions::live each line as it happens, with "#N" in front.
///
/// Media messages are collapsed until, in their direction, anything else comes: a message that is neither
/// media nor an acknowledgement, a finding, a gap. A configuration (sequence header, metadata packet) has a
/// line of its own unless it repeats the one before.
class TextRenderer final : public Renderer {
 public:
  explicit TextRenderer(const RenderOptions& options);
  ~TextRenderer() override;

  [[nodiscard]] bool needs_lifecycle() const override { return true; }
  void on_event(const rtmp::Event& event) override;
  /// Live: prints the runs that have lasted long enough, also where nothing follows.
  void on_tick(PacketRef now) override;

 private:
  struct Line {
    Timestamp time = 0;
    std::optional<Direction> direction;
    std::string text;                  ///< safe for a terminal
    std::optional<Severity> severity;  ///< how it is to stand out, if it is
    bool handshake = false;
  };
  struct Conversation;

  void on_message(Conversation& conversation, const rtmp::MessageEvent& event);
  void on_handshake(Conversation& conversation, const rtmp::Event& event);
  void on_stats(const rtmp::Event& event);
  void on_close(const rtmp::Event& event);
  void cut(std::string& text) const;
  void add_line(Conversation& conversation, const rtmp::Event& event, std::string text);
  /// `repeated`: it is a configuration that repeats the one before.
  void collapse(Conversation& conversation, const rtmp::MessageEvent& event, bool repeated);
  /// Ends the runs of `direction`, or all.
  void end_runs(Conversation& conversation, std::optional<Direction> direction);
  void end_run(Conversation& conversation, std::size_t index);
  void add_text_size(Conversation& conversation, std::size_t size);
  void limit_text(Conversation& conversation);
  void limit_all_texts();
  void print_part(Conversation& conversation);
  [[nodiscard]] std::string line_text(const Line& line, Timestamp base) const;
  [[nodiscard]] std::string take_lines(Conversation& conversation, Timestamp base);
  void print_live(Conversation& conversation, Line line);
  void describe(const rtmp::Event& event);
  Conversation& conversation_of(const rtmp::Event& event);

  RenderOptions options_;
  Style style_;
  Tape tape_;                                                                       ///< the event at hand
  std::optional<RedactingSink> redacting_;                                          ///< into `tape_`
  std::unordered_map<std::uint32_t, std::unique_ptr<Conversation>> conversations_;  ///< open connections
  std::size_t text_size_ = 0;                                                       ///< of all of them
};

}  // namespace rtmpscope::output
