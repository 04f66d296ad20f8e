#include "carrier/tls/hello.hpp"

#include <algorithm>

#include "base/byte_reader.hpp"
#include "carrier/tls/suite.hpp"

namespace rtmpscope::tls {
namespace {

// Extensions (IANA, TLS ExtensionType Values).
constexpr std::uint16_t server_name_extension = 0;
constexpr std::uint16_t alpn_extension = 16;
constexpr std::uint16_t encrypt_then_mac_extension = 22;
constexpr std::uint16_t extended_master_secret_extension = 23;
constexpr std::uint16_t pre_shared_key_extension = 41;
constexpr std::uint16_t early_data_extension = 42;
constexpr std::uint16_t supported_versions_extension = 43;

/// RFC 8446, section 4.1.3: the random of a ServerHello that is a HelloRetryRequest.
constexpr Random retry_random = {0xCF, 0x21, 0xAD, 0x74, 0xE5, 0x9A, 0x61, 0x11, 0xBE, 0x1D, 0x8C,
                                 0x02, 0x1E, 0x65, 0xB8, 0x91, 0xC2, 0xA2, 0x11, 0x16, 0x7A, 0xBB,
                                 0x8C, 0x5E, 0x07, 0x9E, 0x09, 0xE2, 0xC8, 0xA8, 0x33, 0x9C};

/// Bytes with their length in front, which has one to three bytes (RFC 8446, section 3.4). Empty if they are
/// not all there.
Bytes take_vector(ByteReader& reader, int length_size) {
  const std::uint32_t length = length_size == 1   ? reader.u8()
                               : length_size == 2 ? reader.u16()
                                                  : reader.u24();
  const Bytes content = reader.take(length);
  return reader.failed() ? Bytes() : content;
}

ByteReader list_in(Bytes data, int length_size) {
  ByteReader reader(data);
  return ByteReader(take_vector(reader, length_size));
}

template <typename Take>
void for_each_extension(Bytes extensions, Take&& take) {
  ByteReader reader(extensions);
  while (!reader.at_end()) {
    const std::uint16_t type = reader.u16();
    const Bytes data = take_vector(reader, 2);
    if (!reader.failed()) take(type, data);
  }
}

std::string name_text(Bytes name) {
  return std::string(as_text(name.first(std::min(name.size(), longest_name))));
}

/// RFC 6066, section 3: a list of names, of which only host names exist.
std::optional<std::string> server_name_of(Bytes data) {
  ByteReader list = list_in(data, 2);
  while (!list.at_end()) {
    const std::uint8_t type = list.u8();
    const Bytes name = take_vector(list, 2);
    if (!list.failed() && type == 0) return name_text(name);
  }
  return std::nullopt;
}

/// RFC 7301, section 3.1.
std::vector<std::string> protocols_of(Bytes data) {
  std::vector<std::string> names;
  ByteReader list = list_in(data, 2);
  while (!list.at_end() && names.size() < most_names) {
    const Bytes name = take_vector(list, 1);
    if (!list.failed()) names.push_back(name_text(name));
  }
  return names;
}

std::optional<std::string> chosen_protocol(Bytes data) {
  std::vector<std::string> names = protocols_of(data);
  return names.empty() ? std::nullopt : std::optional(std::move(names.front()));
}

/// The highest version up to TLS 1.3 of the client's list (RFC 8446, section 4.2.1); 0: none.
std::uint16_t highest_version(Bytes data) {
  ByteReader list = list_in(data, 1);
  std::uint16_t highest = 0;
  while (!list.at_end()) {
    const std::uint16_t version = list.u16();
    if (version >= 0x0300 && version <= tls_1_3) highest = std::max(highest, version);
  }
  return highest;
}

}  // namespace

std::optional<ClientHello> parse_client_hello(Bytes body) {
  ByteReader reader(body);
  ClientHello hello;
  hello.version = reader.u16();
  const Bytes random = reader.take(hello.random.size());
  const Bytes session_id = take_vector(reader, 1);
  const Bytes suites = take_vector(reader, 2);
  take_vector(reader, 1);  // compression methods
  if (reader.failed() || (hello.version >> 8) != 3 || suites.empty()) return std::nullopt;
  std::ranges::copy(random, hello.random.begin());
  hello.session_id.assign(session_id.begin(), session_id.end());
  for_each_extension(take_vector(reader, 2), [&](std::uint16_t type, Bytes data) {
    switch (type) {
      case server_name_extension: hello.server_name = server_name_of(data); break;
      case alpn_extension: hello.alpn = protocols_of(data); break;
      case early_data_extension: hello.early_data = true; break;
      case supported_versions_extension:
        hello.version = std::max(hello.version, highest_version(data));
        break;
      default: break;
    }
  });
  return hello;
}

std::optional<ServerHello> parse_server_hello(Bytes body) {
  ByteReader reader(body);
  ServerHello hello;
  hello.version = reader.u16();
  const Bytes random = reader.take(hello.random.size());
  const Bytes session_id = take_vector(reader, 1);
  hello.cipher_suite = reader.u16();
  reader.u8();  // compression method
  if (reader.failed() || (hello.version >> 8) != 3) return std::nullopt;
  std::ranges::copy(random, hello.random.begin());
  hello.session_id.assign(session_id.begin(), session_id.end());
  hello.retry = hello.random == retry_random;
  for_each_extension(take_vector(reader, 2), [&](std::uint16_t type, Bytes data) {
    switch (type) {
      case alpn_extension: hello.alpn = chosen_protocol(data); break;
      case encrypt_then_mac_extension: hello.encrypt_then_mac = true; break;
      case extended_master_secret_extension: hello.extended_master_secret = true; break;
      case pre_shared_key_extension: hello.pre_shared_key = true; break;
      case supported_versions_extension:
        if (data.size() == 2) hello.version = load_be16(data.data());
        break;
      default: break;
    }
  });
  return hello;
}

std::optional<std::string> parse_encrypted_extensions(Bytes body) {
  std::optional<std::string> protocol;
  ByteReader reader(body);
  for_each_extension(take_vector(reader, 2), [&](std::uint16_t type, Bytes data) {
    if (type == alpn_extension) protocol = chosen_protocol(data);
  });
  return protocol;
}

/// RFC 5246, section 7.4.2; with a request context before the list and extensions behind each certificate in
/// TLS 1.3 (RFC 8446, section 4.4.2).
std::vector<Bytes> parse_certificates(Bytes body, std::uint16_t version) {
  std::vector<Bytes> certificates;
  ByteReader reader(body);
  const bool is_1_3 = version >= tls_1_3;
  if (is_1_3) take_vector(reader, 1);
  ByteReader list(take_vector(reader, 3));
  while (!list.at_end() && certificates.size() < most_certificates) {
    const Bytes certificate = take_vector(list, 3);
    if (is_1_3) take_vector(list, 2);
    if (!list.failed()) certificates.push_back(certificate);
  }
  return certificates;
}

}  // namespace rtmpscope::tls
