#include "carrier/tls_layer.hpp"

#include <gmock/gmock.h>

#include <fstream>
#include <iterator>

#include "keys/key_reader.hpp"
#include "stream_script.hpp"

namespace rtmpscope::carrier {
namespace {

/// A session as tests/tls/write_corpus.py writes it: its key log, and what came in which direction.
struct Session {
  std::string key_log;
  struct Piece {
    Direction direction;
    std::string bytes;
  };
  std::vector<Piece> pieces;
};

Session read_session(const std::string& name) {
  std::ifstream file(std::string(RECORDED_TLS_SESSIONS) + name, std::ios::binary);
  const std::string all{std::istreambuf_iterator<char>(file), {}};
  const auto number = [&](std::size_t at) {
    return std::size_t{static_cast<std::uint8_t>(all[at])} << 8 | static_cast<std::uint8_t>(all[at + 1]);
  };
  Session session;
  session.key_log = all.substr(3, number(1));
  for (std::size_t at = 3 + number(1); at + 3 <= all.size();) {
    const std::size_t size = number(at + 1);
    session.pieces.push_back(
        {(all[at] & 1) == 0 ? Direction::to_server : Direction::to_client, all.substr(at + 3, size)});
    at += 3 + size;
  }
  return session;
}

constexpr Timestamp capture_time = 1'700'000'000'000'000'000;  // the certificates are valid then

struct Listener final : LayerListener {
  std::vector<EventKind> events;
  std::vector<FindingId> findings;
  void on_layer_event(std::unique_ptr<LayerEvent> event) override { events.push_back(event->kind); }
  void on_layer_finding(const LayerFinding& finding) override { findings.push_back(finding.id); }
};

class TlsLayerTest : public testing::Test {
 protected:
  explicit TlsLayerTest(bool grows = false) : store_(grows) {}
  void add_keys(const std::string& text) {
    keys::KeyReader reader;
    reader.add(as_bytes(text), store_);
    reader.finish(store_);
    view_.set_version(store_.version());
  }
  TlsLayer& layer() {
    if (!layer_) {
      context_.keys = &view_;
      context_.listener = &listener_;
      layer_.emplace(context_);
      layer_->set_next(sink_);
    }
    return *layer_;
  }
  void send(Direction direction, std::string_view bytes) {
    std::uint64_t& offset = offsets_[index_of(direction)];
    layer().on_data(direction, {offset, as_bytes(bytes), {++packet_, capture_time}});
    offset += bytes.size();
  }
  void lose(Direction direction, std::uint64_t length) {
    std::uint64_t& offset = offsets_[index_of(direction)];
    layer().on_gap(direction, {offset, length, GapCause::not_captured, {++packet_, capture_time}});
    offset += length;
  }
  void end() {
    for (const Direction direction : {Direction::to_server, Direction::to_client})
      layer().on_end(direction, {offsets_[index_of(direction)], EndCause::fin, {packet_, capture_time}});
  }
  [[nodiscard]] std::string content(Direction direction) const {
    std::string text;
    for (const auto& item : sink_.items) {
      if (item.direction == direction && item.is_data) text += item.text;
    }
    return text;
  }

  keys::KeyStore store_;
  keys::KeyView view_{&store_, 0};
  LayerContext context_;
  Listener listener_;
  test::RecordingSink sink_;
  std::optional<TlsLayer> layer_;
  std::array<std::uint64_t, 2> offsets_{};
  std::uint64_t packet_ = 0;
};

class GrowingKeysTest : public TlsLayerTest {
 protected:
  GrowingKeysTest() : TlsLayerTest(true) {}
};

TEST_F(TlsLayerTest, HandsOnTheContentAndMapsItsOffsets) {
  const Session session = read_session("tls_1_3");
  add_keys(session.key_log);
  for (const auto& piece : session.pieces) send(piece.direction, piece.bytes);
  EXPECT_EQ(layer().state(), LayerState::open);
  EXPECT_EQ(content(Direction::to_server).front(), '\x03');
  EXPECT_GE(content(Direction::to_client).size(), 3073U);
  const std::uint64_t outer = layer().outer_offset(Direction::to_server, 100);
  EXPECT_EQ(layer().inner_offset(Direction::to_server, outer), 100U);
  EXPECT_LT(layer().outer_offset(Direction::to_server, 0), outer);
  end();
  EXPECT_THAT(listener_.events, testing::Contains(EventKind::tls_end));
  EXPECT_THAT(listener_.findings, testing::IsEmpty());
  LayerContext context;
  layer().add_to(context);
  EXPECT_TRUE(context.carriers.tls);
}

/// Delivers all records of a session but those with a number in [`from`, `to`) of one direction, and gives
/// what comes out of each direction.
std::array<test::RecordingSink, 2> content_without(const Session& session, Direction lost, std::size_t from,
                                                   std::size_t to) {
  struct Alone final : TlsLayerTest {
    void TestBody() override {}
    using TlsLayerTest::add_keys, TlsLayerTest::send, TlsLayerTest::lose, TlsLayerTest::end,
        TlsLayerTest::sink_;
  } test;
  test.add_keys(session.key_log);
  std::array<std::size_t, 2> number{};
  for (const auto& piece : session.pieces) {
    for (std::size_t at = 0; at < piece.bytes.size();) {
      const std::size_t body = std::size_t{static_cast<std::uint8_t>(piece.bytes[at + 3])} << 8 |
                               static_cast<std::uint8_t>(piece.bytes[at + 4]);
      const std::size_t size = std::min(body + 5, piece.bytes.size() - at);
      const std::size_t record = number[index_of(piece.direction)]++;
      if (piece.direction == lost && from <= record && record < to) {
        test.lose(lost, size);
      } else {
        test.send(piece.direction, std::string_view(piece.bytes).substr(at, size));
      }
      at += size;
    }
  }
  test.end();
  std::array<test::RecordingSink, 2> result;
  for (const auto& item : test.sink_.items) result[index_of(item.direction)].items.push_back(item);
  return result;
}

std::string joined(const test::RecordingSink& sink) {
  std::string text;
  for (const auto& item : sink.items) text += item.is_data ? item.text : "";
  return text;
}

/// Whatever records are lost, also ServerHello, ChangeCipherSpec and Finished: what comes out is content, it
/// lies in the order of the session, and all that was sent behind the opening does come out.
TEST(TlsLoss, CostsNoMoreThanTheRecordsAndInventsNothing) {
  for (const char* name : {"tls_1_3", "tls_1_2_cbc"}) {
    const Session session = read_session(name);
    const auto whole = content_without(session, Direction::to_server, 0, 0);
    for (const Direction way : {Direction::to_server, Direction::to_client}) {
      ASSERT_EQ(joined(whole[index_of(way)]).substr(0, 1), "\x03");
      for (std::size_t from = 0; from < 12; ++from) {
        for (std::size_t to = from + 1; to <= from + 3; ++to) {
          SCOPED_TRACE(testing::Message() << name << ' ' << index_of(way) << ' ' << from << ' ' << to);
          const auto damaged = content_without(session, way, from, to);
          for (const Direction each : {Direction::to_server, Direction::to_client}) {
            const std::string all = joined(whole[index_of(each)]);
            std::size_t behind = 0;
            for (const auto& item : damaged[index_of(each)].items) {
              if (!item.is_data) continue;
              const std::size_t at = all.find(item.text, behind);
              ASSERT_NE(at, std::string::npos);
              behind = at + item.text.size();
            }
          }
        }
      }
    }
  }
}

/// TLS 1.2: application data are the first that is left of a direction, behind its hello.
TEST(TlsLoss, OfChangeCipherSpecAndFinishedIsOvercome) {
  const Session session = read_session("tls_1_2_cbc");
  const auto whole = content_without(session, Direction::to_server, 0, 0);
  // ClientHello, ClientKeyExchange, ChangeCipherSpec, Finished.
  const auto damaged = content_without(session, Direction::to_server, 1, 4);
  EXPECT_EQ(joined(damaged[0]), joined(whole[0]));
  EXPECT_EQ(joined(damaged[1]), joined(whole[1]));
}

/// TLS 1.3: what the client sends waits for the hello, and can be read with any secret that fits.
TEST(TlsLoss, OfServerHelloIsOvercome) {
  const Session session = read_session("tls_1_3");
  const auto whole = content_without(session, Direction::to_server, 0, 0);
  const auto damaged = content_without(session, Direction::to_client, 0, 1);
  EXPECT_EQ(joined(damaged[0]), joined(whole[0]));
  EXPECT_EQ(joined(damaged[1]), joined(whole[1]));
}

/// A key log that is written while packets come, as in live capture.
TEST_F(GrowingKeysTest, WaitsForKeysThatComeLate) {
  const Session session = read_session("tls_1_3");
  for (std::size_t early = 0; early < session.pieces.size(); ++early) {
    SCOPED_TRACE(early);
    keys::KeyStore store(true);
    keys::KeyView view(&store, 0);
    Listener listener;
    test::RecordingSink sink;
    LayerContext context;
    context.keys = &view;
    context.listener = &listener;
    TlsLayer late(context);
    late.set_next(sink);
    std::array<std::uint64_t, 2> offsets{};
    for (std::size_t i = 0; i < session.pieces.size(); ++i) {
      if (i == early) {
        keys::KeyReader reader;
        reader.add(as_bytes(session.key_log), store);
        view.set_version(store.version());
      }
      const auto& piece = session.pieces[i];
      late.on_data(piece.direction,
                   {offsets[index_of(piece.direction)], as_bytes(piece.bytes), {i, capture_time}});
      offsets[index_of(piece.direction)] += piece.bytes.size();
    }
    std::array<std::size_t, 2> sizes{};
    for (const auto& item : sink.items) sizes[index_of(item.direction)] += item.text.size();
    EXPECT_GT(sizes[0], 3073U);
    EXPECT_GE(sizes[1], 3073U);
    EXPECT_THAT(listener.findings, testing::IsEmpty());
  }
}

/// Each byte that is none ends the reading, each record behind it begins it again.
TEST_F(TlsLayerTest, BytesThatAreNoRecordDoNotPileUpHoweverTheyAreCut) {
  const auto findings_of = [](std::size_t piece) {
    constexpr std::size_t places = 10'000;
    std::string stream;
    for (std::size_t i = 0; i < places; ++i) stream += std::string("\x16\x03\x03\0\0\xff", 6);
    struct Alone final : TlsLayerTest {
      void TestBody() override {}
      using TlsLayerTest::listener_, TlsLayerTest::send;
    } session;
    for (std::size_t at = 0; at < stream.size(); at += piece)
      session.send(Direction::to_server, std::string_view(stream).substr(at, piece));
    EXPECT_EQ(session.listener_.findings.size(), places - 1);  // nothing shows what the last byte is
    EXPECT_EQ(session.listener_.findings.front(), FindingId::tls_record_malformed);
  };
  findings_of(60'000);
  findings_of(1000);
  findings_of(7);
}

TEST_F(TlsLayerTest, IsOpaqueWithoutKeysAndSaysHowLikeRtmpsItIs) {
  const Session session = read_session("tls_1_3");
  for (const auto& piece : session.pieces) send(piece.direction, piece.bytes);
  EXPECT_EQ(layer().state(), LayerState::opaque);
  EXPECT_TRUE(sink_.items.empty());
  LayerContext context;
  layer().add_to(context);
  EXPECT_TRUE(context.carriers.is_like_rtmp);
  EXPECT_THAT(listener_.findings, testing::ElementsAre(FindingId::tls_no_keys));
}

/// Records that wait for keys, or for the other side's hello, take no more than is said.
TEST_F(GrowingKeysTest, GivesUpWaitingAtALimit) {
  const Session session = read_session("tls_1_3");
  send(session.pieces[0].direction, session.pieces[0].bytes);
  send(session.pieces[1].direction, session.pieces[1].bytes);
  const std::string record = std::string("\x17\x03\x03\x10\x00", 5) + std::string(4096, 'x');
  std::size_t sent = 0;
  while (layer().state() == LayerState::establishing && sent < (std::size_t{1} << 22)) {
    send(Direction::to_server, record);
    sent += record.size();
  }
  EXPECT_EQ(layer().state(), LayerState::opaque);
  EXPECT_LE(sent, TlsLayer::most_waiting_bytes + 40 * record.size());
}

}  // namespace
}  // namespace rtmpscope::carrier
