// Cuts one direction of a TLS connection into records.
#pragma once

#include <optional>
#include <vector>

#include "base/stream.hpp"
#include "carrier/tls/record_cipher.hpp"

namespace rtmpscope::tls {

/// The largest body: RFC 5246, section 6.2.3. TLS 1.3 allows less.
inline constexpr std::size_t most_record_body = (std::size_t{1} << 14) + 2048;

/// Whether these five bytes can be a record's header: a known type, version 3.x, a body that is allowed.
[[nodiscard]] bool is_record_header(Bytes header);

/// Whether a record of application data begins at `from` in `bytes` or further on, and ends with them or in
/// front of another one.
[[nodiscard]] bool has_records(Bytes bytes, std::size_t from);

/// Call order: feed, then next until it returns nothing, again and again; skip for a gap in between. Keeps at
/// most one record.
class RecordSplitter {
 public:
  /// `data` follows what was fed before, and is valid until next has returned nothing.
  void feed(const StreamData& data);
  /// The next complete record; its body is valid until the next call. Absent: it needs more bytes, or the
  /// bytes are no record (`is_broken`).
  std::optional<Record> next();
  [[nodiscard]] bool is_broken() const { return broken_; }
  [[nodiscard]] std::size_t held_bytes() const { return partial_.size(); }
  /// Of the record at hand, from its header on, as far as it was cut.
  [[nodiscard]] Bytes held() const { return partial_; }
  /// Offset of the record at hand, or of the next one.
  [[nodiscard]] std::uint64_t offset() const { return offset_; }
  /// The header of the record at hand, once it is there.
  [[nodiscard]] std::optional<Record> begun() const;
  /// Bytes that the record at hand lacks; absent: its header is not complete.
  [[nodiscard]] std::optional<std::size_t> missing() const;

  /// Begins anew with a record at `offset`.
  void restart(std::uint64_t offset);

 private:
  std::optional<Record> next_split();

  std::uint64_t offset_ = 0;
  Bytes input_;
  PacketRef packet_;
  std::vector<std::uint8_t> partial_;  ///< the beginning of a record
  bool partial_done_ = false;          ///< the record in it was returned
  bool broken_ = false;
};

}  // namespace rtmpscope::tls
