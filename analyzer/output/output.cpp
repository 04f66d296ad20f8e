#include "output/output.hpp"

#include "output/json/document.hpp"
#include "output/json/json_renderer.hpp"
#include "output/json/json_text.hpp"
#include "output/text/summary_renderer.hpp"
#include "output/text/text_renderer.hpp"

namespace rtmpscope::output {
namespace {

void copy_piece(const Output& from, const Piece& piece, std::uint32_t number, Buffer& to) {
  if (piece.connection == 0 || piece.number_at == piece.end) {
    to.append(from.bytes.view(piece.begin, piece.end));
    return;
  }
  to.append(from.bytes.view(piece.begin, piece.number_at));
  append_unsigned(to, number);
  to.append(from.bytes.view(piece.number_at, piece.end));
}

}  // namespace

std::unique_ptr<Renderer> make_renderer(OutputFormat format, const RenderOptions& options) {
  switch (format) {
    case OutputFormat::text: return std::make_unique<TextRenderer>(options);
    case OutputFormat::summary: return std::make_unique<SummaryRenderer>(options);
    case OutputFormat::ndjson: return std::make_unique<JsonRenderer>(options, JsonLayout::lines);
    case OutputFormat::json: return std::make_unique<JsonRenderer>(options, JsonLayout::document);
  }
  return nullptr;
}

void OutputAssembler::begin(Buffer& to) {
  if (format_ == OutputFormat::json) append_document_head(to);
}

void OutputAssembler::add(const Output& from, const Piece& piece, std::uint32_t number, Buffer& to) {
  if (piece.begin == piece.end) return;
  if (format_ != OutputFormat::json) {
    copy_piece(from, piece, number, to);
  } else if ((piece.flags & Piece::connection_element) != 0) {
    if (!connections_.empty()) connections_.append(",\n");
    copy_piece(from, piece, number, connections_);
  } else if ((piece.flags & Piece::capture_member) != 0) {
    capture_.clear();
    copy_piece(from, piece, number, capture_);
  } else {
    to.append(has_events_ ? ",\n" : "\n");
    has_events_ = true;
    copy_piece(from, piece, number, to);
  }
}

void OutputAssembler::end(Buffer& to) {
  if (format_ == OutputFormat::json) append_document_tail(to, connections_.view(), capture_.view());
}

}  // namespace rtmpscope::output
