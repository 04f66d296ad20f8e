#include "analysis/judge/endpoints.hpp"

#include "analysis/verdict/sentence.hpp"

namespace rtmpscope::analysis {

std::string client_of(const History& history) {
  return address_text(history.client_address, history.client_port);
}

std::string server_of(const History& history) {
  return address_text(history.server_address, history.server_port);
}

std::string_view address_of(std::string_view endpoint) {
  std::string_view host = endpoint.substr(0, endpoint.rfind(':'));
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  return host;
}

}  // namespace rtmpscope::analysis
