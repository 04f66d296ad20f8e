#include "analysis/media/media_judge.hpp"

#include <algorithm>

#include "analysis/media/metadata_rules.hpp"
#include "analysis/media/stream_rules.hpp"
#include "analysis/media/texts.hpp"
#include "analysis/media/whole_numbers.hpp"

namespace rtmpscope::analysis {
namespace {

constexpr std::int64_t nanoseconds_per_second = 1'000'000'000;
constexpr std::size_t most_streams = 4;
constexpr std::size_t most_figures = 64;
constexpr std::int64_t longest_idle = 70;  // seconds that are ended one by one; behind them nothing changes
constexpr std::uint32_t minute = 64;       // seconds between looks at clocks
constexpr std::uint32_t metadata_seconds = 11;  // after which rates can be compared
constexpr std::int64_t held_time = nanoseconds_per_second / 2;
constexpr std::int64_t sample_after = 60;  // seconds for which a silent stream has samples

bool first_flag(const Record& record) {
  const Value arguments = record.message().command.member("arguments");
  if (!arguments || !arguments.is_array()) return false;
  for (const Value argument : arguments.elements()) {
    if (argument.is_flag()) return argument.flag();
  }
  return false;
}

std::string_view status_code(const Record& record) {
  const Value arguments = record.message().command.member("arguments");
  if (!arguments || !arguments.is_array()) return {};
  for (const Value argument : arguments.elements()) {
    if (member(argument, "code")) return text_at(argument, "code");
  }
  return {};
}

}  // namespace

MediaJudge::MediaJudge(std::uint32_t connection, const History& history, MediaSink& sink)
    : connection_(connection), history_(history), sink_(sink) {}

const StreamHistory* MediaJudge::history_of(const StreamMedia& stream) const {
  const auto found = std::find_if(history_.streams.rbegin(), history_.streams.rend(),
                                  [&](const StreamHistory& one) { return one.id == stream.id(); });
  return found == history_.streams.rend() ? nullptr : &*found;
}

/// Some servers send the media of all streams on message stream 0: there, what is known of the last stream
/// that was published or played in this direction counts.
StreamState MediaJudge::state_of(const StreamMedia& stream) const {
  const StreamUse use = stream.direction() == Direction::to_server ? StreamUse::publish : StreamUse::play;
  StreamState state;
  const StreamHistory* const own = history_of(stream);
  const auto used = std::find_if(history_.streams.rbegin(), history_.streams.rend(),
                                 [&](const StreamHistory& one) { return one.use == use; });
  const bool other = used != history_.streams.rend() && (own == nullptr || own->use == StreamUse::unknown);
  for (const StreamHistory* const one : {own, other ? &*used : nullptr}) {
    if (one == nullptr) continue;
    state.recorded = state.recorded || one->recorded;
    if (!state.ended) state.ended = one->ended;
  }
  return state;
}

bool MediaJudge::start_seen(Direction direction) const {
  return history_.phase >= Phase::connect && history_.start != "midstream" &&
         holes_[index_of(direction)] == 0;
}

MediaJudge::Entry* MediaJudge::find(std::uint32_t id) {
  for (const auto& entry : streams_) {
    if (entry->stream.id() == id) return entry.get();
  }
  // As in state_of().
  const bool elsewhere = streams_.size() == 1 && streams_[0]->stream.id() == 0;
  return elsewhere ? streams_[0].get() : nullptr;
}

MediaJudge::Entry& MediaJudge::entry_of(const MediaRecord& record) {
  for (const auto& entry : streams_) {
    if (entry->stream.id() == record.message_stream_id && entry->stream.direction() == record.direction)
      return *entry;
  }
  if (streams_.size() >= most_streams) {
    const auto oldest = std::min_element(streams_.begin(), streams_.end(), [](const auto& a, const auto& b) {
      return a->stream.last().time < b->stream.last().time;
    });
    close(**oldest, latest_);
    streams_.erase(oldest);
  }
  Entry& entry = *streams_.emplace_back(
      new Entry{StreamMedia(connection_, record.direction, record.message_stream_id), {}, 0});
  entry.tell = [this, &entry](const RuleInterval& interval) {
    const StreamMedia& stream = entry.stream;
    sink_.on_media_finding(make_finding(interval, {stream.direction(), stream.sample().limited_by}));
  };
  entry.stream.set_start_seen(start_seen(record.direction));
  return entry;
}

void MediaJudge::advance(Moment now) {
  if (now.time == 0) return;
  if (now.time > latest_.time) latest_ = now;
  if (second_end_ == 0 || now.time < second_end_) return;
  for (std::int64_t ended = 0; now.time >= second_end_; ++ended) {
    if (ended >= longest_idle) {
      second_end_ += (now.time - second_end_) / nanoseconds_per_second * nanoseconds_per_second;
    }
    end_second();
    second_end_ += nanoseconds_per_second;
  }
}

void MediaJudge::end_second() {
  for (Wire& wire : wires_) {
    wire.seconds.push(
        static_cast<std::uint32_t>(std::min<std::uint64_t>(wire.end - wire.before, UINT32_MAX)));
    wire.before = wire.end;
  }
  for (const auto& entry : streams_) end_second_of(*entry);
}

void MediaJudge::end_second_of(Entry& entry) {
  StreamMedia& stream = entry.stream;
  const SecondPlace second = {{second_end_ - nanoseconds_per_second, stream.last().frame},
                              {second_end_, stream.last().frame}};
  stream.next(second.begin.time, second.end.time, state_of(stream));
  const ByteSeconds& wire = wires_[index_of(stream.direction())].seconds;
  stream.set_outside(wire.last(), wire.mean(), limited_by(stream));
  judge_second(stream, second, entry.tell);
  if (stream.seconds() % minute == 0) judge_minute(stream, second, entry.tell);
  if (stream.seconds() == metadata_seconds) judge_metadata_of(entry);
  const bool silent = second.end.time - stream.last().time > sample_after * nanoseconds_per_second;
  if (!silent && !(stream.ended() && stream.sample().silence >= 1000)) sink_.on_sample(stream.sample());
}

void MediaJudge::judge_metadata_of(Entry& entry) {
  const StreamHistory* const history = history_of(entry.stream);
  if (history == nullptr) return;
  const StreamFigures figures = entry.stream.figures();
  for (JudgedFinding& finding : judge_metadata(*history, figures, start_seen(entry.stream.direction()))) {
    const auto bit = static_cast<std::uint32_t>(finding.id) % 32;
    if ((entry.told & (1U << bit)) != 0) continue;
    entry.told |= 1U << bit;
    sink_.on_media_finding(std::move(finding));
  }
}

void MediaJudge::close(Entry& entry, Moment at) {
  StreamMedia& stream = entry.stream;
  stream.finish();
  judge_minute(stream, {at, at}, entry.tell);
  judge_metadata_of(entry);
  stream.board().finish(entry.tell);
  if (figures_.size() < most_figures) figures_.push_back(stream.figures());
}

void MediaJudge::on_media(const MediaRecord& record) {
  if (second_end_ == 0) second_end_ = record.at.time + nanoseconds_per_second;
  advance(record.at);
  Wire& wire = wires_[index_of(record.direction)];
  const std::uint64_t end =
      record.stream_offset + (record.wire_bytes > 0 ? record.wire_bytes : record.length);
  if (wire.end == 0) wire.before = record.stream_offset;
  wire.end = std::max(wire.end, end);
  if (recent_ == nullptr || recent_->stream.id() != record.message_stream_id ||
      recent_->stream.direction() != record.direction)
    recent_ = &entry_of(record);
  recent_->stream.add(record, recent_->tell);
  // It was held for bytes before it: more of what has come may be held still.
  if (latest_.time - record.at.time >= held_time) recent_->stream.add_waiting();
}

/// Bytes have come that cannot be read yet: earlier ones are missing.
void MediaJudge::note_waiting(const Record& sample) {
  if (!sample.direction || !sample.members.member("waiting")) return;
  for (const auto& entry : streams_) {
    if (entry->stream.direction() == *sample.direction) entry->stream.add_waiting();
  }
}

void MediaJudge::on_record(const Record& record) {
  // A sample is about the time up to it.
  if (record.kind == EventKind::tcp_sample) note_waiting(record);
  advance(record.at);
  switch (record.kind) {
    case EventKind::message: return on_message(record);
    case EventKind::tcp_sample: return on_tcp_sample(record);
    case EventKind::gap:
    case EventKind::sync_lost: {
      const Direction direction = record.direction.value_or(Direction::to_server);
      ++holes_[index_of(direction)];
      for (const auto& entry : streams_) {
        if (entry->stream.direction() == direction) entry->stream.add_hole();
      }
      return;
    }
    default: return;
  }
}

void MediaJudge::on_tcp_sample(const Record& record) {
  if (!record.direction) return;
  const auto number = [&](std::string_view path) {
    return saturate<std::uint32_t>(unsigned_at(record.members, path).value_or(0));
  };
  const LimiterTimes times = {number("limit.application_ms"), number("limit.receiver_ms"),
                              number("limit.network_ms"), number("limit.sender_ms"),
                              number("limit.unknown_ms")};
  for (const auto& entry : streams_) {
    if (entry->stream.direction() == *record.direction) entry->stream.add_limiter(times);
  }
}

bool MediaJudge::is_live(Direction direction) const {
  return std::any_of(streams_.begin(), streams_.end(), [&](const auto& entry) {
    const StreamMedia& stream = entry->stream;
    return stream.direction() == direction && !stream.delivery().recorded() && !stream.ended() &&
           !stream.paused();
  });
}

std::uint64_t MediaJudge::produced_rate(Direction direction) const {
  std::uint64_t rate = 0;
  for (const auto& entry : streams_) {
    if (entry->stream.direction() != direction) continue;
    for (const auto& track : entry->stream.tracks()) rate += track->media.bit_rate().produced().mean();
  }
  return rate;
}

void MediaJudge::on_message(const Record& record) {
  const std::uint64_t type = record.message().type_id;
  if (type == 8 || type == 9) return on_sequence_start(record, type == 9);
  if (const std::string_view name = record.message().command_name; !name.empty()) on_command(record, name);
}

void MediaJudge::on_command(const Record& record, std::string_view name) {
  Entry* const entry = find(record.message().message_stream_id);
  if (entry == nullptr) return;
  StreamMedia& stream = entry->stream;
  if (name == "pause" || name == "pauseRaw") {
    stream.set_paused(first_flag(record));
    stream.restart();
  } else if (name == "seek" || name == "play" || name == "play2" || name == "publish") {
    stream.set_paused(false);
    stream.restart();
  } else if (name == "onStatus") {
    const std::string_view code = status_code(record);
    if (code == "NetStream.Play.Reset" || code == "NetStream.Seek.Notify" ||
        code == "NetStream.Unpause.Notify")
      stream.restart();
  }
}

void MediaJudge::on_sequence_start(const Record& record, bool video) {
  const Value body = video ? record.message().video : record.message().audio;
  if (!body || text_at(body, "packet_type") != "sequence_start") return;
  Entry* const entry = find(record.message().message_stream_id);
  const StreamHistory* const history = entry == nullptr ? nullptr : history_of(entry->stream);
  if (history == nullptr || !record.message().complete) return;
  for (const TrackHistory& track : history->tracks) {
    if ((track.type == MediaType::video) != video) continue;
    if (track.configuration_number == 0) continue;
    entry->stream.add_configuration(track, track.configuration_number, record.at, entry->tell);
  }
}

void MediaJudge::finish(Moment at) {
  advance(at);
  if (at.time > latest_.time) latest_ = at;
  for (const auto& entry : streams_) close(*entry, latest_);
  streams_.clear();
  recent_ = nullptr;
}

}  // namespace rtmpscope::analysis
