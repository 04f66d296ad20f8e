// Names and versions that programs put between the random bytes of a handshake block.
#pragma once

#include <vector>

#include "base/bytes.hpp"

namespace rtmpscope::rtmp {

inline constexpr std::size_t most_random_texts = 4;     ///< of one block
inline constexpr std::size_t longest_random_text = 64;  ///< bytes; longer ones are cut

/// Runs of characters that names and versions are made of: letters, digits and " ._-/():+". Random bytes have
/// such runs, too, so that one counts from 12 characters on, or from 8 on if seven in eight are small letters
/// or a number with a point is among them. Then one of some 2300 random blocks of 1528 bytes has one by
/// chance.
///
/// Ranges count in `bytes`, in order; each text is given once.
[[nodiscard]] std::vector<Range> find_random_texts(Bytes bytes);

}  // namespace rtmpscope::rtmp
