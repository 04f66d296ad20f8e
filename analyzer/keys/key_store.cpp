#include "keys/key_store.hpp"

#include <algorithm>

namespace rtmpscope::keys {

bool KeyStore::add(const TlsSecret& secret) {
  const std::lock_guard lock(mutex_);
  const auto known = last_of_.find(secret.client_random);
  const std::uint32_t last = known == last_of_.end() ? 0 : known->second;
  constexpr unsigned most_compared = 16;
  unsigned compared = 0;
  for (std::uint32_t i = last; i != 0 && compared < most_compared; i = tls_[i - 1].before, ++compared) {
    const TlsSecret& other = tls_[i - 1].line;
    if (other.label == secret.label && other.secret == secret.secret) return true;
  }
  if (tls_.size() >= most_tls_secrets || compared == most_compared) return false;
  tls_.push_back({secret, last, ++version_});
  last_of_[secret.client_random] = static_cast<std::uint32_t>(tls_.size());
  return true;
}

bool KeyStore::add(RtmpeKeys keys) {
  const std::lock_guard lock(mutex_);
  if (rtmpe_.size() >= most_tried_keys) return false;
  rtmpe_.push_back({std::move(keys), ++version_});
  return true;
}

bool KeyStore::add(RtmfpKeys keys) {
  const std::lock_guard lock(mutex_);
  if (rtmfp_.size() >= most_tried_keys) return false;
  rtmfp_.push_back({std::move(keys), ++version_});
  return true;
}

KeyVersion KeyStore::version() const {
  const std::lock_guard lock(mutex_);
  return version_;
}

bool KeyView::empty() const {
  return tls_count() + rtmpe_count() + rtmfp_count() == 0;
}

const Secret* KeyView::find_tls(const ClientRandom& client_random, TlsLabel label) const {
  if (store_ == nullptr) return nullptr;
  const std::lock_guard lock(store_->mutex_);
  const auto known = store_->last_of_.find(client_random);
  if (known == store_->last_of_.end()) return nullptr;
  for (std::uint32_t i = known->second; i != 0; i = store_->tls_[i - 1].before) {
    const KeyStore::TlsEntry& entry = store_->tls_[i - 1];
    if (entry.added <= version_ && entry.line.label == label) return &entry.line.secret;
  }
  return nullptr;
}

std::string KeyView::tls_key_log(const ClientRandom& client_random) const {
  std::string text;
  if (store_ == nullptr) return text;
  const std::lock_guard lock(store_->mutex_);
  const auto known = store_->last_of_.find(client_random);
  if (known == store_->last_of_.end()) return text;
  for (std::uint32_t i = known->second; i != 0; i = store_->tls_[i - 1].before)
    text.append(tls_key_line(store_->tls_[i - 1].line));
  return text;
}

bool KeyView::knows_tls(const ClientRandom& client_random) const {
  if (store_ == nullptr) return false;
  const std::lock_guard lock(store_->mutex_);
  const auto known = store_->last_of_.find(client_random);
  if (known == store_->last_of_.end()) return false;
  std::uint32_t first = known->second;
  while (store_->tls_[first - 1].before != 0) first = store_->tls_[first - 1].before;
  return store_->tls_[first - 1].added <= version_;
}

template <typename Entries>
std::size_t KeyView::count(const Entries& entries) const {
  const auto end =
      std::ranges::upper_bound(entries, version_, {}, [](const auto& entry) { return entry.added; });
  return static_cast<std::size_t>(end - entries.begin());
}

std::size_t KeyView::tls_count() const {
  if (store_ == nullptr) return 0;
  const std::lock_guard lock(store_->mutex_);
  return count(store_->tls_);
}

const TlsSecret& KeyView::tls_at(std::size_t index) const {
  const std::lock_guard lock(store_->mutex_);
  return store_->tls_[index].line;
}

std::size_t KeyView::rtmpe_count() const {
  if (store_ == nullptr) return 0;
  const std::lock_guard lock(store_->mutex_);
  return count(store_->rtmpe_);
}

const RtmpeKeys& KeyView::rtmpe_at(std::size_t index) const {
  const std::lock_guard lock(store_->mutex_);
  return store_->rtmpe_[index].keys;
}

std::size_t KeyView::rtmfp_count() const {
  if (store_ == nullptr) return 0;
  const std::lock_guard lock(store_->mutex_);
  return count(store_->rtmfp_);
}

const RtmfpKeys& KeyView::rtmfp_at(std::size_t index) const {
  const std::lock_guard lock(store_->mutex_);
  return store_->rtmfp_[index].keys;
}

}  // namespace rtmpscope::keys
