#include "pipeline/shard_group.hpp"

#include <gtest/gtest.h>

#include "output/factory/renderer_factory.hpp"

namespace rtmpscope::test {
namespace {

using pipeline::shard_count;

pipeline::ShardOptions on_port_1935() {
  return {.session = {}, .rtmp_ports = {1935}};
}

/// The windows of a sample, processed by groups of so many shards each.
struct Processed {
  std::string text;  ///< of all windows, shard by shard
  pipeline::ConnectionCounts counts;
  std::uint64_t thread_changes = 0;
};

Processed process(const std::string& name, std::size_t shards_a_group, std::size_t window_size = 50) {
  auto source = capture::open_file(std::string(RTMPSCOPE_SAMPLES) + "/" + name);
  EXPECT_TRUE(source) << name;
  output::RendererOptions shown;
  shown.format = output::OutputFormat::ndjson;
  const output::RendererFactory factory(shown);
  std::vector<std::unique_ptr<pipeline::ShardGroup>> groups;
  for (std::size_t first = 0; first < shard_count; first += shards_a_group) {
    groups.push_back(
        std::make_unique<pipeline::ShardGroup>(first, first + shards_a_group, on_port_1935(), factory, 0));
  }
  pipeline::WindowReader reader(**source, window_size);
  pipeline::Window window;
  Processed result;
  do {
    reader.read(window);
    for (const auto& group : groups) group->process(window);
    for (const output::Output& output : window.outputs) {
      std::uint32_t at = 0;
      for (const output::OutputSpan& span : output.spans) {
        EXPECT_EQ(span.begin, at);
        at = span.end;
      }
      EXPECT_EQ(at, output.bytes.size());
      result.text += output.bytes.view();
    }
  } while (!window.last);
  for (const auto& group : groups) {
    group->add_counts(result.counts);
    result.thread_changes += group->thread_changes();
  }
  return result;
}

TEST(ShardGroup, WhatComesOutDoesNotDependOnTheGroups) {
  const Processed all = process("pubplay_ffmpeg_nginx.pcap", shard_count);
  EXPECT_NE(all.text.find("\"connection_open\""), std::string::npos);
  EXPECT_NE(all.text.find("\"connection_close\""), std::string::npos);
  EXPECT_EQ(process("pubplay_ffmpeg_nginx.pcap", 1).text, all.text);
  EXPECT_EQ(process("pubplay_ffmpeg_nginx.pcap", 16).text, all.text);
}

TEST(ShardGroup, TheLastWindowEndsAllConnections) {
  const std::string text = process("pub_ffmpeg_nginx_avc_aac.pcap", shard_count, 1).text;
  EXPECT_NE(text.find("\"connection_close\""), std::string::npos);
  EXPECT_EQ(text.find("\"connection_close\""), text.rfind("\"connection_close\""));
}

TEST(ShardGroup, WhatIsNoRtmpIsCounted) {
  EXPECT_EQ(process("err_plain_http_on_1935.pcap", shard_count).counts.not_rtmp, 1U);
}

TEST(ShardGroup, AChangeOfThreadIsCountedForEachShard) {
  auto source = capture::open_file(std::string(RTMPSCOPE_SAMPLES) + "/pub_ffmpeg_nginx_avc_aac.pcap");
  const output::RendererFactory factory({});
  pipeline::ShardGroup group(0, 8, on_port_1935(), factory, 0);
  pipeline::WindowReader reader(**source, 10);
  pipeline::Window window;
  reader.read(window);
  group.process(window);
  EXPECT_EQ(group.thread_changes(), 0U);
  reader.read(window);
  std::thread([&] { group.process(window); }).join();
  EXPECT_EQ(group.thread_changes(), 8U);
}

}  // namespace
}  // namespace rtmpscope::test
