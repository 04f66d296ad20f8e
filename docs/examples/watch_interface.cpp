// Prints who publishes and plays on an interface until it is interrupted: watch_interface INTERFACE [FILTER]
#include <csignal>
#include <cstdio>
#include <rtmpscope/rtmpscope.hpp>
#include <string>

namespace {

rtmpscope::Analyzer* running = nullptr;

void stop(int) {
  running->stop();
}

class Watch final : public rtmpscope::Observer {
 public:
  void on_open(const rtmpscope::Connection& connection) override {
    std::printf("#%u %s connected\n", connection.number, connection.client.address.c_str());
    std::fflush(stdout);
  }

  void on_message(const rtmpscope::Connection& connection, const rtmpscope::Message& message) override {
    const auto* command = std::get_if<rtmpscope::Command>(&message.content);
    if (command == nullptr || (command->name != "publish" && command->name != "play")) return;
    std::printf("#%u %.*s %.*s\n", connection.number, static_cast<int>(command->name.size()),
                command->name.data(), static_cast<int>(command->argument.size()), command->argument.data());
    std::fflush(stdout);
  }

  void on_close(const rtmpscope::Connection& connection, const rtmpscope::Report& report) override {
    std::printf("#%u closed (%.*s)\n", connection.number, static_cast<int>(report.end.size()),
                report.end.data());
    std::fflush(stdout);
  }
};

}  // namespace

int main(int count, char** arguments) {
  rtmpscope::LiveOptions options;
  options.interface = count > 1 ? arguments[1] : "any";
  options.filter = count > 2 ? arguments[2] : "tcp";
  auto analyzer = rtmpscope::Analyzer::live(options);
  if (!analyzer.ok()) {
    std::fprintf(stderr, "%s\n", analyzer.error().message.c_str());
    return 1;
  }
  running = &analyzer.value();
  std::signal(SIGINT, stop);
  std::signal(SIGTERM, stop);
  std::printf("listening\n");
  std::fflush(stdout);
  Watch watch;
  return analyzer.value().run(watch).ok() ? 0 : 1;
}
