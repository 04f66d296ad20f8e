#include "carrier/tls_session_keys.hpp"

namespace rtmpscope::carrier {
namespace {

Bytes bytes_of(const keys::Secret* secret) {
  return secret == nullptr ? Bytes() : secret->bytes();
}

TlsKeys not_found(const keys::KeyView& keys) {
  return keys.empty() ? TlsKeys::none_given : TlsKeys::not_in_log;
}

TlsKeys find_keys_1_3(const TlsOpening& opening, const keys::KeyView& keys, const tls::Suite& suite,
                      tls::RecordOpener& client, tls::RecordOpener& server) {
  using keys::TlsLabel;
  const auto find = [&](TlsLabel label) {
    const keys::Secret* secret = keys.find_tls(opening.client->random, label);
    return secret != nullptr && secret->bytes().size() == tls::hash_size(suite.prf) ? secret : nullptr;
  };
  unsigned found = 0;
  const auto give = [&](tls::RecordOpener& opener, TlsLabel of_handshake, TlsLabel of_traffic) {
    const keys::Secret* const traffic = find(of_traffic);
    const keys::Secret* const handshake = find(of_handshake);
    if (traffic != nullptr) ++found;
    if (opener.has_keys() || (traffic == nullptr && handshake == nullptr)) return;
    opener.begin_1_3(suite, bytes_of(handshake), bytes_of(traffic));
  };
  give(client, TlsLabel::client_handshake, TlsLabel::client_traffic);
  give(server, TlsLabel::server_handshake, TlsLabel::server_traffic);
  if (found == 0) return not_found(keys);
  return found == 2 ? TlsKeys::found : TlsKeys::one_direction;
}

/// RFC 5246, section 6.3.
TlsKeys find_keys_1_2(const TlsOpening& opening, const keys::KeyView& keys, const tls::Suite& suite,
                      tls::RecordOpener& client, tls::RecordOpener& server) {
  const keys::Secret* const master = keys.find_tls(opening.client->random, keys::TlsLabel::master_secret);
  if (master == nullptr) return not_found(keys);
  const tls::ServerHello& hello = *opening.server;
  std::vector<std::uint8_t> seed(hello.random.begin(), hello.random.end());
  seed.insert(seed.end(), opening.client->random.begin(), opening.client->random.end());
  const std::vector<std::uint8_t> block =
      tls::prf(hello.version, suite.prf, master->bytes(), "key expansion", seed,
               tls::RecordCipher::key_block_size(suite, hello.version));
  client.prepare({suite, hello.version, Direction::to_server, block, hello.encrypt_then_mac});
  server.prepare({suite, hello.version, Direction::to_client, block, hello.encrypt_then_mac});
  return TlsKeys::found;
}

}  // namespace

bool has_hellos(const TlsOpening& opening) {
  return opening.client && opening.server && !opening.server->retry && !opening.midstream;
}

bool is_tls_1_3(const TlsOpening& opening) {
  return opening.server && opening.server->version >= tls::tls_1_3;
}

TlsKeys find_session_keys(const TlsOpening& opening, const keys::KeyView& keys, tls::RecordOpener& client,
                          tls::RecordOpener& server) {
  if (!has_hellos(opening)) return keys.empty() ? TlsKeys::none_given : TlsKeys::opening_not_captured;
  const auto suite = tls::find_suite(opening.server->cipher_suite);
  if (!suite) return TlsKeys::suite_not_supported;
  return is_tls_1_3(opening) ? find_keys_1_3(opening, keys, *suite, client, server)
                             : find_keys_1_2(opening, keys, *suite, client, server);
}

}  // namespace rtmpscope::carrier
