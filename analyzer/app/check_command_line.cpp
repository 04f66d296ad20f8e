#include "app/check_command_line.hpp"

#include <algorithm>
#include <limits>
#include <thread>

#include "app/key_options.hpp"
#include "app/profile_options.hpp"
#include "app/redaction_options.hpp"

namespace rtmpscope::app {

CheckCommandLine::CheckCommandLine(CLI::App& app)
    : check_(app.add_subcommand(
          "check", "Hold connections against rules, specifications and a platform; for scripts")) {
  command_.engine.jobs = std::max(1U, std::thread::hardware_concurrency());
  // Measures of TCP, and connections without an answer: what the judge takes of analyze, too.
  command_.engine.shard.analysis = true;
  check_->add_option("FILE", command_.files, "Capture files")->required();
  check_->add_option("--format", format_, "text or json")
      ->check(CLI::IsMember({"text", "json"}))
      ->group("Output");
  check_
      ->add_option("--fail-on", fail_on_,
                   "Severity from which on the exit code is 10 (note), 11 (warning) or 12 (error), "
                   "by the worst one; default: warning")
      ->check(CLI::IsMember({"note", "warning", "error"}))
      ->group("Output");
  check_->add_flag("--all", command_.all, "Also what passed, is undecided or does not apply")
      ->group("Output");
  check_->add_option("-o,--output", command_.output, "Write to FILE instead of standard output")
      ->type_name("FILE")
      ->group("Output");
  add_redaction_options(*check_, command_.redaction);
  check_->add_flag("--no-progress", no_progress_, "No progress bar")->group("Output");
  add_profile_options(*check_, command_.profile, command_.profile_files);
  add_fingerprint_files_option(*check_, command_.fingerprint_files);
  add_key_option(*check_, command_.key_files);
  check_
      ->add_option("-f,--filter", command_.filter, "Only packets that this pcap-filter(7) expression accepts")
      ->type_name("FILTER")
      ->group("Selection");
  check_->add_option("--connection", command_.engine.only_connection, "Only connection number N")
      ->type_name("N")
      ->check(CLI::Range(1U, std::numeric_limits<std::uint32_t>::max()).description(""))
      ->group("Selection");
  check_->add_option("--port", command_.engine.shard.rtmp_ports, "RTMP port (default 1935)")
      ->type_name("PORT")
      ->allow_extra_args(false)
      ->group("Selection");
  check_->add_option("-j,--jobs", command_.engine.jobs, "Threads (default: one a core)")
      ->type_name("N")
      ->check(CLI::Range(1U, maximum_jobs).description(""));
  check_->add_option("--order", order_, "Several files: merged by time, or one after the other (sequence)")
      ->check(CLI::IsMember({"merged", "merge", "sequence"}));
}

CheckCommand CheckCommandLine::command() const {
  CheckCommand command = command_;
  command.format = format_ == "json" ? output::CheckFormat::json : output::CheckFormat::text;
  command.fail_on = fail_on_ == "note"    ? Severity::note
                    : fail_on_ == "error" ? Severity::error
                                          : Severity::warning;
  command.order = order_ == "sequence" ? capture::Order::one_by_one : capture::Order::merged;
  command.progress = !no_progress_;
  if (command.engine.shard.rtmp_ports.empty()) command.engine.shard.rtmp_ports = {rtmp_port};
  return command;
}

}  // namespace rtmpscope::app
