// Live capture with libpcap.
#include <poll.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <limits>

#include <fmt/format.h>
#include <pcap.h>

#include "capture/file_source.hpp"
#include "capture/limits.hpp"
#include "capture/link_type.hpp"
#include "capture/pcap_text.hpp"

namespace rtmpscope::capture {
namespace {

/// libpcap hands over what has come at least this often.
constexpr int timeout_milliseconds = 100;

/// How long a captured packet may lie in the kernel's buffer before it is handed over: several times the
/// above.
constexpr Timestamp longest_delay = 500'000'000;

/// The kernel's drop counters cost a system call; while packets keep coming they are read once in this many
/// reads.
constexpr unsigned reads_per_statistics = 64;

class LiveSource : public PacketSource {
 public:
  LiveSource(pcap_t* handle, const LiveOptions& options)
      : handle_(handle),
        name_(options.interface),
        nanoseconds_(pcap_get_tstamp_precision(handle) == PCAP_TSTAMP_PRECISION_NANO) {
    Interface& interface = statistics_.interfaces.emplace_back();
    interface.link_type = link_type_of_dlt(pcap_datalink(handle));
    interface.snap_length = static_cast<std::uint32_t>(std::max(pcap_snapshot(handle), 0));
    interface.time_resolution = nanoseconds_ ? 9 : 6;
    interface.name = options.interface;
  }
  LiveSource(const LiveSource&) = delete;
  LiveSource& operator=(const LiveSource&) = delete;
  ~LiveSource() override { pcap_close(handle_); }

  bool read(PacketBatch& batch, std::size_t max_packets) override {
    batch.clear();
    statistics_.drops.clear();
    if (ended_ || stop_requested()) {
      read_drops();
      return false;
    }
    batch_ = &batch;
    wait_for_packets();
    const auto limit = static_cast<int>(std::min<std::size_t>(max_packets, std::numeric_limits<int>::max()));
    const int result = pcap_dispatch(handle_, limit, &LiveSource::on_packet, reinterpret_cast<u_char*>(this));
    // Only now: the storage moved while it grew.
    const std::uint8_t* data = batch.storage.data();
    for (Packet& packet : batch.packets) {
      packet.data = data;
      data += packet.captured_length;
    }
    count_packets(statistics_, batch.packets.data(), batch.packets.data() + batch.packets.size());
    if (batch.packets.empty()) batch.clock = now() - longest_delay;
    if (result == PCAP_ERROR) {
      fault_ = Fault{0, fmt::format("capture on {} ended: {}", name_, one_line(pcap_geterr(handle_)))};
      ended_ = true;
    }
    if (ended_ || batch.packets.size() < max_packets || ++reads_ % reads_per_statistics == 0) read_drops();
    return !ended_;
  }

  [[nodiscard]] std::optional<Fault> fault() const override { return fault_; }
  [[nodiscard]] const SourceStatistics& statistics() const override { return statistics_; }
  [[nodiscard]] std::string name() const override { return name_; }
  [[nodiscard]] std::string format() const override { return "live"; }

  [[nodiscard]] std::vector<int> sockets() const override { return {pcap_fileno(handle_)}; }

  void request_stop() noexcept override {
    PacketSource::request_stop();
    pcap_breakloop(handle_);
  }

 private:
  /// Waits no longer than the time-out, so that captured packets are delivered even if nothing follows. A
  /// blocking pcap_dispatch would wait for the next packet on Linux (TPACKET_V3).
  void wait_for_packets() {
    pollfd ready{pcap_get_selectable_fd(handle_), POLLIN, 0};
    poll(&ready, 1, timeout_milliseconds);  // a signal ends it early, which is as good
  }

  /// On the clock that packets are dated by.
  static Timestamp now() {
    const auto since_epoch = std::chrono::system_clock::now().time_since_epoch();
    return std::chrono::duration_cast<std::chrono::nanoseconds>(since_epoch).count();
  }

  static void on_packet(u_char* self, const pcap_pkthdr* header, const u_char* bytes) {
    reinterpret_cast<LiveSource*>(self)->add(*header, bytes);
  }

  void add(const pcap_pkthdr& header, const u_char* bytes) {
    Packet& packet = batch_->packets.add();
    packet.captured_length = header.caplen;
    packet.wire_length = std::max(header.len, header.caplen);
    packet.time = static_cast<Timestamp>(header.ts.tv_sec) * 1'000'000'000 +
                  static_cast<Timestamp>(header.ts.tv_usec) * (nanoseconds_ ? 1 : 1000);
    packet.number = ++number_;
    packet.link_type = statistics_.interfaces.front().link_type;
    batch_->storage.insert(batch_->storage.end(), bytes, bytes + header.caplen);
    if (batch_->storage.size() >= max_batch_bytes) pcap_breakloop(handle_);
  }

  void read_drops() {
    pcap_stat counters{};
    if (pcap_stats(handle_, &counters) != 0) return;
    Interface& interface = statistics_.interfaces.front();
    // The counters have 32 bits: add what they advanced by.
    kernel_drops_ += counters.ps_drop - last_.ps_drop;
    interface_drops_ += counters.ps_ifdrop - last_.ps_ifdrop;
    last_ = counters;
    const bool more = kernel_drops_ > interface.kernel_drops.value_or(0) ||
                      interface_drops_ > interface.interface_drops.value_or(0);
    statistics_.kernel_drops = interface.kernel_drops = kernel_drops_;
    statistics_.interface_drops = interface.interface_drops = interface_drops_;
    if (more) statistics_.drops.push_back({{number_, now()}, 0, interface_drops_, kernel_drops_});
  }

  pcap_t* handle_;
  std::string name_;
  bool nanoseconds_;
  PacketBatch* batch_ = nullptr;  ///< during read()
  SourceStatistics statistics_;
  std::optional<Fault> fault_;
  pcap_stat last_{};
  std::uint64_t kernel_drops_ = 0;
  std::uint64_t interface_drops_ = 0;
  std::uint64_t number_ = 0;
  unsigned reads_ = 0;
  bool ended_ = false;
};

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

}  // namespace

Expected<std::unique_ptr<PacketSource>> open_live(const LiveOptions& options) {
  const auto fail = [&](ErrorKind kind, const std::string& text) {
    return tl::unexpected(Error{kind, text});
  };
  const auto cannot = [&](const std::string& reason) {
    return fail(ErrorKind::open_input, fmt::format("cannot capture on {}: {}", options.interface, reason));
  };
  char reason[PCAP_ERRBUF_SIZE] = "";
  std::unique_ptr<pcap_t, decltype(&pcap_close)> handle(pcap_create(options.interface.c_str(), reason),
                                                        &pcap_close);
  if (handle == nullptr) return cannot(one_line(reason));
  constexpr std::uint32_t highest = std::numeric_limits<int>::max();
  const auto snap_length = static_cast<int>(std::min(options.snap_length, highest));
  const auto buffer_bytes = static_cast<int>(std::min(options.buffer_bytes, highest));
  for (const int status :
       {pcap_set_snaplen(handle.get(), snap_length), pcap_set_buffer_size(handle.get(), buffer_bytes),
        pcap_set_promisc(handle.get(), options.promiscuous ? 1 : 0),
        pcap_set_timeout(handle.get(), timeout_milliseconds)}) {
    if (status < 0) return cannot(pcap_statustostr(status));
  }
  // Where there are no nanoseconds, it stays with microseconds.
  [[maybe_unused]] const int precision = pcap_set_tstamp_precision(handle.get(), PCAP_TSTAMP_PRECISION_NANO);
  // A positive status is a warning, such as that "any" has no promiscuous mode.
  if (const int status = pcap_activate(handle.get()); status < 0) {
    return cannot(activation_problem(handle.get(), status));
  }
  if (pcap_setnonblock(handle.get(), 1, reason) < 0) return cannot(one_line(reason));
  if (!options.filter.empty()) {
    bpf_program program{};
    if (pcap_compile(handle.get(), &program, options.filter.c_str(), 1, PCAP_NETMASK_UNKNOWN) != 0) {
      return fail(ErrorKind::usage, fmt::format("capture filter \"{}\": {}", one_line(options.filter),
                                                one_line(pcap_geterr(handle.get()))));
    }
    const int status = pcap_setfilter(handle.get(), &program);
    pcap_freecode(&program);
    if (status != 0) return cannot(one_line(pcap_geterr(handle.get())));
  }
  return std::make_unique<LiveSource>(handle.release(), options);
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
