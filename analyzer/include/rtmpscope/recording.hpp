// All messages of an analysis, for random access afterwards.
#pragma once

#include <cstddef>
#include <memory>

#include "rtmpscope/observer.hpp"

namespace rtmpscope::v1 {

/// An Observer that keeps what it is called with. Hand it to Analyzer::run or StreamAnalyzer, then ask. Of
/// media the head is kept, of other messages all that Message::body had.
class Recording final : public Observer {
 public:
  Recording();
  Recording(Recording&&) noexcept;
  Recording& operator=(Recording&&) noexcept;
  ~Recording() override;

  /// Connections so far; they are counted from 0 here.
  [[nodiscard]] std::size_t connections() const;
  [[nodiscard]] const Connection& connection(std::size_t connection) const;
  /// Null as long as the connection is open.
  [[nodiscard]] const Report* report(std::size_t connection) const;
  [[nodiscard]] std::size_t messages(std::size_t connection) const;
  /// A message of a connection, in the order in which they were completed. Its views are valid until the next
  /// call of `message`, and until the recording changes or goes. An index beyond the end throws
  /// std::out_of_range.
  [[nodiscard]] Message message(std::size_t connection, std::size_t message) const;
  [[nodiscard]] const std::vector<Finding>& findings(std::size_t connection) const;
  [[nodiscard]] const std::vector<Gap>& gaps(std::size_t connection) const;

  void on_open(const Connection& connection) override;
  void on_message(const Connection& connection, const Message& message) override;
  void on_finding(const Connection& connection, const Finding& finding) override;
  void on_gap(const Connection& connection, const Gap& gap) override;
  void on_close(const Connection& connection, const Report& report) override;

 private:
  class Implementation;
  std::unique_ptr<Implementation> implementation_;
};

}  // namespace rtmpscope::v1
