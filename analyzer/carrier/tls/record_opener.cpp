#include "carrier/tls/record_opener.hpp"

namespace rtmpscope::tls {

void RecordOpener::begin_1_3(const Suite& suite, Bytes handshake_secret, Bytes traffic_secret) {
  in_handshake_ = true;
  sequence_ = 0;
  if (!handshake_secret.empty()) handshake_.emplace(suite, handshake_secret);
  if (traffic_secret.empty()) return;
  secret_.assign(traffic_secret.begin(), traffic_secret.end());
  traffic_.emplace(suite, traffic_secret);
}

void RecordOpener::resume_1_3(const Suite& suite, Bytes traffic_secret, std::uint64_t sequence) {
  begin_1_3(suite, {}, traffic_secret);
  in_handshake_ = false;
  sequence_ = sequence;
}

void RecordOpener::on_change_cipher_spec() {
  if (!pending_) return;
  traffic_ = std::move(pending_);
  pending_.reset();
  sequence_ = 0;
}

std::optional<OpenedRecord> RecordOpener::open_traffic(const Record& record, std::uint64_t sequence) {
  if (!traffic_) return std::nullopt;
  auto opened = traffic_->open(record, sequence);
  if (!opened) return std::nullopt;
  in_handshake_ = false;
  proven_ = true;
  sequence_ = sequence + 1;
  return opened;
}

std::optional<OpenedRecord> RecordOpener::open(const Record& record) {
  if (!in_handshake_) return open_traffic(record, sequence_);
  if (handshake_) {
    auto opened = handshake_->open(record, sequence_);
    if (opened) {
      ++sequence_;
      return opened;
    }
  }
  // Records of the handshake may be missing, or have no key: the first of application data says that they are
  // over.
  return open_traffic(record, 0);
}

std::optional<OpenedRecord> RecordOpener::open_after_loss(const Record& record, std::uint64_t most_lost,
                                                          std::uint64_t& lost, SearchBudget& budget) {
  const std::uint64_t least_lost = lost;
  const auto affordable = [&] { return budget.take(record.body.size()); };
  if (in_handshake_ && handshake_) {
    for (lost = least_lost; lost <= most_lost && affordable(); ++lost) {
      auto opened = handshake_->open(record, sequence_ + lost);
      if (!opened) continue;
      sequence_ += lost + 1;
      return opened;
    }
  }
  const std::uint64_t first = in_handshake_ ? 0 : sequence_;
  for (lost = least_lost; lost <= most_lost && affordable(); ++lost) {
    if (auto opened = open_traffic(record, first + lost)) return opened;
  }
  // A KeyUpdate may be among the missing records. Making its keys costs as much as deciphering so many bytes.
  constexpr std::size_t cost_of_keys = 16384;
  if (in_handshake_ || secret_.empty() || !budget.take(cost_of_keys)) return std::nullopt;
  RecordOpener next;
  next.resume_1_3(traffic_->suite(),
                  expand_label(traffic_->suite().prf, secret_, "traffic upd", secret_.size()), 0);
  for (lost = 0; lost <= most_lost && affordable(); ++lost) {
    if (!next.traffic_->open(record, lost)) continue;
    *this = std::move(next);
    return open_traffic(record, lost);
  }
  return std::nullopt;
}

void RecordOpener::skip() {
  if (in_handshake_) return;  // whether it was of the handshake is not known
  ++sequence_;
  if (traffic_) traffic_->skip(nullptr);
}

void RecordOpener::remember(const Record& record) {
  if (traffic_) traffic_->skip(&record);
}

void RecordOpener::on_finished() {
  if (!in_handshake_) return;
  in_handshake_ = false;
  sequence_ = 0;
}

void RecordOpener::on_key_update() {
  if (!traffic_ || secret_.empty()) return;
  const Suite suite = traffic_->suite();
  secret_ = expand_label(suite.prf, secret_, "traffic upd", secret_.size());
  traffic_.emplace(suite, secret_);
  sequence_ = 0;
}

const RecordCipher* RecordOpener::cipher() const {
  if (traffic_) return &*traffic_;
  return handshake_ ? &*handshake_ : nullptr;
}

}  // namespace rtmpscope::tls
