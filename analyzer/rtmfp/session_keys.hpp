// Finds a session's keys in the key logs.
#pragma once

#include <optional>
#include <string>
#include <unordered_map>

#include "keys/key_store.hpp"
#include "net/udp_datagram.hpp"
#include "rtmfp/events.hpp"

namespace rtmpscope::rtmfp {

/// What the two sides of a session have sent to each other, as far as it was captured.
struct SessionKeying {
  std::vector<std::uint8_t> initiator_certificate;
  std::vector<std::uint8_t> initiator_component;
  std::vector<std::uint8_t> responder_certificate;
  std::vector<std::uint8_t> responder_component;
};

struct SessionKeys {
  KeySource source = KeySource::none;
  std::array<std::optional<DirectionKeys>, 2> directions;  ///< by index_of(Direction); the client initiates
};

/// One thread at a time.
class KeyFinder {
 public:
  /// `view` outlives the finder.
  explicit KeyFinder(const keys::KeyView& view) : view_(view) {}

  /// The keys of a session: by the secret or the AES keys of a line with one of its components, or by a
  /// private key that belongs to one of its public keys. A component that was not captured is taken from the
  /// line.
  [[nodiscard]] SessionKeys find(SessionKeying& keying);
  /// The keys of a session whose components are known, by lines that do not say which session they are of:
  /// those with which `datagram`, of that direction, verifies. Takes some microseconds a line.
  [[nodiscard]] SessionKeys find_by_trial(const SessionKeying& keying, Direction direction,
                                          const net::UdpDatagram& datagram);
  /// While this is the same, asking again is in vain.
  [[nodiscard]] keys::KeyVersion version() const { return view_.version(); }
  [[nodiscard]] bool empty() const { return view_.rtmfp_count() == 0; }

 private:
  void read_new_lines();
  [[nodiscard]] SessionKeys try_line(const keys::RtmfpKeys& line, const SessionKeying& keying,
                                     Direction direction, const net::UdpDatagram& datagram) const;
  [[nodiscard]] static SessionKeys from_line(const keys::RtmfpKeys& line, SessionKeying& keying);
  [[nodiscard]] SessionKeys from_private_keys(const SessionKeying& keying);
  [[nodiscard]] Bytes public_key(std::uint64_t group, std::size_t line);

  const keys::KeyView& view_;
  std::size_t read_ = 0;  ///< lines
  std::unordered_multimap<std::string, std::size_t> by_component_;
  std::vector<std::size_t> private_keys_;  ///< lines that have one
  std::vector<std::size_t> nameless_;      ///< lines with keys and without a component
  /// By group and line: powers are computed once.
  std::unordered_map<std::string, std::vector<std::uint8_t>> public_keys_;
  std::uint32_t computed_ = 0;
};

}  // namespace rtmpscope::rtmfp
