// Names of commands and data messages that programs are known to send.
#pragma once

#include <span>
#include <string_view>

namespace rtmpscope::rtmp {

/// Sorted; the words of the vocabularies "command" and "handler" in schema/tables/vocabulary.def: of RTMP 1.0
/// sections 7.2 and 7.3, Flash Media Server, Enhanced RTMP and the senders that docs/manual.md lists. A
/// connection may carry others: the application chooses the name of a remote procedure.
[[nodiscard]] std::span<const std::string_view> command_names();

[[nodiscard]] bool is_command_name(std::string_view name);

}  // namespace rtmpscope::rtmp
