// Brings keys into the store while packets are read: from key files, and from the capture itself.
#pragma once

#include "capture/source.hpp"
#include "keys/key_file.hpp"

namespace rtmpscope::pipeline {

/// Not thread-safe, but for the store.
class KeyFeed {
 public:
  /// Reads `files`; null is the same as none. With `follow` they may still grow. They outlive the feed.
  explicit KeyFeed(keys::KeyFiles* files, bool follow);

  /// After each read of the source: takes the secrets that the capture has brought, and what was appended to
  /// followed files. What the packets read so far may use.
  keys::KeyVersion update(const capture::SourceStatistics& statistics);
  [[nodiscard]] const keys::KeyStore& store() const { return store_; }

 private:
  keys::KeyFiles* followed_;  ///< null: no file is
  keys::KeyStore store_;
  std::size_t secrets_taken_ = 0;
};

}  // namespace rtmpscope::pipeline
