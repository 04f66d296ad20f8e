// Hands on what EvidenceObservers attach.
#pragma once

#include "output/evidence/evidence_observer.hpp"

namespace rtmpscope::output {

/// All else goes to `inner`.
class EvidenceAssembler final : public Assembler {
 public:
  EvidenceAssembler(std::unique_ptr<Assembler> inner, EvidenceOptions options)
      : inner_(std::move(inner)), options_(std::move(options)) {}

  void begin(Buffer& to) override { inner_->begin(to); }
  void add(const Output& from, const OutputSpan& span, std::uint32_t number, Buffer& to) override;
  [[nodiscard]] bool end(Buffer& to) override { return inner_->end(to); }

 private:
  std::unique_ptr<Assembler> inner_;
  EvidenceOptions options_;
};

}  // namespace rtmpscope::output
