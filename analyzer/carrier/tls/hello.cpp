#include "carrier/tls/hello.hpp"

#include <algorithm>

#include "base/byte_order.hpp"
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

/// Takes values off the front. After the first one that is not there it is empty and not `fine`.
class Cursor {
 public:
  explicit Cursor(Bytes bytes) : rest_(bytes) {}
  [[nodiscard]] bool fine() const { return fine_; }
  [[nodiscard]] bool empty() const { return rest_.empty(); }

  Bytes take(std::size_t size) {
    if (size > rest_.size()) {
      fine_ = false;
      rest_ = {};
      return {};
    }
    const Bytes taken = rest_.first(size);
    rest_ = rest_.subspan(size);
    return taken;
  }
  std::uint32_t number(std::size_t size) {
    std::uint32_t value = 0;
    for (const std::uint8_t byte : take(size)) value = value << 8 | byte;
    return value;
  }
  /// Bytes with their length in front, which has `size` bytes.
  Bytes vector(std::size_t size) { return take(number(size)); }

 private:
  Bytes rest_;
  bool fine_ = true;
};

template <typename Take>
void for_each_extension(Bytes extensions, Take&& take) {
  Cursor cursor(extensions);
  while (!cursor.empty()) {
    const auto type = static_cast<std::uint16_t>(cursor.number(2));
    const Bytes data = cursor.vector(2);
    if (cursor.fine()) take(type, data);
  }
}

std::string name_text(Bytes name) {
  return std::string(as_text(name.first(std::min(name.size(), longest_name))));
}

/// RFC 6066, section 3: a list of names, of which only host names exist.
std::optional<std::string> server_name_of(Bytes data) {
  Cursor list(Cursor(data).vector(2));
  while (!list.empty()) {
    const std::uint32_t type = list.number(1);
    const Bytes name = list.vector(2);
    if (list.fine() && type == 0) return name_text(name);
  }
  return std::nullopt;
}

/// RFC 7301, section 3.1.
std::vector<std::string> protocols_of(Bytes data) {
  std::vector<std::string> names;
  Cursor list(Cursor(data).vector(2));
  while (!list.empty() && names.size() < most_names) {
    const Bytes name = list.vector(1);
    if (list.fine()) names.push_back(name_text(name));
  }
  return names;
}

std::optional<std::string> chosen_protocol(Bytes data) {
  std::vector<std::string> names = protocols_of(data);
  return names.empty() ? std::nullopt : std::optional(std::move(names.front()));
}

/// The highest version up to TLS 1.3 of the client's list (RFC 8446, section 4.2.1); 0: none.
std::uint16_t highest_version(Bytes data) {
  Cursor list(Cursor(data).vector(1));
  std::uint16_t highest = 0;
  while (!list.empty()) {
    const auto version = static_cast<std::uint16_t>(list.number(2));
    if (version >= 0x0300 && version <= tls_1_3) highest = std::max(highest, version);
  }
  return highest;
}

}  // namespace

std::optional<ClientHello> parse_client_hello(Bytes body) {
  Cursor cursor(body);
  ClientHello hello;
  hello.version = static_cast<std::uint16_t>(cursor.number(2));
  const Bytes random = cursor.take(hello.random.size());
  const Bytes session_id = cursor.vector(1);
  const Bytes suites = cursor.vector(2);
  cursor.vector(1);  // compression methods
  if (!cursor.fine() || (hello.version >> 8) != 3 || suites.empty()) return std::nullopt;
  std::ranges::copy(random, hello.random.begin());
  hello.session_id.assign(session_id.begin(), session_id.end());
  for_each_extension(cursor.vector(2), [&](std::uint16_t type, Bytes data) {
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
  Cursor cursor(body);
  ServerHello hello;
  hello.version = static_cast<std::uint16_t>(cursor.number(2));
  const Bytes random = cursor.take(hello.random.size());
  const Bytes session_id = cursor.vector(1);
  hello.cipher_suite = static_cast<std::uint16_t>(cursor.number(2));
  cursor.number(1);  // compression method
  if (!cursor.fine() || (hello.version >> 8) != 3) return std::nullopt;
  std::ranges::copy(random, hello.random.begin());
  hello.session_id.assign(session_id.begin(), session_id.end());
  hello.retry = hello.random == retry_random;
  for_each_extension(cursor.vector(2), [&](std::uint16_t type, Bytes data) {
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
  for_each_extension(Cursor(body).vector(2), [&](std::uint16_t type, Bytes data) {
    if (type == alpn_extension) protocol = chosen_protocol(data);
  });
  return protocol;
}

/// RFC 5246, section 7.4.2; with a request context before the list and extensions behind each certificate in
/// TLS 1.3 (RFC 8446, section 4.4.2).
std::vector<Bytes> parse_certificates(Bytes body, std::uint16_t version) {
  std::vector<Bytes> certificates;
  Cursor cursor(body);
  const bool is_1_3 = version >= tls_1_3;
  if (is_1_3) cursor.vector(1);
  Cursor list(cursor.vector(3));
  while (!list.empty() && certificates.size() < most_certificates) {
    const Bytes certificate = list.vector(3);
    if (is_1_3) list.vector(2);
    if (list.fine()) certificates.push_back(certificate);
  }
  return certificates;
}

}  // namespace rtmpscope::tls
