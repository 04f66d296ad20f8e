// Prints a line for each message of capture files, and the connections with their totals: dump_messages
// CAPTURE...
#include <cstdio>
#include <rtmpscope/rtmpscope.hpp>
#include <string>

namespace {

std::string text(std::string_view view) {
  return std::string(view);
}

const char* name(rtmpscope::Direction direction) {
  return direction == rtmpscope::Direction::to_server ? "to_server" : "to_client";
}

class Dump final : public rtmpscope::Observer {
 public:
  void on_open(const rtmpscope::Connection& connection) override {
    std::printf("open %u %s:%u %s:%u %s\n", connection.number, connection.client.address.c_str(),
                connection.client.port, connection.server.address.c_str(), connection.server.port,
                text(connection.transport).c_str());
  }
  void on_message(const rtmpscope::Connection& connection, const rtmpscope::Message& message) override {
    std::printf("message %u %llu %s %u %u %u %u %llu %d", connection.number,
                static_cast<unsigned long long>(message.packet.number), name(message.direction),
                message.type_id, message.chunk_stream_id, message.timestamp, message.length,
                static_cast<unsigned long long>(message.stream_offset), message.complete ? 1 : 0);
    if (const auto* command = std::get_if<rtmpscope::Command>(&message.content)) {
      std::printf(" %s %s", text(command->name).c_str(), text(command->code).c_str());
    }
    std::printf("\n");
  }
  void on_finding(const rtmpscope::Connection& connection, const rtmpscope::Finding& finding) override {
    std::printf("finding %u %llu %s\n", connection.number,
                static_cast<unsigned long long>(finding.packet.number), text(finding.id).c_str());
  }
  void on_gap(const rtmpscope::Connection& connection, const rtmpscope::Gap& gap) override {
    std::printf("gap %u %s %llu\n", connection.number, name(gap.direction),
                static_cast<unsigned long long>(gap.stream_offset));
  }
  void on_close(const rtmpscope::Connection& connection, const rtmpscope::Report& report) override {
    std::printf("close %u %s\n", connection.number, text(report.end).c_str());
  }
};

}  // namespace

int main(int count, char** arguments) {
  auto analyzer = rtmpscope::Analyzer::open({arguments + 1, arguments + count});
  if (!analyzer.ok()) {
    std::fprintf(stderr, "%s\n", analyzer.error().message.c_str());
    return 2;
  }
  Dump dump;
  const auto done = analyzer.value().run(dump);
  if (!done.ok()) std::fprintf(stderr, "%s\n", done.error().message.c_str());
  return done.ok() ? 0 : 1;
}
