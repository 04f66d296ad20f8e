#include "flv/redacted_script.hpp"

#include <algorithm>
#include <bit>

#include "output/redacting_sink.hpp"
#include "rtmp/chunk/message.hpp"
#include "rtmp/message/describe_message.hpp"

namespace rtmpscope::flv {
namespace {

/// Writes the fields of a data message as AMF0 (AMF0 specification 2).
class Amf0Sink final : public FieldSink {
 public:
  /// Empty if something could not be written.
  [[nodiscard]] std::vector<std::uint8_t> take() {
    return whole_ ? std::move(out_) : std::vector<std::uint8_t>();
  }

  void begin(FieldId id, std::uint32_t) override {
    if (id == FieldId::data || id == FieldId::data_arguments) return;
    add_value();
    std::size_t count_at = 0;
    if (id == FieldId::amf_object) {
      put(object);
    } else if (id == FieldId::amf_ecma_array || id == FieldId::amf_strict_array) {
      put(id == FieldId::amf_ecma_array ? ecma_array : strict_array);
      count_at = out_.size();
      put_number(0, 4);
    } else if (id == FieldId::amf_typed_object) {
      put(typed_object);
      class_name_next_ = true;
    } else {
      whole_ = false;
    }
    open_.push_back({count_at, 0, id != FieldId::amf_strict_array});
  }
  void end(FieldId id, std::uint32_t) override {
    if (id == FieldId::data || id == FieldId::data_arguments || open_.empty()) return;
    const Open closed = open_.back();
    open_.pop_back();
    if (closed.named) put_number(object_end, 3);
    for (std::size_t i = 0; closed.count_at != 0 && i < 4; ++i) {
      out_[closed.count_at + i] = static_cast<std::uint8_t>(closed.count >> (8 * (3 - i)));
    }
  }
  void key(Range, Bytes name) override { put_short(name); }
  void number(FieldId id, Range, std::uint64_t value) override {
    if (id == FieldId::data_format || id == FieldId::amf_ecma_count) return;
    add_value();
    if (id != FieldId::amf_reference) whole_ = false;
    put(reference);
    put_number(value, 2);
  }
  void signed_number(FieldId, Range, std::int64_t) override { whole_ = false; }
  void real(FieldId id, Range, double value) override {
    add_value();
    put(id == FieldId::amf_date ? date : number_marker);
    put_number(std::bit_cast<std::uint64_t>(value), 8);
    if (id == FieldId::amf_date) put_number(0, 2);  // the time zone, which is reserved
  }
  void flag(FieldId id, Range, bool value) override {
    add_value();
    if (id == FieldId::amf_null) return put(null);
    if (id == FieldId::amf_undefined) return put(undefined);
    if (id == FieldId::amf_unsupported) return put(unsupported);
    put(boolean);
    put(value ? 1 : 0);
  }
  void text(FieldId id, Range, Bytes value) override {
    if (id == FieldId::amf_class_name) {
      if (!class_name_next_) whole_ = false;
      class_name_next_ = false;
      return put_short(value);
    }
    add_value();
    const bool fits = value.size() <= longest_short && id != FieldId::amf_xml;
    put(id == FieldId::amf_xml ? xml : fits ? string : long_string);
    if (fits) return put_short(value);
    put_number(value.size(), 4);
    out_.insert(out_.end(), value.begin(), value.end());
  }
  void blob(FieldId, Range, Bytes) override { whole_ = false; }
  void finding(FindingId, Range, std::uint64_t, std::uint64_t) override {}

 private:
  static constexpr std::uint8_t number_marker = 0x00, boolean = 0x01, string = 0x02, object = 0x03,
                                null = 0x05, undefined = 0x06, reference = 0x07, ecma_array = 0x08,
                                strict_array = 0x0A, date = 0x0B, long_string = 0x0C, unsupported = 0x0D,
                                xml = 0x0F, typed_object = 0x10;
  static constexpr std::uint32_t object_end = 0x000009;
  static constexpr std::size_t longest_short = 0xFFFF;

  struct Open {
    std::size_t count_at;  ///< 0: the container has no count
    std::uint32_t count;
    bool named;  ///< ends with a marker
  };

  void add_value() {
    if (!open_.empty()) ++open_.back().count;
  }
  void put(std::uint8_t byte) { out_.push_back(byte); }
  void put_number(std::uint64_t value, std::size_t bytes) {
    for (std::size_t i = bytes; i > 0; --i) put(static_cast<std::uint8_t>(value >> (8 * (i - 1))));
  }
  void put_short(Bytes text) {
    const std::size_t size = std::min(text.size(), longest_short);
    put_number(size, 2);
    out_.insert(out_.end(), text.begin(), text.begin() + static_cast<std::ptrdiff_t>(size));
  }

  std::vector<std::uint8_t> out_;
  std::vector<Open> open_;
  bool class_name_next_ = false;
  bool whole_ = true;
};

}  // namespace

std::vector<std::uint8_t> redact_script(Bytes body, const output::Redaction& redaction) {
  rtmp::Message message{{}, body, true};
  message.header.type_id = rtmp::MessageType::data_amf0;
  message.header.length = static_cast<std::uint32_t>(body.size());
  Amf0Sink script;
  output::RedactingSink redacting(redaction, script);
  rtmp::describe_data(message, redacting);
  return script.take();
}

}  // namespace rtmpscope::flv
