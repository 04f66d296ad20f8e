#include "pipeline/key_feed.hpp"

namespace rtmpscope::pipeline {

KeyFeed::KeyFeed(keys::KeyFiles* files, bool follow)
    : followed_(follow && files != nullptr && !files->empty() ? files : nullptr),
      store_(followed_ != nullptr) {
  if (files != nullptr) files->read_all(store_, follow);
}

keys::KeyVersion KeyFeed::update(const capture::SourceStatistics& statistics) {
  for (; secrets_taken_ < statistics.secrets.size(); ++secrets_taken_) {
    const capture::DecryptionSecrets& secrets = statistics.secrets[secrets_taken_];
    if (secrets.type != capture::DecryptionSecrets::tls_key_log) continue;
    keys::KeyReader reader;
    reader.add(secrets.bytes, store_);
    reader.finish(store_);
  }
  if (followed_ != nullptr) followed_->read_appended(store_);
  return store_.version();
}

}  // namespace rtmpscope::pipeline
