#include "output/span_assembler.hpp"

#include "output/digits.hpp"

namespace rtmpscope::output {

void append_span(const Output& from, const OutputSpan& span, std::uint32_t number, Buffer& to) {
  if (span.connection == 0 || span.number_at == span.end) {
    to.append(from.bytes.view(span.begin, span.end));
    return;
  }
  to.append(from.bytes.view(span.begin, span.number_at));
  append_unsigned(to, number);
  to.append(from.bytes.view(span.number_at, span.end));
}

}  // namespace rtmpscope::output
