#include "output/redaction.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>

namespace rtmpscope::output {
namespace {

constexpr std::size_t npos = std::string_view::npos;

bool is_letter(char c) {
  return std::isalpha(static_cast<unsigned char>(c)) != 0;
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

std::string lower(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return out;
}

/// "29.0.2", "3,0,1,123": groups of digits with full stops or commas between. Returns its end; `begin` if
/// there is none.
std::size_t end_of_version(std::string_view text, std::size_t begin) {
  constexpr std::size_t longest_group = 5;
  constexpr std::size_t most_groups = 5;
  std::size_t at = begin;
  for (std::size_t groups = 0; groups < most_groups; ++groups) {
    std::size_t end = at;
    while (end < text.size() && is_digit(text[end])) ++end;
    if (end == at || end - at > longest_group) return begin;
    const bool more =
        end + 1 < text.size() && (text[end] == '.' || text[end] == ',') && is_digit(text[end + 1]);
    if (!more) return end;
    at = end + 1;
  }
  return begin;
}

/// Nothing but known words, a few versions and punctuation. Digits alone could be a key.
bool names_software(Vocabulary vocabulary, std::string_view text) {
  constexpr int most_versions = 3;
  constexpr std::string_view punctuation = " ()/.,;:-+_";
  int versions = 0;
  bool known = false;
  for (std::size_t at = 0; at < text.size();) {
    std::size_t end = at;
    if (is_digit(text[at])) {
      end = end_of_version(text, at);
      if (end == at || ++versions > most_versions) return false;
      known = known || std::ranges::count(text.substr(at, end - at), '.') >= 2;
    } else if (is_letter(text[at])) {
      while (end < text.size() && is_letter(text[end])) ++end;
      if (!is_word(vocabulary, lower(text.substr(at, end - at)))) return false;
      known = true;
    } else {
      if (punctuation.find(text[at]) == npos) return false;
      ++end;
    }
    at = end;
  }
  return known;
}

}  // namespace

std::string Redaction::hash_of(std::string_view text) const {
  const Sha256Digest digest = hash_(as_bytes(text));
  return fmt::format("{:02x}{:02x}{:02x}", digest[0], digest[1], digest[2]);
}

std::string Redaction::pseudonym(std::string_view noun, std::string_view text) const {
  return fmt::format("<{} {}, {} byte{}>", noun, hash_of(text), text.size(), text.size() == 1 ? "" : "s");
}

/// A part that may be empty.
void Redaction::append(std::string& to, std::string_view noun, std::string_view text) const {
  if (!text.empty()) to.append(pseudonym(noun, text));
}

std::string Redaction::shown(const TextRule& rule, std::string_view text) const {
  if (text.empty()) return {};
  if (rule.vocabulary != Vocabulary::none && is_word(rule.vocabulary, text)) return std::string(text);
  switch (rule.rule) {
    case Disclosure::own: return std::string(text);
    case Disclosure::address:
      return addresses_ ? fmt::format("<{} {}>", rule.noun, hash_of(text)) : std::string(text);
    case Disclosure::software:
      if (names_software(rule.vocabulary, text)) return std::string(text);
      break;
    case Disclosure::name: return name(rule, text);
    case Disclosure::url: return url(rule, text);
    case Disclosure::status: return status(rule, text);
    case Disclosure::word:
    case Disclosure::secret: break;
  }
  return pseudonym(rule.noun, text);
}

std::string Redaction::finding(std::string_view id, std::string_view text) const {
  if (!is_word(Vocabulary::finding_with_text, id)) return std::string(text);
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    std::size_t end = at;
    while (end < text.size() && is_digit(text[end])) ++end;
    if (end == at) {
      out.push_back(text[at++]);
    } else {
      out.append(pseudonym("number", text.substr(at, end - at)));
      at = end;
    }
  }
  return out;
}

std::string Redaction::property_name(std::string_view name) const {
  if (name.empty() || find_property(name) != nullptr) return std::string(name);
  return pseudonym("key", name);
}

/// "mp4:folder/name?token=1": publishers and players of one name differ in what stands around it.
std::string Redaction::name(const TextRule& rule, std::string_view text) const {
  std::string out;
  const std::size_t colon = text.find(':');
  if (colon != npos && is_word(Vocabulary::name_prefix, text.substr(0, colon))) {
    out.append(text.substr(0, colon + 1));
    text.remove_prefix(colon + 1);
  }
  const std::size_t query = text.find('?');
  append(out, rule.noun, text.substr(0, query));
  if (query != npos) {
    out.push_back('?');
    append(out, "query", text.substr(query + 1));
  }
  return out;
}

std::string Redaction::url(const TextRule& rule, std::string_view text) const {
  std::size_t begin = text.find("://");
  if (begin != npos && is_word(Vocabulary::scheme, lower(text.substr(0, begin)))) {
    begin += 3;
  } else if (text.starts_with("//")) {
    begin = 2;  // a redirect of Adobe's
  } else {
    return pseudonym(rule.noun, text);
  }
  std::string out(text.substr(0, begin));
  const std::size_t path = std::min(text.find_first_of("/?#", begin), text.size());
  const std::size_t query = std::min(text.find_first_of("?#", path), text.size());
  out.append(authority(text.substr(begin, path - begin)));
  std::string_view middle = text.substr(path, query - path);
  if (middle.starts_with('/')) {
    out.push_back('/');
    middle.remove_prefix(1);
  }
  const bool slash = middle.ends_with('/');
  if (slash) middle.remove_suffix(1);
  append(out, "path", middle);
  if (slash) out.push_back('/');
  if (query < text.size()) {
    out.push_back(text[query]);
    append(out, "query", text.substr(query + 1));
  }
  return out;
}

/// "user:password@host:1935"
std::string Redaction::authority(std::string_view text) const {
  std::string out;
  if (const std::size_t at = text.rfind('@'); at != npos) {
    append(out, "user", text.substr(0, at));
    out.push_back('@');
    text.remove_prefix(at + 1);
  }
  const std::size_t colon = text.rfind(':');
  const bool port = colon != npos && colon + 1 < text.size() && text.size() - colon <= 6 &&
                    std::ranges::all_of(text.substr(colon + 1), is_digit);
  append(out, "host", text.substr(0, port ? colon : npos));
  if (port) {
    const TextRule rule{Disclosure::address, Vocabulary::none, "port"};
    out.append(":").append(shown(rule, text.substr(colon + 1)));
  }
  return out;
}

/// "NetStream.Publish.BadName: Already publishing", or either part alone.
std::string Redaction::status(const TextRule& rule, std::string_view text) const {
  const TextRule code{Disclosure::word, Vocabulary::status_code, rule.noun};
  const TextRule description{Disclosure::word, Vocabulary::description, rule.noun};
  const std::size_t colon = text.find(": ");
  if (colon != npos && is_word(Vocabulary::status_code, text.substr(0, colon))) {
    return fmt::format("{}: {}", text.substr(0, colon), shown(description, text.substr(colon + 2)));
  }
  return is_word(Vocabulary::status_code, text) ? shown(code, text) : shown(description, text);
}

std::string Redaction::endpoint(const Endpoint& endpoint) const {
  if (!addresses_) return endpoint.to_string();
  return shown(FieldId::connection_client_address, endpoint.address.to_string()) + ":" +
         shown(FieldId::connection_client_port, fmt::format("{}", endpoint.port));
}

std::string Redaction::file_part(FieldId id, std::string_view text) const {
  const std::size_t colon = text.find(':');
  if (colon != npos && is_word(Vocabulary::name_prefix, text.substr(0, colon))) text.remove_prefix(colon + 1);
  text = text.substr(0, text.find('?'));
  return text.empty() ? std::string() : fmt::format("{}-{}", text_rule(id).noun, hash_of(text));
}

rtmp::ConnectionSummary Redaction::summary(const rtmp::ConnectionSummary& summary) const {
  rtmp::ConnectionSummary out = summary;
  out.client_software = shown(FieldId::document_client_software, summary.client_software);
  out.server_software = shown(FieldId::document_server_software, summary.server_software);
  out.client_identity = shown(FieldId::document_client_identity, summary.client_identity);
  out.server_identity = shown(FieldId::document_server_identity, summary.server_identity);
  out.app = shown(FieldId::document_app, summary.app);
  out.tc_url = shown(FieldId::document_tc_url, summary.tc_url);
  out.error = shown(FieldId::document_error, summary.error);
  for (rtmp::StreamSummary& stream : out.streams) {
    stream.name = shown(FieldId::document_stream_name, stream.name);
    stream.status = shown(FieldId::document_stream_status, stream.status);
  }
  return out;
}

std::string endpoint_text(const Endpoint& endpoint, const Redaction* redaction) {
  return redaction == nullptr ? endpoint.to_string() : redaction->endpoint(endpoint);
}

bool is_secret_name(std::string_view name) {
  constexpr std::array<std::string_view, 19> whole = {
      "key", "user",  "username", "login", "pass", "pwd",  "response", "challenge", "opaque", "salt",
      "pin", "nonce", "cnonce",   "sig",   "sign", "hash", "session",  "sid",       "jwt"};
  constexpr std::array<std::string_view, 10> parts = {"token",      "secret",   "passw",     "passphrase",
                                                      "credential", "auth",     "signature", "streamkey",
                                                      "stream_key", "sessionid"};
  if (name == "authmod" || name == "author" || name == "srs_authors" || name == "hasKey") return false;
  const std::string word = lower(name);
  return std::ranges::find(whole, word) != whole.end() ||
         std::ranges::any_of(parts, [&](std::string_view part) { return word.find(part) != npos; }) ||
         word.ends_with("_key") || word.ends_with("-key") || name.ends_with("Key");
}

}  // namespace rtmpscope::output
