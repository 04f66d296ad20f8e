// Events as JSON: one a line (NDJSON), or as elements of one document.
#pragma once

#include <array>
#include <string>

#include "output/json/json_writer.hpp"
#include "output/redacting_sink.hpp"
#include "output/render_options.hpp"
#include "output/renderer.hpp"
#include "output/time_text.hpp"

namespace rtmpscope::output {

enum class JsonLayout : std::uint8_t {
  lines,     ///< --format ndjson
  document,  ///< --format json; DocumentAssembler adds what stands around the events
};

/// Keeps nothing of a connection.
class JsonRenderer final : public Renderer {
 public:
  JsonRenderer(const RenderOptions& options, JsonLayout layout);
  void on_event(const rtmp::Event& event) override;
  /// The document's list of connections is whole, whatever events are shown.
  void on_unselected(const rtmp::Event& event) override;

 private:
  void add_members(const rtmp::Event& event);
  void add_event(const rtmp::Event& event);
  void add_identity(const rtmp::Event& event);
  void add_identity_text(std::string_view key, FieldId id, std::string_view text);
  void add_identity_number(std::string_view key, FieldId id, std::uint16_t number);
  void add_connection(const rtmp::Event& event);
  void add_object(const rtmp::Event& event, std::uint32_t flags);
  void add_numbered(const rtmp::Event& event, std::uint32_t flags);
  void add_plain_members(const rtmp::Event& event);
  void describe(const rtmp::Event& event);
  void add_span(const rtmp::Event& event, std::size_t begin, std::size_t number_at, std::uint32_t flags);

  RenderOptions options_;
  JsonLayout layout_;
  JsonFieldWriter writer_;
  std::optional<RedactingSink> redacting_;  ///< into `writer_`
  TimeWriter time_;
  const std::vector<std::string>& heads_;  ///< by EventKind
  bool plain_identity_;                    ///< a uid alone, as it is, joins events
};

}  // namespace rtmpscope::output
