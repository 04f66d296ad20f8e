#include "app/run_events.hpp"

#include <fmt/format.h>

#include <cstdlib>
#include <fstream>
#include <iostream>

#include "app/failure.hpp"
#include "app/judge_options.hpp"
#include "app/output_file.hpp"
#include "app/text_style.hpp"
#include "output/judgement/line_judge.hpp"

namespace rtmpscope::app {
namespace {

Error complaint(const std::string& file, std::string_view text) {
  return {ErrorKind::open_input, fmt::format("{}: {}", file, text)};
}

/// Answers the exit code; nothing of a line longer than memory bears is read.
int judge(std::istream& from, const std::string& name, output::LineJudge& judge, OutputFile& output) {
  output::Buffer text;
  std::string line;
  std::uint64_t number = 0;
  judge.begin(text);
  std::optional<Error> error;
  while (std::getline(from, line)) {
    ++number;
    if (auto read = judge.read(line, text); !read) {
      error = complaint(name, fmt::format("line {}: {}", number, read.error().message));
      break;
    }
    if (!output.write(text.view())) break;
    text.clear();
  }
  judge.finish(text);
  output.write(text.view());
  output.close();
  if (output.error()) return fail(*output.error());
  if (error && number == 1) return fail(*error);
  if (judge.unknown() != 0)
    say("rtmpscope: {}: {} events of another version were left out\n", name, judge.unknown());
  if (judge.open_connections() != 0) {
    say("rtmpscope: {}: {} connections have no end in it, and get no verdict\n", name,
        judge.open_connections());
  }
  if (!error) return success;
  say("rtmpscope: {}\n", error->message);
  return partial_input;
}

}  // namespace

int run_events(const AnalyzeCommand& command) {
  const OutputOptions& options = command.common;
  const auto redaction = output::make_redaction(options.redaction);
  if (!redaction) return fail(redaction.error());
  std::ifstream file;
  if (command.events != "-") {
    file.open(command.events);
    if (!file) return fail(complaint(command.events, "it cannot be read"));
  }
  auto output = OutputFile::open(options.output);
  if (!output) return fail(output.error());
  auto judge_with = judge_options(options.profile, options.profile_files, options.fingerprint_files);
  if (!judge_with) return fail(judge_with.error());
  output::RendererOptions renderer = options.renderer;
  renderer.judge = std::move(*judge_with);
  renderer.render.redaction = *redaction;
  if (options.colour_by_terminal)
    renderer.render.colour = output->is_terminal() && std::getenv("NO_COLOR") == nullptr;
  if (!locale_is_utf8()) renderer.render.ascii = true;
  renderer.order = output::BlockOrder::end;
  output::LineJudge line_judge = output::RendererFactory(std::move(renderer)).make_line_judge();
  return judge(command.events == "-" ? std::cin : file, command.events, line_judge, *output);
}

}  // namespace rtmpscope::app
