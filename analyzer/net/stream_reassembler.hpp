// One direction of a TCP connection: segments in, the byte stream out.
#pragma once

#include "net/flow_handler.hpp"
#include "net/limits.hpp"
#include "net/out_of_order_buffer.hpp"
#include "net/sequence.hpp"

namespace rtmpscope::net {

/// Memory that all flows of a table hold together, and whether late bytes ever came.
struct HeldMemory {
  std::size_t bytes = 0;
  std::uint64_t limit_reached = 0;  ///< gaps given up because one of FlowLimits::held_… was reached
  std::uint32_t gaps = 0;           ///< gaps that the receiver had acknowledged and whose bytes never came
  bool late = false;                ///< such bytes came, within the grace or after it

  [[nodiscard]] bool expects_no_late_bytes(const FlowLimits& limits) const {
    return gaps >= limits.experience_gaps && !late;
  }
};

/// The receiver of a delivery, and what the reassembler needs meanwhile. Built for each packet.
struct Delivery {
  FlowHandler* handler =
      nullptr;  ///< null: of no interest, count only. Becomes null when wants_data turns false.
  Direction direction{};
  PacketRef packet;
  std::uint64_t flow_packet = 0;  ///< number of the packet within its flow, both directions together
  const FlowLimits& limits;
  HeldMemory& held;
  FlowDirectionTotals& totals;
  Timestamp round_trip = 0;                     ///< from the connection's handshake; 0: not known
  SegmentLosses* losses = nullptr;              ///< to be counted there; null: nowhere
  std::optional<std::uint32_t> sender_clock{};  ///< of a segment out of order: TcpSegment::sender_clock
  bool is_copy = false;                         ///< if it came before, it was captured twice and sent once
};

/// Offset 0 is the byte after the SYN or, without a SYN, the first byte captured. In-order payload is
/// delivered without a copy. A gap is pending while its bytes may still come; see FlowLimits for when it is
/// given up.
///
/// Payload that waited for missing bytes is delivered with the packet that brought those: no receiver had it
/// in order before. Payload behind a gap that was given up keeps the packet that it came with, and the gap
/// gets that of the first byte behind it, as if nothing had waited.
class StreamReassembler {
 public:
  StreamReassembler() = default;
  StreamReassembler(const StreamReassembler&) = delete;
  StreamReassembler& operator=(const StreamReassembler&) = delete;

  /// Back to the beginning; gives `held` its memory back.
  void reset(HeldMemory& held);
  /// The SYN says where the stream starts: `first_sequence` is that of its first byte. Has no effect on a
  /// stream that is not `untouched`.
  void start_at(std::uint32_t first_sequence);

  /// `wire_length` is not 0. `captured` is the first bytes of it.
  void on_payload(std::uint32_t sequence, Bytes captured, std::uint32_t wire_length, Delivery& delivery) {
    if (started() && end_state_ == End::open && !holding_ && sequence == next_sequence() &&
        delivery.handler != nullptr && captured.size() == wire_length) {
      delivery.totals.last_data = delivery.packet;
      deliver(captured, delivery);
      return;
    }
    on_other_payload(sequence, captured, wire_length, delivery);
  }
  /// The FIN whose sequence number is `sequence`: that of the byte after the stream's last one. False: it is
  /// that of another connection, and has no effect.
  bool on_fin(std::uint32_t sequence, Delivery& delivery);
  /// The receiver expects `acknowledgement` next.
  void on_acknowledgement(std::uint32_t acknowledgement, const FlowLimits& limits) {
    if (!started()) [[unlikely]] {
      acknowledged_ = acknowledgement;
      acknowledgement_known_ = true;
      return;
    }
    const std::uint64_t here = reference();
    const std::int64_t offset = unwrap_sequence(acknowledgement, start_, here);
    if (offset < 0 || offset - static_cast<std::int64_t>(here) > limits.acknowledgement_step) return;
    if (!acknowledgement_known_ || static_cast<std::uint64_t>(offset) > acknowledged_) {
      acknowledged_ = static_cast<std::uint64_t>(offset);
      acknowledgement_known_ = true;
    }
  }
  /// Gives up pending gaps whose grace is over. To be called with each packet of the flow if `holding`.
  void check_gaps(Delivery& delivery);
  /// Nothing more will come: delivers what is held, with gaps, and ends the stream if it has not ended by
  /// itself.
  void finish(EndCause cause, Delivery& delivery);
  /// Drops what is held: nobody wants it.
  void discard(HeldMemory& held);

  /// `discard`, and frees the bookkeeping, too.
  void release(HeldMemory& held);

  /// Loads what is there of out-of-order payload, at each of three steps what the one before leads to.
  void prefetch(unsigned step) const {
    if (out_of_order_ == nullptr) return;
    if (step == 0) rtmpscope::prefetch(out_of_order_.get(), sizeof(OutOfOrder));
    if (step == 1) out_of_order_->buffer.prefetch();
    if (step == 2) out_of_order_->buffer.prefetch_front();
  }

  [[nodiscard]] bool started() const { return start_state_ != Start::awaited; }
  [[nodiscard]] bool started_by_syn() const { return start_state_ == Start::syn; }
  /// The receiver has acknowledged the FIN.
  [[nodiscard]] bool fin_acknowledged() const { return fin_seen() && acknowledged_beyond(fin_); }
  /// Begun, with nothing held and no end in sight.
  [[nodiscard]] bool flowing() const { return started() && !holding_ && !fin_seen(); }
  [[nodiscard]] bool holding() const { return holding_; }
  /// Bytes of the stream that have come, behind others that have not.
  [[nodiscard]] std::uint64_t waiting_bytes() const;
  /// Neither payload nor a FIN has come.
  [[nodiscard]] bool untouched() const { return next_ == 0 && !holding_ && !fin_seen(); }
  [[nodiscard]] bool fin_seen() const {
    return end_state_ == End::fin_seen || end_state_ == End::ended_by_fin;
  }
  /// Everything up to the FIN has been delivered or given up.
  [[nodiscard]] bool ended() const {
    return end_state_ == End::ended_by_fin || end_state_ == End::ended_without_fin;
  }
  [[nodiscard]] std::uint64_t next_offset() const { return next_; }
  [[nodiscard]] bool has_acknowledgement() const { return acknowledgement_known_; }
  /// What the receiver has acknowledged, its FIN included; 0 where nothing is known.
  [[nodiscard]] std::uint64_t acknowledged_offset() const {
    return acknowledgement_known_ ? acknowledged_ : 0;
  }
  [[nodiscard]] std::uint64_t fin_offset() const { return fin_; }
  [[nodiscard]] std::uint32_t start_sequence() const { return start_; }
  [[nodiscard]] std::uint32_t next_sequence() const { return start_ + static_cast<std::uint32_t>(next_); }
  /// How far `sequence` is from where the sender stands; meaningful once started.
  [[nodiscard]] std::int64_t distance(std::uint32_t sequence) const;
  /// The offset of `sequence`, which is near to where the sender stands; meaningful once started.
  [[nodiscard]] std::int64_t offset_of(std::uint32_t sequence) const {
    return unwrap_sequence(sequence, start_, reference());
  }
  /// Whether `sequence` is before what the receiver has acknowledged.
  [[nodiscard]] bool is_behind(std::uint32_t sequence) const {
    return started() && acknowledgement_known_ &&
           offset_of(sequence) < static_cast<std::int64_t>(acknowledged_);
  }
  /// The sender has sent bytes that the receiver has not acknowledged, as far as it has acknowledged
  /// anything.
  [[nodiscard]] bool has_unacknowledged() const {
    return started() && acknowledgement_known_ && (holding_ || next_ > acknowledged_);
  }
  /// Bytes that the receiver has acknowledged; nothing where that is not known. After `finish` it is exact.
  [[nodiscard]] std::optional<std::uint64_t> acknowledged() const;
  [[nodiscard]] std::size_t held_bytes() const { return out_of_order_ ? out_of_order_->buffer.charge() : 0; }

 private:
  /// Where offset 0 comes from.
  enum class Start : std::uint8_t {
    awaited,    ///< neither a SYN nor payload has come
    syn,        ///< the SYN says it
    midstream,  ///< no SYN was captured: the first payload, or the FIN
  };
  enum class End : std::uint8_t {
    open,
    fin_seen,           ///< fin_ is known; bytes before it may be missing
    ended_by_fin,       ///< nothing more is delivered
    ended_without_fin,  ///< finish() came first
  };
  struct Gap {
    std::uint64_t begin = 0;
    std::uint64_t end = 0;
  };
  struct OutOfOrder {
    OutOfOrderBuffer buffer;
    OutOfOrderBuffer::Noticed last_fill;  // when missing bytes last came in order
    std::array<Gap, 4> recent_gaps;       // to distinguish late bytes from repeated ones; empty ones at first
    std::size_t next_gap = 0;
  };

  void on_other_payload(std::uint32_t sequence, Bytes captured, std::uint32_t wire_length,
                        Delivery& delivery);
  void start_midstream(std::uint32_t sequence, std::uint32_t wire_length, Delivery& delivery);
  void count_loss(std::uint64_t end, std::uint32_t wire_length, Delivery& delivery) const;
  void count_only(std::int64_t offset, std::uint32_t wire_length, Delivery& delivery);
  void accept(std::uint64_t offset, Bytes captured, std::uint32_t wire_length, Delivery& delivery);
  void count_repeated(std::uint64_t begin, std::uint64_t end, Delivery& delivery) const;
  [[nodiscard]] bool was_overtaken(const OutOfOrderBuffer::Noticed& noticed, const Delivery& delivery) const;
  void count_fill(std::uint64_t offset, std::uint32_t wire_length, Delivery& delivery) const;
  /// Gives up gaps until a segment of which `size` bytes were captured may be held, or is in order.
  void make_room(std::uint64_t offset, std::size_t size, std::uint32_t wire_length, Delivery& delivery);
  void hold(std::uint64_t offset, Bytes captured, std::uint32_t wire_length, Delivery& delivery);
  void drain(Delivery& delivery, bool filled);
  void deliver_held(const OutOfOrderBuffer::Piece& piece, Delivery& delivery);
  [[nodiscard]] bool grace_is_over(const OutOfOrderBuffer::Noticed& since, Delivery& delivery) const;
  void give_up_gap(std::uint64_t end, GapCause cause, Delivery& delivery);
  void end_if_complete(Delivery& delivery);
  void deliver(Bytes bytes, Delivery& delivery) { deliver(bytes, delivery.packet, delivery); }
  void deliver(Bytes bytes, const PacketRef& packet, Delivery& delivery) {
    StreamData data{next_, bytes, packet};
    next_ += bytes.size();
    delivery.totals.bytes += bytes.size();
    delivery.handler->on_data(delivery.direction, data);
    ask_interest(delivery);
  }
  void deliver_gap(std::uint64_t length, GapCause cause, const PacketRef& packet, Delivery& delivery);
  void deliver_end(EndCause cause, Delivery& delivery);
  /// To be called after each call of the handler.
  void ask_interest(Delivery& delivery) {
    if (!delivery.handler->wants_data()) lose_interest(delivery);
  }
  void lose_interest(Delivery& delivery);
  OutOfOrder& out_of_order();
  /// The receiver has the byte at `offset`.
  [[nodiscard]] bool acknowledged_beyond(std::uint64_t offset) const {
    return acknowledgement_known_ && acknowledged_ > offset;
  }
  [[nodiscard]] std::uint64_t reference() const {
    return acknowledgement_known_ && acknowledged_ > next_ ? acknowledged_ : next_;
  }

  std::uint64_t next_ = 0;          // offset of the next byte to deliver
  std::uint64_t acknowledged_ = 0;  // an offset or, before the start, a sequence number
  std::uint64_t fin_ = 0;           // offset of the end
  std::unique_ptr<OutOfOrder> out_of_order_;
  std::uint32_t start_ = 0;  // sequence number of offset 0
  Start start_state_ = Start::awaited;
  End end_state_ = End::open;
  bool holding_ = false;  // out-of-order payload waits
  bool acknowledgement_known_ = false;
};

}  // namespace rtmpscope::net
