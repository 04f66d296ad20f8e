// What --redact shows in place of texts from the wire.
//
// The rule is an allow-list (schema/disclosure.hpp): what the tables do not know to be harmless prints as its
// length and a pseudonym, "<name 3f2a9c, 12 bytes>". The pseudonym is a keyed hash of the text alone. So
// equal texts can be joined wherever they stand, by those who have the output, and nobody without the key can
// try out names.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/crypto.hpp"
#include "base/endpoint.hpp"
#include "base/error.hpp"
#include "rtmp/session/summary.hpp"
#include "schema/disclosure.hpp"

namespace rtmpscope::output {

/// What the user wants.
struct RedactionOptions {
  bool texts = false;      ///< --redact
  bool addresses = false;  ///< --redact-addresses: IP addresses and ports, too
  std::string key_file{};  ///< --redact-key: same key, same pseudonyms; empty: a key of this run

  [[nodiscard]] bool wanted() const { return texts || addresses || !key_file.empty(); }
};

/// May be used by several threads at once.
class Redaction {
 public:
  Redaction(Bytes key, bool addresses) : hash_(key), addresses_(addresses) {}

  [[nodiscard]] bool hides_addresses() const { return addresses_; }

  /// A text as its rule wants it; empty texts stay empty.
  [[nodiscard]] std::string shown(const TextRule& rule, std::string_view text) const;
  [[nodiscard]] std::string shown(FieldId id, std::string_view text) const {
    return shown(text_rule(id), text);
  }
  /// The text of a finding; a few have texts of the wire as numbers in it.
  [[nodiscard]] std::string finding(std::string_view id, std::string_view text) const;
  /// The name of a property.
  [[nodiscard]] std::string property_name(std::string_view name) const;
  /// "192.0.2.1:1935", or pseudonyms of address and port.
  [[nodiscard]] std::string endpoint(const Endpoint& endpoint) const;
  /// "<name 3f2a9c, 12 bytes>"
  [[nodiscard]] std::string pseudonym(std::string_view noun, std::string_view text) const;
  /// "name-3f2a9c", for names of files; of a stream's name the part that names it, as in `shown`.
  [[nodiscard]] std::string file_part(FieldId id, std::string_view text) const;
  /// The texts of a summary.
  [[nodiscard]] rtmp::ConnectionSummary summary(const rtmp::ConnectionSummary& summary) const;

 private:
  [[nodiscard]] std::string hash_of(std::string_view text) const;
  [[nodiscard]] std::string name(const TextRule& rule, std::string_view text) const;
  [[nodiscard]] std::string url(const TextRule& rule, std::string_view text) const;
  [[nodiscard]] std::string authority(std::string_view text) const;
  [[nodiscard]] std::string status(const TextRule& rule, std::string_view text) const;
  void append(std::string& to, std::string_view noun, std::string_view text) const;

  HmacSha256 hash_;
  bool addresses_;
};

/// Null: nothing is to be redacted.
using RedactionPointer = std::shared_ptr<const Redaction>;

/// Reads the key or makes one. Null if no redaction is wanted.
[[nodiscard]] Expected<RedactionPointer> make_redaction(const RedactionOptions& options);

/// An endpoint as far as it may be shown.
[[nodiscard]] std::string endpoint_text(const Endpoint& endpoint, const Redaction* redaction);

/// Whether a property of this name is one whose numbers are secrets, too: a PIN, a numeric key.
[[nodiscard]] bool is_secret_name(std::string_view name);

}  // namespace rtmpscope::output
