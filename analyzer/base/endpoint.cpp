#include "base/endpoint.hpp"

#include <arpa/inet.h>

#include <charconv>

namespace rtmpscope {
namespace {

constexpr std::size_t longest_number = 5;  // of a port or a byte

void append_number(std::string& out, unsigned number) {
  char digits[longest_number];
  out.append(digits, std::to_chars(digits, digits + sizeof digits, number).ptr);
}

}  // namespace

std::string IpAddress::to_string() const {
  if (is_v6()) {
    char text[INET6_ADDRSTRLEN] = "";
    inet_ntop(AF_INET6, bytes.data(), text, sizeof text);
    return text;
  }
  std::string text;
  text.reserve(INET_ADDRSTRLEN + longest_number + 1);  // a port may follow
  for (std::size_t i = 0; i < 4; ++i) {
    if (i != 0) text.push_back('.');
    append_number(text, bytes[i]);
  }
  return text;
}

std::string Endpoint::to_string() const {
  std::string text = address.is_v6() ? '[' + address.to_string() + ']' : address.to_string();
  text.push_back(':');
  append_number(text, port);
  return text;
}

}  // namespace rtmpscope
