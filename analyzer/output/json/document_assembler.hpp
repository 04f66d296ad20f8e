// Joins the spans of all shards into one JSON document.
#pragma once

#include "output/observer.hpp"

namespace rtmpscope::output {

/// Writes what stands before, between and after the spans. Elements of "connections" are kept until the end.
class DocumentAssembler final : public Assembler {
 public:
  void begin(Buffer& to) override;
  void add(const Output& from, const OutputSpan& span, std::uint32_t number, Buffer& to) override;
  [[nodiscard]] bool end(Buffer& to) override;

 private:
  static void add_element(const Output& from, const OutputSpan& span, std::uint32_t number, Buffer& list);

  bool has_events_ = false;
  Buffer connections_;
  Buffer verdicts_;
  Buffer verdict_;
  Buffer capture_;
};

}  // namespace rtmpscope::output
