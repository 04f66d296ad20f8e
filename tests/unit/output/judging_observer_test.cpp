#include "output/judgement/judging_observer.hpp"

#include <gmock/gmock.h>

#include "fake_events.hpp"
#include "schema/tape.hpp"

namespace rtmpscope::output::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

/// Seconds for which verdicts say that connections have been silent, with the connections.
class Shown final : public Observer {
 public:
  void on_event(const rtmp::Event& event) override {
    if (event.kind != EventKind::verdict) return;
    Tape tape;
    event.describe(tape);
    for (const Tape::Entry& entry : tape.entries()) {
      if (entry.id == FieldId::verdict_silent)
        silent.emplace_back(event.connection, event.about, entry.number);
    }
    tapes += tape.to_string();
  }
  Output& output() override { return output_; }

  std::vector<std::tuple<std::uint32_t, const rtmp::ConnectionInfo*, std::uint64_t>> silent;
  std::string tapes;

 private:
  Output output_;
};

class Silence : public testing::Test {
 protected:
  explicit Silence(bool live = true) {
    analysis::JudgeOptions options;
    options.tell_silence = live;
    auto shown = std::make_unique<Shown>();
    shown_ = shown.get();
    observer_ = std::make_unique<JudgingObserver>(std::move(shown), redaction(), false, options);
  }
  void event(EventKind kind, std::uint32_t connection, int at) {
    FakeEvent event(kind, [](FieldSink&) {});
    event.packet = {static_cast<std::uint64_t>(at), start_time + at * second};
    event.connection = connection;
    event.about = &about_[connection];
    observer_->on_event(event);
  }
  void ticks(int from, int to) {
    for (int at = from; at < to; ++at)
      observer_->on_tick({static_cast<std::uint64_t>(at), start_time + at * second});
  }

  std::array<rtmp::ConnectionInfo, 4> about_;
  Shown* shown_;
  std::unique_ptr<JudgingObserver> observer_;
};

class SilenceInFiles : public Silence {
 protected:
  SilenceInFiles() : Silence(false) {}
};

TEST_F(Silence, IsToldAfterAMinuteAndOnce) {
  event(EventKind::connection_open, 2, 0);
  event(EventKind::connection_open, 1, 0);
  event(EventKind::connection_open, 3, 30);
  ticks(1, 60);
  EXPECT_THAT(shown_->silent, IsEmpty());
  ticks(60, 89);
  EXPECT_THAT(shown_->silent, ElementsAre(std::tuple(1, &about_[1], 60), std::tuple(2, &about_[2], 60)));
  EXPECT_THAT(shown_->tapes, HasSubstr("has not ended"));
}

TEST_F(Silence, EndsWithAnyEvent) {
  event(EventKind::connection_open, 1, 0);
  ticks(1, 70);
  event(EventKind::gap, 1, 70);
  ticks(71, 129);
  EXPECT_EQ(shown_->silent.size(), 1U);
  ticks(129, 140);
  EXPECT_EQ(shown_->silent.size(), 2U);
}

TEST_F(Silence, IsNotThatOfAConnectionThatHasEnded) {
  event(EventKind::connection_open, 1, 0);
  event(EventKind::connection_close, 1, 20);
  ticks(21, 200);
  EXPECT_THAT(shown_->silent, IsEmpty());
}

TEST_F(SilenceInFiles, IsNotTold) {
  event(EventKind::connection_open, 1, 0);
  ticks(1, 200);
  EXPECT_THAT(shown_->silent, IsEmpty());
}

}  // namespace
}  // namespace rtmpscope::output::test
