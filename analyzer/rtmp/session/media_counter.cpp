#include "rtmp/session/media_counter.hpp"

#include <algorithm>
#include <utility>

#include "media/configuration.hpp"
#include "media/track_reader.hpp"
#include "rtmp/session/media_figures.hpp"

namespace rtmpscope::rtmp {
namespace {

void count_message(MediaSummary& media, const MessageHeader& header, std::uint64_t received) {
  const bool first = media.messages++ == 0;
  media.bytes += received;
  // Estimated timestamps count from elsewhere: they make no range together with exact ones.
  if (media.timestamps_exact && !header.timestamp_exact) return;
  if (first || media.timestamps_exact != header.timestamp_exact) media.first_timestamp = header.timestamp;
  media.last_timestamp = header.timestamp;
  media.timestamps_exact = header.timestamp_exact;
}

template <typename Summary, typename Facts>
void note_codec(Summary& media, const Facts& facts) {
  if (facts.codec == decltype(media.codec)::unknown) return;
  if (facts.sequence_header || media.codec == decltype(media.codec)::unknown) media.codec = facts.codec;
}

template <typename Summary, typename Configuration>
void note_configuration(Summary& media, const std::optional<Configuration>& configuration) {
  if (!configuration) return;
  media.configuration = configuration;
  media.codec = configuration->codec;
}

/// A channel map, or a frame of a codec whose frames say what no record does.
bool says_more(const AudioSummary& audio, const media::AudioFacts& facts) {
  if (facts.kind == media::AudioPacketKind::multichannel_config) return true;
  if (facts.kind != media::AudioPacketKind::coded_frames) return false;
  switch (facts.codec) {
    case media::AudioCodec::aac:
    case media::AudioCodec::flac:
    case media::AudioCodec::device_specific:
    case media::AudioCodec::unknown: return false;
    case media::AudioCodec::opus: return !audio.configuration || audio.configuration->packet_duration == 0;
    default: return !audio.configuration || !audio.configuration->sample_rate;
  }
}

std::optional<media::FrameSize> size_of(const VideoSummary& video) {
  return video.configuration ? video.configuration->size : std::nullopt;
}

void look_into(VideoSummary& video, const media::VideoFacts& facts, Bytes body, std::uint32_t length) {
  if (facts.may_hold_sequence) {
    const auto frame = media::read_video_configuration(body, length);
    if (frame && !video.configuration) video.configuration.emplace().codec = frame->codec;
    if (frame) media::update(*video.configuration, *frame);
  }
  if (video.configuration && video.configuration->fields_allowed && !video.configuration->interlaced) {
    video.configuration->interlaced = media::read_interlaced(*video.configuration, body, length);
  }
}

void look_into(AudioSummary& audio, Bytes body, std::uint32_t length) {
  const auto frame = media::read_audio_configuration(body, length);
  if (!frame) return;
  if (!audio.configuration || audio.configuration->codec != frame->codec) {
    audio.configuration.emplace().codec = frame->codec;
  }
  media::complete(*audio.configuration, *frame);
}

/// Whether a message has a header for several tracks; nearly none has.
template <typename Facts>
bool may_have_several_tracks(const Facts& facts) {
  return facts.enhanced && facts.needs_description;
}

}  // namespace

/// The track that a message belongs to. Null if there are too many.
template <typename Summary, typename Facts>
inline Summary* MediaCounter::track_of(Summary& first, std::vector<Summary>& further, const Facts& facts) {
  if (first.track_id == facts.track_id) [[likely]]
    return &first;
  return other_track(first, further, facts);
}

template <typename Summary, typename Facts>
Summary* MediaCounter::other_track(Summary& first, std::vector<Summary>& further, const Facts& facts) {
  using Kind = decltype(facts.kind);
  if (facts.kind == Kind::empty || facts.kind == Kind::unknown) return &first;  // says of none that it is its
  if (first.messages == 0) {
    first.track_id = facts.track_id;
    return &first;
  }
  const auto at = std::ranges::lower_bound(further, facts.track_id, {}, &Summary::track_id);
  if (at != further.end() && at->track_id == facts.track_id) return &*at;
  if (further_tracks_ >= maximum_further_tracks) {
    ++summary_.unlisted_media;
    return nullptr;
  }
  ++further_tracks_;
  Summary added;
  added.track_id = facts.track_id;
  if (facts.track_id > first.track_id) return &*further.insert(at, std::move(added));
  further.insert(further.begin(), std::exchange(first, std::move(added)));
  return &first;
}

inline void MediaCounter::add_frame_of(Direction direction, MediaSummary& media, const Part& part,
                                       Timestamp time) {
  const Losses& losses = losses_[index_of(direction)];
  // What the capture lacks was sent nevertheless; what the sender left out was not.
  const bool was_sent = part.complete || (part.missing != 0 && part.missing <= losses.bytes);
  add_frame(media.timing, {.timestamp = part.header.timestamp,
                           .exact = part.header.timestamp_exact,
                           .complete = part.complete,
                           .size = was_sent ? part.size : 0,
                           .losses = losses.times,
                           .time = time});
}

// Nearly all messages are one track alone: for these both are part of on_video and on_audio.
[[gnu::always_inline]] inline std::optional<media::FrameSize> MediaCounter::count_video(
    Direction direction, StreamSummary& stream, const Part& part, const media::VideoFacts& facts,
    Timestamp time) {
  using enum media::VideoPacketKind;
  VideoSummary* video = track_of(stream.video, stream.further_video, facts);
  if (video == nullptr) return std::nullopt;
  count_message(*video, part.header, part.size - part.missing);
  // FFmpeg sends the metadata of every track as if it were that of the first.
  if (facts.kind != metadata) note_codec(*video, facts);
  std::optional<media::FrameSize> new_size;
  if (part.complete && (facts.sequence_header || facts.key_frame)) [[unlikely]]
    new_size = note_pictures(*video, part, facts);
  if (facts.kind == coded_frames) add_frame_of(direction, *video, part, time);
  if (facts.key_frame) {
    if (video->key_frames++ == 0) video->first_key_at = video->timing.span;
    video->last_key_at = video->timing.span;
  }
  return new_size;
}

[[gnu::always_inline]] inline void MediaCounter::count_audio(Direction direction, StreamSummary& stream,
                                                             const Part& part, const media::AudioFacts& facts,
                                                             Timestamp time) {
  AudioSummary* audio = track_of(stream.audio, stream.further_audio, facts);
  if (audio == nullptr) return;
  count_message(*audio, part.header, part.size - part.missing);
  note_codec(*audio, facts);
  if (part.complete && facts.sequence_header) [[unlikely]] {
    note_configuration(*audio, media::read_audio_configuration(part.body, part.length));
  }
  if (part.complete && says_more(*audio, facts)) [[unlikely]]
    look_into(*audio, part.body, part.length);
  if (facts.kind == media::AudioPacketKind::coded_frames) add_frame_of(direction, *audio, part, time);
}

/// What a record or a key frame says. The size of the pictures if it has changed.
std::optional<media::FrameSize> MediaCounter::note_pictures(VideoSummary& video, const Part& part,
                                                            const media::VideoFacts& facts) {
  const std::optional<media::FrameSize> before = size_of(video);
  if (facts.sequence_header) {
    note_configuration(video, media::read_video_configuration(part.body, part.length));
  } else {
    look_into(video, facts, part.body, part.length);
  }
  return before && size_of(video) != before ? size_of(video) : std::nullopt;
}

std::optional<media::FrameSize> MediaCounter::on_video(Direction direction, StreamSummary* stream,
                                                       const Message& message, const media::VideoFacts& facts,
                                                       Timestamp time) {
  if (stream == nullptr) [[unlikely]] {
    ++summary_.unlisted_media;
    return std::nullopt;
  }
  if (may_have_several_tracks(facts)) [[unlikely]] {
    media::TrackReader tracks(media::MediaType::video, message.body, message.header.length);
    if (tracks.several()) return count_video_tracks(direction, *stream, message.header, tracks, time);
  }
  return count_video(direction, *stream, whole(message), facts, time);
}

void MediaCounter::on_audio(Direction direction, StreamSummary* stream, const Message& message,
                            const media::AudioFacts& facts, Timestamp time) {
  if (stream == nullptr) [[unlikely]] {
    ++summary_.unlisted_media;
    return;
  }
  if (may_have_several_tracks(facts)) [[unlikely]] {
    media::TrackReader tracks(media::MediaType::audio, message.body, message.header.length);
    if (tracks.several()) return count_audio_tracks(direction, *stream, message.header, tracks, time);
  }
  count_audio(direction, *stream, whole(message), facts, time);
}

std::optional<media::FrameSize> MediaCounter::count_video_tracks(Direction direction, StreamSummary& stream,
                                                                 const MessageHeader& header,
                                                                 media::TrackReader& tracks, Timestamp time) {
  std::optional<media::FrameSize> new_size;
  while (const auto track = tracks.next()) {
    const Part part{header, track->body, track->length, track->data, track->data - track->kept};
    const auto size =
        count_video(direction, stream, part, media::read_video_facts(track->body, track->length), time);
    if (size) new_size = size;
  }
  return new_size;
}

void MediaCounter::count_audio_tracks(Direction direction, StreamSummary& stream, const MessageHeader& header,
                                      media::TrackReader& tracks, Timestamp time) {
  while (const auto track = tracks.next()) {
    const Part part{header, track->body, track->length, track->data, track->data - track->kept};
    count_audio(direction, stream, part, media::read_audio_facts(track->body, track->length), time);
  }
}

}  // namespace rtmpscope::rtmp
