#include "capture/link_type.hpp"

#include <array>
#include <utility>

#include <pcap.h>

namespace rtmpscope::capture {
namespace {

constexpr std::array<std::pair<std::uint16_t, int>, 6> different{{
    {100, DLT_ATM_RFC1483},
    {101, DLT_RAW},
    {102, DLT_SLIP_BSDOS},
    {103, DLT_PPP_BSDOS},
    {104, DLT_C_HDLC},
    {106, DLT_ATM_CLIP},
}};

}  // namespace

int dlt_of_link_type(std::uint16_t link_type) {
  for (const auto& [file, platform] : different) {
    if (file == link_type) return platform;
  }
  return link_type;
}

std::uint16_t link_type_of_dlt(int dlt) {
  for (const auto& [file, platform] : different) {
    if (platform == dlt) return file;
  }
  return static_cast<std::uint16_t>(dlt);
}

std::string link_type_name(std::uint16_t link_type) {
  const char* const name = pcap_datalink_val_to_name(dlt_of_link_type(link_type));
  return name != nullptr ? name : std::to_string(link_type);
}

}  // namespace rtmpscope::capture
