#include "output/judgement/line_judge.hpp"

#include <arpa/inet.h>

#include <algorithm>

#include "output/judgement/attachments.hpp"

namespace rtmpscope::output {
namespace {

/// Redacted ones are left at zero: they are shown nowhere.
IpAddress address_of(std::string_view from) {
  const std::string text(from);
  IpAddress address;
  if (inet_pton(AF_INET6, text.c_str(), address.bytes.data()) == 1) {
    address.length = 16;
  } else {
    static_cast<void>(inet_pton(AF_INET, text.c_str(), address.bytes.data()));
  }
  return address;
}

/// What outputs show of a connection in the heads of its events.
rtmp::ConnectionInfo info_of(analysis::Value opening) {
  rtmp::ConnectionInfo info;
  const std::string_view uid = analysis::text_at(opening, "uid");
  if (uid.size() == info.uid.size()) std::ranges::copy(uid, info.uid.begin());
  for (const auto& [endpoint, key] : {std::pair(&info.client, "client"), std::pair(&info.server, "server")}) {
    const analysis::Value from = analysis::member(opening, key);
    if (!from) continue;
    endpoint->address = address_of(analysis::text_at(from, "address"));
    endpoint->port = static_cast<std::uint16_t>(analysis::unsigned_at(from, "port").value_or(0));
  }
  return info;
}

}  // namespace

LineJudge::LineJudge(std::unique_ptr<Observer> shown, std::unique_ptr<JudgingAssembler> assembler,
                     RedactionPointer redaction, bool samples, const analysis::JudgeOptions& options)
    : JudgementWriter(std::move(redaction), samples),
      shown_(std::move(shown)),
      assembler_(std::move(assembler)),
      judge_(*this, options),
      lines_(*this) {}

Expected<void> LineJudge::read(std::string_view line, Buffer& to) {
  to_ = &to;
  auto result = lines_.read(line);
  to_ = nullptr;
  return result;
}

void LineJudge::on_record(const analysis::Record& record) {
  last_ = {record.at.frame, record.at.time};
  if (record.kind == EventKind::capture_end) {
    ended_ = true;
    return attach(std::make_shared<EndAttachment>(last_), 0);
  }
  if (record.kind == EventKind::connection_open) open_[record.connection] = info_of(record.members);
  const auto about = open_.find(record.connection);
  begin_event(last_, record.connection, about == open_.end() ? nullptr : &about->second);
  judge_.on_record(record);
  if (end_event()) open_.erase(record.connection);
}

void LineJudge::on_media(const analysis::MediaRecord& record) {
  last_ = {record.at.frame, record.at.time};
  const auto about = open_.find(record.connection);
  begin_event(last_, record.connection, about == open_.end() ? nullptr : &about->second);
  judge_.on_media(record);
}

void LineJudge::show(const rtmp::Event& event) {
  shown_->on_event(event);
  hand_over(event.connection);
}

void LineJudge::attach(std::shared_ptr<Attachment> attachment, std::uint32_t connection) {
  attach_to(shown_->output(), std::move(attachment), connection);
  hand_over(connection);
}

void LineJudge::hand_over(std::uint32_t connection) {
  Output& output = shown_->output();
  for (const OutputSpan& span : output.spans) assembler_->add(output, span, connection, *to_);
  output.clear();
}

void LineJudge::finish(Buffer& to) {
  to_ = &to;
  if (!ended_) attach(std::make_shared<EndAttachment>(last_), 0);
  while (assembler_->end(to)) {
  }
  to_ = nullptr;
}

}  // namespace rtmpscope::output
