#include "carrier/http_connect.hpp"

#include <gtest/gtest.h>

#include "support/bytes.hpp"
#include "support/cuts.hpp"
#include "unit/carrier/stream_script.hpp"

namespace rtmpscope::test {
namespace {

using carrier::HttpConnectEvent;
using carrier::HttpConnectLayer;
using carrier::LayerState;
using Items = std::vector<RecordingSink::Item>;

constexpr Direction up = Direction::to_server;
constexpr Direction down = Direction::to_client;
constexpr std::string_view request =
    "CONNECT media.example:1935 HTTP/1.1\r\nHost: media.example:1935\r\n\r\n";
constexpr std::string_view ok = "HTTP/1.1 200 Connection established\r\nVia: a\r\n\r\n";
constexpr std::string_view refusal =
    "HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 5\r\n\r\nsorry";

/// A layer with a sink behind it, and what it tells.
struct Harness final : carrier::LayerListener {
  Harness() { layer.set_next(inner); }
  void data(Direction direction, Bytes bytes) { script.data(layer, direction, bytes); }
  void data(Direction direction, std::string_view text) { data(direction, as_bytes(text)); }
  void gap(Direction direction, std::optional<std::uint64_t> length) { script.gap(layer, direction, length); }
  void on_layer_event(std::unique_ptr<carrier::LayerEvent> event) override {
    const auto& connect = dynamic_cast<const HttpConnectEvent&>(*event);
    told += connect.host + " " + std::to_string(connect.port.value_or(0)) + " " +
            std::to_string(connect.status.value_or(0)) + "\n";
  }
  void on_layer_finding(const carrier::LayerFinding&) override { FAIL(); }
  [[nodiscard]] carrier::LayerContext context() {
    carrier::LayerContext known;
    known.listener = this;
    known.held_bytes = &held;
    return known;
  }

  std::string told;
  std::size_t held = 0;
  RecordingSink inner;
  StreamScript script;
  HttpConnectLayer layer{context()};
};

TEST(HttpConnectLayer, TakesRequestAndAnswerOff) {
  cut_every_way(
      bytes_of(request),
      [&](const std::vector<Bytes>& asked) {
        Harness harness;
        for (const Bytes piece : asked) harness.data(up, piece);
        EXPECT_EQ(harness.layer.state(), LayerState::establishing);
        cut_every_way(
            concat(ok, std::string_view("\x03 answer")),
            [&](const std::vector<Bytes>& answered) {
              Harness inside;
              inside.data(up, request);
              for (const Bytes piece : answered) inside.data(down, piece);
              inside.data(up, "\x03 says");
              EXPECT_EQ(inside.inner.items,
                        (Items{{down, 0, "\x03 answer", true}, {up, 0, "\x03 says", true}}));
              EXPECT_EQ(inside.told, "media.example 1935 200\n");
            },
            0, 2);
        harness.data(down, ok);
        EXPECT_EQ(harness.layer.state(), LayerState::open);
        EXPECT_EQ(harness.layer.outer_offset(up, 3), request.size() + 3);
        EXPECT_EQ(harness.layer.inner_offset(down, ok.size() + 2), 2U);
        EXPECT_EQ(harness.layer.inner_offset(down, 1), 0U);
        EXPECT_EQ(harness.held, 0U);
      },
      0, 2);
}

TEST(HttpConnectLayer, WhatAClientSendsBeforeTheAnswerWaits) {
  Harness harness;
  harness.data(up, std::string(request) + "early");
  harness.gap(up, 4);
  harness.data(up, "bird");
  EXPECT_EQ(harness.inner.items, Items{});
  EXPECT_EQ(harness.held, 9U);
  harness.data(down, "HTTP/1.0 100 Continue\n\n" + std::string(ok));
  EXPECT_EQ(harness.inner.items, (Items{{up, 0, "early", true}, {up, 5, "gap 4"}, {up, 9, "bird", true}}));
  EXPECT_EQ(harness.told, "media.example 1935 200\n");
}

TEST(HttpConnectLayer, AProxyThatRefusesMayBeAskedAgain) {
  Harness harness;
  harness.data(up, request);
  harness.data(down, refusal);
  harness.data(up, request);
  harness.data(down, ok);
  harness.data(up, "x");
  EXPECT_EQ(harness.told, "media.example 1935 407\nmedia.example 1935 200\n");
  EXPECT_EQ(harness.inner.items, (Items{{up, 0, "x", true}}));
  EXPECT_EQ(harness.layer.outer_offset(up, 0), 2 * request.size());
}

TEST(HttpConnectLayer, ARefusalWithoutKnownEndClosesIt) {
  Harness harness;
  harness.data(up, request);
  harness.data(down, "HTTP/1.1 502 Bad Gateway\r\n\r\nno");
  harness.data(up, "more");
  EXPECT_EQ(harness.layer.state(), LayerState::closed);
  EXPECT_EQ(harness.told, "media.example 1935 502\n");
  EXPECT_EQ(harness.inner.items, Items{});
}

TEST(HttpConnectLayer, BehindARefusalAGapHidesWhatIsAskedNext) {
  Harness harness;
  harness.data(up, request);
  harness.gap(up, 10);
  harness.data(down, refusal);
  EXPECT_EQ(harness.layer.state(), LayerState::closed);
}

TEST(HttpConnectLayer, AnAnswerThatIsNotCapturedHasNoEnd) {
  for (const std::string_view before : {"", "HTTP/1.1 200 OK\r\n"}) {
    Harness harness;
    harness.data(up, request);
    harness.data(down, before);
    harness.gap(down, 30);
    harness.data(down, "rest");
    harness.data(up, "goes on");
    EXPECT_EQ(harness.told, before.empty() ? "media.example 1935 0\n" : "media.example 1935 200\n");
    EXPECT_EQ(harness.inner.items,
              (Items{{down, 0, "gap"}, {down, 0, "rest", true}, {up, 0, "goes on", true}}));
  }
}

TEST(HttpConnectLayer, AnythingElseIsHandedOnAsItCame) {
  for (const std::string_view other : {"CONNECTED to something", "Content", "C", "CONNECT x\r\n\r\n"}) {
    cut_every_way(bytes_of(other), [&](const std::vector<Bytes>& pieces) {
      Harness harness;
      for (const Bytes piece : pieces) harness.data(up, piece);
      harness.script.end(harness.layer, up);
      EXPECT_EQ(harness.layer.state(), LayerState::absent);
      EXPECT_EQ(harness.inner.items, (Items{{up, 0, std::string(other), true}, {up, other.size(), "end"}}));
      EXPECT_EQ(harness.told, "");
    });
  }
}

TEST(HttpConnectLayer, AGapInTheRequestMakesItAbsent) {
  Harness harness;
  harness.data(up, request.substr(0, 20));
  harness.gap(up, 10);
  harness.data(up, "rest");
  EXPECT_EQ(
      harness.inner.items,
      (Items{{up, 0, std::string(request.substr(0, 20)), true}, {up, 20, "gap 10"}, {up, 30, "rest", true}}));
}

TEST(HttpConnectLayer, AConnectionThatEndsWithoutAnAnswerIsTold) {
  Harness harness;
  harness.data(up, "CONNECT [2001:db8::1]:443 HTTP/1.1\r\n\r\n");
  harness.script.end(harness.layer, down);
  harness.script.end(harness.layer, up);
  EXPECT_EQ(harness.told, "2001:db8::1 443 0\n");
  EXPECT_EQ(harness.inner.items, (Items{{down, 0, "end"}, {up, 0, "end"}}));
}

TEST(HttpConnectLayer, KeepsNoMoreThanItsLimits) {
  const std::string endless = "CONNECT a:1 HTTP/1.1\r\nX: " + std::string(HttpConnectLayer::most_held, 'x');
  Harness harness;
  harness.data(up, endless);
  EXPECT_EQ(harness.layer.state(), LayerState::absent);
  EXPECT_EQ(harness.inner.items, (Items{{up, 0, endless, true}}));
  EXPECT_EQ(harness.held, 0U);

  Harness crowded;
  crowded.held = HttpConnectLayer::most_held_together;
  crowded.data(up, request);
  crowded.data(down, "HTTP/1.1 ");
  EXPECT_EQ(crowded.layer.state(), LayerState::closed) << "no room for the answer";
}

TEST(HttpConnectEvent, TargetsHaveHostAndPort) {
  const auto told = [](std::string_view target) {
    const HttpConnectEvent event(target, 200, {});
    return event.host + " " + (event.port ? std::to_string(*event.port) : "none");
  };
  EXPECT_EQ(told("media.example:80"), "media.example 80");
  EXPECT_EQ(told("media.example"), "media.example none");
  EXPECT_EQ(told("media.example:"), "media.example: none");
  EXPECT_EQ(told("media.example:65536"), "media.example:65536 none");
  EXPECT_EQ(told("[::1]:1935"), "::1 1935");
}

}  // namespace
}  // namespace rtmpscope::test
