// Which datagrams of a capture a SessionTable has to see.
#pragma once

#include <optional>

#include "net/udp_datagram.hpp"
#include "rtmfp/packet.hpp"

namespace rtmpscope::rtmfp {

/// Before the first startup packet of a capture no datagram is RTMFP. So other UDP costs a few instructions,
/// and one block of AES where it has the length of a startup packet. Datagrams come in capture order.
class DatagramFilter {
 public:
  [[nodiscard]] bool wants(const net::UdpDatagram& datagram) {
    if (datagram.payload_length < smallest_datagram) return false;
    return found_ ||
           (datagram.payload_length % AesCbcDecryptor::block_size == session_id_size && finds(datagram));
  }

 private:
  bool finds(const net::UdpDatagram& datagram) {
    if (!startup_) startup_.emplace();
    found_ = startup_->open(datagram.bytes()).has_value();
    return found_;
  }

  bool found_ = false;
  std::optional<StartupCipher> startup_;  ///< made when it is needed: that takes time
};

}  // namespace rtmpscope::rtmfp
