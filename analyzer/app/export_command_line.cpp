#include "app/export_command_line.hpp"

#include <algorithm>
#include <limits>
#include <thread>

#include "app/key_options.hpp"
#include "app/redaction_options.hpp"

namespace rtmpscope::app {

ExportCommandLine::ExportCommandLine(CLI::App& app)
    : export_(app.add_subcommand("export", "Write what a capture holds to files")) {
  command_.engine.jobs = std::max(1U, std::thread::hardware_concurrency());
  export_->require_subcommand(1);
  add_options(*export_->add_subcommand("flv", "Write an FLV file for each stream of the capture files"));
}

void ExportCommandLine::add_options(CLI::App& flv) {
  flv.add_option("FILE", command_.files, "Capture files")->required();
  flv.add_option("-o,--output", command_.folder, "Folder for the files; made if it is not there")
      ->type_name("FOLDER")
      ->required()
      ->group("Output");
  flv.add_flag("--force", command_.overwrite, "Overwrite files that are there already")->group("Output");
  flv.add_option("--timestamps", timestamps_,
                 "from-zero: since the earliest frame; as-sent: the messages' own")
      ->check(CLI::IsMember({"from-zero", "as-sent"}))
      ->group("Output");
  add_redaction_options(flv, command_.redaction);
  flv.add_flag("--no-progress", no_progress_, "No progress bar")->group("Output");

  add_key_option(flv, command_.key_files);
  flv.add_option("-f,--filter", command_.filter, "Only packets that this pcap-filter(7) expression accepts")
      ->type_name("FILTER")
      ->group("Selection");
  flv.add_option("--connection", command_.engine.only_connection, "Only connection number N")
      ->type_name("N")
      ->check(CLI::Range(1U, std::numeric_limits<std::uint32_t>::max()).description(""))
      ->group("Selection");
  flv.add_option("--stream", command_.options.streams, "Only streams of this name (several: repeat)")
      ->type_name("NAME")
      ->allow_extra_args(false)
      ->group("Selection");
  flv.add_option("--port", command_.engine.shard.rtmp_ports, "RTMP port (default 1935)")
      ->type_name("PORT")
      ->allow_extra_args(false)
      ->group("Selection");

  flv.add_option("-j,--jobs", command_.engine.jobs, "Threads (default: one a core)")
      ->type_name("N")
      ->check(CLI::Range(1U, maximum_jobs).description(""));
  flv.add_option("--order", order_, "Several files: merged by time, or one after the other (sequence)")
      ->check(CLI::IsMember({"merged", "merge", "sequence"}));
}

ExportCommand ExportCommandLine::command() const {
  ExportCommand command = command_;
  command.progress = !no_progress_;
  command.order = order_ == "sequence" ? capture::Order::one_by_one : capture::Order::merged;
  command.options.timestamps =
      timestamps_ == "as-sent" ? flv::Timestamps::as_sent : flv::Timestamps::from_zero;
  command.engine.shard.session.keep_media = true;
  if (command.engine.shard.rtmp_ports.empty()) command.engine.shard.rtmp_ports = {rtmp_port};
  return command;
}

}  // namespace rtmpscope::app
