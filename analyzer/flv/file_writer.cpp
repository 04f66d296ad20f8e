#include "flv/file_writer.hpp"

#include <algorithm>
#include <bit>
#include <vector>

#include "flv/metadata.hpp"
#include "flv/tags.hpp"
#include "media/media.hpp"
#include "rtmp/chunk/message.hpp"

namespace rtmpscope::flv {
namespace {

using rtmp::MessageType;

/// Frames that are earlier than the first one come right behind it; a sender whose times go back again and
/// again must not make each message cost as much as the file.
constexpr std::uint32_t most_moves = 64;
/// Tags are moved in steps of this.
constexpr std::size_t move_step = std::size_t{64} << 10;

bool needs_configuration(media::VideoCodec codec) {
  using enum media::VideoCodec;
  return codec == avc || codec == hevc || codec == av1 || codec == vvc;
}

bool needs_configuration(media::AudioCodec codec) {
  using enum media::AudioCodec;
  return codec == aac || codec == opus || codec == flac;
}

}  // namespace

FileWriter::FileWriter(std::unique_ptr<ByteFile> file, Timestamps timestamps)
    : file_(std::move(file)), timestamps_(timestamps) {
  append(file_header(0));
}

void FileWriter::add(const Tag& tag) {
  const Kind kind = kind_of(tag);
  const std::uint32_t timestamp = kind.coded ? coded_time(tag.timestamp) : other_time(tag.timestamp);
  if (kind.coded && !media_begin_) media_begin_ = contents_.bytes;
  if (tag.type == MessageType::audio) set_flag(has_audio);
  if (tag.type == MessageType::video) set_flag(has_video);
  if (tag.type == MessageType::data_amf0) note_duration_place(tag);
  count(tag, kind);
  const auto length = static_cast<std::uint32_t>(tag.body.size());
  append(tag_header(tag.type, length, timestamp));
  append(tag.body);
  append(back_pointer(length));
}

FileWriter::Kind FileWriter::kind_of(const Tag& tag) {
  const auto length = static_cast<std::uint32_t>(tag.body.size());
  if (tag.type == MessageType::video) {
    const media::VideoFacts facts = media::read_video_facts(tag.body, length);
    return {.coded = facts.kind == media::VideoPacketKind::coded_frames,
            .configuration = facts.sequence_header,
            .needs_configuration = needs_configuration(facts.codec)};
  }
  if (tag.type == MessageType::audio) {
    const media::AudioFacts facts = media::read_audio_facts(tag.body, length);
    return {.coded = facts.kind == media::AudioPacketKind::coded_frames,
            .configuration = facts.sequence_header,
            .needs_configuration = needs_configuration(facts.codec)};
  }
  return {};
}

void FileWriter::count(const Tag& tag, Kind kind) {
  const auto count_frame = [kind](bool& configured, std::uint64_t& undecodable) {
    configured = configured || kind.configuration;
    if (kind.coded && kind.needs_configuration && !configured) ++undecodable;
  };
  switch (tag.type) {
    case MessageType::video:
      ++contents_.video;
      count_frame(contents_.has_video_configuration, contents_.undecodable_video);
      break;
    case MessageType::audio:
      ++contents_.audio;
      count_frame(contents_.has_audio_configuration, contents_.undecodable_audio);
      break;
    default: ++contents_.data;
  }
}

/// The tag is the next one.
void FileWriter::note_duration_place(const Tag& tag) {
  if (duration_place_) return;
  if (const auto place = find_duration(tag.body)) {
    duration_place_ = contents_.bytes + tag_header_size + *place;
  }
}

void FileWriter::patch_duration() {
  if (!duration_place_ || !last_) return;
  constexpr double milliseconds_per_second = 1000;
  const auto bits = std::bit_cast<std::uint64_t>(contents_.duration / milliseconds_per_second);
  std::array<std::uint8_t, sizeof bits> number{};
  for (std::size_t i = 0; i < number.size(); ++i) {
    number[i] = static_cast<std::uint8_t>(bits >> (8 * (number.size() - 1 - i)));
  }
  file_->write_at(*duration_place_, number);
}

void FileWriter::set_flag(std::uint8_t flag) {
  if ((flags_ & flag) != 0) return;
  flags_ |= flag;
  file_->write_at(flags_at, {&flags_, 1});
}

/// Times count from the earliest frame. That is nearly always the first one.
std::uint32_t FileWriter::coded_time(std::uint32_t timestamp) {
  if (!last_) {
    last_ = begin_ = end_ = timestamp;
  } else {
    *last_ += static_cast<std::int32_t>(timestamp - static_cast<std::uint32_t>(*last_));
  }
  if (*last_ < begin_ && moves_ < most_moves) {
    ++moves_;
    if (timestamps_ == Timestamps::from_zero) move_tags(static_cast<std::uint32_t>(begin_ - *last_));
    begin_ = *last_;
  }
  end_ = std::max(end_, *last_);
  contents_.duration = static_cast<std::uint32_t>(std::min<std::int64_t>(end_ - begin_, UINT32_MAX));
  if (timestamps_ == Timestamps::as_sent) return timestamp;
  return static_cast<std::uint32_t>(std::max<std::int64_t>(*last_ - begin_, 0));
}

std::uint32_t FileWriter::other_time(std::uint32_t timestamp) const {
  if (timestamps_ == Timestamps::as_sent) return timestamp;
  if (!last_) return 0;
  const std::int64_t time =
      *last_ + static_cast<std::int32_t>(timestamp - static_cast<std::uint32_t>(*last_));
  return static_cast<std::uint32_t>(std::max<std::int64_t>(time - begin_, 0));
}

/// Adds to the times of all tags from the first coded frame on.
void FileWriter::move_tags(std::uint32_t milliseconds) {
  std::vector<std::uint8_t> step(move_step);
  std::uint64_t at = media_begin_.value_or(contents_.bytes);
  while (at < contents_.bytes) {
    const std::size_t wanted = std::min<std::uint64_t>(step.size(), contents_.bytes - at);
    const std::span<std::uint8_t> tags(step.data(), file_->read_at(at, {step.data(), wanted}));
    const std::uint64_t next = shift_tags(tags, milliseconds);
    if (next == 0) return;  // the file cannot be read
    file_->write_at(at, tags);
    at += next;
  }
}

void FileWriter::append(Bytes bytes) {
  file_->append(bytes);
  contents_.bytes += bytes.size();
}

}  // namespace rtmpscope::flv
