#include "carrier/http/http_head.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace rtmpscope::carrier {
namespace {

constexpr std::string_view response_start = "HTTP/1.";

std::string_view trimmed(std::string_view text) {
  const std::size_t begin = std::min(text.find_first_not_of(" \t\r"), text.size());
  const std::size_t end = text.find_last_not_of(" \t\r");
  return end == std::string_view::npos ? std::string_view() : text.substr(begin, end + 1 - begin);
}

/// Whether one of the words between commas is `word`.
bool lists(std::string_view value, std::string_view word) {
  for (;;) {
    const std::size_t comma = std::min(value.find(','), value.size());
    if (equals_in_any_case(trimmed(value.substr(0, comma)), word)) return true;
    if (comma == value.size()) return false;
    value.remove_prefix(comma + 1);
  }
}

ContentCoding coding_of(std::string_view value) {
  if (value.empty() || equals_in_any_case(value, "identity")) return ContentCoding::identity;
  const bool known = equals_in_any_case(value, "gzip") || equals_in_any_case(value, "x-gzip") ||
                     equals_in_any_case(value, "deflate");
  return known ? ContentCoding::gzip : ContentCoding::unknown;
}

/// "POST /send/1/2 HTTP/1.1" or "HTTP/1.1 200 OK"
bool read_first_line(std::string_view line, HttpHead& head) {
  if (line.starts_with(response_start)) {
    constexpr std::size_t blank = response_start.size() + 1;  // behind one digit
    if (line.size() <= blank || line[blank] != ' ') return false;
    const auto status = whole_number<std::uint32_t>(line.substr(blank + 1, 3));
    head.status = status.value_or(0);
    return head.status >= 100 && head.status <= 999;
  }
  const std::size_t first = line.find(' ');
  const std::size_t last = line.rfind(' ');
  if (first == std::string_view::npos || first == last || first == 0) return false;
  if (!line.substr(last + 1).starts_with(response_start)) return false;
  head.is_request = true;
  head.method = line.substr(0, first);
  head.target = line.substr(first + 1, last - first - 1);
  return std::ranges::all_of(head.method, [](char c) { return c >= 'A' && c <= 'Z'; });
}

/// The line up to the next line end, which is taken off `text`.
std::string_view next_line(std::string_view& text) {
  const std::size_t end = std::min(text.find('\n'), text.size());
  std::string_view line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

}  // namespace

std::optional<HttpHead> read_http_head(std::string_view text) {
  HttpHead head;
  head.size = text.size();
  if (!read_first_line(next_line(text), head)) return std::nullopt;
  while (!text.empty()) read_header_line(next_line(text), head);
  return head;
}

void read_header_line(std::string_view line, HttpHead& head) {
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos) return;
  const std::string_view name = trimmed(line.substr(0, colon));
  const std::string_view value = trimmed(line.substr(colon + 1));
  if (equals_in_any_case(name, "content-length")) {
    head.content_length = whole_number<std::uint64_t>(value);
  } else if (equals_in_any_case(name, "transfer-encoding")) {
    head.chunked = head.chunked || lists(value, "chunked");
  } else if (equals_in_any_case(name, "content-encoding")) {
    head.coding = coding_of(value);
  } else if (equals_in_any_case(name, "content-type")) {
    const std::string_view type = trimmed(value.substr(0, value.find(';')));
    head.tunnel_type = equals_in_any_case(type, "application/x-fcs");
  }
}

std::optional<std::size_t> http_head_end(std::string_view text, std::size_t seen) {
  constexpr std::size_t longest_line_end = 3;  // a part of it may have been looked through
  const std::size_t from = seen - std::min(seen, longest_line_end);
  for (std::size_t end = text.find('\n', from); end != std::string_view::npos;
       end = text.find('\n', end + 1)) {
    const std::string_view rest = text.substr(end + 1);
    if (rest.starts_with('\n')) return end + 2;
    if (rest.starts_with("\r\n")) return end + 3;
  }
  return std::nullopt;
}

bool may_be_http(std::string_view start) {
  const std::size_t common = std::min(start.size(), response_start.size());
  if (start.substr(0, common) == response_start.substr(0, common)) return true;
  constexpr std::size_t longest_method = 15;
  const std::size_t blank = start.substr(0, longest_method).find(' ');
  const std::string_view method = start.substr(0, std::min({blank, longest_method, start.size()}));
  if (method.empty() || !std::ranges::all_of(method, [](char c) { return c >= 'A' && c <= 'Z'; }))
    return false;
  return blank != std::string_view::npos || start.size() < longest_method;
}

bool never_has_body(const HttpHead& head) {
  return !head.is_request && (head.status < 200 || head.status == 204 || head.status == 304);
}

}  // namespace rtmpscope::carrier
