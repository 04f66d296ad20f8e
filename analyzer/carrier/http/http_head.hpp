// The head of an HTTP/1 message: its first line and the header fields that say where its body ends.
#pragma once

#include <optional>
#include <string_view>

#include "base/bytes.hpp"

namespace rtmpscope::carrier {

/// How a body is compressed (RFC 9110, 8.4.1).
enum class ContentCoding : std::uint8_t {
  identity,
  gzip,     ///< also x-gzip and deflate: zlib tells them apart
  unknown,  ///< its content cannot be read
};

/// Views into the head's text.
struct HttpHead {
  std::size_t size = 0;  ///< of the whole head, up to and with its empty line
  bool is_request = false;
  std::string_view method;   ///< of a request
  std::string_view target;   ///< of a request
  std::uint32_t status = 0;  ///< of a response, 100 to 999
  std::optional<std::uint64_t> content_length;
  bool chunked = false;
  ContentCoding coding = ContentCoding::identity;
  bool tunnel_type = false;  ///< Content-Type: application/x-fcs
};

/// Reads a head, from its first line up to and with its empty line (RFC 9112, 2 to 6). Names of fields come
/// in any letter case, lines end with CR LF or LF. Nothing if the first line is none of HTTP/1.
[[nodiscard]] std::optional<HttpHead> read_http_head(std::string_view text);

/// Where the empty line behind a head ends; nothing if `text` does not have it. `seen`: how many bytes of
/// `text` an earlier call has looked through; they are not looked through again.
[[nodiscard]] std::optional<std::size_t> http_head_end(std::string_view text, std::size_t seen);

/// Adds what the line of a header field says. Lines that are none are left out.
void read_header_line(std::string_view line, HttpHead& head);

/// Whether what begins like `start` (at least one byte) can be the first line of an HTTP/1 message.
[[nodiscard]] bool may_be_http(std::string_view start);

/// Whether a message has no body whatever its header fields say: 1xx, 204, 304 (RFC 9112, 6.3).
[[nodiscard]] bool never_has_body(const HttpHead& head);

}  // namespace rtmpscope::carrier
