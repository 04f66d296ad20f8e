// What an ExportObserver hands to the ExportAssembler: events that matter to files, as bytes of the output of
// a shard. Both are of one process, so numbers are copied as they are.
#pragma once

#include <cstring>
#include <string_view>
#include <type_traits>

#include "output/buffer.hpp"
#include "rtmp/chunk/message.hpp"

namespace rtmpscope::flv {

struct ExportItem {
  enum class Kind : std::uint8_t { command, media, close };

  Kind kind = Kind::close;
  Direction direction{};
  bool complete = false;
  std::uint64_t frame = 0;       ///< packet that completed the message
  rtmp::MessageHeader header{};  ///< of the message
  std::string_view text{};       ///< media: the stream's name; command: its name
  Bytes body{};                  ///< media: the message's, if it is complete; connect: the application's name
};

inline void write_item(output::Buffer& to, const ExportItem& item) {
  static_assert(std::is_trivially_copyable_v<ExportItem>);
  to.append({reinterpret_cast<const char*>(&item), sizeof item});
  to.append(item.text);
  to.append(as_text(item.body));
}

/// `bytes` are of one write_item; the item views them.
[[nodiscard]] inline ExportItem read_item(std::string_view bytes) {
  ExportItem item;
  std::memcpy(&item, bytes.data(), sizeof item);
  item.text = bytes.substr(sizeof item, item.text.size());
  item.body = as_bytes(bytes.substr(sizeof item + item.text.size()));
  return item;
}

}  // namespace rtmpscope::flv
