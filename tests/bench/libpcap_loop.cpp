// The least that any program on libpcap does: every packet of a capture file is read and counted, nothing is
// looked at. Its time is the unit of the benchmark (README.md in this folder).
#include <pcap/pcap.h>

#include <cinttypes>
#include <cstdint>
#include <cstdio>

namespace {

struct Count {
  std::uint64_t packets = 0;
  std::uint64_t bytes = 0;
};

void count_packet(u_char* user, const pcap_pkthdr* header, const u_char*) {
  auto& count = *reinterpret_cast<Count*>(user);
  ++count.packets;
  count.bytes += header->caplen;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: libpcap_loop FILE\n");
    return 2;
  }
  char error[PCAP_ERRBUF_SIZE] = "";
  pcap_t* capture = pcap_open_offline(argv[1], error);
  if (capture == nullptr) {
    std::fprintf(stderr, "libpcap_loop: %s\n", error);
    return 3;
  }
  Count count;
  const int result = pcap_loop(capture, 0, count_packet, reinterpret_cast<u_char*>(&count));
  if (result < 0) std::fprintf(stderr, "libpcap_loop: %s\n", pcap_geterr(capture));
  pcap_close(capture);
  std::printf("%" PRIu64 " packets, %" PRIu64 " bytes\n", count.packets, count.bytes);
  return result < 0 ? 1 : 0;
}
