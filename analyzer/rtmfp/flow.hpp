// One flow of one direction: from fragments, as they are captured, to whole messages in the order in which
// they were sent (RFC 7016, section 3.6).
#pragma once

#include <map>
#include <vector>

#include "rtmfp/user_data.hpp"

namespace rtmpscope::rtmfp {

/// Bytes of fragments that all flows of a table hold.
class HeldBytes {
 public:
  explicit HeldBytes(std::size_t limit) : limit_(limit) {}
  /// False: there is no room for them.
  [[nodiscard]] bool add(std::size_t bytes) {
    if (bytes > limit_ - used_) return false;
    used_ += bytes;
    return true;
  }
  void remove(std::size_t bytes) { used_ -= bytes; }
  [[nodiscard]] std::size_t used() const { return used_; }

 private:
  std::size_t limit_;
  std::size_t used_ = 0;
};

/// A message of a flow, as it was sent: type, time and body are in `bytes`.
struct FlowMessage {
  std::uint64_t sequence = 0;  ///< of its first fragment
  PacketRef first;             ///< the packet with that fragment
  std::uint32_t fragments = 0;
  std::uint64_t length = 0;  ///< of the fragments that came; more than `bytes` has where a limit was reached
  bool complete = true;      ///< false: fragments behind the first `bytes` are missing
  Bytes bytes;               ///< valid during the call
};

class FlowListener {
 public:
  virtual ~FlowListener() = default;
  virtual void on_message(const FlowMessage& message, PacketRef packet) = 0;
};

/// What became of a flow's fragments, and how long they took.
struct FlowTotals {
  std::uint64_t messages = 0;    ///< complete ones
  std::uint64_t incomplete = 0;  ///< of which fragments are missing, as far as anything of them came
  std::uint64_t fragments = 0;   ///< that came, each once
  std::uint64_t bytes = 0;       ///< of these
  std::uint64_t repeated = 0;    ///< fragments that came again
  std::uint64_t repeated_bytes = 0;
  std::uint64_t out_of_order = 0;  ///< came behind ones that were sent later, for the first time
  std::uint64_t abandoned = 0;     ///< never came, and their sender has given them up
  std::uint64_t not_captured = 0;  ///< never came, but their receiver has them, or nothing is known of them
  std::uint64_t round_trips = 0;   ///< times that were measured from a fragment to its acknowledgement
  Timestamp round_trip_sum = 0;
};

class Flow {
 public:
  /// `held` outlives the flow.
  explicit Flow(HeldBytes& held) : held_(&held) {}
  Flow(const Flow&) = delete;
  Flow& operator=(const Flow&) = delete;
  ~Flow() { drop(); }

  /// Once the flow has ended, nothing is taken any more.
  void add(const Fragment& fragment, PacketRef packet, FlowListener& listener);
  /// The receiver has all fragments up to `cumulative`.
  void on_acknowledgement(std::uint64_t cumulative, PacketRef packet, FlowListener& listener);
  /// Gives up what has been missing for too long.
  void on_tick(PacketRef now, FlowListener& listener);
  /// Nothing more will come: what is there is handed on.
  void finish(PacketRef packet, FlowListener& listener);

  /// The fragment that is the last one has come, and all before it that will.
  [[nodiscard]] bool ended() const { return final_ && next_ > *final_; }
  [[nodiscard]] const FlowTotals& totals() const { return totals_; }
  /// Fragments or parts of messages wait.
  [[nodiscard]] bool waits() const { return !waiting_.empty() || open_; }

 private:
  struct Waiting {
    FragmentPlace place{};
    bool abandoned = false;
    PacketRef packet;
    std::vector<std::uint8_t> data;
  };
  enum class Why : std::uint8_t { abandoned, not_captured };

  void take(PacketRef from, FragmentPlace place, Bytes data, PacketRef packet, FlowListener& listener);
  void take_waiting(PacketRef packet, FlowListener& listener);
  void skip_to(std::uint64_t sequence, Why why, PacketRef packet, FlowListener& listener);
  void skip_front_gap(PacketRef packet, FlowListener& listener);
  void keep(const Fragment& fragment, PacketRef packet, FlowListener& listener);
  void settle(PacketRef packet, FlowListener& listener);
  void give_up_to(std::uint64_t last, Why why, PacketRef packet, FlowListener& listener);
  void begin_message(PacketRef first);
  void append(Bytes data);
  void deliver(bool complete, Bytes bytes, PacketRef packet, FlowListener& listener);
  void deliver_open(bool complete, PacketRef packet, FlowListener& listener);
  void break_message(PacketRef packet, FlowListener& listener);
  void drop();

  HeldBytes* held_;
  FlowTotals totals_;
  bool started_ = false;
  std::uint64_t next_ = 0;     ///< the fragment that has to come next
  std::uint64_t highest_ = 0;  ///< that has come
  std::uint64_t forward_ = 0;  ///< the sender repeats none up to that
  std::uint64_t acknowledged_ = 0;
  // What the sender has given up, or the receiver has, and the capture has not: given up once it has been so
  // for gap_grace.
  std::uint64_t overdue_ = 0;  ///< up to that
  std::optional<Timestamp> overdue_since_;
  Why overdue_because_{};
  Timestamp missing_since_ = 0;  ///< when `next_` was first missing
  std::optional<std::uint64_t> final_;
  std::map<std::uint64_t, Waiting> waiting_;  ///< behind `next_`
  // The message in progress.
  bool open_ = false;
  bool lost_begin_ = false;  ///< fragments in the middle come of a message whose beginning is missing
  FlowMessage message_;
  std::vector<std::uint8_t> body_;
  // The fragment whose acknowledgement is waited for, to measure a time.
  std::optional<std::uint64_t> timed_;
  Timestamp timed_at_ = 0;
};

}  // namespace rtmpscope::rtmfp
