#include "flv/export_assembler.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "flv/export_item.hpp"
#include "flv/left_out.hpp"
#include "output/text/terminal_text.hpp"

namespace rtmpscope::flv {
namespace {

/// What a player will miss.
std::string notes_of(const FileContents& contents) {
  std::string text;
  const auto note = [&text](std::string_view media, bool configured, std::uint64_t undecodable) {
    if (undecodable == 0) return;
    if (configured) {
      fmt::format_to(std::back_inserter(text), "  {} {} frame{} before the configuration\n", undecodable,
                     media, undecodable == 1 ? " comes" : "s come");
    } else {
      fmt::format_to(std::back_inserter(text),
                     "  the configuration of the {0} was not captured: players may not decode the {0}\n",
                     media);
    }
  };
  note("video", contents.has_video_configuration, contents.undecodable_video);
  note("audio", contents.has_audio_configuration, contents.undecodable_audio);
  return text;
}

}  // namespace

/// One connection.
class ExportAssembler::Source final : public FileStore {
 public:
  Source(ExportAssembler& owner, std::uint32_t number)
      : owner_(owner),
        number_(number),
        recorder_(*this, owner.options_.timestamps, owner.options_.redaction.get()) {}

  void take(const ExportItem& item) {
    if (item.kind == ExportItem::Kind::command) {
      if (item.text == "connect") app_ = as_text(item.body);
      recorder_.on_command(item.text, item.header.message_stream_id);
    } else {
      const rtmp::Message message{item.header, item.body, item.complete};
      recorder_.on_message({message, item.direction, item.text, app_, item.frame});
    }
  }

  void finish() {
    recorder_.finish();
    if (left_out_.count() == 0) return;
    report() += fmt::format("connection {}, messages without a file\n", number_);
    report() += left_out_.lines();
  }

  std::unique_ptr<ByteFile> create(const StreamKey& stream, const RecordedMessage& first) override {
    if (!is_wanted(stream.name)) return nullptr;
    if (owner_.totals_.files == most_files) {
      ++owner_.totals_.unrecorded;
      return nullptr;
    }
    std::string name = owner_.names_.name({first.app, stream.name, stream.message_stream_id, number_},
                                          owner_.options_.redaction.get());
    auto file = owner_.folder_.create(name);
    if (file == nullptr) return nullptr;
    ++owner_.totals_.files;
    files_[file.get()] = {std::move(name), stream.direction, {}};
    return file;
  }

  void on_left_out(ByteFile* file, const RecordedMessage& message) override {
    if (!is_wanted(message.stream_name)) return;
    ++owner_.totals_.left_out;
    (file == nullptr ? left_out_ : files_[file].left_out).add(message);
  }

  void on_finished(FileWriter& writer) override {
    writer.patch_duration();
    const auto file = files_.extract(&writer.file());
    const Exported& exported = file.mapped();
    const FileContents& contents = writer.contents();
    constexpr double milliseconds_per_second = 1000;
    report() += fmt::format(
        "{}: connection {} {}, {} video, {} audio, {} data, {:.3f} s, {}\n", exported.name, number_,
        exported.direction == Direction::to_server ? "published" : "played", contents.video, contents.audio,
        contents.data, contents.duration / milliseconds_per_second, output::size_text(contents.bytes));
    report() += notes_of(contents);
    report() += exported.left_out.lines();
  }

  [[nodiscard]] std::string& report() { return owner_.report_; }

 private:
  struct Exported {
    std::string name;
    Direction direction{};
    LeftOutMessages left_out;
  };

  [[nodiscard]] bool is_wanted(std::string_view stream) const {
    const auto& wanted = owner_.options_.streams;
    return wanted.empty() || std::ranges::find(wanted, stream) != wanted.end();
  }

  ExportAssembler& owner_;
  std::uint32_t number_;
  std::string app_;
  std::map<const ByteFile*, Exported> files_;
  LeftOutMessages left_out_;  ///< of streams without a file
  Recorder recorder_;
};

ExportAssembler::ExportAssembler(const ExportOptions& options, OutputFolder& folder, ExportTotals& totals)
    : options_(options), folder_(folder), totals_(totals) {}

ExportAssembler::~ExportAssembler() = default;

void ExportAssembler::add(const output::Output& from, const output::OutputSpan& span, std::uint32_t number,
                          output::Buffer& to) {
  if (span.begin == span.end) return;
  const ExportItem item = read_item(from.bytes.view(span.begin, span.end));
  auto source = sources_.find(number);
  if (item.kind == ExportItem::Kind::close) {
    if (source == sources_.end()) return;
    source->second->finish();
    sources_.erase(source);
    to.append(report_);
    report_.clear();
    return;
  }
  if (source == sources_.end()) {
    source = sources_.emplace(number, std::make_unique<Source>(*this, number)).first;
  }
  source->second->take(item);
  to.append(report_);
  report_.clear();
}

bool ExportAssembler::end(output::Buffer& to) {
  for (const auto& [number, source] : sources_) source->finish();
  sources_.clear();
  folder_.flush();
  to.append(report_);
  if (totals_.files == 0 && totals_.left_out == 0) return false;
  const std::string files =
      totals_.files == 0 ? "no file"
                         : fmt::format("{} in {}", output::count_text(totals_.files, "file"), folder_.path());
  to.append(
      fmt::format("{}, {} left out\n", files, output::count_text(totals_.left_out, "incomplete message")));
  if (totals_.unrecorded > 0) {
    to.append(fmt::format("{} beyond {} files not exported\n",
                          output::count_text(totals_.unrecorded, "stream"), most_files));
  }
  return false;
}

}  // namespace rtmpscope::flv
