#include "analysis/verdict/verdict.hpp"

#include <array>

namespace rtmpscope::analysis {
namespace {

constexpr std::array cause_names{
#define CAUSE(number, identifier, title, explanation) std::string_view(#identifier),
#include "schema/tables/causes.def"
#undef CAUSE
};

}  // namespace

std::string_view name(CauseId id) {
  return cause_names[static_cast<std::size_t>(id)];
}

bool is_undecided(CauseId id) {
  return id == CauseId::capture_ended || id == CauseId::capture_hole || id == CauseId::other_side_missing ||
         id == CauseId::unknown;
}

bool is_refusal(CauseId id) {
  if (id == CauseId::not_rtmp || id == CauseId::connect_redirect || id == CauseId::play_waiting) return false;
  return id >= CauseId::syn_refused && id <= CauseId::play_missing;
}

}  // namespace rtmpscope::analysis
