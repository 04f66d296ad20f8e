// Whether a session without keys is like RTMPS: the sizes of its first records tell.
#pragma once

#include <array>
#include <vector>

#include "base/bytes.hpp"
#include "carrier/tls/suite.hpp"

namespace rtmpscope::tls {

/// Numbers as in values_tls.def, table tls_likeness.
enum class Likeness : std::uint8_t { none, low, medium, high };

/// Content of a record, from its size: CBC's padding leaves a range.
struct ContentSize {
  std::uint32_t least = 0;
  std::uint32_t most = 0;
};

/// What a protected record of `body` bytes can have as content.
[[nodiscard]] ContentSize content_size(std::size_t body, const Suite& suite, std::uint16_t version);

/// Watches protected records of both directions in the order of the capture.
///
/// The blocks of RTMP's handshake are sent one after the other, each side waiting for the other's: C0 and C1
/// (1537 bytes), then S0, S1 and S2 (3073), then C2 (1536). Records end where blocks do. In TLS 1.3 records
/// of the TLS handshake come before, and tickets in between, so that the blocks are looked for among the
/// first records of each side.
class LikenessWatch {
 public:
  /// Records of a direction that are looked at.
  static constexpr std::size_t most_records = 24;

  /// By role.
  void add(Direction direction, ContentSize size);
  /// Nothing more will change it: it is high, or a direction has brought enough.
  [[nodiscard]] bool is_decided() const;
  [[nodiscard]] Likeness likeness() const;

 private:
  struct Seen {
    ContentSize size;
    std::uint32_t order;
  };
  /// Index of the record behind the first run, from `from` on and later than `order`, whose sizes are exactly
  /// `bytes` together; 0: there is none.
  [[nodiscard]] std::size_t find_run(Direction direction, std::size_t from, std::uint32_t order,
                                     std::uint32_t bytes) const;

  std::array<std::vector<Seen>, 2> records_;
  std::uint32_t order_ = 0;
};

}  // namespace rtmpscope::tls
