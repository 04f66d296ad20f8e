// Decodes bytes that the program has itself, here two files with what each side sent: feed_own_bytes CLIENT
// SERVER
#include <cstdio>
#include <fstream>
#include <iterator>
#include <rtmpscope/rtmpscope.hpp>
#include <vector>

namespace {

std::vector<std::uint8_t> read(const char* path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 3) return 2;
  rtmpscope::Recording recording;
  rtmpscope::StreamAnalyzer analyzer({}, recording);
  // A server would call data() each time that it has received or sent something.
  const auto client = read(arguments[1]);
  const auto server = read(arguments[2]);
  analyzer.data(rtmpscope::Direction::to_server, 0, client, {});
  analyzer.data(rtmpscope::Direction::to_client, 0, server, {});
  analyzer.close(rtmpscope::StreamEnd::closed, {});

  for (std::size_t i = 0; recording.connections() > 0 && i < recording.messages(0); ++i) {
    const rtmpscope::Message message = recording.message(0, i);
    const auto* command = std::get_if<rtmpscope::Command>(&message.content);
    if (command == nullptr) continue;
    std::printf("%s %.*s %.*s\n", message.direction == rtmpscope::Direction::to_server ? ">" : "<",
                static_cast<int>(command->name.size()), command->name.data(),
                static_cast<int>(command->code.size()), command->code.data());
  }
  return 0;
}
