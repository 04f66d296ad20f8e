// The preference that names a key file, as the program's --keys does.
#pragma once

#include "ws_compat.h"

namespace rtmpscope::plugin {

void register_key_preference(module_t* module);
/// To be called when preferences have changed. Reads the file if it is another one, or has changed; that is
/// done at each beginning of a capture, too. What is wrong with it is told once.
void apply_key_preference() noexcept;

}  // namespace rtmpscope::plugin
