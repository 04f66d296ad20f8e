#include "carrier/tls_record_search.hpp"

#include <algorithm>

#include "carrier/tls/record_splitter.hpp"

namespace rtmpscope::carrier {
namespace {

std::size_t record_size(Bytes header) {
  return tls::record_header_size + (std::size_t{header[3]} << 8 | header[4]);
}

}  // namespace

TlsLostRecords lost_records(const TlsLoss& loss, std::uint64_t outer_bytes, const tls::RecordCipher& cipher) {
  constexpr std::size_t largest = tls::record_header_size + tls::most_record_body;
  if (!loss.length_known) return {};
  return {(outer_bytes + largest - 1) / largest, outer_bytes / cipher.overhead()};
}

std::optional<std::uint64_t> lost_content(const TlsLoss& loss, std::uint64_t outer_bytes, std::uint64_t lost,
                                          const tls::RecordCipher& cipher) {
  const std::uint64_t overhead = lost * cipher.overhead();
  if (!cipher.has_exact_sizes() || !loss.length_known || outer_bytes < overhead) return std::nullopt;
  return outer_bytes - overhead;
}

void TlsRecordSearch::begin(const TlsLoss& loss) {
  loss_ = loss;
  held_.clear();
  at_ = 0;
}

void TlsRecordSearch::add(const StreamData& data) {
  const std::uint64_t end = data.offset + data.bytes.size();
  if (end <= loss_.behind) return;
  const std::size_t cut = data.offset < loss_.behind ? loss_.behind - data.offset : 0;
  held_.add(data.offset + cut, data.bytes.subspan(cut), data.packet);
}

void TlsRecordSearch::add(const StreamGap& gap) {
  held_.clear();
  at_ = 0;
  loss_.behind = std::max(loss_.behind, gap.offset + gap.length.value_or(0));
  loss_.length_known = loss_.length_known && gap.length.has_value();
}

std::optional<tls::Record> TlsRecordSearch::candidate() {
  while (true) {
    const Bytes bytes = held_.bytes().subspan(at_);
    if (bytes.size() < tls::record_header_size) break;
    if (!tls::is_record_header(bytes)) {
      ++at_;
      continue;
    }
    const std::size_t size = record_size(bytes);
    if (bytes.size() < size) break;
    tls::Record record;
    std::copy_n(bytes.begin(), tls::record_header_size, record.header.begin());
    record.body = bytes.subspan(tls::record_header_size, size - tls::record_header_size);
    record.offset = held_.offset() + at_;
    record.packet = held_.packet_of(at_ + size - 1);
    return record;
  }
  if (at_ > 0) held_.drop(at_);
  at_ = 0;
  return std::nullopt;
}

HeldPieces TlsRecordSearch::accept() {
  HeldPieces rest = std::move(held_);
  rest.drop(at_ + record_size(rest.bytes().subspan(at_)));
  held_.clear();
  at_ = 0;
  return rest;
}

}  // namespace rtmpscope::carrier
