#include "analysis/fingerprint/limits.hpp"

#include <array>
#include <utility>

#include "analysis/fingerprint/fingerprint_table.hpp"

namespace rtmpscope::analysis {
namespace {

constexpr std::array<std::pair<LimitKind, std::string_view>, 13> limit_names = {{
    {LimitKind::client_silent, "client_silent_s"},
    {LimitKind::first_packet, "first_packet_s"},
    {LimitKind::handshake, "handshake_s"},
    {LimitKind::write, "write_s"},
    {LimitKind::ping_idle, "ping_idle_s"},
    {LimitKind::ping_answer, "ping_answer_s"},
    {LimitKind::callback, "callback_s"},
    {LimitKind::message_bytes, "message_bytes"},
    {LimitKind::send, "send_s"},
    {LimitKind::receive, "receive_s"},
    {LimitKind::connect_answer, "connect_answer_s"},
    {LimitKind::command_answer, "command_answer_s"},
    {LimitKind::reconnect, "reconnect_s"},
}};

void add_limits(std::vector<Limit>& found, const FingerprintTable& table, std::string_view id, LimitKind kind,
                const VersionRange& versions) {
  const Software* const software = table.find(id);
  if (software == nullptr) return;
  for (const Limit& limit : software->limits) {
    if (limit.kind == kind && overlap(limit.versions, versions)) found.push_back(limit);
  }
}

}  // namespace

std::string_view name(LimitKind kind) {
  for (const auto& [known, text] : limit_names) {
    if (known == kind) return text;
  }
  return {};
}

std::optional<LimitKind> limit_kind(std::string_view name) {
  for (const auto& [kind, text] : limit_names) {
    if (text == name) return kind;
  }
  return std::nullopt;
}

std::vector<Limit> limits_of(const FingerprintTable& table, std::string_view id, LimitKind kind,
                             const VersionRange& versions) {
  std::vector<Limit> found;
  add_limits(found, table, id, kind, versions);
  return found;
}

std::vector<Limit> limits_of(const FingerprintTable& table, const Fingerprint& fingerprint, LimitKind kind) {
  if (!fingerprint.id.empty()) return limits_of(table, fingerprint.id, kind, fingerprint.versions);
  std::vector<Limit> found;
  for (const std::string& id : fingerprint.candidates) add_limits(found, table, id, kind, {});
  return found;
}

}  // namespace rtmpscope::analysis
