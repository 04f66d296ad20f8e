// Streams made by rule, so that their figures are known exactly.
#pragma once

#include <functional>
#include <vector>

#include "analysis/history/history_builder.hpp"
#include "analysis/media/media_judge.hpp"
#include "unit/analysis/json_values.hpp"

namespace rtmpscope::analysis {

inline constexpr Timestamp start_time = 1'700'000'000'000'000'000;
inline constexpr std::int64_t millisecond = 1'000'000;

/// Keeps what the judge says.
class MediaRecorder final : public MediaSink {
 public:
  void on_sample(const Sample& sample) override { samples.push_back(sample); }
  void on_media_finding(JudgedFinding finding) override { findings.push_back(std::move(finding)); }

  /// The last one with this id, null if there is none.
  [[nodiscard]] const JudgedFinding* find(FindingId id) const {
    for (auto at = findings.rbegin(); at != findings.rend(); ++at) {
      if (at->id == id) return &*at;
    }
    return nullptr;
  }
  [[nodiscard]] std::size_t count(FindingId id) const {
    std::size_t count = 0;
    for (const JudgedFinding& finding : findings) count += finding.id == id ? 1 : 0;
    return count;
  }
  [[nodiscard]] bool nothing_above_note() const {
    for (const JudgedFinding& finding : findings) {
      if (finding.severity > Severity::note) return false;
    }
    return true;
  }

  std::vector<Sample> samples;
  std::vector<JudgedFinding> findings;
};

/// A connection that publishes stream 1 named "a" from time 0 on. Times are milliseconds since then.
class Publisher {
 public:
  Publisher() : judge_(1, history_.history(), sink_) {
    record(0, EventKind::connection_open, {{"start", "syn"}});
    command(0, Direction::to_server, 0, {{"name", "connect"}, {"arguments", {{{"app", "live"}}}}});
    command(0, Direction::to_server, 1,
            {{"name", "publish"}, {"transaction_id", 5}, {"arguments", {nullptr, "a", "live"}}});
  }

  void record(double at, EventKind kind, Json members, std::optional<Direction> direction = std::nullopt) {
    Record one;
    one.kind = kind;
    one.at = moment(at);
    one.connection = 1;
    one.direction = direction;
    one.members = kept(members);
    history_.on_record(one);
    judge_.on_record(one);
  }
  void command(double at, Direction direction, std::uint32_t stream, Json body) {
    record(at, EventKind::message,
           {{"type_id", 20}, {"message_stream_id", stream}, {"complete", true}, {"command", std::move(body)}},
           direction);
  }
  void metadata(double at, Json object, bool wrapped = true) {
    Json arguments = wrapped ? Json{"onMetaData", std::move(object)} : Json{std::move(object)};
    record(
        at, EventKind::message,
        {{"type_id", 18},
         {"message_stream_id", 1},
         {"complete", true},
         {"data", {{"name", wrapped ? "@setDataFrame" : "onMetaData"}, {"arguments", std::move(arguments)}}}},
        Direction::to_server);
  }
  void configuration(double at, MediaType type, Json configuration) {
    MediaRecord head = frame(at, type, 0);
    head.packet = PacketKind::sequence_start;
    media(head);
    const char* const key = type == MediaType::video ? "video" : "audio";
    record(at, EventKind::message,
           {{"type_id", type == MediaType::video ? 9 : 8},
            {"message_stream_id", 1},
            {"complete", true},
            {key, {{"packet_type", "sequence_start"}, {"configuration", std::move(configuration)}}}},
           Direction::to_server);
  }
  /// The usual beginning: metadata, and both sequence starts of H.264 and AAC at 48 kHz.
  void begin() {
    metadata(0, {{"width", 1280}});
    configuration(0, MediaType::video, {{"width", 1280}, {"height", 720}});
    configuration(0, MediaType::audio, {{"sample_rate", 48000}, {"frame_length", 1024}, {"channels", 2}});
  }

  [[nodiscard]] MediaRecord frame(double at, MediaType type, std::uint32_t timestamp) {
    MediaRecord record;
    record.at = record.first = moment(at);
    record.connection = 1;
    record.type = type;
    record.packet = PacketKind::coded_frames;
    record.codec = type == MediaType::video ? 7 : 10;
    record.legacy_codec = record.codec;
    record.message_stream_id = 1;
    record.timestamp = timestamp;
    record.length = 1000;
    record.wire_bytes = 1012;
    record.stream_offset = offset_;
    return record;
  }
  void media(const MediaRecord& record) {
    offset_ += record.wire_bytes;
    history_.on_media(record);
    judge_.on_media(record);
  }
  void finish(double at) { judge_.finish(moment(at)); }

  [[nodiscard]] const MediaRecorder& seen() const { return sink_; }
  [[nodiscard]] MediaJudge& judge() { return judge_; }
  [[nodiscard]] const StreamFigures& figures() const { return judge_.figures().at(0); }
  /// The first track of the type.
  [[nodiscard]] const TrackFigures& track(MediaType type) const {
    for (const TrackFigures& one : figures().tracks) {
      if (one.type == type) return one;
    }
    throw std::out_of_range("no such track");
  }

 private:
  [[nodiscard]] Moment moment(double at) {
    return {start_time + static_cast<Timestamp>(at * millisecond), ++frames_};
  }

  HistoryBuilder history_;
  MediaRecorder sink_;
  MediaJudge judge_;
  std::uint64_t offset_ = 3073;
  std::uint64_t frames_ = 0;
};

/// What a generated stream is like. Times are milliseconds.
struct Form {
  double seconds = 30;
  std::uint32_t video_numerator = 25, video_denominator = 1;  ///< frames a second
  std::uint32_t key_every = 50;                               ///< frames
  double audio_rate = 48000;  ///< samples a second, by the clock of the timestamps
  std::uint32_t first_timestamp = 0;
  bool audio = true;
  /// When a frame of some media time arrives.
  std::function<double(double)> arrives = [](double time) { return time; };
  /// Its timestamp.
  std::function<double(double)> stamped = [](double time) { return time; };
  /// Frames of video, by number, that are never sent.
  std::function<bool(std::uint32_t)> lost = [](std::uint32_t) { return false; };
  /// The last word about a record.
  std::function<void(MediaRecord&)> change = [](MediaRecord&) {};
};

/// Sends a stream of that form, both tracks in the order of their times; `from`: media time where it begins.
inline void send(Publisher& to, const Form& form, double from = 0) {
  std::uint32_t video = 0;
  std::uint64_t audio = 0;
  while (true) {
    const double video_time = from + 1000.0 * video * form.video_denominator / form.video_numerator;
    const double audio_time = from + 1000.0 * 1024 * static_cast<double>(audio) / form.audio_rate;
    const bool is_video = !form.audio || video_time <= audio_time;
    const double time = is_video ? video_time : audio_time;
    if (time >= from + form.seconds * 1000) return;
    const auto timestamp = static_cast<std::uint32_t>(static_cast<std::int64_t>(form.stamped(time) + 0.5));
    MediaRecord record = to.frame(form.arrives(time), is_video ? MediaType::video : MediaType::audio,
                                  form.first_timestamp + timestamp);
    const std::uint32_t number = is_video ? video++ : static_cast<std::uint32_t>(audio++);
    if (is_video) {
      record.key_frame = number % form.key_every == 0;
      record.picture = record.key_frame ? Picture::idr : Picture::other;
      if (form.lost(number)) continue;
    } else {
      record.length = 200;
      record.wire_bytes = 212;
    }
    form.change(record);
    to.media(record);
  }
}

}  // namespace rtmpscope::analysis
