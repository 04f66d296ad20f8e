#include "capture/filter.hpp"

#include <fmt/format.h>
#include <pcap.h>

#include "capture/limits.hpp"
#include "capture/link_type.hpp"
#include "capture/pcap_text.hpp"

namespace rtmpscope::capture {

struct PacketFilter::Program {
  std::uint16_t link_type = 0;
  bool usable = false;
  bool noted = false;
  std::string error;
  bpf_program code{};

  Program() = default;
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;
  ~Program() {
    if (usable) pcap_freecode(&code);
  }
};

PacketFilter::PacketFilter(std::string expression) : expression_(std::move(expression)) {}
PacketFilter::~PacketFilter() = default;

Expected<std::unique_ptr<PacketFilter>> PacketFilter::compile(const std::string& expression,
                                                              const std::vector<Interface>& interfaces) {
  std::unique_ptr<PacketFilter> filter(new PacketFilter(expression));
  Program* last = interfaces.empty() ? &filter->program_for(DLT_EN10MB) : nullptr;
  bool usable = last != nullptr && last->usable;
  for (const Interface& interface : interfaces) {
    last = &filter->program_for(interface.link_type);
    usable = usable || last->usable;
  }
  if (!usable) {
    return tl::unexpected(
        Error{ErrorKind::usage, fmt::format("capture filter \"{}\": {}", one_line(expression), last->error)});
  }
  return filter;
}

PacketFilter::Program& PacketFilter::program_for(std::uint16_t link_type) {
  std::unique_ptr<Program>& program = programs_[link_type];
  if (program != nullptr) return *program;
  program = std::make_unique<Program>();
  program->link_type = link_type;
  constexpr int snap_length = 1 << 30;  // the value that a match returns: the whole packet
  const std::unique_ptr<pcap_t, decltype(&pcap_close)> handle(
      pcap_open_dead(dlt_of_link_type(link_type), snap_length), &pcap_close);
  if (handle == nullptr) {
    program->error = "out of memory";
  } else if (pcap_compile(handle.get(), &program->code, expression_.c_str(), 1, PCAP_NETMASK_UNKNOWN) != 0) {
    program->error = one_line(pcap_geterr(handle.get()));
  } else {
    program->usable = true;
  }
  return *program;
}

Packet* PacketFilter::apply(Packet* begin, Packet* end, std::vector<std::string>& notes) {
  Packet* kept = begin;
  Program* program = nullptr;
  for (Packet* packet = begin; packet != end; ++packet) {
    if (program == nullptr || program->link_type != packet->link_type) {
      program = &program_for(packet->link_type);
      if (!program->usable && !program->noted) {
        program->noted = true;
        if (notes.size() < max_notes) {
          notes.push_back(fmt::format("the capture filter rejects all packets of link type {}: {}",
                                      packet->link_type, program->error));
        }
      }
    }
    if (!program->usable) continue;
    pcap_pkthdr header{};
    header.caplen = packet->captured_length;
    header.len = packet->wire_length;
    if (pcap_offline_filter(&program->code, &header, packet->data) != 0) *kept++ = *packet;
  }
  return kept;
}

}  // namespace rtmpscope::capture
