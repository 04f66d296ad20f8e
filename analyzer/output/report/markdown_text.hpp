// Text for Markdown (CommonMark, with tables as GitHub and GitLab have them).
#pragma once

#include <string>
#include <string_view>

namespace rtmpscope::output {

/// The text with everything escaped that Markdown or HTML would take for markup.
[[nodiscard]] std::string markdown(std::string_view text);

/// The text as a code span; nothing within is taken for markup. Empty stays empty.
[[nodiscard]] std::string markdown_code(std::string_view text);

}  // namespace rtmpscope::output
