#include "carrier/tls_teller.hpp"

#include <memory>
#include <utility>

namespace rtmpscope::carrier {

void TlsTeller::opening(const TlsOpening& opening, PacketRef packet) {
  if (std::exchange(opening_told_, true) || listener_ == nullptr) return;
  listener_->on_layer_event(std::make_unique<TlsEvent>(opening, packet));
  if (opening.keys != TlsKeys::found && opening.keys != TlsKeys::no_data)
    finding(FindingId::tls_no_keys, std::nullopt, packet);
  for (const LayerFinding& each : certificate_findings(opening, packet)) listener_->on_layer_finding(each);
}

void TlsTeller::end(const std::array<TlsTotals, 2>& totals, bool was_open, PacketRef packet) {
  if (std::exchange(end_told_, true) || listener_ == nullptr) return;
  const TlsTotals& client = totals[index_of(Direction::to_server)];
  if (client.early > 0 && was_open)
    finding(FindingId::tls_early_data, Direction::to_server, packet, client.early);
  listener_->on_layer_event(std::make_unique<TlsEndEvent>(totals, packet));
}

void TlsTeller::alert(Direction sender, Bytes content, bool encrypted, bool is_tls_1_3, std::uint64_t offset,
                      PacketRef packet) {
  if (content.size() != 2 || listener_ == nullptr) return;
  const std::uint8_t level = content[0], description = content[1];
  listener_->on_layer_event(std::make_unique<TlsAlertEvent>(sender, packet, level, description, encrypted));
  if (const auto id = alert_finding(level, description, is_tls_1_3))
    finding(*id, sender, packet, description, 0, offset);
}

void TlsTeller::key_update(Direction sender, Bytes body, PacketRef packet) {
  if (listener_ == nullptr) return;
  const bool asks_for_one = !body.empty() && body[0] == 1;
  listener_->on_layer_event(std::make_unique<TlsKeyUpdateEvent>(sender, packet, asks_for_one));
}

void TlsTeller::finding(FindingId id, std::optional<Direction> direction, PacketRef packet, std::uint64_t a,
                        std::uint64_t b, std::optional<std::uint64_t> offset) {
  if (listener_ == nullptr) return;
  listener_->on_layer_finding(
      {.id = id, .packet = packet, .direction = direction, .carrier_offset = offset, .a = a, .b = b});
}

}  // namespace rtmpscope::carrier
