#include "rtmfp/startup_chunks.hpp"

namespace rtmpscope::rtmfp {
namespace {

/// Options of an endpoint discriminator (RFC 7425, section 4.3.2).
constexpr std::uint64_t required_hostname = 0x00;
constexpr std::uint64_t ancillary_data = 0x0A;
constexpr std::uint64_t fingerprint = 0x0F;

EndpointDiscriminator parse_discriminator(Bytes bytes) {
  return {.host = find_option(bytes, required_hostname),
          .uri = find_option(bytes, ancillary_data),
          .fingerprint = find_option(bytes, fingerprint)};
}

}  // namespace

std::optional<InitiatorHello> parse_initiator_hello(Bytes chunk) {
  ByteReader reader(chunk);
  const auto discriminator = take_counted(reader);
  if (!discriminator) return std::nullopt;
  return InitiatorHello{parse_discriminator(*discriminator), std::nullopt, reader.rest()};
}

std::optional<InitiatorHello> parse_forwarded_hello(Bytes chunk) {
  ByteReader reader(chunk);
  const auto discriminator = take_counted(reader);
  if (!discriminator) return std::nullopt;
  const auto initiator = read_address(reader);
  if (!initiator) return std::nullopt;
  return InitiatorHello{parse_discriminator(*discriminator), initiator, reader.rest()};
}

std::optional<ResponderHello> parse_responder_hello(Bytes chunk) {
  ByteReader reader(chunk);
  const auto tag = take_counted(reader);
  const auto cookie = tag ? take_counted(reader) : std::nullopt;
  if (!cookie) return std::nullopt;
  return ResponderHello{*tag, *cookie, reader.rest()};
}

std::optional<Redirect> parse_redirect(Bytes chunk) {
  ByteReader reader(chunk);
  const auto tag = take_counted(reader);
  if (!tag) return std::nullopt;
  Redirect redirect{*tag, {}};
  while (!reader.at_end()) {
    const auto address = read_address(reader);
    if (!address) return std::nullopt;
    redirect.addresses.push_back(*address);
  }
  return redirect;
}

std::optional<CookieChange> parse_cookie_change(Bytes chunk) {
  ByteReader reader(chunk);
  const auto old_cookie = take_counted(reader);
  if (!old_cookie) return std::nullopt;
  return CookieChange{*old_cookie, reader.rest()};
}

std::optional<Keying> parse_initiator_keying(Bytes chunk) {
  ByteReader reader(chunk);
  Keying keying;
  keying.session_id = reader.u32();
  const auto cookie = take_counted(reader);
  const auto certificate = cookie ? take_counted(reader) : std::nullopt;
  const auto component = certificate ? take_counted(reader) : std::nullopt;
  if (!component || keying.session_id == 0) return std::nullopt;
  keying.cookie = *cookie;
  keying.certificate = *certificate;
  keying.component = *component;
  return keying;
}

std::optional<Keying> parse_responder_keying(Bytes chunk) {
  ByteReader reader(chunk);
  Keying keying;
  keying.session_id = reader.u32();
  const auto component = take_counted(reader);
  if (!component || keying.session_id == 0) return std::nullopt;
  keying.component = *component;
  return keying;
}

std::optional<PacketFragment> parse_packet_fragment(Bytes chunk) {
  constexpr std::uint8_t more_fragments = 0x80;
  ByteReader reader(chunk);
  const std::uint8_t flags = reader.u8();
  const auto packet = read_vlu(reader);
  const auto number = packet ? read_vlu(reader) : std::nullopt;
  if (!number) return std::nullopt;
  return PacketFragment{(flags & more_fragments) != 0, *packet, *number, reader.rest()};
}

}  // namespace rtmpscope::rtmfp
