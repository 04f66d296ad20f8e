// The keys of encrypted sessions, from the file that a preference names.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "keys/key_store.hpp"

namespace rtmpscope::plugin {

/// Keys that were read from one file. They do not grow; a file that is read again makes others.
class Keys {
 public:
  Keys() = default;
  /// Reads the file; no path: no keys. Adds to `notes` what a person has to know of it: it cannot be read, or
  /// there is nothing of use in it. No note has a key in it.
  Keys(const std::string& path, std::vector<std::string>& notes);

  [[nodiscard]] const keys::KeyView& view() const { return view_; }

 private:
  keys::KeyStore store_;
  keys::KeyView view_{&store_};
};

/// Whoever decrypts holds on to the keys that it has begun with.
using KeysPointer = std::shared_ptr<const Keys>;

}  // namespace rtmpscope::plugin
