#include "output/json/document_assembler.hpp"

#include "output/json/document.hpp"
#include "output/span_assembler.hpp"

namespace rtmpscope::output {

void DocumentAssembler::begin(Buffer& to) {
  append_document_head(to);
}

void DocumentAssembler::add(const Output& from, const OutputSpan& span, std::uint32_t number, Buffer& to) {
  if (span.begin == span.end) return;
  if ((span.flags & OutputSpan::connection_element) != 0) {
    add_element(from, span, number, connections_);
  } else if ((span.flags & OutputSpan::verdict_element) != 0) {
    add_element(from, span, number, verdicts_);
  } else if ((span.flags & OutputSpan::capture_member) != 0) {
    capture_.clear();
    append_span(from, span, number, capture_);
  } else if ((span.flags & OutputSpan::verdict_member) != 0) {
    append_span(from, span, number, verdict_);
  } else {
    to.append(has_events_ ? ",\n" : "\n");
    has_events_ = true;
    append_span(from, span, number, to);
  }
}

void DocumentAssembler::add_element(const Output& from, const OutputSpan& span, std::uint32_t number,
                                    Buffer& list) {
  if (!list.empty()) list.append(",\n");
  append_span(from, span, number, list);
}

bool DocumentAssembler::end(Buffer& to) {
  append_document_tail(to, {connections_.view(), verdicts_.view(), verdict_.view(), capture_.view()});
  return false;
}

}  // namespace rtmpscope::output
