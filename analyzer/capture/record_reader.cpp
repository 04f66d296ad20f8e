#include "capture/record_reader.hpp"

#include "capture/pcap_reader.hpp"
#include "capture/pcapng_reader.hpp"

namespace rtmpscope::capture {

std::unique_ptr<RecordReader> make_record_reader(Bytes head, SourceStatistics& statistics,
                                                 std::size_t& position) {
  position = 0;
  if (PcapngReader::recognises(head)) return std::make_unique<PcapngReader>(statistics);
  if (!PcapReader::recognises(head) || head.size() < file_header_length) return nullptr;
  position = file_header_length;
  return std::make_unique<PcapReader>(head, statistics);
}

}  // namespace rtmpscope::capture
