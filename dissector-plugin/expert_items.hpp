// What is odd about a packet, as Wireshark's expert items: they exist whether a tree is made or not.
#pragma once

#include "presenter.hpp"
#include "ws_compat.h"

namespace rtmpscope::plugin {

/// Each adds its items to `item`, or if that is null, to the packet alone. No exception, nothing to destroy:
/// see render().
void add_finding(packet_info* pinfo, proto_item* item, Presenter& presenter, const Tape::Entry& entry);
/// That it is incomplete, or says that something has failed. Its findings are not among them.
void add_message_experts(packet_info* pinfo, proto_item* item, const recording::MessageRecord& record,
                         const recording::RecordBatch& batch, const Tape& fields);
/// `label`: the event's line.
void add_event_experts(packet_info* pinfo, proto_item* item, const recording::EventRecord& record,
                       const char* label);
void add_missing_segment(packet_info* pinfo, proto_item* item, const recording::RecordBatch& batch);

/// Whether anybody wants the items of a packet that has no tree.
[[nodiscard]] bool experts_are_wanted();
/// All items of a batch.
void add_experts(packet_info* pinfo, const RecordedConnection& connection,
                 const recording::RecordBatch& batch, Bytes frame, Presenter& presenter);

}  // namespace rtmpscope::plugin
