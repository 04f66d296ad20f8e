#include "capture/packet_log.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <utility>

#include "capture/pcapng_blocks.hpp"
#include "capture/wall_clock.hpp"

namespace rtmpscope::capture {
namespace {

constexpr mode_t permissions = 0640;  // packets are nobody else's business
constexpr Timestamp one_second = 1'000'000'000;

/// As strftime(3), in UTC.
std::string with_time(const std::string& pattern, std::int64_t seconds) {
  if (pattern.find('%') == std::string::npos) return pattern;
  const std::time_t time = seconds;
  std::tm parts{};
  gmtime_r(&time, &parts);
  std::vector<char> text(pattern.size() + 1024);
  const std::size_t size = std::strftime(text.data(), text.size(), pattern.c_str(), &parts);
  return {text.data(), size};
}

}  // namespace

PacketLog::PacketLog(const PacketLogOptions& options, std::vector<Interface> interfaces, Tell tell)
    : options_(options), interfaces_(std::move(interfaces)), tell_(std::move(tell)) {}

Expected<std::unique_ptr<PacketLog>> PacketLog::open(const PacketLogOptions& options,
                                                     std::vector<Interface> interfaces, Tell tell) {
  std::unique_ptr<PacketLog> log(new PacketLog(options, std::move(interfaces), std::move(tell)));
  if (auto begun = log->begin_file(wall_clock()); !begun) return tl::unexpected(begun.error());
  return log;
}

PacketLog::~PacketLog() {
  flush();
  if (descriptor_ >= 0) ::close(descriptor_);
  if (lost_packets_ != 0) tell(fmt::format("{} packets were not written", lost_packets_));
}

void PacketLog::add(const Packet& packet) {
  make_room(pcapng_size(packet), packet.time);
  append_pcapng_packet(pending_, packet);
  ++pending_packets_;
  has_packets_ = true;
}

void PacketLog::add_drops(std::uint16_t interface_id, Timestamp time, std::uint64_t interface_drops,
                          std::uint64_t kernel_drops) {
  make_room(pcapng_statistics_size, time);
  append_pcapng_statistics(pending_, interface_id, time, interface_drops, kernel_drops);
}

/// A new file if this one would become too large, or is of an earlier interval. A clock that goes back
/// changes nothing.
void PacketLog::make_room(std::size_t size, Timestamp time) {
  const std::int64_t period =
      options_.seconds == 0 ? 0 : time / one_second / static_cast<std::int64_t>(options_.seconds);
  const bool too_large =
      options_.file_bytes != 0 && has_packets_ && written_ + pending_.size() + size > options_.file_bytes;
  if (!too_large && period <= period_) return;
  flush();
  if (auto begun = begin_file(time); !begun && !failed_) {
    failed_ = true;
    tell(begun.error().message);
  }
}

std::string PacketLog::next_name(Timestamp time) {
  const auto interval = static_cast<std::int64_t>(options_.seconds);
  const std::int64_t seconds = interval == 0 ? time / one_second : time / one_second / interval * interval;
  std::string name = with_time(options_.path, seconds);
  const bool by_time = interval != 0 && name != options_.path;
  if (options_.file_bytes == 0 && (by_time || interval == 0)) return name;
  const std::uint64_t number = options_.files == 0 ? number_ : number_ % options_.files;
  const std::size_t digits = options_.files == 0 ? 1 : fmt::formatted_size("{}", options_.files - 1);
  return fmt::format("{}{:0{}}", name, number, digits);
}

Expected<void> PacketLog::begin_file(Timestamp time) {
  const std::string name = next_name(time);
  if (options_.seconds != 0) period_ = time / one_second / static_cast<std::int64_t>(options_.seconds);
  const int opened = ::open(name.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, permissions);
  if (opened < 0) {
    return tl::unexpected(
        Error{ErrorKind::write_output, fmt::format("cannot write {}: {}", name, std::strerror(errno))});
  }
  if (descriptor_ >= 0) ::close(descriptor_);
  descriptor_ = opened;
  ++number_;
  names_.push_back(name);
  if (options_.files != 0 && names_.size() > options_.files) forget_oldest();
  written_ = 0;
  has_packets_ = false;
  append_pcapng_header(pending_, interfaces_);
  return {};
}

void PacketLog::forget_oldest() {
  const std::string oldest = std::move(names_.front());
  names_.pop_front();
  if (std::find(names_.begin(), names_.end(), oldest) == names_.end()) ::unlink(oldest.c_str());
}

/// What is written in part is taken back, so that the file stays whole.
void PacketLog::flush() {
  std::size_t done = 0;
  int error = 0;
  while (done < pending_.size() && error == 0) {
    const ssize_t written = ::write(descriptor_, pending_.data() + done, pending_.size() - done);
    if (written >= 0) {
      done += static_cast<std::size_t>(written);
    } else if (errno != EINTR) {
      error = errno;
    }
  }
  if (error == 0) {
    if (failed_ && !pending_.empty()) {
      failed_ = false;
      tell("packets are written again");
    }
    written_ += done;
  } else {
    [[maybe_unused]] const int status = ::ftruncate(descriptor_, static_cast<off_t>(written_));
    ::lseek(descriptor_, static_cast<off_t>(written_), SEEK_SET);
    lost_packets_ += pending_packets_;
    if (!std::exchange(failed_, true)) tell(fmt::format("packets are not written: {}", std::strerror(error)));
  }
  pending_.clear();
  if (written_ == 0 && error != 0) append_pcapng_header(pending_, interfaces_);
  pending_packets_ = 0;
}

void PacketLog::tell(const std::string& text) {
  if (tell_) tell_(fmt::format("{}: {}", options_.path, text));
}

}  // namespace rtmpscope::capture
