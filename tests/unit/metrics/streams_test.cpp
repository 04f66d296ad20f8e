#include "metrics/streams.hpp"

#include <gtest/gtest.h>

#include "metrics/prometheus/prometheus_text.hpp"

namespace rtmpscope::metrics {
namespace {

StreamNews news(std::uint32_t id, std::uint64_t bytes, bool ended = false) {
  StreamNews news;
  news.uid.fill('C');
  news.id = id;
  news.media_bytes = bytes;
  news.ended = ended;
  return news;
}

std::uint64_t bytes_of(const StreamTable& table, std::uint32_t id) {
  const auto found = table.shown.find({news(id, 0).uid, id, Use::publish});
  return found == table.shown.end() ? 0 : found->second.media_bytes;
}

TEST(StreamTable, OnlySoManyHaveAPlace) {
  StreamTable table;
  table.most = 2;
  for (std::uint32_t id = 1; id <= 4; ++id) table.add(news(id, 10 * id));
  table.add(news(1, 5));
  EXPECT_EQ(table.shown.size(), 2U);
  EXPECT_EQ(bytes_of(table, 1), 15U);
  EXPECT_EQ(bytes_of(table, 2), 20U);
  EXPECT_EQ(table.other_bytes[0], 70U);
}

TEST(StreamTable, APlaceIsLeft) {
  StreamTable table;
  table.most = 1;
  table.add(news(1, 10));
  table.add(news(2, 20));
  table.add(news(1, 1, true));
  table.add(news(2, 7));
  EXPECT_EQ(bytes_of(table, 2), 7U);
  EXPECT_EQ(table.other_bytes[0], 20U);
  table.add(news(3, 4, true));
  EXPECT_EQ(table.other_bytes[0], 24U) << "it ended before anybody saw it";
  EXPECT_EQ(table.shown.size(), 1U);
}

TEST(StreamTable, WhatIsNotNewStays) {
  StreamTable table;
  table.most = 1;
  StreamNews first = news(1, 10);
  first.name = "name";
  first.lead = -1500;
  table.add(first);
  table.add(news(1, 1));
  EXPECT_EQ(table.shown.begin()->second.name, "name");
  EXPECT_EQ(table.shown.begin()->second.lead, -1500);
}

std::string page_with_name(const std::string& name, bool names = true) {
  Board::State state;
  state.streams.most = 1;
  StreamNews one = news(7, 10);
  one.app = "live";
  one.name = name;
  state.streams.add(one);
  ProcessFigures process;
  process.stream_names = names;
  return prometheus_text(state, process);
}

TEST(PrometheusText, NamesOfPeersAreHarmless) {
  const std::string uid(18, 'C');
  const auto has = [](const std::string& text, const std::string& part) {
    return text.find(part) != text.npos;
  };
  EXPECT_TRUE(has(page_with_name("a\"b\\c\xFF\n\u202Ed"),
                  "rtmpscope_stream_info{app=\"live\",name=\"a\\\"b\\\\c\uFFFD\uFFFD\uFFFDd\",stream=\"" +
                      uid + "/7\",use=\"publish\"} 1\n"));
  EXPECT_FALSE(has(page_with_name(std::string(1000, 'x')), std::string(129, 'x')));
  EXPECT_FALSE(has(page_with_name("secret", false), "secret"));
  EXPECT_TRUE(
      has(page_with_name("secret", false), "rtmpscope_stream_media_bytes_total{stream=\"" + uid + "/7\""));
}

}  // namespace
}  // namespace rtmpscope::metrics
