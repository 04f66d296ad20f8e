// A layer of what a TCP connection carries: two byte streams with gaps go in, two come out.
#pragma once

#include <vector>

#include "base/endpoint.hpp"
#include "base/proxy_header.hpp"
#include "base/stream.hpp"
#include "base/tcp_facts.hpp"
#include "carrier/layer_event.hpp"
#include "keys/key_store.hpp"

namespace rtmpscope::carrier {

enum class LayerState : std::uint8_t {
  establishing,  ///< its opening is not complete
  open,          ///< hands on the inner streams
  opaque,        ///< it is there, but its content cannot be read: nothing more is handed on
  closed,        ///< it ended before the outer streams did: nothing more is handed on
  absent,  ///< there is no such layer: all bytes were handed on as they came, and so are those that follow
};

/// Which layers of the family a connection has.
struct Carriers {
  bool tls = false;
  bool is_like_rtmp = false;  ///< of a layer that cannot be read: its shape is that of a carrier of RTMP
  bool http = false;          ///< RTMPT's requests and responses
  bool rtmpe = false;         ///< encrypted chunk streams behind a handshake in clear
};

/// What is known of a connection before its innermost streams are read. Layers add to it.
struct LayerContext {
  Endpoint client;
  Endpoint server;
  PacketRef first_packet;
  bool repeated = false;  ///< a second copy of the connection before it
  SideSyns syns{};        ///< of TCP, if that is measured
  /// What layers know of sessions' keys; null: nothing. It grows between calls, and outlives the connection.
  const keys::KeyView* keys = nullptr;
  /// Bytes that layers of several connections keep together, which they add to; null: not counted. As `keys`.
  std::size_t* held_bytes = nullptr;
  LayerListener* listener = nullptr;  ///< takes what layers tell of themselves; null: nobody. As `keys`
  bool reads_tls = true;              ///< false: the caller takes TLS off itself, where it can be taken off
  Carriers carriers;                  ///< of the layers that were found
  /// In front of the client's first byte, from the first to the last. The last one was written first.
  std::vector<ProxyHeader> proxy_headers;
};

/// Takes the outer streams as a StreamSink, and hands the inner ones to `next` with offsets of their own,
/// from 0. What is handed on has the packet of the outer bytes that made it possible. Bytes handed on are
/// valid during the call.
///
/// The directions are those of the roles: to_server is what the client sends. LayerStack puts a layer in only
/// where it is known who the client is.
class Layer : public StreamSink {
 public:
  /// To be called before the first data; again whenever another sink takes over, also during a call.
  /// `next` outlives the layer's last call.
  void set_next(StreamSink& next) { next_ = &next; }

  [[nodiscard]] virtual LayerState state() const = 0;

  /// The offset in the outer stream where the byte at `inner` came from; where inner bytes are made of
  /// several outer ones, that of the first. For `inner` not yet handed on: where it can begin at the
  /// earliest.
  [[nodiscard]] virtual std::uint64_t outer_offset(Direction direction, std::uint64_t inner) const = 0;
  /// The offset in the inner stream of the byte at `outer`; of the first inner byte behind it if the layer
  /// keeps that byte for itself.
  [[nodiscard]] virtual std::uint64_t inner_offset(Direction direction, std::uint64_t outer) const = 0;

  /// Adds what the layer has read about the connection.
  virtual void add_to(LayerContext& context) const = 0;

 protected:
  [[nodiscard]] StreamSink& next() const { return *next_; }

 private:
  StreamSink* next_ = nullptr;
};

}  // namespace rtmpscope::carrier
