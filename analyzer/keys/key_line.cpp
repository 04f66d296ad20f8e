#include "keys/key_line.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace rtmpscope::keys {
namespace {

constexpr std::size_t most_dh_bytes = 512;          // group 16 of RFC 7425, section 4.2
constexpr std::size_t most_component_bytes = 4096;  // of RTMFP session keying, with a certificate

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/// False unless `text` is nothing but hexadecimal digits for exactly `to`.
bool read_hex(std::string_view text, std::span<std::uint8_t> to) {
  if (text.size() != 2 * to.size()) return false;
  for (std::size_t i = 0; i < to.size(); ++i) {
    const int high = hex_digit(text[2 * i]), low = hex_digit(text[2 * i + 1]);
    if (high < 0 || low < 0) return false;
    to[i] = static_cast<std::uint8_t>(high << 4 | low);
  }
  return true;
}

/// False unless it is 1 to `most` bytes.
bool read_hex(std::string_view text, std::size_t most, std::vector<std::uint8_t>& to) {
  if (text.empty() || text.size() % 2 != 0 || text.size() / 2 > most) return false;
  to.resize(text.size() / 2);
  return read_hex(text, std::span(to));
}

template <std::size_t Size>
bool read_hex(std::string_view text, std::optional<std::array<std::uint8_t, Size>>& to) {
  return read_hex(text, std::span(to.emplace()));
}

bool read_number(std::string_view text, std::optional<std::uint8_t>& to) {
  to = whole_number<std::uint8_t>(text);
  return to.has_value();
}

bool read_flag(std::string_view text, std::optional<bool>& to) {
  to = text == "1";
  return text == "0" || text == "1";
}

constexpr std::string_view blanks = " \t\r\v\f";

/// Takes the first word off `text`; empty: there is none.
std::string_view next_word(std::string_view& text) {
  text.remove_prefix(std::min(text.find_first_not_of(blanks), text.size()));
  const std::string_view word = text.substr(0, text.find_first_of(blanks));
  text.remove_prefix(word.size());
  return word;
}

struct LabelName {
  std::string_view name;
  TlsLabel label;
};
constexpr std::array<LabelName, 6> labels = {{{"CLIENT_RANDOM", TlsLabel::master_secret},
                                              {"CLIENT_EARLY_TRAFFIC_SECRET", TlsLabel::client_early},
                                              {"CLIENT_HANDSHAKE_TRAFFIC_SECRET", TlsLabel::client_handshake},
                                              {"SERVER_HANDSHAKE_TRAFFIC_SECRET", TlsLabel::server_handshake},
                                              {"CLIENT_TRAFFIC_SECRET_0", TlsLabel::client_traffic},
                                              {"SERVER_TRAFFIC_SECRET_0", TlsLabel::server_traffic}}};
constexpr std::array<std::string_view, 6> unneeded_labels = {
    "EXPORTER_SECRET", "EARLY_EXPORTER_SECRET", "ECH_SECRET", "ECH_CONFIG", "RSA", "PMS_CLIENT_RANDOM"};

/// LABEL <client random> <secret>
KeyLine parse_tls(TlsLabel label, std::string_view rest) {
  TlsSecret line;
  line.label = label;
  if (!read_hex(next_word(rest), std::span(line.client_random))) return MalformedLine();
  std::vector<std::uint8_t> secret;
  if (!read_hex(next_word(rest), Secret::most_bytes, secret) || !next_word(rest).empty())
    return MalformedLine();
  const bool is_master = label == TlsLabel::master_secret;
  if (secret.size() != 48 && (is_master || secret.size() != 32)) return MalformedLine();
  line.secret = Secret(secret);
  return line;
}

/// RTMPE_SHARED_SECRET <secret> [PUB_IN <key>] [PUB_OUT <key>]; further pairs of words are skipped.
KeyLine parse_rtmpe_secret(std::string_view rest) {
  RtmpeKeys keys;
  if (!read_hex(next_word(rest), rtmpe_public_key_size, keys.dh_secret)) return MalformedLine();
  for (std::string_view name = next_word(rest); !name.empty(); name = next_word(rest)) {
    const std::string_view value = next_word(rest);
    if (name != "PUB_IN" && name != "PUB_OUT") continue;
    if (!read_hex(value, rtmpe_public_key_size, name == "PUB_IN" ? keys.public_in : keys.public_out))
      return MalformedLine();
  }
  return keys;
}

/// Calls `set` with the name and value of each "name=value". False: a word is none, or `set` has refused it.
template <typename Set>
bool for_each_pair(std::string_view rest, Set&& set) {
  for (std::string_view word = next_word(rest); !word.empty(); word = next_word(rest)) {
    const std::size_t equals = word.find('=');
    if (equals == std::string_view::npos || !set(word.substr(0, equals), word.substr(equals + 1)))
      return false;
  }
  return true;
}

KeyLine parse_rtmpe(std::string_view rest) {
  RtmpeKeys keys;
  const bool fine = for_each_pair(rest, [&](std::string_view name, std::string_view value) {
    if (name == "rc4_to_server") return read_hex(value, keys.to_server);
    if (name == "rc4_to_client") return read_hex(value, keys.to_client);
    if (name == "dh_secret") return read_hex(value, rtmpe_public_key_size, keys.dh_secret);
    if (name == "dh_private") return read_hex(value, rtmpe_public_key_size, keys.dh_private);
    if (name == "public_in") return read_hex(value, rtmpe_public_key_size, keys.public_in);
    if (name == "public_out") return read_hex(value, rtmpe_public_key_size, keys.public_out);
    return true;  // what a later version may add
  });
  const bool has_key =
      keys.to_server || keys.to_client || !keys.dh_secret.empty() || !keys.dh_private.empty();
  if (!fine || !has_key) return MalformedLine();
  return keys;
}

bool set_rtmfp_bytes(RtmfpKeys& keys, std::string_view name, std::string_view value) {
  if (name == "tx_aes128") return read_hex(value, keys.tx_aes);
  if (name == "rx_aes128") return read_hex(value, keys.rx_aes);
  if (name == "tx_hmac") return read_hex(value, keys.tx_hmac);
  if (name == "rx_hmac") return read_hex(value, keys.rx_hmac);
  if (name == "sknc") return read_hex(value, most_component_bytes, keys.near_component);
  if (name == "skfc") return read_hex(value, most_component_bytes, keys.far_component);
  if (name == "dh_secret") return read_hex(value, most_dh_bytes, keys.dh_secret);
  if (name == "dh_private") return read_hex(value, most_dh_bytes, keys.dh_private);
  return true;  // what a later version may add
}

KeyLine parse_rtmfp(std::string_view rest) {
  RtmfpKeys keys;
  const bool fine = for_each_pair(rest, [&](std::string_view name, std::string_view value) {
    if (name == "hmac_send") return read_flag(value, keys.hmac_send);
    if (name == "hmac_recv") return read_flag(value, keys.hmac_receive);
    if (name == "tx_hmac_len") return read_number(value, keys.tx_hmac_length);
    if (name == "rx_hmac_len") return read_number(value, keys.rx_hmac_length);
    return set_rtmfp_bytes(keys, name, value);
  });
  const bool has_key = keys.tx_aes || keys.rx_aes || !keys.dh_secret.empty() || !keys.dh_private.empty();
  if (!fine || !has_key) return MalformedLine();
  return keys;
}

}  // namespace

Secret::Secret(Bytes bytes) : size_(static_cast<std::uint8_t>(bytes.size())) {
  std::ranges::copy(bytes, bytes_.begin());
}

KeyLine parse_key_line(std::string_view line) {
  std::string_view rest = line;
  const std::string_view word = next_word(rest);
  if (word.empty() || word.front() == '#') return CommentLine();
  for (const LabelName& each : labels) {
    if (word == each.name) return parse_tls(each.label, rest);
  }
  if (word == "RTMPE_SHARED_SECRET") return parse_rtmpe_secret(rest);
  if (word == "RTMPE") return parse_rtmpe(rest);
  if (word == "RTMFP") return parse_rtmfp(rest);
  if (std::ranges::find(unneeded_labels, word) != unneeded_labels.end()) return UnneededLine();
  return UnknownLine();
}

std::string tls_key_line(const TlsSecret& secret) {
  const auto* const label = std::find_if(labels.begin(), labels.end(),
                                         [&](const LabelName& each) { return each.label == secret.label; });
  std::string line(label->name);
  const auto add_hex = [&](Bytes bytes) {
    constexpr std::string_view digits = "0123456789abcdef";
    line.push_back(' ');
    for (const std::uint8_t byte : bytes) line.append({digits[byte >> 4U], digits[byte & 15U]});
  };
  add_hex(secret.client_random);
  add_hex(secret.secret.bytes());
  return line.append("\n");
}

}  // namespace rtmpscope::keys
