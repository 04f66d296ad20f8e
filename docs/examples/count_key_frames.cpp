// Counts the key frames of each stream in capture files: count_key_frames CAPTURE...
#include <cstdio>
#include <map>
#include <rtmpscope/rtmpscope.hpp>
#include <string>

namespace {

class KeyFrames final : public rtmpscope::Observer {
 public:
  void on_message(const rtmpscope::Connection& connection, const rtmpscope::Message& message) override {
    const auto* video = std::get_if<rtmpscope::Video>(&message.content);
    if (video != nullptr && video->key_frame)
      ++counts_[{connection.number, std::string(message.stream_name)}];
  }

  void on_close(const rtmpscope::Connection& connection, const rtmpscope::Report& report) override {
    for (const auto& [stream, count] : counts_) {
      if (stream.first != connection.number) continue;
      std::printf("#%u %s: %u key frames\n", connection.number, stream.second.c_str(), count);
    }
    if (!report.error.empty()) std::printf("#%u error: %s\n", connection.number, report.error.c_str());
  }

 private:
  std::map<std::pair<std::uint32_t, std::string>, unsigned> counts_;
};

}  // namespace

int main(int count, char** arguments) {
  auto analyzer = rtmpscope::Analyzer::open({arguments + 1, arguments + count});
  if (!analyzer.ok()) {
    std::fprintf(stderr, "%s\n", analyzer.error().message.c_str());
    return 1;
  }
  KeyFrames key_frames;
  const auto done = analyzer.value().run(key_frames);
  if (!done.ok()) std::fprintf(stderr, "%s\n", done.error().message.c_str());
  return done.ok() ? 0 : 1;
}
