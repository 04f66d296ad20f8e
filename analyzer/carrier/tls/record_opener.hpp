// Opens the protected records of one direction one after the other: epochs, sequence numbers, key updates.
#pragma once

#include <algorithm>
#include <optional>

#include "carrier/tls/record_cipher.hpp"

namespace rtmpscope::tls {

/// Bytes that may be deciphered on trial. They are granted as bytes of the session come, so that the work is
/// bounded by the input.
class SearchBudget {
 public:
  static constexpr std::uint64_t first = std::uint64_t{1} << 20;
  static constexpr std::uint64_t per_byte = 64;
  static constexpr std::uint64_t most = std::uint64_t{64} << 20;  ///< that are ever granted

  /// `came`: bytes of the direction up to the place at hand, gaps left out. So it makes no difference how
  /// they are cut.
  void grant(std::uint64_t came) {
    granted_ = std::max(granted_, came < most / per_byte ? std::min(first + per_byte * came, most) : most);
  }
  /// Takes what a record with a body of that size costs; false: there is not enough.
  [[nodiscard]] bool take(std::size_t body) {
    if (granted_ - spent_ < cost_of(body)) return false;
    spent_ += cost_of(body);
    return true;
  }
  /// There is not enough for such a record, and there will not be.
  [[nodiscard]] bool is_over(std::size_t body) const {
    return granted_ == most && most - spent_ < cost_of(body);
  }

 private:
  /// Of a short record the work is that of setting up the cipher.
  static std::uint64_t cost_of(std::size_t body) { return std::max<std::uint64_t>(body, 1024); }

  std::uint64_t granted_ = first;
  std::uint64_t spent_ = 0;
};

class RecordOpener {
 public:
  /// TLS 1.3. An empty handshake secret: not known. The traffic secret of the epoch behind the handshake.
  void begin_1_3(const Suite& suite, Bytes handshake_secret, Bytes traffic_secret);
  /// TLS 1.3, where the session is under way: the next record is `sequence`.
  void resume_1_3(const Suite& suite, Bytes traffic_secret, std::uint64_t sequence);
  /// TLS 1.0 to 1.2: keys for the records behind the next ChangeCipherSpec.
  void prepare(RecordCipher cipher) { pending_.emplace(std::move(cipher)); }
  void on_change_cipher_spec();

  /// Keys for application data are there.
  [[nodiscard]] bool has_keys() const { return traffic_.has_value() || pending_.has_value(); }
  [[nodiscard]] bool is_protected() const { return traffic_.has_value() || handshake_.has_value(); }
  /// A record has verified with these keys.
  [[nodiscard]] bool is_proven() const { return proven_; }

  /// Absent: it does not verify as the next record. Nothing has changed then, and `skip` tells that it is
  /// lost.
  [[nodiscard]] std::optional<OpenedRecord> open(const Record& record);
  /// As `open`, where `lost` to `most_lost` records before it are missing: sets `lost` to their number.
  [[nodiscard]] std::optional<OpenedRecord> open_after_loss(const Record& record, std::uint64_t most_lost,
                                                            std::uint64_t& lost, SearchBudget& budget);
  /// The next record is lost.
  void skip();
  /// A record that does not verify: CBC of TLS 1.0 may need its end for the next one.
  void remember(const Record& record);

  /// TLS 1.3: the sender's Finished, and KeyUpdate.
  void on_finished();
  void on_key_update();

  /// Of the current epoch; null: there is none.
  [[nodiscard]] const RecordCipher* cipher() const;
  /// Records of handshake messages may still come (TLS 1.3).
  [[nodiscard]] bool in_handshake() const { return in_handshake_; }

 private:
  [[nodiscard]] std::optional<OpenedRecord> open_traffic(const Record& record, std::uint64_t sequence);

  std::optional<RecordCipher> handshake_;
  std::optional<RecordCipher> traffic_;
  std::optional<RecordCipher> pending_;
  std::vector<std::uint8_t> secret_;  ///< traffic secret of TLS 1.3
  std::uint64_t sequence_ = 0;        ///< of the next record
  bool in_handshake_ = false;
  bool proven_ = false;
};

}  // namespace rtmpscope::tls
