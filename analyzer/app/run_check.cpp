#include "app/run_check.hpp"

#include "app/complaints.hpp"
#include "app/failure.hpp"
#include "app/judge_options.hpp"
#include "app/output_file.hpp"
#include "app/progress_bar.hpp"
#include "keys/key_file.hpp"

namespace rtmpscope::app {
namespace {

ExitCode exit_code_of(const output::CheckOutcome& outcome, Severity fail_on) {
  const auto worst = outcome.worst();
  if (!worst || *worst < fail_on) return success;
  switch (*worst) {
    case Severity::note: return check_found_note;
    case Severity::warning: return check_found_warning;
    case Severity::error: return check_found_error;
  }
  return success;
}

}  // namespace

int run_check(const CheckCommand& command) {
  auto source = capture::open_files(command.files, command.order, {.filter = command.filter});
  if (!source) return fail(source.error());
  const auto redaction = output::make_redaction(command.redaction);
  if (!redaction) return fail(redaction.error());
  auto keys = keys::KeyFiles::open(command.key_files);
  if (!keys) return fail(keys.error());
  pipeline::EngineOptions engine = command.engine;
  engine.key_files = &*keys;
  auto judge = judge_options(command.profile, command.profile_files, command.fingerprint_files);
  if (!judge) return fail(judge.error());
  judge->keep_answers = true;
  auto report = OutputFile::open(command.output);
  if (!report) return fail(report.error());
  ProgressBar bar(command.progress && !report->is_terminal());
  output::CheckOutcome outcome;
  const output::CheckOptions options{.format = command.format,
                                     .all = command.all,
                                     .redaction = *redaction,
                                     .judge = std::move(*judge),
                                     .only_connection = command.engine.only_connection};
  const pipeline::EngineResult result = pipeline::run(
      **source, engine, output::CheckFactory(options, outcome),
      [&](std::string_view bytes) { return report->write(bytes); },
      [&](std::optional<double> share) { bar.update(share); });
  bar.clear();
  report->close();
  if (report->error()) return fail(*report->error());
  for (const std::string& note : keys->notes()) say("rtmpscope: {}\n", note);
  for (const std::string& note : (*source)->statistics().notes) say("rtmpscope: {}\n", note);
  if (result.fault) say("rtmpscope: {} (offset {})\n", result.fault->text, result.fault->offset);
  if (result.failure) {
    say("rtmpscope: {}; the output has what was found until then\n", *result.failure);
    return failed;
  }
  if (const auto complaint = complaint_about_connection(command.engine.only_connection, result))
    return fail({ErrorKind::usage, *complaint});
  // What could not be read was not checked: that comes first.
  if (result.fault) return partial_input;
  return exit_code_of(outcome, command.fail_on);
}

}  // namespace rtmpscope::app
