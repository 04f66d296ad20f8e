// Joins the spans of all shards into text: blocks of connections in the order that the user wants, before
// them a table if there are many, behind them one line about the capture.
#pragma once

#include <vector>

#include "output/observer.hpp"
#include "output/spool.hpp"
#include "output/text/block_order.hpp"
#include "output/text/overview.hpp"

namespace rtmpscope::output {

/// With BlockOrder::end everything is passed on as it comes. In all other orders the text waits in a Spool
/// for the capture's end. Should the spool fail, what it holds is shown in the order of the connections'
/// beginnings, and the rest as it comes.
class TextAssembler final : public Assembler {
 public:
  /// More connections than that get a table.
  static constexpr std::size_t most_without_table = 4;

  /// `with_table`: whether many connections get one.
  TextAssembler(BlockOrder order, const Style& style, bool with_table = true,
                std::size_t memory_limit = Spool::default_memory_limit)
      : order_(order), style_(style), with_table_(with_table), spool_(memory_limit) {}

  void begin(Buffer& /*to*/) override {}
  void add(const Output& from, const OutputSpan& span, std::uint32_t number, Buffer& to) override;
  [[nodiscard]] bool end(Buffer& to) override;

 private:
  struct Part {
    std::uint32_t number;
    SpoolPlace place;
  };
  struct Row {
    std::uint32_t number;
    OverviewFigures figures;
    SpoolPlace place;
  };

  void add_verdict(std::string_view lines, std::uint32_t number, Buffer& to);
  void add_row(std::string_view packed_row, std::uint32_t number);
  void give_up_order(Buffer& to);
  void append_part(const Part& part, Buffer& to) const;
  void sort();
  void append_table(Buffer& to);
  void append_block(std::uint32_t number, Buffer& to) const;
  /// Blocks until `to` has enough for one write. False: that was the last.
  bool append_blocks(Buffer& to);
  void append_last_line(Buffer& to) const;

  BlockOrder order_;
  Style style_;
  bool with_table_;
  Spool spool_;
  std::vector<Part> parts_;     ///< of blocks, in the order in which they came, later by connection
  std::vector<Part> verdicts_;  ///< lines of verdicts, by connection once sorted
  std::vector<Part> health_;    ///< likewise; not where blocks are put out as they come
  std::vector<Row> rows_;
  std::size_t next_row_ = 0;
  bool sorted_ = false;
  Buffer capture_verdict_;
  Buffer last_line_;
  std::uint64_t connections_in_capture_ = 0;
  // What is shown, RTMP alone:
  std::uint64_t connections_ = 0;
  std::uint64_t packets_ = 0;
  std::uint64_t bytes_ = 0;
};

}  // namespace rtmpscope::output
