#include "expert_items.hpp"

#include "command_status.hpp"
#include "field_registry.hpp"

// No local variable of this file has a destructor: see render().

namespace rtmpscope::plugin {
namespace {

using Op = Tape::Op;

void add_findings(packet_info* pinfo, Presenter& presenter, const Tape& fields) {
  for (const Tape::Entry& entry : fields.entries()) {
    if (entry.op == Op::finding) add_finding(pinfo, nullptr, presenter, entry);
  }
}

}  // namespace

void add_finding(packet_info* pinfo, proto_item* item, Presenter& presenter, const Tape::Entry& entry) {
  const char* text = presenter.finding_label(entry.finding, entry.number, entry.second);
  expert_add_info_format(pinfo, item, expert(entry.finding), "%s", text);
}

void add_message_experts(packet_info* pinfo, proto_item* item, const recording::MessageRecord& record,
                         const recording::RecordBatch& batch, const Tape& fields) {
  if (!record.complete) {
    const bool at_end = batch.place == end_place;
    expert_add_info(pinfo, item,
                    expert(at_end ? ExtraExpert::message_unfinished : ExtraExpert::message_incomplete));
    return;
  }
  if (!rtmp::is_command(record.header.type_id)) return;
  const CommandStatus failure = status_of(fields);
  if (!failure.is_error) return;
  if (failure.code == "NetConnection.Call.Failed") {
    expert_add_info(pinfo, item, expert(ExtraExpert::call_refused));
  } else if (failure.code.empty()) {
    expert_add_info(pinfo, item, expert(ExtraExpert::error_response));
  } else {
    expert_add_info_format(pinfo, item, expert(ExtraExpert::error_response), "Error response: %.*s",
                           static_cast<int>(failure.code.size()), failure.code.data());
  }
}

void add_event_experts(packet_info* pinfo, proto_item* item, const recording::EventRecord& record,
                       const char* label) {
  if (record.finding) expert_add_info_format(pinfo, item, expert(*record.finding), "%s", label);
  switch (record.kind) {
    case EventKind::gap: expert_add_info(pinfo, item, expert(ExtraExpert::gap)); break;
    case EventKind::sync_lost: expert_add_info(pinfo, item, expert(ExtraExpert::sync_lost)); break;
    case EventKind::sync_found: expert_add_info(pinfo, item, expert(ExtraExpert::sync_found)); break;
    default: break;
  }
}

void add_missing_segment(packet_info* pinfo, proto_item* item, const recording::RecordBatch& batch) {
  if (batch.missing_before > 0) expert_add_info(pinfo, item, expert(ExtraExpert::missing_segment));
}

bool experts_are_wanted() {
  static const int tap = find_tap_id("expert");
  return tap != 0 && have_tap_listener(tap);
}

void add_experts(packet_info* pinfo, const RecordedConnection& connection,
                 const recording::RecordBatch& batch, Bytes frame, Presenter& presenter) {
  add_missing_segment(pinfo, nullptr, batch);
  recording::Record record;
  for (recording::RecordReader records(batch); records.next(record);) {
    switch (record.kind) {
      case recording::Record::Kind::chunk:
        add_findings(pinfo, presenter, presenter.chunk_fields(record.chunk));
        break;
      case recording::Record::Kind::message: {
        const Tape& fields = presenter.message_fields(record.message, connection, frame);
        if (record.message.complete) add_findings(pinfo, presenter, fields);
        add_message_experts(pinfo, nullptr, record.message, batch, fields);
        break;
      }
      case recording::Record::Kind::event: {
        const recording::EventRecord& event = connection.records().event(record.event);
        const Tape& fields = presenter.event_fields(event, frame);
        add_findings(pinfo, presenter, fields);
        add_event_experts(pinfo, nullptr, event, presenter.event_label(event.kind, fields));
        break;
      }
    }
  }
}

}  // namespace rtmpscope::plugin
