#include "flv/export.hpp"

#include "flv/export_assembler.hpp"
#include "flv/export_observer.hpp"

namespace rtmpscope::flv {

std::unique_ptr<output::Observer> ExportFactory::make_observer(Timestamp) const {
  return std::make_unique<ExportObserver>();
}

std::unique_ptr<output::Assembler> ExportFactory::make_assembler() const {
  return std::make_unique<ExportAssembler>(options_, folder_, totals_);
}

}  // namespace rtmpscope::flv
