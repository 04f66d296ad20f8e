// Which software the two sides are: by what they send, beside what they say of themselves.
//
// flashVer and fmsVer are copied from program to program, so they are claims. Constants in the handshake,
// control values in front of the reply to connect, and a few properties tell more; where they do not tell one
// program from another, all that it may be are named.
#pragma once

#include <cstdint>
#include <string>

#include "base/stream.hpp"
#include "rtmp/message/command_facts.hpp"

namespace rtmpscope::rtmp {

/// Follows one connection, in the order of the capture. Names are of a closed vocabulary; of versions only
/// digits and points are taken over.
class SoftwareIdentity {
 public:
  /// `software`: of the table handshake_software, as C1 or S1 suggests it.
  void on_handshake(Direction sender, std::uint64_t software);
  /// A control message with a number.
  void on_control(Direction sender, std::uint8_t type, std::uint32_t value);
  /// A command or data message.
  void on_facts(Direction sender, const CommandFacts& facts);

  /// Empty: nothing is known.
  [[nodiscard]] const std::string& client() const { return client_; }
  [[nodiscard]] const std::string& server() const { return server_; }

 private:
  void on_connect(const CommandFacts& facts);
  void on_connected(const CommandFacts& facts);
  void on_metadata(const CommandFacts& facts);

  std::string client_;
  std::string server_;
  std::uint8_t client_handshake_ = 0;  ///< of the table handshake_software; 0: not known
  std::uint8_t server_handshake_ = 0;
  // What the server sent before its reply to connect; 0: nothing.
  std::uint32_t window_ = 0;
  std::uint32_t chunk_size_ = 0;
  bool connected_ = false;
};

}  // namespace rtmpscope::rtmp
