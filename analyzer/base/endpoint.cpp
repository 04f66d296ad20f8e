#include "base/endpoint.hpp"

#include <arpa/inet.h>

namespace rtmpscope {

std::string IpAddress::to_string() const {
  if (is_v6()) {
    char text[INET6_ADDRSTRLEN] = "";
    inet_ntop(AF_INET6, bytes.data(), text, sizeof text);
    return text;
  }
  std::string text;
  for (std::size_t i = 0; i < 4; ++i) {
    if (i != 0) text.push_back('.');
    text.append(std::to_string(bytes[i]));
  }
  return text;
}

std::string Endpoint::to_string() const {
  std::string text = address.is_v6() ? '[' + address.to_string() + ']' : address.to_string();
  return text.append(":").append(std::to_string(port));
}

}  // namespace rtmpscope
