// Masking of stream names, tokens and passwords (--redact).
//
// What is masked:
//   - the stream name, wherever it is: most services use it as the key that allows to publish. It is the
//   argument of
//     publish, play, releaseStream, FCPublish and the like, the property "details" of a status, the name
//     shown with each message, and every occurrence in a text that comes with it;
//   - in URLs (tcUrl, redirects): user and password, the path after the application, query and fragment; in
//   "app" the
//     part after the first slash and the query; in page and SWF URLs user, password, query and fragment;
//   - properties and query parameters whose name says that they are secret (token, key, password, response,
//   …);
//   - text arguments of connect, and of commands that RTMP does not define, since applications log in with
//   those;
//   - bytes that could not be decoded: only their length is printed.
// A masked value prints as "<redacted N bytes>" in place of its N bytes.
#pragma once

#include <string>
#include <string_view>

#include "rtmp/session/summary.hpp"
#include "schema/field_sink.hpp"

namespace rtmpscope::output {

/// "<redacted 12 bytes>"
[[nodiscard]] std::string redacted(std::size_t length);

/// A URL of an RTMP application: tcUrl, redirect.
[[nodiscard]] std::string redact_media_url(std::string_view url);
/// A URL of a web page or SWF file: the path stays.
[[nodiscard]] std::string redact_page_url(std::string_view url);
/// The value of "app".
[[nodiscard]] std::string redact_app(std::string_view app);
/// Any other text: masks `stream_name` (may be empty) wherever it stands as a word, URLs, and secret
/// parameters.
[[nodiscard]] std::string redact_text(std::string_view text, std::string_view stream_name);
/// Whether a property or parameter of this name is secret.
[[nodiscard]] bool is_secret_name(std::string_view name);

[[nodiscard]] rtmp::ConnectionSummary redact_summary(const rtmp::ConnectionSummary& summary);

/// Hands fields on with the secret ones masked. A mask is text, also where the secret is a number. To be
/// reset before each event; an event's head (with the stream name) comes before its body.
class RedactingSink final : public FieldSink {
 public:
  explicit RedactingSink(FieldSink& to) : to_(to) {}

  void reset();

  void begin(FieldId id, std::uint32_t offset) override;
  void end(FieldId id, std::uint32_t end_offset) override;
  void key(Range range, Bytes name) override;
  void number(FieldId id, Range range, std::uint64_t value) override;
  void signed_number(FieldId id, Range range, std::int64_t value) override;
  void real(FieldId id, Range range, double value) override;
  void flag(FieldId id, Range range, bool value) override;
  void text(FieldId id, Range range, Bytes value) override;
  void blob(FieldId id, Range range, Bytes value) override;
  void finding(FindingId id, Range range, std::uint64_t a, std::uint64_t b) override;

 private:
  enum class Property : std::uint8_t { other, plain, secret, media_url, page_url, app };
  /// What becomes of texts that are arguments of their own, not properties.
  enum class Arguments : std::uint8_t { keep, mask, publish };

  [[nodiscard]] static Property classify(std::string_view name);
  [[nodiscard]] Property take_property();
  [[nodiscard]] bool is_argument() const { return arguments_depth_ != 0 && depth_ == arguments_depth_; }
  void put(FieldId id, Range range, std::string_view value) { to_.text(id, range, as_bytes(value)); }

  FieldSink& to_;
  std::string stream_name_;
  std::uint32_t depth_ = 0;
  std::uint32_t arguments_depth_ = 0;  ///< depth inside the argument list of a command; 0: not in one
  std::uint32_t secret_depth_ = 0;     ///< everything is masked while depth_ is at least this; 0: nothing
  Property property_ = Property::other;
  Arguments arguments_ = Arguments::mask;
  bool names_stream_ = false;  ///< the command's status names the stream in its description
  std::uint32_t argument_count_ = 0;
};

}  // namespace rtmpscope::output
