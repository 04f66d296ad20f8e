#include "carrier/layer_stack.hpp"

#include <gtest/gtest.h>

#include "support/bytes.hpp"
#include "support/cuts.hpp"
#include "unit/carrier/detector_driver.hpp"
#include "unit/carrier/stream_script.hpp"
#include "unit/rtmp/handshake/recorded_handshake.hpp"

namespace rtmpscope::test {
namespace {

using carrier::Decision;
using carrier::DecisionPolicy;
using carrier::Detection;
using carrier::LayerStack;
using carrier::Protocol;
using carrier::ProtocolDetector;
using Items = std::vector<RecordingSink::Item>;

constexpr Direction up = Direction::to_server;
constexpr Direction down = Direction::to_client;
constexpr ProtocolDetector::Hints any_port{.known_port = false, .syn_seen = true};
constexpr ProtocolDetector::Hints own_port{.known_port = true, .syn_seen = true};
constexpr ProtocolDetector::Hints own_port_no_syn{.known_port = true, .syn_seen = false};

constexpr ProtocolDetector::Hints early(ProtocolDetector::Hints hints) {
  hints.policy = DecisionPolicy::decide_early;
  return hints;
}

/// A stack, what it has decided, and what came out inside all layers.
class Dialogue {
 public:
  /// `takes_all`: the listener wants what is no RTMP, too.
  explicit Dialogue(ProtocolDetector::Hints hints, bool takes_all = false)
      : stack({}, hints, [this, takes_all](const Decision& told) { return decide(told, takes_all); }) {}

  void data(Direction direction, Bytes bytes) { script_.data(*this, direction, bytes); }
  void data(Direction direction, std::string_view text) { data(direction, as_bytes(text)); }
  void gap(Direction direction, std::optional<std::uint64_t> length) {
    script_.gap(*this, direction, length);
  }
  void end(Direction direction) { script_.end(*this, direction); }

  void on_data(Direction direction, const StreamData& data) { stack.on_data(sink_, direction, data); }
  void on_gap(Direction direction, const StreamGap& gap) { stack.on_gap(sink_, direction, gap); }
  void on_end(Direction direction, const StreamEnd& end) { stack.on_end(sink_, direction, end); }

  [[nodiscard]] Protocol protocol() const {
    return decision ? decision->detection.protocol : Protocol::undecided;
  }
  /// All bytes that came out in a direction; they must lie side by side.
  [[nodiscard]] std::string text(Direction direction) const {
    std::string all;
    for (const RecordingSink::Item& item : inner.items) {
      if (item.direction != direction || !item.is_data) continue;
      EXPECT_EQ(item.offset, all.size());
      all += item.text;
    }
    return all;
  }

  LayerStack stack;
  std::optional<Decision> decision;
  RecordingSink inner;

 private:
  StreamSink* decide(const Decision& told, bool takes_all) {
    EXPECT_FALSE(decision.has_value()) << "decided twice";
    decision = told;
    const bool is_rtmp = protocol() == Protocol::rtmp || protocol() == Protocol::rtmpe;
    sink_ = takes_all || is_rtmp ? &inner : nullptr;
    return sink_;
  }

  RecordingSink* sink_ = nullptr;
  StreamScript script_;
};

const RecordedHandshake& recorded() {
  static const RecordedHandshake handshake("ffmpeg_crtmpserver");
  return handshake;
}

std::string text_of(const std::vector<std::uint8_t>& bytes) {
  return std::string(as_text(bytes));
}

/// What the client sends, behind `header`, and what the server answers.
struct Exchange {
  explicit Exchange(std::string_view header)
      : client(concat(header, recorded().to_server)), header_size(header.size()) {}
  std::vector<std::uint8_t> client;
  std::size_t header_size;
  [[nodiscard]] Bytes opening() const { return Bytes(client).first(header_size + 1537); }
  [[nodiscard]] Bytes rest() const { return Bytes(client).subspan(header_size + 1537); }
};

struct HeaderCase {
  std::string header;
  std::string client;  ///< as the header tells it
};

std::vector<HeaderCase> header_cases() {
  const std::string first(proxy_version_1);
  const std::string second(proxy_version_2);
  return {{"", ""},
          {first, "192.0.2.1:50000"},
          {second, "198.51.100.7:50001"},
          {first + second, "198.51.100.7:50001"},
          {second + first, "192.0.2.1:50000"},
          {first + "PROXY UNKNOWN\r\n", "192.0.2.1:50000"},
          {second + std::string("\xF3\0\4\x0A\0\0\1", 7) + first, "192.0.2.1:50000"}};
}

TEST(LayerStack, HeadersInFrontOfRtmpAreLayers) {
  for (const HeaderCase& header_case : header_cases()) {
    const Exchange exchange(header_case.header);
    cut_every_way(
        exchange.opening(),
        [&](const std::vector<Bytes>& pieces) {
          Dialogue dialogue(any_port);
          for (const Bytes piece : pieces) dialogue.data(up, piece);
          EXPECT_EQ(dialogue.inner.items, Items{});
          dialogue.data(down, recorded().to_client);
          dialogue.data(up, exchange.rest());
          ASSERT_EQ(dialogue.protocol(), Protocol::rtmp);
          EXPECT_EQ(dialogue.text(up), text_of(recorded().to_server));
          EXPECT_EQ(dialogue.text(down), text_of(recorded().to_client));
          const carrier::LayerContext& context = dialogue.decision->context;
          std::size_t length = 0;
          for (const ProxyHeader& header : context.proxy_headers) length += header.length;
          EXPECT_EQ(length, header_case.header.size());
          std::string named;
          for (const ProxyHeader& header : context.proxy_headers) {
            if (header.client) named = header.client->to_string();
          }
          EXPECT_EQ(named, header_case.client);
        },
        0, 5);
  }
}

TEST(LayerStack, HeadersAreFoundWhereverTheyAreCut) {
  const std::string header = std::string(proxy_version_1) + std::string(proxy_version_2);
  const Exchange exchange(header);
  for (std::size_t first = 1; first < header.size() + 3; ++first) {
    for (std::size_t second = first + 1; second < header.size() + 4; ++second) {
      Dialogue dialogue(any_port);
      dialogue.data(up, exchange.opening().first(first));
      dialogue.data(up, exchange.opening().subspan(first, second - first));
      dialogue.data(up, exchange.opening().subspan(second));
      dialogue.data(down, recorded().to_client);
      dialogue.data(up, exchange.rest());
      ASSERT_EQ(dialogue.text(up), text_of(recorded().to_server)) << first << ' ' << second;
    }
  }
}

TEST(LayerStack, OffsetsOfAllLayersAreMapped) {
  const std::string header = std::string(proxy_version_1) + std::string(proxy_version_2);
  const Exchange exchange(header);
  Dialogue dialogue(any_port);
  dialogue.data(up, exchange.opening());
  dialogue.data(down, recorded().to_client);
  for (const std::uint64_t inner : {0U, 7U, 5000U}) {
    EXPECT_EQ(dialogue.stack.outer_offset(up, inner), inner + header.size());
    EXPECT_EQ(dialogue.stack.inner_offset(up, inner + header.size()), inner);
    EXPECT_EQ(dialogue.stack.outer_offset(down, inner), inner);
  }
  EXPECT_EQ(dialogue.stack.inner_offset(up, header.size() - 1), 0U);
  dialogue.data(up, exchange.rest());
  dialogue.gap(up, 9);
  dialogue.end(up);
  const std::uint64_t size = recorded().to_server.size();
  ASSERT_GE(dialogue.inner.items.size(), 2U);
  EXPECT_EQ(dialogue.inner.items[dialogue.inner.items.size() - 2], (RecordingSink::Item{up, size, "gap 9"}));
  EXPECT_EQ(dialogue.inner.items.back(), (RecordingSink::Item{up, size + 9, "end"}));
}

TEST(LayerStack, AGapInsideTheSecondHeader) {
  const std::string first(proxy_version_1);
  Dialogue dialogue(any_port);
  dialogue.data(up, first);
  dialogue.data(up, proxy_version_2.substr(0, 18));
  dialogue.gap(up, 10);
  dialogue.data(up, Exchange("").opening());
  dialogue.data(down, recorded().to_client);
  ASSERT_EQ(dialogue.protocol(), Protocol::rtmp);
  EXPECT_EQ(dialogue.text(up), text_of(recorded().to_server).substr(0, 1537));
  const auto& headers = dialogue.decision->context.proxy_headers;
  ASSERT_EQ(headers.size(), 2U);
  EXPECT_EQ(headers[0].protocol, ProxyProtocol::version_1);
  EXPECT_EQ(headers[0].client->to_string(), "192.0.2.1:50000");
  EXPECT_EQ(headers[1].protocol, ProxyProtocol::version_2);
}

/// A stream of nothing but headers is not followed without end.
TEST(LayerStack, LayersAreBounded) {
  Dialogue dialogue(any_port);
  for (int i = 0; i < 100; ++i) dialogue.data(up, proxy_version_1);
  EXPECT_EQ(dialogue.protocol(), Protocol::other);
  EXPECT_EQ(dialogue.decision->context.proxy_headers.size(), carrier::most_layers);
  EXPECT_FALSE(dialogue.stack.wants_data());
}

TEST(LayerStack, NothingComesOutOfWhatNobodyWants) {
  Dialogue dialogue(any_port);
  dialogue.data(up, "SSH-2.0-x\r\n");
  EXPECT_EQ(dialogue.protocol(), Protocol::other);
  EXPECT_FALSE(dialogue.stack.wants_data());
  dialogue.data(up, recorded().to_server);
  dialogue.gap(down, 5);
  dialogue.end(down);
  dialogue.stack.finish();
  EXPECT_EQ(dialogue.inner.items, Items{});
}

/// What begins like a header and is none reaches the sink from its first byte on, and no layer stays.
TEST(LayerStack, AHeaderThatIsNoneLeavesNoTrace) {
  const std::string request = "POST /open/1 HTTP/1.1\r\nHost: example\r\n\r\n";
  for (const std::string& stream : {request, std::string(proxy_version_1) + request}) {
    const std::size_t header = stream.starts_with(proxy_version_1) ? proxy_version_1.size() : 0;
    cut_every_way(as_bytes(stream), [&](const std::vector<Bytes>& pieces) {
      Dialogue dialogue(any_port, true);
      for (const Bytes piece : pieces) dialogue.data(up, piece);
      dialogue.data(up, "more");
      dialogue.data(down, "answer");
      dialogue.end(up);
      EXPECT_EQ(dialogue.text(up), stream.substr(header) + "more");
      EXPECT_EQ(dialogue.text(down), "answer");
      EXPECT_EQ(dialogue.stack.outer_offset(up, 0), header);
    });
  }
}

TEST(LayerStack, WhatTheServerSendsFirstComesOutFirst) {
  const Exchange exchange(proxy_version_1);
  Dialogue dialogue(any_port);
  dialogue.data(down, Bytes(recorded().to_client).first(1));
  dialogue.data(up, exchange.client);
  dialogue.data(down, Bytes(recorded().to_client).subspan(1));
  ASSERT_EQ(dialogue.protocol(), Protocol::rtmp);
  EXPECT_EQ(dialogue.inner.items.front().direction, down);
  EXPECT_EQ(dialogue.text(up), text_of(recorded().to_server));
  EXPECT_EQ(dialogue.text(down), text_of(recorded().to_client));
}

TEST(LayerStack, TheEndDecides) {
  for (const std::string_view header : {std::string_view(), proxy_version_2}) {
    const Exchange exchange(header);
    for (const bool by_end : {true, false}) {
      Dialogue dialogue(any_port);
      dialogue.data(up, exchange.opening());
      EXPECT_FALSE(dialogue.stack.is_decided());
      if (by_end) dialogue.end(up);
      dialogue.stack.finish();
      EXPECT_EQ(dialogue.protocol(), Protocol::rtmp);
      Items expected{{up, 0, text_of(recorded().to_server).substr(0, 1537), true}};
      if (by_end) expected.push_back({up, 1537, "end"});
      EXPECT_EQ(dialogue.inner.items, expected);
    }
  }
}

TEST(LayerStack, AHeaderWithoutContentIsNoRtmp) {
  for (const std::size_t size : {std::size_t{1}, std::size_t{20}, proxy_version_2.size()}) {
    Dialogue dialogue(any_port);
    dialogue.data(up, proxy_version_2.substr(0, size));
    dialogue.end(up);
    EXPECT_EQ(dialogue.protocol(), Protocol::other);
  }
}

/// Without a SYN TCP can take the server for the client.
TEST(LayerStack, RolesAreTheContents) {
  Dialogue dialogue({.known_port = false, .syn_seen = false});
  dialogue.data(down, Exchange("").opening());
  dialogue.data(up, Bytes(recorded().to_client).first(3073));
  ASSERT_EQ(dialogue.protocol(), Protocol::rtmp);
  EXPECT_TRUE(dialogue.decision->detection.swapped);
  EXPECT_EQ(dialogue.stack.inner_direction(down), up);
  dialogue.data(down, Exchange("").rest());
  dialogue.data(up, Bytes(recorded().to_client).subspan(3073));
  EXPECT_EQ(dialogue.text(up), text_of(recorded().to_server));
  EXPECT_EQ(dialogue.text(down), text_of(recorded().to_client));
}

TEST(LayerStack, ThePolicySaysWhetherTheServerIsWaitedFor) {
  for (const std::string_view header : {std::string_view(), proxy_version_1}) {
    const Exchange exchange(header);
    for (const ProtocolDetector::Hints hints : {any_port, own_port}) {
      Dialogue waits(hints);
      waits.data(up, exchange.opening());
      EXPECT_FALSE(waits.stack.is_decided());
      Dialogue decides(early(hints));
      decides.data(up, exchange.opening());
      EXPECT_EQ(decides.protocol(), Protocol::rtmp);
      EXPECT_FALSE(decides.decision->has_held_bytes);
      EXPECT_EQ(decides.text(up), text_of(recorded().to_server).substr(0, 1537));
    }
  }
}

/// A capture that begins behind C1: what the client sends then looks like the beginning of a handshake to
/// whoever does not wait.
TEST(LayerStack, EarlyDecisionsAreForConnectionsWithASynOnly) {
  Dialogue dialogue(early(own_port_no_syn));
  dialogue.data(down, Bytes(recorded().to_client).first(3073));
  EXPECT_FALSE(dialogue.stack.is_decided());
  dialogue.data(up, Exchange("").rest());
  ASSERT_EQ(dialogue.protocol(), Protocol::rtmp);
  EXPECT_TRUE(dialogue.decision->detection.start_lost[index_of(up)]);
  EXPECT_TRUE(dialogue.decision->has_held_bytes);
}

TEST(LayerStack, AStreamThatBeganBeforeTheCaptureIsTakenFromItsFirstByte) {
  Dialogue dialogue(own_port_no_syn);
  StreamScript script;
  dialogue.on_gap(up, {0, std::nullopt, GapCause::start_not_captured, {1, 0}});
  script.data(dialogue, up, as_bytes("\x04\x01\x02\x03 a chunk of some message"));
  EXPECT_EQ(dialogue.protocol(), Protocol::rtmp);
  EXPECT_TRUE(dialogue.decision->detection.midstream);
}

}  // namespace
}  // namespace rtmpscope::test
