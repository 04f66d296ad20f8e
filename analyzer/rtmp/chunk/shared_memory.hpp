// Memory that the connections of one shard share: what they have begun and not ended.
#pragma once

#include <cstddef>
#include <list>

namespace rtmpscope::rtmp {

/// Bytes that all shards together may hold before memory is scarce. The figures are those of one shard then
/// and before. A message of the largest size fits unless others take its place.
inline constexpr std::size_t plentiful_bytes = std::size_t{32} << 20;
inline constexpr std::size_t body_limit_if_plentiful = std::size_t{32} << 20;
inline constexpr std::size_t body_limit_if_scarce = std::size_t{512} << 10;
/// Bytes of one direction that wait for chunk borders, at most.
inline constexpr std::size_t kept_limit_if_plentiful = std::size_t{1} << 20;
inline constexpr std::size_t kept_limit_if_scarce = std::size_t{8} << 10;
/// What one direction has without being counted: bytes of bodies, or that wait for borders; chunk streams.
inline constexpr std::size_t uncounted_bytes = 4096;
inline constexpr std::size_t uncounted_chunk_streams = 64;
/// What a chunk stream counts, with its place in the tables.
inline constexpr std::size_t chunk_stream_cost = 640;

/// Whoever takes memory says so, in steps. Bodies have a limit of their own: beyond it the oldest ones are
/// shortened. Other things are given up by whoever needs more of them while memory is scarce.
///
/// Whether it is scarce is for the caller to say, who knows all shards. Without a SharedMemory nothing is
/// counted.
class SharedMemory {
 public:
  /// Somebody who holds bodies.
  class Holder {
   public:
    /// Shortens them all, and leaves.
    virtual void shorten_bodies() = 0;

   protected:
    ~Holder() = default;
  };
  using Place = std::list<Holder*>::iterator;

  SharedMemory() = default;
  SharedMemory(const SharedMemory&) = delete;
  SharedMemory& operator=(const SharedMemory&) = delete;

  /// Holders in the order in which they entered; the oldest is asked first.
  [[nodiscard]] Place enter(Holder& holder) { return holders_.insert(holders_.end(), &holder); }
  void leave(Place place) { holders_.erase(place); }
  void add_bodies(std::size_t bytes);
  void remove_bodies(std::size_t bytes) { bodies_ -= bytes; }

  void add(std::size_t bytes) { others_ += bytes; }
  void remove(std::size_t bytes) { others_ -= bytes; }

  void set_scarce(bool scarce);
  [[nodiscard]] bool scarce() const { return scarce_; }
  [[nodiscard]] std::size_t bytes() const { return bodies_ + others_; }

 private:
  void keep_limit();

  std::list<Holder*> holders_;
  std::size_t bodies_ = 0;
  std::size_t others_ = 0;
  bool scarce_ = false;
};

}  // namespace rtmpscope::rtmp
