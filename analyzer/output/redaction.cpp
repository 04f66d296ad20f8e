#include "output/redaction.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>

namespace rtmpscope::output {
namespace {

constexpr std::size_t npos = std::string_view::npos;

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool is_word(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || static_cast<unsigned char>(c) >= 0x80;
}

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return lower(x) == lower(y); });
}

bool contains_ignoring_case(std::string_view text, std::string_view part) {
  return std::search(text.begin(), text.end(), part.begin(), part.end(),
                     [](char x, char y) { return lower(x) == lower(y); }) != text.end();
}

/// Where the value of a parameter ends in free text.
bool ends_parameter(char c) {
  return c == '&' || c == ';' || c == ',' || c == ']' || c == ')' || c == '"' || c == '\'' || c == '<' ||
         c == '>' || static_cast<unsigned char>(c) <= ' ';
}

bool is_name_character(char c) {
  return is_word(c) || c == '_' || c == '-' || c == '.';
}

/// Masks the values of secret parameters: "…key=VALUE&…".
std::string redact_parameters(std::string_view text) {
  std::string out;
  std::size_t copied = 0;
  for (std::size_t equals = text.find('='); equals != npos; equals = text.find('=', equals + 1)) {
    if (equals < copied) continue;
    std::size_t name = equals;
    while (name > copied && is_name_character(text[name - 1])) --name;
    if (!is_secret_name(text.substr(name, equals - name))) continue;
    std::size_t end = equals + 1;
    while (end < text.size() && !ends_parameter(text[end])) ++end;
    if (end == equals + 1) continue;
    out.append(text.substr(copied, equals + 1 - copied)).append(redacted(end - equals - 1));
    copied = end;
  }
  return out.append(text.substr(copied));
}

/// Masks each `word` that is not part of a longer one.
std::string redact_word(std::string_view text, std::string_view word) {
  if (word.empty()) return std::string(text);
  std::string out;
  std::size_t copied = 0;
  for (std::size_t at = text.find(word); at != npos; at = text.find(word, at + 1)) {
    const std::size_t end = at + word.size();
    const bool inside = (at > 0 && is_word(text[at - 1]) && is_word(word.front())) ||
                        (end < text.size() && is_word(text[end]) && is_word(word.back()));
    if (at < copied || inside) continue;
    out.append(text.substr(copied, at - copied)).append(redacted(word.size()));
    copied = end;
  }
  return out.append(text.substr(copied));
}

/// "mp4:folder/name?key=1" stands for "folder/name", too.
std::string_view bare_name(std::string_view name) {
  name = name.substr(0, name.find('?'));
  const std::size_t colon = name.find(':');
  return colon == npos ? name : name.substr(colon + 1);
}

/// `keep_path`: whole, else up to its first component.
std::string redact_url(std::string_view url, bool keep_path) {
  std::string out;
  const std::size_t scheme = url.find("://");
  std::size_t path = 0;
  if (scheme != npos) {
    const std::size_t authority = scheme + 3;
    path = std::min(url.find_first_of("/?#", authority), url.size());
    const std::string_view host = url.substr(authority, path - authority);
    const std::size_t at = host.rfind('@');
    out.append(url.substr(0, authority));
    if (at != npos) out.append(redacted(at)).push_back('@');
    out.append(at == npos ? host : host.substr(at + 1));
  }
  std::size_t path_end = std::min(url.find_first_of("?#", path), url.size());
  std::string_view kept = url.substr(path, path_end - path);
  if (!keep_path) {
    const std::size_t slash = kept.find('/', kept.starts_with('/') ? 1 : 0);
    if (slash != npos && slash + 1 < kept.size()) {
      out.append(kept.substr(0, slash + 1)).append(redacted(kept.size() - slash - 1));
      kept = {};
    }
  }
  out.append(kept);
  if (path_end < url.size()) {
    out.push_back(url[path_end]);
    if (path_end + 1 < url.size()) out.append(redacted(url.size() - path_end - 1));
  }
  return out;
}

/// Masks the URLs within a text.
std::string redact_urls(std::string_view text) {
  std::string out;
  std::size_t copied = 0;
  for (std::size_t mark = text.find("://"); mark != npos; mark = text.find("://", mark + 1)) {
    if (mark < copied) continue;
    std::size_t begin = mark;
    while (begin > copied && std::isalnum(static_cast<unsigned char>(text[begin - 1])) != 0) --begin;
    std::size_t end = mark;
    while (end < text.size() && !(static_cast<unsigned char>(text[end]) <= ' ' || text[end] == '"' ||
                                  text[end] == '\'' || text[end] == ']' || text[end] == '>')) {
      ++end;
    }
    const std::string_view url = text.substr(begin, end - begin);
    out.append(text.substr(copied, begin - copied));
    out.append(contains_ignoring_case(url.substr(0, mark - begin), "rtmp") ? redact_media_url(url)
                                                                           : redact_page_url(url));
    copied = end;
  }
  return out.append(text.substr(copied));
}

template <std::size_t N>
bool is_one_of(std::string_view word, const std::array<std::string_view, N>& words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

/// Commands whose text arguments are no secrets (RTMP 7.2; FMS).
constexpr std::array<std::string_view, 5> harmless_commands = {"onStatus", "_error", "onBWDone", "close",
                                                               "createStream"};
/// Commands whose status carries the stream name in its description, not only in "details".
constexpr std::array<std::string_view, 4> naming_commands = {"onFCPublish", "onFCUnpublish", "onFCSubscribe",
                                                             "onFCUnsubscribe"};
/// Second argument of publish (RTMP 7.2.2.6).
constexpr std::array<std::string_view, 4> publish_types = {"live", "record", "append", "appendWithGap"};

}  // namespace

std::string redacted(std::size_t length) {
  return fmt::format("<redacted {} bytes>", length);
}

std::string redact_media_url(std::string_view url) {
  return redact_url(url, false);
}
std::string redact_page_url(std::string_view url) {
  return redact_url(url, true);
}
std::string redact_app(std::string_view app) {
  return redact_url(app, false);
}

bool is_secret_name(std::string_view name) {
  constexpr std::array<std::string_view, 18> whole = {
      "key",  "user",  "username", "login", "pass", "pwd",  "response", "challenge", "opaque",
      "salt", "nonce", "cnonce",   "sig",   "sign", "hash", "session",  "sid",       "jwt"};
  constexpr std::array<std::string_view, 9> parts = {
      "token", "secret", "passw", "passphrase", "credential", "auth", "signature", "streamkey", "stream_key"};
  if (equal_ignoring_case(name, "authmod") || equal_ignoring_case(name, "author")) return false;
  for (const std::string_view word : whole) {
    if (equal_ignoring_case(name, word)) return true;
  }
  for (const std::string_view word : parts) {
    if (contains_ignoring_case(name, word)) return true;
  }
  return name.size() > 3 &&
         (equal_ignoring_case(name.substr(name.size() - 4), "_key") ||
          equal_ignoring_case(name.substr(name.size() - 4), "-key") || name.ends_with("Key")) &&
         !equal_ignoring_case(name, "hasKey");
}

std::string redact_text(std::string_view text, std::string_view stream_name) {
  std::string out = redact_urls(text);
  out = redact_parameters(out);
  out = redact_word(out, stream_name);
  const std::string_view bare = bare_name(stream_name);
  return bare == stream_name ? out : redact_word(out, bare);
}

rtmp::ConnectionSummary redact_summary(const rtmp::ConnectionSummary& summary) {
  rtmp::ConnectionSummary out = summary;
  out.app = redact_app(summary.app);
  out.tc_url = redact_media_url(summary.tc_url);
  out.error = redact_text(out.error, {});
  for (rtmp::StreamSummary& stream : out.streams) {
    out.error = redact_text(out.error, stream.name);
    if (!stream.name.empty()) stream.name = redacted(stream.name.size());
  }
  return out;
}

void RedactingSink::reset() {
  stream_name_.clear();
  depth_ = 0;
  arguments_depth_ = 0;
  secret_depth_ = 0;
  property_ = Property::other;
  arguments_ = Arguments::mask;
  names_stream_ = false;
  argument_count_ = 0;
}

RedactingSink::Property RedactingSink::classify(std::string_view name) {
  if (name == "code" || name == "level" || name == "fmsVer" || name == "flashVer") return Property::plain;
  if (name == "tcUrl" || name == "redirect" || name == "redirect2") return Property::media_url;
  if (name == "swfUrl" || name == "pageUrl") return Property::page_url;
  if (name == "app") return Property::app;
  if (name == "details" || name == "streamName" || name == "oldStreamName") return Property::secret;
  return is_secret_name(name) ? Property::secret : Property::other;
}

/// The property that the value at hand belongs to; also counts arguments.
RedactingSink::Property RedactingSink::take_property() {
  if (is_argument()) ++argument_count_;
  const Property property = secret_depth_ != 0 ? Property::secret : property_;
  property_ = Property::other;
  return property;
}

void RedactingSink::begin(FieldId id, std::uint32_t offset) {
  const bool secret = take_property() == Property::secret;
  ++depth_;
  if (secret && secret_depth_ == 0) secret_depth_ = depth_;
  if (id == FieldId::command_arguments) {
    arguments_depth_ = depth_;
    argument_count_ = 0;
  }
  to_.begin(id, offset);
}

void RedactingSink::end(FieldId id, std::uint32_t end_offset) {
  if (depth_ == arguments_depth_) arguments_depth_ = 0;
  if (depth_ == secret_depth_) secret_depth_ = 0;
  if (depth_ > 0) --depth_;
  property_ = Property::other;
  to_.end(id, end_offset);
}

void RedactingSink::key(Range range, Bytes name) {
  property_ = classify(as_text(name));
  if (property_ == Property::other && names_stream_ && as_text(name) == "description")
    property_ = Property::secret;
  to_.key(range, name);
}

void RedactingSink::number(FieldId id, Range range, std::uint64_t value) {
  if (take_property() == Property::secret) return put(id, range, redacted(range.length));
  to_.number(id, range, value);
}
void RedactingSink::signed_number(FieldId id, Range range, std::int64_t value) {
  if (take_property() == Property::secret) return put(id, range, redacted(range.length));
  to_.signed_number(id, range, value);
}
void RedactingSink::real(FieldId id, Range range, double value) {
  if (take_property() == Property::secret) return put(id, range, redacted(range.length));
  to_.real(id, range, value);
}
void RedactingSink::flag(FieldId id, Range range, bool value) {
  (void)take_property();
  to_.flag(id, range, value);
}
void RedactingSink::blob(FieldId id, Range range, Bytes value) {
  (void)take_property();
  // The range may be one without bytes; the length must not get lost with the bytes.
  const auto length = std::max(range.length, static_cast<std::uint32_t>(value.size()));
  to_.blob(id, {range.offset, length}, {});
}
void RedactingSink::finding(FindingId id, Range range, std::uint64_t a, std::uint64_t b) {
  to_.finding(id, range, a, b);
}

void RedactingSink::text(FieldId id, Range range, Bytes value) {
  const bool argument = is_argument();
  const Property property = take_property();
  const std::string_view text = as_text(value);
  if (id == FieldId::message_stream_name) {
    stream_name_ = text;
    return put(id, range, redacted(value.size()));
  }
  if (id == FieldId::command_name) {
    arguments_ = is_one_of(text, harmless_commands) ? Arguments::keep : Arguments::mask;
    if (text == "publish") arguments_ = Arguments::publish;
    names_stream_ = is_one_of(text, naming_commands);
    return to_.text(id, range, value);
  }
  if (depth_ == 0) return to_.text(id, range, value);
  if (id == FieldId::shared_object_entry_key) property_ = classify(text);  // names the value that follows
  switch (property) {
    case Property::plain: return to_.text(id, range, value);
    case Property::secret: return put(id, range, redacted(value.size()));
    case Property::media_url: return put(id, range, redact_media_url(text));
    case Property::page_url: return put(id, range, redact_page_url(text));
    case Property::app: return put(id, range, redact_app(text));
    case Property::other: break;
  }
  const bool type = arguments_ == Arguments::publish && argument_count_ > 2 && is_one_of(text, publish_types);
  if (argument && arguments_ != Arguments::keep && !type) return put(id, range, redacted(value.size()));
  put(id, range, redact_text(text, stream_name_));
}

}  // namespace rtmpscope::output
