// FLV files, tag by tag (Adobe Flash Video File Format Specification 10.1, annex E).
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "base/bytes.hpp"
#include "rtmp/chunk/message.hpp"

namespace rtmpscope::flv {

inline constexpr std::size_t tag_header_size = 11;   // E.4.1
inline constexpr std::size_t back_pointer_size = 4;  // E.3
/// The file header, and the back pointer in front of the first tag.
inline constexpr std::size_t file_header_size = 9 + back_pointer_size;
inline constexpr std::size_t flags_at = 4;  ///< of the file header: which kinds of tags there are
inline constexpr std::uint8_t has_video = 1;
inline constexpr std::uint8_t has_audio = 4;

[[nodiscard]] std::array<std::uint8_t, file_header_size> file_header(std::uint8_t flags);
/// `type` is the message's: 8, 9 and 18 mean the same in both. `timestamp` in milliseconds.
[[nodiscard]] std::array<std::uint8_t, tag_header_size> tag_header(std::uint8_t type, std::uint32_t length,
                                                                   std::uint32_t timestamp);
[[nodiscard]] std::array<std::uint8_t, back_pointer_size> back_pointer(std::uint32_t length);
/// Adds `milliseconds` to the times of tags that follow each other, each with its back pointer. Answers where
/// the first tag begins whose header is not in `tags` whole; that may be behind them.
std::uint64_t shift_tags(std::span<std::uint8_t> tags, std::uint32_t milliseconds);

/// What a recorder writes of a data message (15 or 18): "@setDataFrame" asks it to write what follows. Empty
/// if it is meant for the server or the player instead.
[[nodiscard]] Bytes script_of(std::uint8_t type, Bytes body);

}  // namespace rtmpscope::flv
