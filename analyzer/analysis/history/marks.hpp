// What the messages of one side show of the software that wrote them. Nothing from behind the side's first
// hole.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "analysis/record/kept_text.hpp"
#include "analysis/record/record.hpp"

namespace rtmpscope::analysis {

/// A message with the longest body so far.
struct LargeMessage {
  std::uint32_t length = 0;  ///< bytes that its header announces
  Moment at;
};

/// Findings of the decoder that known issues of software are about; not those after a gap.
struct MarkedFinding {
  FindingId id{};
  Moment first;
  bool before_media = false;  ///< the side had sent no media yet
  std::uint64_t count = 0;
};

struct SideMarks {
  std::optional<std::uint64_t>
      hole;  ///< where the first missing byte behind the handshake is, or sync was lost
  std::uint64_t sync_losses = 0;

  std::optional<std::uint32_t> audio_chunk_stream, video_chunk_stream;  ///< of the first message
  std::optional<std::uint32_t> media_message_stream;                    ///< of the first message
  std::optional<std::uint32_t> first_audio_time, first_video_time;      ///< timestamps, milliseconds
  std::optional<Moment> first_audio, first_video;
  std::optional<Moment> extended_time;  ///< first timestamp of 16777215 ms or more (RTMP 5.3.1.3)
  std::uint64_t aggregates = 0;         ///< messages of type 22
  LargeMessage largest;

  OwnedValue metadata;                       ///< object of the first onMetaData; null: none
  bool metadata_wrapped = false;             ///< @setDataFrame in front
  std::vector<Moment> metadata_at;           ///< the first 16
  std::uint64_t metadata_count = 0;          ///< messages of metadata
  bool on_fi = false;                        ///< onFI was sent
  std::vector<std::uint32_t> nameless_data;  ///< lengths of data messages without a name, the first 4

  KeptText delete_stream_argument;  ///< of the first deleteStream: string, number or none; empty: none sent
  KeptText status_client_id;        ///< of the first onStatus that has one
  std::vector<std::pair<std::uint32_t, std::uint32_t>>
      streams_on_chunk_streams;                    ///< message stream and chunk
                                                   ///< stream, the first 8 pairs
  std::optional<std::uint32_t> opened_with_delta;  ///< highest chunk stream that began with a type 1 or 2
                                                   ///< header; 0: none did; absent: not known
  std::optional<std::uint64_t> cut_command;   ///< where a command lies of which the stream's end cuts all but
                                              ///< the beginning; at the close: how many bytes of it there are
  std::uint64_t pings = 0, ping_answers = 0;  ///< requests and responses that it sent
  std::vector<MarkedFinding> findings;        ///< at most 4

  /// Whether what begins there lies before the first hole.
  [[nodiscard]] bool intact(std::uint64_t offset) const { return !hole || offset < *hole; }
};

}  // namespace rtmpscope::analysis
