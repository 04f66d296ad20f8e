// Brings the reports of all connections into order: the capture's verdict, the table of streams, the blocks.
#pragma once

#include <vector>

#include "output/observer.hpp"
#include "output/report/report_renderer.hpp"
#include "output/spool.hpp"
#include "output/text/block_order.hpp"

namespace rtmpscope::output {

/// With BlockOrder::end blocks are passed on as they come, without a table. Otherwise all waits in a Spool
/// for the capture's end; BlockOrder::findings has the worst first.
class ReportAssembler final : public Assembler {
 public:
  /// `with_table`: --summary; without it the blocks are all (--verdict).
  ReportAssembler(BlockOrder order, const Style& style, bool with_table,
                  std::size_t memory_limit = Spool::default_memory_limit)
      : order_(order), style_(style), with_table_(with_table), spool_(memory_limit) {}

  void begin(Buffer& /*to*/) override {}
  void add(const Output& from, const OutputSpan& span, std::uint32_t number, Buffer& to) override;
  [[nodiscard]] bool end(Buffer& to) override;

 private:
  struct Entry {
    std::uint32_t number = 0;
    Severity severity{};
    Timestamp start = 0;
    Timestamp duration = 0;
    std::uint64_t bytes = 0;
    SpoolPlace rows;
    SpoolPlace block;
  };

  void add_rows(const RowsAttachment& rows, std::uint32_t number);
  void sort();
  void append_table(Buffer& to) const;
  [[nodiscard]] std::vector<StreamTexts> rows_of(const Entry& entry) const;

  BlockOrder order_;
  Style style_;
  bool with_table_;
  Spool spool_;
  std::vector<Entry> entries_;
  std::size_t next_ = 0;
  bool sorted_ = false;
  Buffer capture_verdict_;
  Buffer last_line_;
  std::uint64_t connections_in_capture_ = 0;  ///< of RTMP
  // What is shown, RTMP alone:
  std::uint64_t shown_ = 0;
  std::uint64_t shown_packets_ = 0;
  std::uint64_t shown_bytes_ = 0;
};

}  // namespace rtmpscope::output
