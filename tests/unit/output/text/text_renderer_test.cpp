#include "output/text/text_renderer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "unit/output/fake_events.hpp"

namespace rtmpscope::output {
namespace {

using testing::HasSubstr;
using testing::Not;

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

/// The conversation of one connection, without its header.
std::vector<std::string> conversation(const std::function<void(Renderer&)>& events,
                                      const RenderOptions& options = {}) {
  const auto renderer = make_renderer(OutputFormat::text, options);
  const rtmp::ConnectionSummary summary = test::sample_summary();
  test::open(*renderer, summary);
  events(*renderer);
  test::close(*renderer, summary);
  std::vector<std::string> lines;
  for (const std::string& line : lines_of(test::take(*renderer))) {
    if (line.find(" +") < 12 || line.find(" -0.") < 12)
      lines.push_back(line.substr(line.find_first_not_of(' ')));
  }
  return lines;
}

void status(FieldSink& sink, std::string_view level, std::string_view code, std::string_view description) {
  sink.flag(FieldId::amf_null, {}, false);
  sink.begin(FieldId::amf_object, 0);
  test::property(sink, "level", level);
  test::property(sink, "code", code);
  test::property(sink, "description", description);
  sink.end(FieldId::amf_object, 0);
}

TEST(TextHeader, SaysWhatAConnectionWas) {
  const auto renderer = make_renderer(OutputFormat::summary, {});
  test::open(*renderer, test::sample_summary());
  renderer->on_event(test::video(0, true));
  test::close(*renderer, test::sample_summary());
  EXPECT_EQ(
      test::take(*renderer),
      "#101  127.0.0.1:51234 \u2192 127.0.0.1:1935  RTMP, digest handshake\n"
      "    2026-11-22 20:13:05.123 UTC  10.000 s, closed\n"
      "    client FMLE/3.0 (compatible; Lavf59.27.100)  server FMS/3,0,1,123\n"
      "    app live  rtmp://127.0.0.1:1935/live\n"
      "    publish room1?key=abc  on stream 1  NetStream.Publish.Start\n"
      "      video H.264/AVC High 3.1, 1280x720  251 messages, 10 key, 1.2 MB, 1.0 Mbit/s, 25 fps\n"
      "      audio AAC LC 44.1 kHz stereo  431 messages, 160 kB, 128 kbit/s\n"
      "    \u2192 1.5 MB in 2431 packets, 702 messages (1.5 kB in 1 segment retransmitted, 2 out of order)  "
      "\u2190 4.0 kB in 1200 packets, 10 messages\n"
      "    findings  1 warning, 2 notes\n");
}

TEST(TextHeader, AConnectionOfWhichNothingIsKnownHasAShortHeader) {
  rtmp::ConnectionSummary summary;
  summary.info.transport = rtmp::Transport::unknown;
  summary.info.start = rtmp::Start::midstream;
  const auto renderer = make_renderer(OutputFormat::summary, {.ascii = true});
  test::open(*renderer, summary);
  test::close(*renderer, summary, 1, {});
  EXPECT_EQ(test::take(*renderer),
            "#101  0.0.0.0:0 -> 0.0.0.0:0  not recognised\n"
            "    1970-01-01 00:00:00.000 UTC  0.0 ms, capture ended first, capture began in mid-stream\n"
            "    -> 0 B in 0 packets, 0 messages  <- 0 B in 0 packets, 0 messages\n");
}

TEST(TextHeader, CapturedTextsAreEscapedAndCut) {
  rtmp::ConnectionSummary summary = test::sample_summary();
  summary.client_software = std::string(5000, 'x');
  summary.streams[0].name = "a\033[2J";
  const auto renderer = make_renderer(OutputFormat::summary, {});
  test::open(*renderer, summary);
  test::close(*renderer, summary);
  const std::string text = test::take(*renderer);
  EXPECT_LT(text.size(), 1500U);
  EXPECT_THAT(text, HasSubstr("publish a\\x1B[2J  on"));
}

TEST(TextHeader, RedactedHeadersDoNotNameTheStream) {
  for (const OutputFormat format : {OutputFormat::summary, OutputFormat::text}) {
    const auto renderer = make_renderer(format, {.redaction = test::redaction()});
    test::open(*renderer, test::sample_summary());
    test::close(*renderer, test::sample_summary());
    EXPECT_THAT(test::take(*renderer), Not(HasSubstr("room1")));
  }
}

TEST(Text, CommandsShowTheirArguments) {
  EXPECT_THAT(
      conversation([](Renderer& renderer) {
        renderer.on_event(test::command("connect", 1, [](FieldSink& sink) {
          sink.begin(FieldId::amf_object, 0);
          test::property(sink, "app", "live");
          sink.key({}, as_bytes("fpad"));
          sink.flag(FieldId::amf_boolean, {}, false);
          sink.key({}, as_bytes("list"));
          sink.begin(FieldId::amf_strict_array, 0);
          sink.real(FieldId::amf_number, {}, 1);
          sink.flag(FieldId::amf_null, {}, false);
          sink.end(FieldId::amf_strict_array, 0);
          sink.end(FieldId::amf_object, 0);
        }));
        renderer.on_event(test::command("publish", 5, [](FieldSink& sink) {
                            sink.flag(FieldId::amf_null, {}, false);
                            test::text(sink, FieldId::amf_string, "room1");
                            test::text(sink, FieldId::amf_string, "live");
                          }).at(test::start_time + 43'000'000));
      }),
      testing::ElementsAre("+0.000  \u2192  connect(1)  {app: \"live\", fpad: false, list: [1, null]}",
                           "+0.043  \u2192  publish(5)  \"room1\"  \"live\""));
}

TEST(Text, ResponsesShowTheirStatus) {
  const auto lines = conversation([](Renderer& renderer) {
    renderer.on_event(test::command("onStatus", 0, [](FieldSink& sink) {
                        status(sink, "status", "NetStream.Publish.Start", "Start publishing");
                      }).to(Direction::to_client));
  });
  EXPECT_THAT(lines, testing::ElementsAre(
                         "+0.000  \u2190  onStatus(0)  NetStream.Publish.Start  \"Start publishing\""));
}

TEST(Text, ErrorsStandOutOnATerminal) {
  const auto renderer = make_renderer(OutputFormat::text, {.colour = true});
  test::open(*renderer, test::sample_summary());
  renderer->on_event(test::command(
      "_error", 1, [](FieldSink& sink) { status(sink, "error", "NetConnection.Connect.Rejected", "no"); }));
  test::close(*renderer, test::sample_summary());
  EXPECT_THAT(test::take(*renderer),
              HasSubstr("\033[31m_error(1)  NetConnection.Connect.Rejected  \"no\"\033[0m"));
}

TEST(Text, ControlMessagesReadAsPeopleCallThem) {
  EXPECT_THAT(conversation([](Renderer& renderer) {
                renderer.on_event(test::FakeMessage(6, 5, 0, {}, [](FieldSink& sink) {
                  sink.begin(FieldId::control, 0);
                  sink.number(FieldId::control_window_size, {0, 4}, 5000000);
                  sink.number(FieldId::control_limit_type, {4, 1}, 2);
                  sink.end(FieldId::control, 5);
                }));
                renderer.on_event(test::FakeMessage(4, 10, 0, {}, [](FieldSink& sink) {
                  sink.begin(FieldId::user_control, 0);
                  sink.number(FieldId::user_control_event_type, {0, 2}, 3);
                  sink.number(FieldId::user_control_stream_id, {2, 4}, 1);
                  sink.number(FieldId::user_control_buffer_length, {6, 4}, 3000);
                  sink.end(FieldId::user_control, 10);
                }));
              }),
              testing::ElementsAre("+0.000  \u2192  Set Peer Bandwidth 5000000, Dynamic",
                                   "+0.000  \u2192  Set Buffer Length stream 1, 3000 ms"));
}

TEST(Text, MediaIsCollapsedUntilSomethingElseComes) {
  EXPECT_THAT(conversation([](Renderer& renderer) {
                for (std::uint32_t i = 0; i < 100; ++i) {
                  renderer.on_event(test::video(i * 40, i % 50 == 0));
                  renderer.on_event(test::audio(i * 20));
                }
                renderer.on_event(test::command("deleteStream", 6, [](FieldSink& sink) {
                                    sink.flag(FieldId::amf_null, {}, false);
                                    sink.real(FieldId::amf_number, {}, 1);
                                  }).at(test::start_time + 5 * test::second));
                renderer.on_event(test::video(5000, false).at(test::start_time + 6 * test::second));
              }),
              testing::ElementsAre("+0.000  \u2192  video 100 frames, 2 key, 0.000\u20133.960 s, 100 kB; "
                                   "audio 100 messages, 0.000\u20131.980 s, 20.0 kB",
                                   "+5.000  \u2192  deleteStream(6)  1",
                                   "+6.000  \u2192  video 1 frame, 0 key, 5.000\u20135.000 s, 1.0 kB"));
}

TEST(Text, TheOtherDirectionDoesNotEndARun) {
  const auto lines = conversation([](Renderer& renderer) {
    renderer.on_event(test::video(0, true));
    renderer.on_event(test::command("onStatus", 0, [](FieldSink& sink) {
                        status(sink, "status", "X", "");
                      }).to(Direction::to_client));
    renderer.on_event(test::video(40, false));
  });
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_THAT(lines[0], HasSubstr("video 2 frames"));
}

TEST(Text, ConfigurationsHaveTheirOwnLineAndRepetitionsAreCounted) {
  EXPECT_THAT(
      conversation([](Renderer& renderer) {
        renderer.on_event(test::video(0, true, 0));
        renderer.on_event(test::video(0, true));
        renderer.on_event(test::video(0, true, 0));
        renderer.on_event(test::video(40, false));
      }),
      testing::ElementsAre(
          "+0.000  \u2192  video  H.264/AVC  Sequence start  High 3.1, 1280x720",
          "+0.000  \u2192  video 2 frames, 1 key, 0.000\u20130.040 s, 2.0 kB; 1 repeated configuration"));
}

TEST(Text, AcknowledgementsAreCollapsed) {
  EXPECT_THAT(
      conversation([](Renderer& renderer) {
        for (const std::uint32_t bytes : {2'500'000U, 5'000'000U}) {
          renderer.on_event(test::FakeMessage(3, 4, 0, rtmp::ControlFacts{bytes}, [=](FieldSink& sink) {
                              sink.begin(FieldId::control, 0);
                              sink.number(FieldId::control_sequence_number, {0, 4}, bytes);
                              sink.end(FieldId::control, 4);
                            }).to(Direction::to_client));
        }
      }),
      testing::ElementsAre("+0.000  \u2190  2 Acknowledgements, last 5000000"));
}

TEST(Text, HandshakePartsOfOneDirectionShareALine) {
  EXPECT_THAT(
      conversation([](Renderer& renderer) {
        for (const std::uint64_t part : {0U, 1U, 3U, 4U, 5U, 2U}) {
          renderer.on_event(test::FakeEvent(EventKind::handshake, [=](FieldSink& sink) {
                              sink.number(FieldId::handshake_part, {}, part);
                            }).to(part < 3 ? Direction::to_server : Direction::to_client));
        }
      }),
      testing::ElementsAre("+0.000  \u2192  handshake C0 C1 C2", "+0.000  \u2190  handshake S0 S1 S2"));
}

TEST(Text, GapsAndFindingsAreShownInTheirPlace) {
  EXPECT_THAT(conversation([](Renderer& renderer) {
                rtmp::GapEvent gap({.offset = 0, .length = 1460, .noticed_at = {}});
                test::stamp(gap, test::start_time);
                gap.direction = Direction::to_server;
                renderer.on_event(gap);
                rtmp::FindingEvent finding(FindingId::message_body_short);
                finding.a = 3;
                finding.b = 4;
                test::stamp(finding, test::start_time);
                finding.direction = Direction::to_server;
                renderer.on_event(finding);
              }),
              testing::ElementsAre(
                  "+0.000  \u2192  gap: 1460 bytes missing, received by the peer, but not in the capture",
                  "+0.000  \u2192  error: message body has 3 bytes, its type needs 4  [message_body_short]"));
}

TEST(Text, AChunkSizeThatNothingShowsIsCalledAssumed) {
  const auto found = [](bool exact) {
    return test::FakeEvent(EventKind::sync_found, [=](FieldSink& sink) {
      sink.number(FieldId::sync_found_skipped, {}, 300);
      sink.number(FieldId::sync_found_chunk_size, {}, 4096);
      sink.flag(FieldId::sync_found_chunk_size_exact, {}, exact);
    });
  };
  EXPECT_THAT(conversation([&](Renderer& renderer) {
                renderer.on_event(found(true));
                renderer.on_event(found(false));
              }),
              testing::ElementsAre(testing::HasSubstr(", chunk size 4096:"),
                                   testing::HasSubstr(", chunk size 4096 assumed:")));
}

TEST(Text, CapturedTextCannotDriveTheTerminal) {
  const auto lines = conversation([](Renderer& renderer) {
    renderer.on_event(test::command("evil\033[2J", 1, [](FieldSink& sink) {
      sink.begin(FieldId::amf_object, 0);
      test::property(sink, "k\n", "\033]0;title\007\xE2\x80\xAE");
      sink.end(FieldId::amf_object, 0);
    }));
  });
  EXPECT_THAT(lines,
              testing::ElementsAre("+0.000  \u2192  evil\\x1B[2J(1)  {k\\n: \"\\x1B]0;title\\x07\\u202E\"}"));
}

TEST(Text, LongLinesAreCut) {
  const auto lines = conversation(
      [](Renderer& renderer) {
        renderer.on_event(test::command("call", 1, [](FieldSink& sink) {
          for (int i = 0; i < 500; ++i) test::text(sink, FieldId::amf_string, std::string(300, 'x'));
        }));
      },
      {.width = 80});
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_LE(columns(lines[0]), 80U);
  EXPECT_THAT(lines[0], testing::EndsWith("\u2026"));
}

TEST(Text, FullLinesAreNotCut) {
  const auto lines = conversation(
      [](Renderer& renderer) {
        renderer.on_event(test::command("call", 1, [](FieldSink& sink) {
          for (int i = 0; i < 100; ++i) test::text(sink, FieldId::amf_string, std::string(300, 'x'));
        }));
      },
      {.full = true, .width = 80});
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_GT(lines[0].size(), 100U * 300U);
}

TEST(Text, LiveARunIsPrintedWhenItHasLastedEvenIfNothingFollows) {
  const auto renderer = make_renderer(OutputFormat::text, {.live = true});
  test::open(*renderer, test::sample_summary());
  renderer->on_event(test::video(0, true));
  static_cast<void>(test::take(*renderer));
  renderer->on_tick({9, test::start_time + live_run_limit});
  EXPECT_EQ(test::take(*renderer), "");
  renderer->on_tick({9, test::start_time + live_run_limit + 1});
  EXPECT_THAT(test::take(*renderer), HasSubstr("video 1 frame"));
}

TEST(Text, RedactedConversationsDoNotNameTheStream) {
  const auto lines = conversation(
      [](Renderer& renderer) {
        renderer.on_event(test::command("publish", 5, [](FieldSink& sink) {
          sink.flag(FieldId::amf_null, {}, false);
          test::text(sink, FieldId::amf_string, "room1");
        }));
      },
      {.redaction = test::redaction()});
  EXPECT_THAT(lines, testing::ElementsAre("+0.000  \u2192  publish(5)  \"" +
                                          test::redaction()->pseudonym("name", "room1") + "\""));
}

TEST(Text, AsciiOutputHasNoOtherByte) {
  const auto renderer = make_renderer(OutputFormat::text, {.ascii = true});
  test::open(*renderer, test::sample_summary());
  renderer->on_event(test::video(0, true));
  renderer->on_event(test::command("\xC3\xA4", 5, [](FieldSink&) {}));
  test::close(*renderer, test::sample_summary());
  for (const char c : test::take(*renderer)) EXPECT_LT(static_cast<unsigned char>(c), 0x80);
}

TEST(Text, AConversationBeyondTheLimitIsPrintedInParts) {
  const auto renderer = make_renderer(OutputFormat::text, {});
  test::open(*renderer, test::sample_summary());
  std::size_t largest = 0;
  const int count = 3000;
  std::string all;
  for (int i = 0; i < count; ++i) {
    renderer->on_event(test::command(
        "call", i, [](FieldSink& sink) { test::text(sink, FieldId::amf_string, "0123456789"); }));
    const std::string part = test::take(*renderer);
    largest = std::max(largest, part.size());
    all += part;
  }
  test::close(*renderer, test::sample_summary());
  all += test::take(*renderer);
  EXPECT_THAT(all, HasSubstr("#101  127.0.0.1:51234 \u2192 127.0.0.1:1935  RTMP  (continues)\n"));
  EXPECT_THAT(all, HasSubstr("#101  continued  (continues)\n"));
  EXPECT_LT(largest, 2 * pending_text_limit);
  for (int i = 0; i < count; ++i) EXPECT_THAT(all, HasSubstr("call(" + std::to_string(i) + ")"));
}

TEST(Text, AllConversationsTogetherHaveALimit) {
  const auto renderer = make_renderer(OutputFormat::text, {});
  constexpr std::uint32_t connections = 200;
  constexpr int rounds = 100;  // 20,000 lines, each counts more than 128 bytes
  const std::string argument(100, 'x');
  std::string all;
  std::size_t most_waiting = 0;
  std::size_t sent = 0;
  for (std::uint32_t i = 1; i <= connections; ++i) test::open(*renderer, test::sample_summary(), i);
  for (int round = 0; round < rounds; ++round) {
    for (std::uint32_t i = 1; i <= connections; ++i) {
      test::FakeMessage event = test::command(
          "call", round, [&](FieldSink& sink) { test::text(sink, FieldId::amf_string, argument); });
      event.connection = i;
      renderer->on_event(event);
      sent += argument.size();
      all += test::take(*renderer);
      most_waiting = std::max(most_waiting, sent - std::min(sent, all.size()));
    }
  }
  EXPECT_LT(most_waiting, all_pending_text_limit);
  EXPECT_THAT(all, HasSubstr("#101  127.0.0.1:51234 \u2192 127.0.0.1:1935  RTMP  (continues)\n"));
  for (std::uint32_t i = 1; i <= connections; ++i) test::close(*renderer, test::sample_summary(), i);
  all += test::take(*renderer);
  for (int round = 0; round < rounds; ++round) {
    const std::string call = "call(" + std::to_string(round) + ")";
    std::size_t found = 0;
    for (std::size_t at = all.find(call); at != std::string::npos; at = all.find(call, at + 1)) ++found;
    EXPECT_EQ(found, connections) << call;
  }
}

TEST(Text, ConnectionsAreToldApart) {
  const auto renderer = make_renderer(OutputFormat::text, {});
  test::open(*renderer, test::sample_summary(), 1);
  test::open(*renderer, test::sample_summary(), 2);
  for (const std::uint32_t connection : {1U, 2U}) {
    test::FakeMessage event = test::command(connection == 1 ? "first" : "second", 1, [](FieldSink&) {});
    event.connection = connection;
    renderer->on_event(event);
  }
  test::close(*renderer, test::sample_summary(), 2);
  const std::string second = test::take(*renderer);
  EXPECT_THAT(second, HasSubstr("#102  "));
  EXPECT_THAT(second, HasSubstr("second(1)"));
  EXPECT_THAT(second, Not(HasSubstr("first(1)")));
}

TEST(LiveText, LinesArePrintedAsTheyHappen) {
  const auto renderer = make_renderer(OutputFormat::text, {.live = true});
  test::open(*renderer, test::sample_summary());
  EXPECT_THAT(test::take(*renderer), testing::StartsWith("#101  127.0.0.1:51234"));
  renderer->on_event(test::command("connect", 1, [](FieldSink&) {}));
  const std::string line = test::take(*renderer);
  EXPECT_THAT(line, testing::StartsWith("#101 "));
  EXPECT_THAT(line, testing::EndsWith("+0.000  \u2192  connect(1)\n"));
}

TEST(LiveText, RunsArePrintedFromTimeToTime) {
  const auto renderer = make_renderer(OutputFormat::text, {.live = true});
  test::open(*renderer, test::sample_summary());
  test::take(*renderer);
  for (int second = 0; second < 12; ++second) {
    renderer->on_event(test::video(0, true).at(test::start_time + second * test::second));
  }
  const auto lines = lines_of(test::take(*renderer));
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_THAT(lines[0], HasSubstr("video 6 frames"));
}

TEST(Text, TheCaptureEndsWithItsTotals) {
  const auto renderer = make_renderer(OutputFormat::text, {});
  rtmp::CaptureTotals totals;
  totals.packets = 2602;
  totals.bytes = 599'530;
  totals.connections = 1;
  totals.fault = {.offset = 0, .text = "cut short"};
  const rtmp::CaptureEndEvent event(totals);
  renderer->on_event(event);
  EXPECT_THAT(test::take(*renderer),
              testing::EndsWith("1 RTMP connection, 2602 packets, 600 kB\nreading ended early: cut short\n"));
}

}  // namespace
}  // namespace rtmpscope::output
