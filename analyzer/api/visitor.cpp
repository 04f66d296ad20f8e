#include "api/visitor.hpp"

#include "rtmp/message/describe_message.hpp"
#include "schema/field_sink.hpp"

namespace rtmpscope::api {
namespace {

class VisitingSink final : public FieldSink {
 public:
  explicit VisitingSink(v1::FieldVisitor& visitor) : visitor_(visitor) {}

  void begin(FieldId id, std::uint32_t) override {
    visitor_.begin(info(id).key, info(id).kind == FieldKind::list);
  }
  void end(FieldId id, std::uint32_t) override { visitor_.end(info(id).key); }
  void key(Range, Bytes name) override { visitor_.key(as_text(name)); }
  void number(FieldId id, Range, std::uint64_t value) override {
    const FieldInfo& field = info(id);
    const ValueInfo* word = field.values == ValueTable::none ? nullptr : find_value(field.values, value);
    visitor_.number(field.key, value, word == nullptr ? std::string_view() : word->name);
  }
  void signed_number(FieldId id, Range, std::int64_t value) override {
    visitor_.signed_number(info(id).key, value);
  }
  void real(FieldId id, Range, double value) override { visitor_.real(info(id).key, value); }
  void flag(FieldId id, Range, bool value) override { visitor_.flag(info(id).key, value); }
  void text(FieldId id, Range, Bytes value) override { visitor_.text(info(id).key, as_text(value)); }
  void blob(FieldId id, Range range, Bytes value) override {
    visitor_.blob(info(id).key, range.length, value);
  }
  void finding(FindingId, Range, std::uint64_t, std::uint64_t) override {}  // Observer::on_finding has it

 private:
  v1::FieldVisitor& visitor_;
};

}  // namespace

void visit_message(const rtmp::Message& message, v1::FieldVisitor& visitor) {
  VisitingSink sink(visitor);
  rtmp::describe_message(message, sink);
}

}  // namespace rtmpscope::api

namespace rtmpscope::v1 {

void Message::visit(FieldVisitor& visitor) const {
  if (implementation != nullptr)
    api::visit_message(*static_cast<const rtmp::Message*>(implementation), visitor);
}

}  // namespace rtmpscope::v1
