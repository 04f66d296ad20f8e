// The parts of a certificate that a person asks for: names and validity.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"

namespace rtmpscope::tls {

/// Names and times of an X.509 certificate (RFC 5280, section 4.1). Texts are as they are in the certificate,
/// and may not be UTF-8; they are cut at 255 bytes.
struct Certificate {
  std::string subject;             ///< its common name, or else its organisation; empty: neither
  std::string issuer;              ///< the same of the issuer
  std::vector<std::string> names;  ///< DNS names and IP addresses it is for, at most most_names
  Timestamp not_before = 0;
  Timestamp not_after = 0;
};

/// `der`: the whole certificate. Absent: it is not of that form. Nothing is verified.
[[nodiscard]] std::optional<Certificate> parse_certificate(Bytes der);

/// Whether the certificate is for that host name or IP address (RFC 6125, section 6.4; RFC 9525): by its
/// alternative names, or its subject if it has none.
[[nodiscard]] bool is_for(const Certificate& certificate, std::string_view host);

}  // namespace rtmpscope::tls
