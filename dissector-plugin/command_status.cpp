#include "command_status.hpp"

namespace rtmpscope::plugin {

CommandStatus status_of(const Tape& fields) {
  using Op = Tape::Op;
  CommandStatus status;
  std::string_view key;
  for (const Tape::Entry& entry : fields.entries()) {
    const std::string_view text = as_text(fields.bytes(entry));
    if (entry.op == Op::text && entry.id == FieldId::command_name) status.name = text;
    if (entry.op == Op::text && key == "level" && text == "error") status.is_error = true;
    if (entry.op == Op::text && key == "code" && status.code.empty()) status.code = text;
    key = entry.op == Op::key ? text : std::string_view();
  }
  status.is_error = status.is_error || status.name == "_error";
  return status;
}

}  // namespace rtmpscope::plugin
