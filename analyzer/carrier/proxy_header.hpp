// Headers that a proxy or load balancer puts in front of the client's first byte to inform the server who the
// client is.
#pragma once

#include <array>
#include <optional>

#include "carrier/layer.hpp"

namespace rtmpscope::carrier {

/// Takes such a header off the stream to the server: version 1 and 2 of the PROXY protocol (HAProxy,
/// nginx-rtmp), and the form that SRS takes (F3, length of two bytes, that many bytes). The stream to the
/// client is handed on as it comes.
///
/// A header of known length may have gaps inside. A gap before the length is known makes the layer absent;
/// the bytes held until then are handed on as part of the gap. Keeps at most `longest_kept` bytes.
class ProxyHeaderLayer final : public Layer {
 public:
  /// Whether a stream that begins with `byte` can have a header.
  [[nodiscard]] static constexpr bool is_promising(std::uint8_t byte) {
    return byte == 'P' || byte == 0x0D || byte == 0xF3;
  }

  static constexpr std::size_t longest_kept = 107;  ///< a version 1 line with its line end

  void on_data(Direction direction, const StreamData& data) override;
  void on_gap(Direction direction, const StreamGap& gap) override;
  void on_end(Direction direction, const StreamEnd& end) override;

  [[nodiscard]] LayerState state() const override { return state_; }
  [[nodiscard]] std::uint64_t outer_offset(Direction direction, std::uint64_t inner) const override;
  [[nodiscard]] std::uint64_t inner_offset(Direction direction, std::uint64_t outer) const override;
  void add_to(LayerContext& context) const override;

  /// The client's address, if the header is complete and has one.
  [[nodiscard]] const std::optional<Endpoint>& client() const { return client_; }

 private:
  void establish(const StreamData& data);
  void establish(const StreamGap& gap);
  void open();
  [[nodiscard]] bool is_inside(Direction direction) const {
    return direction == Direction::to_server && state_ == LayerState::establishing;
  }

  LayerState state_ = LayerState::establishing;
  std::uint32_t length_ = 0;  ///< of the header; 0: not known, or absent
  std::uint32_t taken_ = 0;   ///< bytes of the stream to the server, while establishing
  std::size_t kept_size_ = 0;
  std::array<std::uint8_t, longest_kept> kept_{};
  std::optional<Endpoint> client_;
};

}  // namespace rtmpscope::carrier
