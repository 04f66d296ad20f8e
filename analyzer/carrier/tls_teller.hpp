// Tells a listener what happens in a TLS session.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "carrier/tls_events.hpp"

namespace rtmpscope::carrier {

/// Makes the events and findings of one session. Directions are those of the roles. Without a listener
/// nothing is made. The opening and the end are told once, whoever tells them again.
class TlsTeller {
 public:
  /// `listener`: outlives this, or null.
  explicit TlsTeller(LayerListener* listener) : listener_(listener) {}

  void opening(const TlsOpening& opening, PacketRef packet);
  /// `totals`: by role.
  void end(const std::array<TlsTotals, 2>& totals, bool was_open, PacketRef packet);
  /// An alert and, if it ends the session, what is to be said of it. `content`: of any size.
  void alert(Direction sender, Bytes content, bool encrypted, bool is_tls_1_3, std::uint64_t offset,
             PacketRef packet);
  /// `body`: of the message KeyUpdate (RFC 8446, section 4.6.3).
  void key_update(Direction sender, Bytes body, PacketRef packet);
  void finding(FindingId id, std::optional<Direction> direction, PacketRef packet, std::uint64_t a = 0,
               std::uint64_t b = 0, std::optional<std::uint64_t> offset = std::nullopt);

 private:
  LayerListener* listener_;
  bool opening_told_ = false;
  bool end_told_ = false;
};

}  // namespace rtmpscope::carrier
