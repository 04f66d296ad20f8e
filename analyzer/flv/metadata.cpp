#include "flv/metadata.hpp"

#include "rtmp/chunk/message.hpp"
#include "rtmp/message/describe_message.hpp"

namespace rtmpscope::flv {
namespace {

class DurationSink final : public NullSink {
 public:
  [[nodiscard]] std::optional<std::uint32_t> place() const { return is_metadata_ ? place_ : std::nullopt; }

  void text(FieldId id, Range, Bytes value) override {
    if (id == FieldId::data_name) is_metadata_ = as_text(value) == "onMetaData";
    is_next_ = false;
  }
  void begin(FieldId, std::uint32_t) override {
    ++depth_;
    is_next_ = false;
  }
  void end(FieldId, std::uint32_t) override {
    --depth_;
    is_next_ = false;
  }
  void key(Range, Bytes name) override { is_next_ = depth_ == property_depth && as_text(name) == "duration"; }
  void real(FieldId, Range range, double) override {
    constexpr std::uint32_t number_size = 8;  // behind its marker
    if (is_next_ && !place_) place_ = range.end() - number_size;
    is_next_ = false;
  }

 private:
  static constexpr int property_depth = 3;  ///< in the message, its arguments, and the object

  int depth_ = 0;
  bool is_metadata_ = false;
  bool is_next_ = false;  ///< the next value is the duration
  std::optional<std::uint32_t> place_;
};

}  // namespace

std::optional<std::uint32_t> find_duration(Bytes body) {
  rtmp::Message message{{}, body, true};
  message.header.type_id = rtmp::MessageType::data_amf0;
  message.header.length = static_cast<std::uint32_t>(body.size());
  DurationSink sink;
  rtmp::describe_data(message, sink);
  return sink.place();
}

}  // namespace rtmpscope::flv
