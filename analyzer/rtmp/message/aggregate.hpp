// Aggregate messages (RTMP 7.1.6): a sequence of FLV tags in one message.
#pragma once

#include <optional>

#include "base/byte_reader.hpp"
#include "rtmp/chunk/message.hpp"

namespace rtmpscope::rtmp {

/// One message inside an aggregate. Offsets lie within the aggregate's body.
struct SubMessage {
  std::uint32_t offset = 0;  ///< of its 11-byte header
  std::uint8_t type_id = 0;
  std::uint32_t length = 0;              ///< as sent; may run past the aggregate's end
  std::uint32_t timestamp = 0;           ///< as sent
  std::uint32_t absolute_timestamp = 0;  ///< rebased to the aggregate's own, modulo 2^32
  std::uint32_t message_stream_id = 0;   ///< as sent; the aggregate's own holds
  Bytes body;                            ///< what there is of `length` bytes
  std::optional<std::uint32_t> back_pointer;
};

/// Walks the sub-messages of an aggregate.
class AggregateReader {
 public:
  explicit AggregateReader(const Message& aggregate) : aggregate_(aggregate), reader_(aggregate.body) {}

  /// The next sub-message, or nothing if fewer bytes than a header are left.
  std::optional<SubMessage> next();
  [[nodiscard]] std::uint32_t position() const { return reader_.position(); }

 private:
  const Message& aggregate_;
  ByteReader reader_;
  std::uint32_t first_timestamp_ = 0;
};

}  // namespace rtmpscope::rtmp
