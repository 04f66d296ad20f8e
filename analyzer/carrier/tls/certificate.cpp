#include "carrier/tls/certificate.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>

#include "carrier/tls/hello.hpp"

namespace rtmpscope::tls {
namespace {

// Tags of DER (X.690, section 8.1.2).
constexpr std::uint8_t boolean_tag = 0x01, octet_string_tag = 0x04, object_tag = 0x06, utc_time_tag = 0x17,
                       generalized_time_tag = 0x18, sequence_tag = 0x30;
constexpr std::uint8_t version_tag = 0xA0, extensions_tag = 0xA3;   // of TBSCertificate
constexpr std::uint8_t dns_name_tag = 0x82, ip_address_tag = 0x87;  // of GeneralName

// Values of object identifiers.
constexpr std::array<std::uint8_t, 3> common_name = {0x55, 0x04, 0x03};
constexpr std::array<std::uint8_t, 3> organization_name = {0x55, 0x04, 0x0A};
constexpr std::array<std::uint8_t, 3> subject_alternative_name = {0x55, 0x1D, 0x11};

struct Element {
  std::uint8_t tag = 0;
  Bytes content;
};

/// Takes elements of DER off the front; the first malformed one ends it.
class DerCursor {
 public:
  explicit DerCursor(Bytes bytes) : rest_(bytes) {}

  std::optional<Element> next() {
    if (rest_.size() < 2) return std::nullopt;
    std::size_t head = 2;
    std::size_t length = rest_[1];
    if (length >= 0x80) {
      const std::size_t size = length & 0x7F;
      if (size == 0 || size > 3 || rest_.size() < 2 + size) return std::nullopt;
      length = 0;
      for (std::size_t i = 0; i < size; ++i) length = length << 8 | rest_[2 + i];
      head += size;
    }
    if (rest_.size() - head < length) return std::nullopt;
    const Element element{rest_[0], rest_.subspan(head, length)};
    rest_ = rest_.subspan(head + length);
    return element;
  }
  /// The content of the next element; empty unless it has this tag.
  Bytes next(std::uint8_t tag) {
    const auto element = next();
    return element && element->tag == tag ? element->content : Bytes();
  }
  [[nodiscard]] std::uint8_t tag() const { return rest_.empty() ? 0 : rest_[0]; }

 private:
  Bytes rest_;
};

std::string cut(Bytes text) {
  return std::string(as_text(text.first(std::min(text.size(), longest_name))));
}

/// A Name: sets of attributes, each an object identifier and a text.
std::string readable_name(Bytes name) {
  std::string organization;
  DerCursor sets(name);
  while (const auto set = sets.next()) {
    DerCursor attributes(set->content);
    while (const auto attribute = attributes.next()) {
      DerCursor pair(attribute->content);
      const Bytes type = pair.next(object_tag);
      const auto value = pair.next();
      if (!value) continue;
      if (std::ranges::equal(type, common_name)) return cut(value->content);
      if (std::ranges::equal(type, organization_name)) organization = cut(value->content);
    }
  }
  return organization;
}

/// YYMMDDhhmmssZ or YYYYMMDDhhmmssZ (RFC 5280, section 4.1.2.5); absent: neither.
std::optional<Timestamp> time_of(const Element& element) {
  std::string_view text = as_text(element.content);
  const auto digits = [&](std::size_t size) {
    int value = 0;
    for (std::size_t i = 0; i < size; ++i) {
      const char c = text.size() > i ? text[i] : 'x';
      value = c < '0' || c > '9' || value < 0 ? -1 : value * 10 + (c - '0');
    }
    text.remove_prefix(std::min(size, text.size()));
    return value;
  };
  if (element.tag != utc_time_tag && element.tag != generalized_time_tag) return std::nullopt;
  int year = digits(element.tag == utc_time_tag ? 2 : 4);
  if (element.tag == utc_time_tag && year >= 0) year += year < 50 ? 2000 : 1900;
  const int month = digits(2), day = digits(2), hour = digits(2), minute = digits(2), second = digits(2);
  if (year < 1900 || hour < 0 || minute < 0 || second < 0 || text != "Z") return std::nullopt;
  // Beyond, nanoseconds since 1970 do not fit: the certificate has no end (RFC 5280, section 4.1.2.5).
  constexpr int last_year = 2261, first_year = 1900;
  year = std::clamp(year, first_year, last_year);
  const std::chrono::year_month_day date(std::chrono::year(year),
                                         std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day)));
  if (!date.ok() || hour > 23 || minute > 59 || second > 60) return std::nullopt;
  const auto time = std::chrono::sys_days(date) + std::chrono::hours(hour) + std::chrono::minutes(minute) +
                    std::chrono::seconds(second);
  return std::chrono::duration_cast<std::chrono::nanoseconds>(time.time_since_epoch()).count();
}

std::string address_text(Bytes address) {
  if (address.size() == 4) return fmt::format("{}.{}.{}.{}", address[0], address[1], address[2], address[3]);
  std::string text;
  for (std::size_t i = 0; i + 1 < address.size(); i += 2)
    text += fmt::format("{}{:x}", i == 0 ? "" : ":", address[i] << 8 | address[i + 1]);
  return text;
}

/// Extension: identifier, optional "critical", an octet string with the value.
void read_extension(Bytes extension, Certificate& certificate) {
  DerCursor parts(extension);
  if (!std::ranges::equal(parts.next(object_tag), subject_alternative_name)) return;
  if (parts.tag() == boolean_tag) parts.next();
  DerCursor names(DerCursor(parts.next(octet_string_tag)).next(sequence_tag));
  while (const auto name = names.next()) {
    if (certificate.names.size() >= most_names) return;
    if (name->tag == dns_name_tag) certificate.names.push_back(cut(name->content));
    if (name->tag == ip_address_tag && (name->content.size() == 4 || name->content.size() == 16))
      certificate.names.push_back(address_text(name->content));
  }
}

bool equal_without_case(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; };
  return std::ranges::equal(a, b, [&](char left, char right) { return lower(left) == lower(right); });
}

/// A star stands for the whole first label, and for nothing else.
bool name_fits(std::string_view pattern, std::string_view host) {
  if (!pattern.starts_with("*.")) return equal_without_case(pattern, host);
  const std::size_t dot = host.find('.');
  return dot != std::string_view::npos && dot > 0 && equal_without_case(pattern.substr(1), host.substr(dot));
}

}  // namespace

std::optional<Certificate> parse_certificate(Bytes der) {
  DerCursor tbs(DerCursor(DerCursor(der).next(sequence_tag)).next(sequence_tag));
  if (tbs.tag() == version_tag) tbs.next();
  tbs.next();  // serial number
  tbs.next();  // signature algorithm
  Certificate certificate;
  const auto issuer = tbs.next();
  DerCursor validity(tbs.next(sequence_tag));
  const auto from = validity.next();
  const auto to = validity.next();
  const auto subject = tbs.next();
  if (!issuer || !from || !to || !subject) return std::nullopt;
  const auto not_before = time_of(*from), not_after = time_of(*to);
  if (!not_before || !not_after) return std::nullopt;
  certificate.issuer = readable_name(issuer->content);
  certificate.subject = readable_name(subject->content);
  certificate.not_before = *not_before;
  certificate.not_after = *not_after;
  while (const auto part = tbs.next()) {
    if (part->tag != extensions_tag) continue;
    DerCursor extensions(DerCursor(part->content).next(sequence_tag));
    while (const auto extension = extensions.next()) read_extension(extension->content, certificate);
  }
  return certificate;
}

bool is_for(const Certificate& certificate, std::string_view host) {
  while (host.ends_with('.')) host.remove_suffix(1);
  if (certificate.names.empty()) return name_fits(certificate.subject, host);
  return std::ranges::any_of(certificate.names,
                             [&](const std::string& name) { return name_fits(name, host); });
}

}  // namespace rtmpscope::tls
