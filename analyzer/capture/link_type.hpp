// Link types: files have LINKTYPE_… values, libpcap's functions want the platform's DLT_… values.
#pragma once

#include <cstdint>
#include <string>

namespace rtmpscope::capture {

/// The two agree but for a few old types, see pcap-linktype(7) and libpcap's pcap-common.c.
[[nodiscard]] int dlt_of_link_type(std::uint16_t link_type);
[[nodiscard]] std::uint16_t link_type_of_dlt(int dlt);

/// As libpcap names it: "EN10MB", "LINUX_SLL2", …; the number where it has no name.
[[nodiscard]] std::string link_type_name(std::uint16_t link_type);

}  // namespace rtmpscope::capture
