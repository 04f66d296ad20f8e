#include "output/check/check_output.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "output/judgement/judgement_events.hpp"
#include "output/judgement/judging_assembler.hpp"
#include "output/judgement/judging_observer.hpp"
#include "output/renderer.hpp"
#include "output/text/terminal_text.hpp"

namespace rtmpscope::output {
namespace {

/// The rows of a connection, or one that several connections tell.
struct RowsAttachment final : Attachment {
  std::vector<CheckRow> rows;
  CheckCounts counts;
  bool is_report = false;
};

/// The events of a shard are not shown: only their judgement is. Connections get their numbers.
class SilentRenderer final : public Renderer {
 public:
  void on_event(const rtmp::Event& event) override {
    if (event.kind == EventKind::connection_open) add_open_mark(event);
  }
};

/// Takes what JudgingAssembler shows: final verdicts, and findings of several connections.
class CheckObserver final : public Observer {
 public:
  explicit CheckObserver(const CheckOptions& options) : options_(options) {}

  void on_event(const rtmp::Event& event) override {
    auto rows = std::make_shared<RowsAttachment>();
    if (const auto* const verdict = dynamic_cast<const VerdictEvent*>(&event)) {
      rows->rows = check_rows(verdict->report, options_.redaction.get(), options_.all);
      rows->counts = check_counts(verdict->report);
      rows->is_report = true;
    } else if (const auto* const finding = dynamic_cast<const JudgedFindingEvent*>(&event)) {
      rows->rows.push_back(row_of(finding->finding, options_.redaction.get()));
    } else {
      return;
    }
    attach_to(output_, std::move(rows), event.connection);
  }
  [[nodiscard]] Output& output() override { return output_; }

 private:
  CheckOptions options_;
  Output output_;
};

std::string frames_text(const std::vector<std::uint64_t>& frames) {
  std::string text;
  for (std::size_t i = 0; i < std::min<std::size_t>(frames.size(), 4); ++i)
    text += fmt::format("{}{}", i == 0 ? "" : ",", frames[i]);
  if (frames.size() > 4) text += ",...";
  return text;
}

class CheckAssembler final : public Assembler {
 public:
  CheckAssembler(CheckFormat format, CheckOutcome& outcome) : format_(format), outcome_(outcome) {}

  void begin(Buffer& /*to*/) override {}
  void add(const Output& from, const OutputSpan& span, std::uint32_t number, Buffer& /*to*/) override {
    if ((span.flags & OutputSpan::attached) == 0) return;
    auto* const rows = dynamic_cast<RowsAttachment*>(from.attachments[span.attachment].get());
    if (rows == nullptr) return;
    if (rows->is_report) ++outcome_.connections;
    outcome_.counts.passed += rows->counts.passed;
    outcome_.counts.undecided += rows->counts.undecided;
    outcome_.counts.not_applicable += rows->counts.not_applicable;
    std::vector<CheckRow>& all = rows_[number];
    for (CheckRow& row : rows->rows) {
      if (row.answer == analysis::Answer::fail && row.severity)
        ++outcome_.failed[static_cast<std::size_t>(*row.severity)];
      all.push_back(std::move(row));
    }
  }

  [[nodiscard]] bool end(Buffer& to) override {
    if (format_ == CheckFormat::json) {
      to.append(json());
    } else {
      append_text(to);
    }
    return false;
  }

 private:
  void append_text(Buffer& to) const {
    using Cells = std::array<std::string, 8>;
    std::vector<Cells> table{{"CONN", "SIDE", "CHECK", "SEVERITY", "RESULT", "VALUE", "LIMIT", "FRAMES"}};
    for (const auto& [number, rows] : rows_) {
      for (const CheckRow& row : rows) {
        table.push_back({fmt::format("{}", number), row.side, row.id,
                         row.severity ? std::string(rtmpscope::name(*row.severity)) : "",
                         std::string(name(row.answer)), row.value, row.limit, frames_text(row.frames)});
      }
    }
    std::array<std::size_t, 8> widths{};
    for (const Cells& cells : table) {
      for (std::size_t i = 0; i < cells.size(); ++i) widths[i] = std::max(widths[i], cells[i].size());
    }
    for (const Cells& cells : table) {
      std::string line;
      for (std::size_t i = 0; i < cells.size(); ++i) line += fmt::format("{:<{}}  ", cells[i], widths[i]);
      line.erase(line.find_last_not_of(' ') + 1);
      to.append(line);
      to.append("\n");
    }
    to.append(fmt::format(
        "{} connections: {} errors, {} warnings, {} notes; {} checks passed, {} undecided, "
        "{} not applicable\n",
        outcome_.connections, count(Severity::error), count(Severity::warning), count(Severity::note),
        outcome_.counts.passed, outcome_.counts.undecided, outcome_.counts.not_applicable));
  }

  [[nodiscard]] std::string json() const {
    nlohmann::ordered_json document;
    document["connections"] = outcome_.connections;
    document["errors"] = count(Severity::error);
    document["warnings"] = count(Severity::warning);
    document["notes"] = count(Severity::note);
    document["passed"] = outcome_.counts.passed;
    document["undecided"] = outcome_.counts.undecided;
    document["not_applicable"] = outcome_.counts.not_applicable;
    nlohmann::ordered_json& list = document["checks"] = nlohmann::ordered_json::array();
    for (const auto& [number, rows] : rows_) {
      for (const CheckRow& row : rows) {
        nlohmann::ordered_json object;
        object["connection"] = number;
        if (!row.side.empty()) object["side"] = row.side;
        object["check"] = row.id;
        if (!row.clause.empty()) object["clause"] = row.clause;
        if (row.severity) object["severity"] = rtmpscope::name(*row.severity);
        object["result"] = name(row.answer);
        if (!row.value.empty()) object["value"] = row.value;
        if (!row.limit.empty()) object["limit"] = row.limit;
        if (!row.text.empty()) object["text"] = row.text;
        if (!row.frames.empty()) object["frames"] = row.frames;
        list.push_back(std::move(object));
      }
    }
    // Captured texts may hold what is no UTF-8.
    return document.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
  }

  [[nodiscard]] std::uint64_t count(Severity severity) const {
    return outcome_.failed[static_cast<std::size_t>(severity)];
  }

  CheckFormat format_;
  CheckOutcome& outcome_;
  std::map<std::uint32_t, std::vector<CheckRow>> rows_;  ///< by connection
};

}  // namespace

std::optional<Severity> CheckOutcome::worst() const {
  for (const Severity severity : {Severity::error, Severity::warning, Severity::note}) {
    if (failed[static_cast<std::size_t>(severity)] != 0) return severity;
  }
  return std::nullopt;
}

std::unique_ptr<Observer> CheckFactory::make_observer(Timestamp /*start*/) const {
  return std::make_unique<JudgingObserver>(std::make_unique<SilentRenderer>(), options_.redaction, false,
                                           options_.judge);
}

std::unique_ptr<Assembler> CheckFactory::make_assembler() const {
  return std::make_unique<JudgingAssembler>(std::make_unique<CheckAssembler>(options_.format, outcome_),
                                            std::make_unique<CheckObserver>(options_), options_.redaction,
                                            options_.only_connection);
}

}  // namespace rtmpscope::output
