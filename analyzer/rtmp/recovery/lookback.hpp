// The bytes of the last chunk, which are read again if what follows shows that it was not what it seemed to
// be.
#pragma once

#include <memory>
#include <vector>

#include "base/stream.hpp"
#include "rtmp/recovery/kept_bytes.hpp"

namespace rtmpscope::rtmp {

/// Holds the bytes from one offset of a direction on, without a gap, up to what was parsed last.
class Lookback {
 public:
  Lookback() = default;
  Lookback(const Lookback&) = delete;
  Lookback& operator=(const Lookback&) = delete;
  ~Lookback() { forget(); }

  /// Before anything else: memory that it shares with others. May be null, and outlives this.
  void share(SharedMemory* memory) { memory_ = memory; }

  /// `data` was parsed. What is held before `from` is not needed any more; nothing is held if a gap lies
  /// between, if it is more than KeptBytes::limit, or if memory is scarce and it is more than a little.
  void add(const StreamData& data, std::uint64_t from);
  /// `kept` was parsed up to its cursor; nothing else is held from then on.
  void remember(const KeptBytes& kept, std::uint64_t from);
  void forget();

  /// The bytes from `offset` on are held.
  [[nodiscard]] bool holds(std::uint64_t offset) const { return offset >= begin_ && offset < end(); }
  [[nodiscard]] std::uint64_t begin() const { return begin_; }
  [[nodiscard]] std::uint64_t end() const { return begin_ + size_; }
  /// Appends what is held to `kept`.
  void append_to(KeptBytes& kept) const;
  /// The same, if it has the byte at `offset` and `taken` follows, and `taken`; or what `taken` has from
  /// `offset` on. False: that byte is not there.
  bool append_from(std::uint64_t offset, const StreamData& taken, KeptBytes& kept) const;
  /// So many bytes from `offset` on, of which `last` has the last ones; none if not all of them are held.
  /// They lie in `last` or in `copy`.
  [[nodiscard]] Bytes body(std::uint64_t offset, std::size_t size, const StreamData& last,
                           std::vector<std::uint8_t>& copy) const;

 private:
  struct Piece {
    std::size_t index = 0;  ///< of its first byte
    PacketRef packet;
  };
  [[nodiscard]] Bytes held() const { return {bytes_.get(), size_}; }
  [[nodiscard]] bool is_too_much(std::size_t size) const;
  void grow(std::size_t size);
  void count();

  SharedMemory* memory_ = nullptr;
  std::size_t counted_ = 0;
  std::uint64_t begin_ = 0;
  std::unique_ptr<std::uint8_t[]> bytes_;  ///< no vector: this is done for each packet
  std::size_t capacity_ = 0;
  std::size_t size_ = 0;
  std::vector<Piece> pieces_;
};

}  // namespace rtmpscope::rtmp
