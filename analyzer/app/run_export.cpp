#include "app/run_export.hpp"

#include "app/complaints.hpp"
#include "app/failure.hpp"
#include "app/output_file.hpp"
#include "app/progress_bar.hpp"
#include "flv/export.hpp"
#include "keys/key_file.hpp"

namespace rtmpscope::app {

int run_export(const ExportCommand& command) {
  auto source = capture::open_files(command.files, command.order, {.filter = command.filter});
  if (!source) return fail(source.error());
  const auto folder = flv::OutputFolder::open(command.folder, command.overwrite);
  if (!folder) return fail(folder.error());
  const auto redaction = output::make_redaction(command.redaction);
  if (!redaction) return fail(redaction.error());
  auto keys = keys::KeyFiles::open(command.key_files);
  if (!keys) return fail(keys.error());
  pipeline::EngineOptions engine = command.engine;
  engine.key_files = &*keys;
  flv::ExportOptions options = command.options;
  options.redaction = *redaction;
  auto report = OutputFile::open("");
  // The bar and the report would overwrite each other on one terminal.
  ProgressBar bar(command.progress && !report->is_terminal());
  flv::ExportTotals totals;
  const pipeline::EngineResult result = pipeline::run(
      **source, engine, flv::ExportFactory(options, **folder, totals),
      // Nobody may read the report: the files are wanted all the same.
      [&](std::string_view bytes) { return report->write(bytes) || !(*folder)->failed(); },
      [&](std::optional<double> share) {
        if ((*folder)->failed()) (*source)->request_stop();
        bar.update(share);
      });
  bar.clear();
  report->close();
  if ((*folder)->error()) return fail(*(*folder)->error());
  if (report->error()) return fail(*report->error());
  for (const std::string& note : keys->notes()) say("rtmpscope: {}\n", note);
  for (const std::string& note : (*source)->statistics().notes) say("rtmpscope: {}\n", note);
  if (result.fault) say("rtmpscope: {} (offset {})\n", result.fault->text, result.fault->offset);
  if (result.failure) {
    say("rtmpscope: {}; the files have what was found until then\n", *result.failure);
    return failed;
  }
  if (const auto complaint = complaint_about_connection(command.engine.only_connection, result)) {
    return fail({ErrorKind::usage, *complaint});
  }
  if (totals.files == 0) {
    say("rtmpscope: no complete audio, video or data message of a stream was found\n");
    return nothing_found;
  }
  return result.fault ? partial_input : success;
}

}  // namespace rtmpscope::app
