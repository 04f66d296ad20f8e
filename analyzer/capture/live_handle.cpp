#include "capture/live_handle.hpp"

#include <fmt/format.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <pcap.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <limits>

#include "capture/link_type.hpp"
#include "capture/pcap_text.hpp"
#include "capture/wall_clock.hpp"

namespace rtmpscope::capture {
namespace {

constexpr const char* all_interfaces = "any";

/// With the command that helps, ready to be pasted.
std::string permission_problem() {
  std::error_code unknown;
  const auto program = std::filesystem::read_symlink("/proc/self/exe", unknown);
  return fmt::format("no permission: run as root, or allow it once for all users: setcap cap_net_raw=ep {}",
                     unknown ? "rtmpscope" : program.string());
}

std::string activation_problem(pcap_t* handle, int status) {
  std::string detail = one_line(pcap_geterr(handle));
  switch (status) {
    case PCAP_ERROR_NO_SUCH_DEVICE: return "no such device";
    case PCAP_ERROR_PERM_DENIED:
    case PCAP_ERROR_PROMISC_PERM_DENIED: return permission_problem();
    case PCAP_ERROR_IFACE_NOT_UP: return "the device is down";
    default: return detail.empty() ? std::string(pcap_statustostr(status)) : detail;
  }
}

/// A line of libpcap's error.
std::string error_of(pcap_t* handle) {
  return one_line(pcap_geterr(handle));
}

/// Empty: all is set. Before the handle is activated.
std::string set_options(pcap_t* handle, const LiveOptions& options) {
  constexpr std::uint32_t highest = std::numeric_limits<int>::max();
  const auto snap_length = static_cast<int>(std::min(options.snap_length, highest));
  const auto buffer_bytes = static_cast<int>(std::min(options.buffer_bytes, highest));
  for (const int status : {pcap_set_snaplen(handle, snap_length), pcap_set_buffer_size(handle, buffer_bytes),
                           pcap_set_promisc(handle, options.promiscuous ? 1 : 0),
                           pcap_set_timeout(handle, LiveHandle::delay_milliseconds)}) {
    if (status < 0) return pcap_statustostr(status);
  }
  // Where there are no nanoseconds, it stays with microseconds.
  [[maybe_unused]] const int precision = pcap_set_tstamp_precision(handle, PCAP_TSTAMP_PRECISION_NANO);
  return {};
}

std::optional<Error> set_filter(pcap_t* handle, const std::string& expression, const std::string& interface) {
  bpf_program program{};
  if (pcap_compile(handle, &program, expression.c_str(), 1, PCAP_NETMASK_UNKNOWN) != 0) {
    return Error{ErrorKind::usage,
                 fmt::format("capture filter \"{}\": {}", one_line(expression), error_of(handle))};
  }
  const int status = pcap_setfilter(handle, &program);
  pcap_freecode(&program);
  if (status == 0) return std::nullopt;
  return Error{ErrorKind::open_input, fmt::format("cannot capture on {}: {}", interface, error_of(handle))};
}

}  // namespace

struct LiveHandle::Pcap {
  pcap_t* handle;
  pcap_stat last{};

  explicit Pcap(pcap_t* opened) : handle(opened) {}
  Pcap(const Pcap&) = delete;
  Pcap& operator=(const Pcap&) = delete;
  ~Pcap() { pcap_close(handle); }
};

LiveHandle::LiveHandle(std::unique_ptr<Pcap> pcap, std::string name)
    : pcap_(std::move(pcap)),
      name_(std::move(name)),
      link_type_(link_type_of_dlt(pcap_datalink(pcap_->handle))),
      nanoseconds_(pcap_get_tstamp_precision(pcap_->handle) == PCAP_TSTAMP_PRECISION_NANO) {}

LiveHandle::~LiveHandle() = default;

Expected<std::unique_ptr<LiveHandle>> LiveHandle::open(const std::string& interface,
                                                       const LiveOptions& options) {
  const auto cannot = [&](const std::string& reason) {
    return tl::unexpected(
        Error{ErrorKind::open_input, fmt::format("cannot capture on {}: {}", interface, reason)});
  };
  char reason[PCAP_ERRBUF_SIZE] = "";
  pcap_t* handle = pcap_create(interface.c_str(), reason);
  if (handle == nullptr) return cannot(one_line(reason));
  auto pcap = std::make_unique<Pcap>(handle);
  if (const std::string problem = set_options(handle, options); !problem.empty()) return cannot(problem);
  // A positive status is a warning, such as that "any" has no promiscuous mode.
  if (const int status = pcap_activate(handle); status < 0) return cannot(activation_problem(handle, status));
  if (pcap_setnonblock(handle, 1, reason) < 0) return cannot(one_line(reason));
  if (!options.filter.empty()) {
    if (auto error = set_filter(handle, options.filter, interface)) return tl::unexpected(*std::move(error));
  }
  return std::unique_ptr<LiveHandle>(new LiveHandle(std::move(pcap), interface));
}

Expected<void> LiveHandle::join(std::optional<std::uint16_t>& group) {
  // The kernel chooses a number that no other program has. Fragments of a datagram stay together.
  const unsigned mode = PACKET_FANOUT_HASH | PACKET_FANOUT_FLAG_DEFRAG;
  int wanted =
      static_cast<int>((mode | (group ? 0U : PACKET_FANOUT_FLAG_UNIQUEID)) << 16U | group.value_or(0));
  if (group) from_ = wall_clock();
  socklen_t size = sizeof wanted;
  if (setsockopt(socket(), SOL_PACKET, PACKET_FANOUT, &wanted, sizeof wanted) != 0 ||
      getsockopt(socket(), SOL_PACKET, PACKET_FANOUT, &wanted, &size) != 0) {
    return tl::unexpected(Error{ErrorKind::open_input, fmt::format("cannot capture on {}: --fanout: {}",
                                                                   name_, std::strerror(errno))});
  }
  group = static_cast<std::uint16_t>(wanted & 0xFFFF);
  return {};
}

Interface LiveHandle::description() const {
  Interface interface;
  interface.link_type = link_type_;
  interface.snap_length = static_cast<std::uint32_t>(std::max(pcap_snapshot(pcap_->handle), 0));
  interface.time_resolution = nanoseconds_ ? 9 : 6;
  interface.name = name_;
  return interface;
}

int LiveHandle::socket() const {
  return pcap_get_selectable_fd(pcap_->handle);
}

int LiveHandle::take(int most, const TakePacket& to) {
  struct Call {
    const LiveHandle& self;
    const TakePacket& to;
  } call{*this, to};
  const auto on_packet = [](u_char* user, const pcap_pkthdr* header, const u_char* bytes) {
    const Call& with = *reinterpret_cast<const Call*>(user);
    Packet packet;
    packet.data = bytes;
    packet.captured_length = header->caplen;
    packet.wire_length = std::max(header->len, header->caplen);
    packet.time = static_cast<Timestamp>(header->ts.tv_sec) * 1'000'000'000 +
                  static_cast<Timestamp>(header->ts.tv_usec) * (with.self.nanoseconds_ ? 1 : 1000);
    packet.link_type = with.self.link_type_;
    if (packet.time >= with.self.from_) with.to(packet);
  };
  return pcap_dispatch(pcap_->handle, most, on_packet, reinterpret_cast<u_char*>(&call));
}

std::string LiveHandle::error() const {
  return error_of(pcap_->handle);
}

DropCounters LiveHandle::drops() {
  pcap_stat counters{};
  if (pcap_stats(pcap_->handle, &counters) != 0) return drops_;
  // The counters have 32 bits: add what they advanced by.
  drops_.kernel += counters.ps_drop - pcap_->last.ps_drop;
  drops_.interface += counters.ps_ifdrop - pcap_->last.ps_ifdrop;
  pcap_->last = counters;
  return drops_;
}

bool LiveHandle::is_up() const {
  ifreq request{};
  if (name_ == all_interfaces || name_.size() >= sizeof request.ifr_name) return true;
  std::memcpy(request.ifr_name, name_.data(), name_.size());
  return ioctl(socket(), SIOCGIFFLAGS, &request) != 0 || (request.ifr_flags & IFF_UP) != 0;
}

Expected<std::vector<LiveInterface>> list_live_interfaces() {
  char reason[PCAP_ERRBUF_SIZE] = "";
  pcap_if_t* devices = nullptr;
  if (pcap_findalldevs(&devices, reason) != 0) {
    return tl::unexpected(Error{ErrorKind::open_input, "cannot list interfaces: " + one_line(reason)});
  }
  std::vector<LiveInterface> interfaces;
  for (const pcap_if_t* device = devices; device != nullptr; device = device->next) {
    interfaces.push_back({device->name, device->description == nullptr ? "" : device->description,
                          (device->flags & PCAP_IF_UP) != 0});
  }
  pcap_freealldevs(devices);
  return interfaces;
}

}  // namespace rtmpscope::capture
