// An observer that writes down what it is called with.
#pragma once

#include <string>
#include <vector>

#include "rtmpscope/observer.hpp"

namespace rtmpscope::test {

/// A message in one line, but for the packet, which depends on how bytes were cut.
inline std::string line_of(const v1::Message& message) {
  std::string line = message.direction == v1::Direction::to_server ? "> " : "< ";
  line += std::to_string(message.type_id) + " at " + std::to_string(message.stream_offset) + " time " +
          std::to_string(message.timestamp) + " length " + std::to_string(message.length) +
          (message.complete ? "" : " incomplete");
  if (!message.stream_name.empty()) line += " of " + std::string(message.stream_name);
  if (const auto* command = std::get_if<v1::Command>(&message.content)) {
    line +=
        " " + std::string(command->name) + " " + std::string(command->argument) + std::string(command->code);
    if (command->request) line += " answers";
  }
  if (const auto* video = std::get_if<v1::Video>(&message.content)) {
    line += " " + std::string(video->codec) + (video->key_frame ? " key" : "");
  }
  if (const auto* audio = std::get_if<v1::Audio>(&message.content)) line += " " + std::string(audio->codec);
  return line;
}

class RecordedCalls final : public v1::Observer {
 public:
  std::vector<std::string> calls;
  std::vector<std::string> messages;
  std::vector<std::vector<std::uint8_t>> bodies;

  void on_open(const v1::Connection& connection) override {
    calls.push_back("open " + std::string(connection.transport) + (connection.midstream ? " midstream" : ""));
  }
  void on_message(const v1::Connection&, const v1::Message& message) override {
    calls.push_back(line_of(message));
    messages.push_back(line_of(message));
    bodies.emplace_back(message.body.begin(), message.body.end());
  }
  void on_finding(const v1::Connection&, const v1::Finding& finding) override {
    calls.push_back("finding " + std::string(finding.id));
  }
  void on_gap(const v1::Connection&, const v1::Gap& gap) override {
    calls.push_back("gap at " + std::to_string(gap.stream_offset));
  }
  void on_close(const v1::Connection&, const v1::Report& report) override {
    calls.push_back("close " + std::string(report.end));
  }
};

}  // namespace rtmpscope::test
