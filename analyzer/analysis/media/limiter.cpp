#include "analysis/media/limiter.hpp"

#include <algorithm>

namespace rtmpscope::analysis {
namespace {

constexpr std::uint32_t least_known = 500;  // milliseconds of which the limit is known

}  // namespace

LimiterTimes& LimiterTimes::operator+=(const LimiterTimes& more) {
  application += more.application;
  receiver += more.receiver;
  network += more.network;
  sender += more.sender;
  unknown += more.unknown;
  return *this;
}

LimitedBy limited_by(const MediaWindow& media, const LimiterTimes& sender) {
  const std::uint32_t known = sender.total() - sender.unknown;
  // A sender that was not watched for most of the time may have been limited by anything.
  if (!media.decided || known < least_known || sender.unknown > known) return LimitedBy::undecided;
  // A program that is held back has something to send nearly always, one that is not hardly ever: a fifth of
  // the time is far from both.
  const std::uint32_t held_back = std::max({sender.receiver, sender.network, sender.sender});
  if (!media.late) {
    if (media.rate_fell && held_back * 5 < known) return LimitedBy::lower_rate;
    return sender.network * 5 >= known ? LimitedBy::margin : LimitedBy::nothing;
  }
  if (held_back * 5 < known) return LimitedBy::encoder;
  if (held_back == sender.receiver) return LimitedBy::receiver;
  return held_back == sender.network ? LimitedBy::path : LimitedBy::socket_buffer;
}

std::string_view describe(LimitedBy answer) {
  switch (answer) {
    case LimitedBy::encoder:
      return "the sender had nothing to send: the encoder or its machine is too slow, or paused";
    case LimitedBy::path: return "the path is too slow, or loses packets";
    case LimitedBy::receiver: return "the receiver does not read fast enough";
    case LimitedBy::socket_buffer: return "the sender's socket buffer or program is the limit";
    case LimitedBy::margin: return "the path is often the limit";
    case LimitedBy::lower_rate: return "the encoder lowered its rate";
    case LimitedBy::undecided:
    case LimitedBy::nothing: return {};
  }
  return {};
}

}  // namespace rtmpscope::analysis
