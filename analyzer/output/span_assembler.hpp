// The bytes of all spans one after the other, with connection numbers filled in.
#pragma once

#include "output/observer.hpp"

namespace rtmpscope::output {

/// Appends the bytes of `span` to `to`, with the connection's global number in its place.
void append_span(const Output& from, const OutputSpan& span, std::uint32_t number, Buffer& to);

/// For NDJSON, which has nothing around, between or behind the spans.
class SpanAssembler final : public Assembler {
 public:
  void begin(Buffer& /*to*/) override {}
  void add(const Output& from, const OutputSpan& span, std::uint32_t number, Buffer& to) override {
    append_span(from, span, number, to);
  }
  [[nodiscard]] bool end(Buffer& /*to*/) override { return false; }
};

}  // namespace rtmpscope::output
