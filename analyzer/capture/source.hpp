// Packet sources: capture files (pcap, pcapng, compressed or not, from disk, pipe or memory) and live
// capture.
//
// Formats: draft-ietf-opsawg-pcap (pcap), draft-ietf-opsawg-pcapng (pcapng), RFC 1952 (gzip), RFC 8878
// (zstd).
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "capture/packet.hpp"

namespace rtmpscope::capture {

/// What one interface is known by. pcap files and live captures have exactly one.
struct Interface {
  std::uint16_t link_type = 0;    ///< LINKTYPE_… value
  std::uint32_t snap_length = 0;  ///< bytes; 0: no limit
  std::uint8_t time_resolution =
      6;                         ///< as pcapng's if_tsresol: 10^-n seconds; bit 7 set: 2^-(n & 127) seconds
  std::int64_t time_offset = 0;  ///< seconds that were added to each time stamp of the file
  std::string name;              ///< empty: not known
  std::string description;       ///< empty: not known
  std::uint64_t packets = 0;     ///< packets delivered, that is, after the filter
  std::optional<std::uint64_t> interface_drops;  ///< dropped by the interface, as the capturing program noted
  std::optional<std::uint64_t> kernel_drops;     ///< dropped by the kernel, as the capturing program noted
  std::optional<std::uint64_t> ring_drops;       ///< live: dropped as the analysis was too slow
};

struct Comment {
  std::uint32_t input = 0;          ///< which input, 0-based
  std::uint64_t packet_number = 0;  ///< number within that input; 0: the comment is not about a packet
  std::string text;                 ///< at most max_comment_bytes; not checked to be UTF-8
};

/// The content of a pcapng Decryption Secrets Block.
struct DecryptionSecrets {
  static constexpr std::uint32_t tls_key_log = 0x544c534b;  ///< an NSS key log (SSLKEYLOGFILE)
  std::uint32_t type = 0;
  std::vector<std::uint8_t> bytes;
};

/// The capturing program has lost packets of an interface, more than were known of before.
struct Drops {
  PacketRef at;  ///< the last packet before it was noted, and when that was
  std::uint16_t interface_id = 0;
  std::optional<std::uint64_t> interface_drops;  ///< so far, as in Interface
  std::optional<std::uint64_t> kernel_drops;
  std::optional<std::uint64_t> ring_drops;
};

struct SourceStatistics {
  std::uint64_t packets = 0;       ///< delivered, that is, after the filter
  std::uint64_t filtered_out = 0;  ///< read but rejected by the filter (a live filter runs in the kernel: 0)
  std::uint64_t captured_bytes = 0;              ///< of the delivered packets
  std::uint64_t wire_bytes = 0;                  ///< of the delivered packets
  std::optional<std::uint64_t> kernel_drops;     ///< absent: not known
  std::optional<std::uint64_t> interface_drops;  ///< absent: not known
  std::optional<std::uint64_t> ring_drops;       ///< live: dropped as the analysis was too slow
  std::vector<Interface> interfaces;             ///< index is Packet::interface_id
  std::uint64_t comment_count = 0;               ///< all, also those that were not kept
  std::vector<Comment> comments;                 ///< the first max_comments
  std::vector<DecryptionSecrets> secrets;        ///< in file order; grows while packets are read
  std::uint64_t secrets_dropped = 0;             ///< blocks not kept (max_secrets_bytes, max_secrets_blocks)
  /// Of the last read(), in order. Drops that packets tell of (epb_dropcount) at most once in a second; what
  /// is not in here is in the counters.
  std::vector<Drops> drops;
  std::size_t waiting_bytes = 0;   ///< live: captured packets that wait for read()
  std::vector<std::string> notes;  ///< one line each: what else a person should know
};

/// Why an input ended before its end: it is truncated or corrupt, or reading it failed. Every packet before
/// the place was delivered. Or, once all is read: packets had to be left out, of which this is the first.
struct Fault {
  std::uint64_t offset =
      0;             ///< of the damaged record in the capture data (in a compressed file: after expansion)
  std::string text;  ///< one line for a person, with the name of the input
  bool ended_early = true;
};

/// A stream of packets. Not thread-safe, except for request_stop().
///
/// Calls: read() until it returns false, then fault(). statistics() at any time; the secrets of a file are
/// complete up to the last packet that read() handed over (and a little beyond).
class PacketSource {
 public:
  PacketSource() = default;
  PacketSource(const PacketSource&) = delete;
  PacketSource& operator=(const PacketSource&) = delete;
  virtual ~PacketSource() = default;

  /// Fills `batch` (whatever it held is gone) with at most `max_packets` packets; `max_packets` is at
  /// least 1. A batch ends early after max_batch_bytes.
  ///
  /// Returns false when nothing comes after this batch, which may still hold packets. With true the batch may
  /// hold fewer packets than asked for, or none: live capture and pipes return after about 100 ms of silence
  /// or when a signal came, and a filter may reject everything for a while. Live capture then reports the
  /// time (PacketBatch::clock). Reuse batches: filling one again does not allocate. See PacketBatch for how
  /// long the packets live.
  ///
  /// A packet keeps the number that it has in the file: a filter on files leaves numbers out, so that they
  /// agree with Wireshark's frame numbers. A live filter runs in the kernel; there the numbers count what
  /// came through.
  virtual bool read(PacketBatch& batch, std::size_t max_packets) = 0;

  /// Set once read() has met damage. With several inputs the first one; later ones are in statistics().notes,
  /// and the other inputs are read to their ends.
  [[nodiscard]] virtual std::optional<Fault> fault() const = 0;

  /// Valid until the next read().
  [[nodiscard]] virtual const SourceStatistics& statistics() const = 0;

  /// File name as given ("-" is "standard input"), or the interface.
  [[nodiscard]] virtual std::string name() const = 0;

  /// "pcap", "nsecpcap" (nanoseconds), "modpcap" (Kuznetzov's), "pcapng", each also with "+gz" or "+zst";
  /// "live"; "mixed" for several inputs that differ.
  [[nodiscard]] virtual std::string format() const = 0;

  /// Share of the input's bytes that has been read, 0 to 1; absent for pipes and live capture.
  [[nodiscard]] virtual std::optional<double> progress() const { return std::nullopt; }

  /// Live capture: the sockets that packets come from. Whoever can write to them can send packets.
  [[nodiscard]] virtual std::vector<int> sockets() const { return {}; }

  /// Live capture that writes its packets: the file. -1: there is none.
  [[nodiscard]] virtual int packet_file() const { return -1; }

  /// Makes the source end soon: a read() that waits returns, and the next one returns false.
  /// Async-signal-safe, and callable from other threads.
  virtual void request_stop() noexcept { stop_requested_.store(true, std::memory_order_relaxed); }

 protected:
  [[nodiscard]] bool stop_requested() const { return stop_requested_.load(std::memory_order_relaxed); }

 private:
  static_assert(std::atomic<bool>::is_always_lock_free);
  std::atomic<bool> stop_requested_{false};
};

struct FileOptions {
  /// pcap-filter(7) expression; empty: every packet. A syntax error is an Error of kind usage. It is compiled
  /// for every link type of the input; packets of a link type for which it makes no sense (such as "ether
  /// host" on raw IP, when other packets have Ethernet) are rejected, with a note in the statistics.
  std::string filter;
};

/// Opens a capture file; "-" is standard input. Packets are views into the file's mapping, or the blocks that
/// it is read into (PacketBatch::blocks).
///
/// Errors (open_input): no such file, no permission, a directory, empty, not a capture. (usage): the filter.
[[nodiscard]] Expected<std::unique_ptr<PacketSource>> open_file(const std::string& path,
                                                                const FileOptions& options = {});

/// How several inputs become one stream. Either way numbers and interface ids count over all of them.
enum class Order : std::uint8_t {
  merged,      ///< by time, as mergecap does; equal times in the order of the inputs
  one_by_one,  ///< one input after the other, as mergecap -a does
};

/// Opens several capture files as one source; every one is checked at once. `paths` is not empty.
[[nodiscard]] Expected<std::unique_ptr<PacketSource>> open_files(const std::vector<std::string>& paths,
                                                                 Order order,
                                                                 const FileOptions& options = {});

/// A capture file that is in memory, in any format that open_file() knows. `bytes` must outlive the source.
[[nodiscard]] Expected<std::unique_ptr<PacketSource>> open_memory(Bytes bytes, const std::string& name,
                                                                  const FileOptions& options = {});

/// Where the packets of a live run are written, as pcapng.
struct PacketLogOptions {
  std::string path{};            ///< empty: nowhere; with `seconds`, % is as strftime(3) has it, in UTC
  std::uint64_t file_bytes = 0;  ///< a file becomes no larger, and has a number behind its name; 0: it may
  std::uint32_t seconds = 0;     ///< a new file at each multiple of it since 1970; 0: never
  std::uint32_t files = 0;       ///< so many are kept, and numbers begin again; 0: all
};

struct LiveOptions {
  std::vector<std::string> interfaces{};  ///< one or more, as libpcap names them; or "any"
  std::string filter{};                   ///< pcap-filter(7) expression; empty: every packet
  std::uint32_t snap_length = 262144;     ///< bytes of each packet
  std::uint32_t buffer_bytes =
      64U << 20U;  ///< kernel buffer of each interface; what does not fit is dropped and counted
  std::size_t ring_bytes = 64U << 20U;  ///< packets that wait for the analysis; beyond: the same
  bool promiscuous = true;
  unsigned fanout = 1;  ///< threads that capture
  PacketLogOptions packet_log{};
  /// Gets what a person should know at once, a line at a time, on the thread that captures. May be empty.
  std::function<void(const std::string&)> tell{};
};

/// Starts capturing. Errors (open_input): no such device, no permission, device down. (usage): the filter.
[[nodiscard]] Expected<std::unique_ptr<PacketSource>> open_live(const LiveOptions& options);

struct LiveInterface {
  std::string name;
  std::string description;  ///< may be empty
  bool up = false;
};

/// The interfaces that open_live() could be asked for; empty without the permission to see them.
[[nodiscard]] Expected<std::vector<LiveInterface>> list_live_interfaces();

}  // namespace rtmpscope::capture
