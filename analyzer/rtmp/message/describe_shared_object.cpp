// Shared object messages. RTMP 7.1.3 gives the frame and the event names; the layouts of the events' data are
// those of crtmpserver and Red5.
#include "amf/amf.hpp"
#include "rtmp/message/describe_message.hpp"

namespace rtmpscope::rtmp {
namespace {

enum SharedObjectEvent : std::uint8_t {
  use = 1,
  release = 2,
  request_change = 3,
  change = 4,
  success = 5,
  send_message = 6,
  status = 7,
  clear = 8,
  remove_key = 9,
  request_remove = 10,
  use_success = 11,
};

constexpr std::uint8_t avm_plus = 0x11;

class SharedObjectDescriber {
 public:
  SharedObjectDescriber(const Message& message, FieldSink& sink)
      : message_(message), reader_(message.body), sink_(sink) {}

  void describe() {
    sink_.begin(FieldId::shared_object, 0);
    if (describe_head()) {
      sink_.begin(FieldId::shared_object_events, reader_.position());
      while (!reader_.at_end() && describe_event()) {
      }
      sink_.end(FieldId::shared_object_events, reader_.position());
    }
    sink_.end(FieldId::shared_object, message_.header.length);
  }

 private:
  bool describe_head() {
    if (message_.header.type_id == shared_object_amf3 && !reader_.at_end()) {
      encoding_ = reader_.u8();
      sink_.number(FieldId::shared_object_format, {0, 1}, encoding_);
    }
    const std::uint32_t at = reader_.position();
    const std::uint16_t length = reader_.u16();
    const Bytes name = reader_.take(length);
    if (reader_.failed() || reader_.remaining() < 12) {
      sink_.finding(FindingId::shared_object_name_cut,
                    {at, static_cast<std::uint32_t>(message_.body.size()) - at}, message_.body.size(),
                    at + 14U + length);
      return false;
    }
    sink_.text(FieldId::shared_object_name, {at, 2U + length}, name);
    describe_u32(FieldId::shared_object_version);
    describe_u32(FieldId::shared_object_flags);
    describe_u32(FieldId::shared_object_reserved);
    return true;
  }

  void describe_u32(FieldId field) {
    const std::uint32_t at = reader_.position();
    sink_.number(field, {at, 4}, reader_.u32());
  }

  bool describe_event() {
    const std::uint32_t at = reader_.position();
    const auto left = static_cast<std::uint32_t>(reader_.remaining());
    if (left < 5) {
      sink_.finding(FindingId::shared_object_event_length, {at, left}, 5, left);
      return false;
    }
    const std::uint8_t type = reader_.u8();
    const std::uint32_t length = reader_.u32();
    sink_.begin(FieldId::shared_object_event, at);
    sink_.number(FieldId::shared_object_event_type, {at, 1}, type);
    sink_.number(FieldId::shared_object_event_length, {at + 1, 4}, length);
    const bool whole = length <= reader_.remaining();
    if (!whole)
      sink_.finding(FindingId::shared_object_event_length, {at + 1, 4}, length, reader_.remaining());
    const std::uint32_t begin = reader_.position();
    reader_.take(std::min<std::size_t>(length, reader_.remaining()));
    describe_event_data(type, begin, reader_.position());
    sink_.end(FieldId::shared_object_event, reader_.position());
    return whole;
  }

  void describe_event_data(std::uint8_t type, std::uint32_t begin, std::uint32_t end) {
    ByteReader data(message_.body.first(end));
    data.take(begin);
    if (data.at_end()) return;
    switch (type) {
      case request_change:
      case change:
      case use_success: describe_entries(data, true); break;
      case success:
      case status:
      case remove_key:
      case request_remove: describe_entries(data, false); break;
      case send_message: {
        sink_.begin(FieldId::shared_object_event_arguments, begin);
        while (!data.at_end() && describe_value(data)) {
        }
        sink_.end(FieldId::shared_object_event_arguments, data.position());
        break;
      }
      default: break;
    }
    if (!data.at_end()) {
      const Range rest{data.position(), static_cast<std::uint32_t>(data.remaining())};
      sink_.blob(FieldId::shared_object_event_data, rest, data.rest());
    }
  }

  void describe_entries(ByteReader& data, bool with_values) {
    sink_.begin(FieldId::shared_object_event_entries, data.position());
    while (data.remaining() >= 2) {
      const std::uint32_t at = data.position();
      const std::size_t length = load_be16(data.rest().data());
      if (data.remaining() - 2 < length) break;
      data.u16();
      sink_.begin(FieldId::shared_object_entry, at);
      sink_.text(FieldId::shared_object_entry_key, {at, static_cast<std::uint32_t>(2 + length)},
                 data.take(length));
      bool readable = true;
      if (with_values && !data.at_end()) {
        sink_.begin(FieldId::shared_object_entry_value, data.position());
        readable = describe_value(data);
        sink_.end(FieldId::shared_object_entry_value, data.position());
      }
      sink_.end(FieldId::shared_object_entry, data.position());
      if (!readable) break;
    }
    sink_.end(FieldId::shared_object_event_entries, data.position());
  }

  /// With AMF3 encoding some senders put the AMF0 marker 0x11 in front of each value, others do not.
  bool describe_value(ByteReader& data) {
    if (encoding_ == 3 && data.peek() != avm_plus) return amf::describe_amf3_value(data, references_, sink_);
    return amf::describe_amf0_value(data, references_, sink_);
  }

  const Message& message_;
  ByteReader reader_;
  FieldSink& sink_;
  amf::References references_;
  std::uint8_t encoding_ = 0;
};

}  // namespace

void describe_shared_object(const Message& message, FieldSink& sink) {
  SharedObjectDescriber(message, sink).describe();
}

}  // namespace rtmpscope::rtmp
