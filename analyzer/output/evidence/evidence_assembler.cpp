#include "output/evidence/evidence_assembler.hpp"

namespace rtmpscope::output {

void EvidenceAssembler::add(const Output& from, const OutputSpan& span, std::uint32_t number, Buffer& to) {
  if ((span.flags & OutputSpan::attached) != 0) {
    const auto* const news = dynamic_cast<NewsAttachment*>(from.attachments[span.attachment].get());
    if (news != nullptr) return options_.take(news->news);
  }
  inner_->add(from, span, number, to);
}

}  // namespace rtmpscope::output
