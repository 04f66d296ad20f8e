// Where records of TLS begin again after bytes are missing.
#pragma once

#include <limits>
#include <optional>

#include "carrier/held_pieces.hpp"
#include "carrier/tls/record_cipher.hpp"

namespace rtmpscope::carrier {

/// What is missing of a direction.
struct TlsLoss {
  std::uint64_t from = 0;    ///< offset of the first record that is not whole
  std::uint64_t behind = 0;  ///< the next record begins here, or further on
  bool length_known = true;
  GapCause cause = GapCause::not_captured;
};

/// How many records may be missing where `outer_bytes` of the connection are.
struct TlsLostRecords {
  std::uint64_t least = 0;
  std::uint64_t most = std::numeric_limits<std::uint64_t>::max();
};
[[nodiscard]] TlsLostRecords lost_records(const TlsLoss& loss, std::uint64_t outer_bytes,
                                          const tls::RecordCipher& cipher);

/// Bytes of content in `lost` records that were `outer_bytes` of the connection; nothing if that is not
/// known.
[[nodiscard]] std::optional<std::uint64_t> lost_content(const TlsLoss& loss, std::uint64_t outer_bytes,
                                                        std::uint64_t lost, const tls::RecordCipher& cipher);

/// Goes through the bytes behind a loss and offers each place that can be a record. Keeps at most one record
/// and the piece at hand.
///
/// Call order: begin; then add data and gaps; after data, `candidate` until it returns nothing, each answered
/// by `reject`, or by `accept`, which ends the search.
class TlsRecordSearch {
 public:
  void begin(const TlsLoss& loss);
  void add(const StreamData& data);
  void add(const StreamGap& gap);
  [[nodiscard]] const TlsLoss& loss() const { return loss_; }
  [[nodiscard]] std::size_t held_bytes() const { return held_.bytes().size(); }

  /// A complete record, if it is one; valid until the next call of any other function.
  [[nodiscard]] std::optional<tls::Record> candidate();
  void reject() { ++at_; }
  /// What lies behind the candidate.
  [[nodiscard]] HeldPieces accept();

 private:
  TlsLoss loss_;
  HeldPieces held_;
  std::size_t at_ = 0;  ///< of the candidate in `held_`
};

}  // namespace rtmpscope::carrier
