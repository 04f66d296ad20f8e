#include "recording/recorder.hpp"

#include <algorithm>

#include "media/frame_walk.hpp"
#include "rtmp/session/summary.hpp"

namespace rtmpscope::recording {

void Recorder::begin(std::uint64_t stream_offset, std::uint32_t frame, Bytes packet) {
  writer_.begin(stream_offset, frame);
  packet_ = packet;
  frame_ = frame;
}

RecordBatch Recorder::end(RecordBatch batch) {
  packet_ = {};
  batch.message_type = types_[index_of(batch.direction)].last;
  batch.records = writer_.bytes();
  return batches_.add(batch);
}

void Recorder::on_event(const rtmp::Event& event) {
  switch (event.kind) {
    case EventKind::chunk: on_chunk(static_cast<const rtmp::ChunkEvent&>(event)); break;
    case EventKind::message: on_message(static_cast<const rtmp::MessageEvent&>(event)); break;
    case EventKind::connection_close: break;  // the totals are the carrier's business
    case EventKind::finding:
      // What is odd about a body is found again whenever the body is described.
      if (static_cast<const rtmp::FindingEvent&>(event).in_body) break;
      [[fallthrough]];
    default: add_event(event);
  }
}

void Recorder::on_chunk(const rtmp::ChunkEvent& event) {
  const Direction direction = event.direction.value_or(Direction::to_server);
  writer_.chunk(direction, {event.header, event.payload_length});
  ChunkTypes& types = types_[index_of(direction)];
  const auto known =
      std::find_if(types.by_chunk_stream.begin(), types.by_chunk_stream.end(),
                   [&](const auto& entry) { return entry.first == event.header.chunk_stream_id; });
  if (event.header.format <= 1) {
    if (known == types.by_chunk_stream.end()) {
      types.by_chunk_stream.emplace_back(event.header.chunk_stream_id, event.header.type_id);
    } else {
      known->second = event.header.type_id;
    }
    types.last = event.header.type_id;
  } else {
    types.last = known == types.by_chunk_stream.end() ? std::uint8_t{0} : known->second;
  }
}

void Recorder::on_message(const rtmp::MessageEvent& event) {
  MessageRecord record;
  record.header = event.message.header;
  if (record.header.first_time == event.packet.time) record.header.first_time = rtmp::no_time;
  record.body = place_of(event.message.body);
  record.complete = event.message.complete;
  if (event.message.contents != nullptr && record.body.size < record.header.length)
    record.contents = *event.message.contents;
  if (record.body.copy != nullptr && record.header.type_id == rtmp::video)
    record.body.size =
        static_cast<std::uint32_t>(media::bytes_described(event.message.body, record.header.length));
  if (record.complete && record.header.first_frame != 0 && record.header.first_frame < frame_) {
    spans_[index_of(event.direction.value_or(Direction::to_server))].push_back(
        {static_cast<std::uint32_t>(record.header.first_frame), frame_, record.header.type_id});
  }
  record.frame = frame_;
  record.stream_name = intern(texts_, as_text(event.stream_name.value_or(Bytes())));
  if (summary_ != nullptr) record.app = intern(texts_, summary_->app);
  if (rtmp::is_command(record.header.type_id)) record.link = add_link(event);
  writer_.message(event.direction.value_or(Direction::to_server), record);
}

/// Of a command.
std::uint32_t Recorder::add_link(const rtmp::MessageEvent& event) {
  CommandLink link;
  link.frame = frame_;
  link.time = event.packet.time;
  link.direction = event.direction.value_or(Direction::to_server);
  const auto* facts = std::get_if<rtmp::CommandFacts>(&event.facts);
  if (facts != nullptr) {
    link.transaction_id = facts->transaction_id.value_or(0);
    link.name = intern(command_names_, facts->name);
  }
  link.request_frame = static_cast<std::uint32_t>(event.request_frame.value_or(0));
  link.response_time = event.response_time.value_or(0);
  if (link.request_frame != 0) link_request(link);
  links_.push_back(link);
  if (facts != nullptr && event.message.complete) {
    if (rtmp::opens_stream(facts->name)) note_opening(event.message.header.message_stream_id);
    if (facts->answers_opening()) link_opening(event.message.header.message_stream_id);
  }
  return static_cast<std::uint32_t>(links_.size() - 1);
}

/// The last link is a publish or play on this message stream.
void Recorder::note_opening(std::uint32_t message_stream_id) {
  constexpr std::size_t most = 64;  // more streams do not wait at a time
  std::erase_if(openings_, [&](const Opening& each) { return each.message_stream_id == message_stream_id; });
  if (openings_.size() == most) openings_.erase(openings_.begin());
  openings_.push_back({message_stream_id, static_cast<std::uint32_t>(links_.size() - 1)});
}

/// The last link answers what this message stream asked, or on stream 0, as some servers send it, the oldest
/// that waits.
void Recorder::link_opening(std::uint32_t message_stream_id) {
  CommandLink& status = links_.back();
  const auto found = std::ranges::find_if(openings_, [&](const Opening& each) {
    return links_[each.link].direction != status.direction &&
           (message_stream_id == 0 || each.message_stream_id == message_stream_id);
  });
  if (found == openings_.end()) return;
  status.opening = found->link;
  CommandLink& request = links_[found->link];
  status.response_time = status.time - request.time;
  request.response_frame = status.frame;
  openings_.erase(found);
}

/// The request learns who answers it.
void Recorder::link_request(const CommandLink& response) {
  for (std::size_t i = links_.size(); i-- > 0;) {
    CommandLink& request = links_[i];
    if (request.frame < response.request_frame) return;
    if (request.frame == response.request_frame && request.direction != response.direction &&
        request.transaction_id == response.transaction_id) {
      request.response_frame = response.frame;
      return;
    }
  }
}

std::optional<std::uint32_t> Recorder::completed_in(const RecordBatch& batch) const {
  constexpr std::ptrdiff_t under_way = 16;  // more chunk streams are not in use at a time
  const std::vector<Span>& spans = spans_[index_of(batch.direction)];
  const auto first = std::ranges::upper_bound(spans, batch.frame, {}, &Span::last_frame);
  std::optional<std::uint32_t> found;
  for (auto span = first; span != spans.end() && span - first < under_way; ++span) {
    if (span->first_frame > batch.frame || span->type != batch.message_type) continue;
    if (found) return std::nullopt;
    found = span->last_frame;
  }
  return found;
}

void Recorder::add_event(const rtmp::Event& event) {
  auto record = std::make_unique<EventRecord>();
  record->kind = event.kind;
  if (event.kind == EventKind::handshake) {
    const auto& handshake = static_cast<const rtmp::HandshakeEvent&>(event);
    record->handshake = std::make_unique<rtmp::HandshakePartFacts>(handshake.facts);
    record->part = place_of(handshake.raw);
    if (record->part.copy != nullptr) {
      record->part_copy = std::make_unique_for_overwrite<std::uint8_t[]>(handshake.raw.size());
      std::copy(handshake.raw.begin(), handshake.raw.end(), record->part_copy.get());
      record->part.copy = record->part_copy.get();
    }
  } else {
    Tape fields;
    event.describe(fields);
    record->fields = fields;  // a copy takes no more memory than it needs
  }
  if (event.kind == EventKind::finding) {
    record->finding = static_cast<const rtmp::FindingEvent&>(event).id;
  }
  writer_.event(event.direction.value_or(Direction::to_server), static_cast<std::uint32_t>(events_.size()));
  events_.push_back(std::move(record));
}

/// Names change seldom: the last ones are compared, not all.
std::uint32_t Recorder::intern(std::vector<std::string>& texts, std::string_view text) {
  constexpr std::size_t compared = 8;
  if (text.empty()) return 0;
  const std::size_t end = texts.size();
  for (std::size_t i = end; i-- > (end > compared ? end - compared : 0);) {
    if (texts[i] == text) return static_cast<std::uint32_t>(i);
  }
  texts.emplace_back(text);
  return static_cast<std::uint32_t>(end);
}

/// By offset if they lie in the packet; else as they are, to be copied while they are there.
KeptBytes Recorder::place_of(Bytes bytes) const {
  KeptBytes kept;
  kept.size = static_cast<std::uint32_t>(bytes.size());
  if (bytes.empty()) return kept;
  const auto begin = reinterpret_cast<std::uintptr_t>(packet_.data());
  const auto at = reinterpret_cast<std::uintptr_t>(bytes.data());
  if (at >= begin && at + bytes.size() <= begin + packet_.size()) {
    kept.offset = static_cast<std::uint32_t>(at - begin);
  } else {
    kept.copy = bytes.data();
  }
  return kept;
}

}  // namespace rtmpscope::recording
