// A file or standard output.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "app/output.hpp"

namespace rtmpscope::app {

class OutputFile final : public Output {
 public:
  /// "-" or an empty path is standard output. A file is replaced.
  [[nodiscard]] static Expected<OutputFile> open(const std::string& path);
  OutputFile(OutputFile&& other) noexcept;
  OutputFile& operator=(OutputFile&&) = delete;
  ~OutputFile() override;

  bool write(std::string_view bytes) override;
  void close() override;
  [[nodiscard]] std::optional<Error> error() const override { return error_; }
  [[nodiscard]] bool is_terminal() const override;
  [[nodiscard]] std::optional<std::uint32_t> columns() const override;

 private:
  OutputFile(int descriptor, std::string name) : descriptor_(descriptor), name_(std::move(name)) {}
  void fail(int error_number);

  int descriptor_;
  std::string name_;
  bool failed_ = false;
  std::optional<Error> error_;
};

}  // namespace rtmpscope::app
