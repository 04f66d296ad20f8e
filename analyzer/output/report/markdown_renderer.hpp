// A report to paste into an issue tracker (--format markdown).
#pragma once

#include <unordered_map>
#include <vector>

#include "analysis/judge/report.hpp"
#include "output/redacting_sink.hpp"
#include "output/render_options.hpp"
#include "output/renderer.hpp"
#include "output/text/terminal_text.hpp"
#include "schema/tape.hpp"

namespace rtmpscope::output {

/// Lines of a conversation that are kept from its beginning, and from its end.
inline constexpr std::size_t markdown_first_lines = 80;
inline constexpr std::size_t markdown_last_lines = 40;

/// The conversation without media is put out when a connection closes, the verdict's section when it is
/// decided; TextAssembler joins them.
class MarkdownRenderer final : public Renderer {
 public:
  explicit MarkdownRenderer(const RenderOptions& options);

  [[nodiscard]] bool needs_lifecycle() const override { return true; }
  void on_event(const rtmp::Event& event) override;

 private:
  struct Conversation {
    Timestamp opened = 0;
    std::vector<std::string> first;
    std::vector<std::string> last;
    std::uint64_t left_out = 0;
  };

  void add_line(const rtmp::Event& event);
  void on_close(const rtmp::Event& event);
  void on_verdict(const rtmp::Event& event);
  void add_span(std::uint32_t connection, std::uint32_t begin, std::uint32_t flags);
  void describe(const rtmp::Event& event);

  RenderOptions options_;
  Style style_;
  Tape tape_;
  std::optional<RedactingSink> redacting_;  ///< into `tape_`
  std::unordered_map<std::uint32_t, Conversation> conversations_;
};

}  // namespace rtmpscope::output
