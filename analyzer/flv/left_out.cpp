#include "flv/left_out.hpp"

#include <fmt/format.h>

#include <iterator>

#include "flv/export.hpp"
#include "schema/schema.hpp"

namespace rtmpscope::flv {

void LeftOutMessages::add(const RecordedMessage& message) {
  ++count_;
  const rtmp::MessageHeader& header = message.message.header;
  if (first_.size() < most_listed) {
    first_.push_back({message.frame, header.timestamp, header.length, header.type_id});
  }
}

std::string LeftOutMessages::lines() const {
  if (count_ == 0) return {};
  std::string text = fmt::format("  left out: {} incomplete message{}\n", count_, count_ == 1 ? "" : "s");
  for (const Entry& entry : first_) {
    const ValueInfo* type = find_value(ValueTable::message_type, entry.type);
    fmt::format_to(std::back_inserter(text), "    packet {}: {}, {} byte{}, {} ms\n", entry.frame,
                   type == nullptr ? "message" : type->text, entry.length, entry.length == 1 ? "" : "s",
                   entry.timestamp);
  }
  if (count_ > first_.size()) {
    fmt::format_to(std::back_inserter(text), "    and {} more\n", count_ - first_.size());
  }
  return text;
}

}  // namespace rtmpscope::flv
