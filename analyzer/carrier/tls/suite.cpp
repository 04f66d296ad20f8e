#include "carrier/tls/suite.hpp"

#include "schema/schema.hpp"

namespace rtmpscope::tls {

/// RFC 5246, 5288, 5487, 6655, 7905, 8446: the name tells the cipher, its key, and the hash at its end.
std::optional<Suite> find_suite(std::uint16_t id) {
  const ValueInfo* row = find_value(ValueTable::tls_cipher_suite, id);
  if (row == nullptr) return std::nullopt;
  const std::string_view name = row->name;
  const auto has = [&](std::string_view word) { return name.find(word) != std::string_view::npos; };
  Suite suite;
  suite.id = id;
  suite.key_size = has("AES_128") ? 16 : 32;
  suite.tag_size = has("_CCM_8") ? 8 : 16;
  suite.prf = name.ends_with("SHA384") ? HashKind::sha384 : HashKind::sha256;
  suite.cipher = has("CHACHA20") ? CipherKind::chacha20_poly1305
                 : has("_GCM_")  ? CipherKind::aes_gcm
                 : has("_CCM")   ? CipherKind::aes_ccm
                                 : CipherKind::aes_cbc;
  if (suite.cipher == CipherKind::aes_cbc) {
    suite.tag_size = 0;
    suite.mac = name.ends_with("_SHA") ? HashKind::sha1 : suite.prf;
  }
  return suite;
}

}  // namespace rtmpscope::tls
