// The output of a live run: a queue, and behind it standard output, a file or a socket.
#pragma once

#include <memory>
#include <string>

#include "app/output.hpp"
#include "delivery/address.hpp"
#include "delivery/file_destination.hpp"
#include "delivery/output_queue.hpp"
#include "sandbox/sandbox.hpp"

namespace rtmpscope::app {

/// More files may be made in the folder of `path`. The open one belongs to the user of `rules` from now on,
/// who must be able to open it anew, or to replace it.
void allow_new_files(sandbox::Rules& rules, const std::string& path, int descriptor);

class LiveOutput final : public Output {
 public:
  [[nodiscard]] static Expected<std::unique_ptr<LiveOutput>> open(const delivery::Address& address,
                                                                  const delivery::Rotation& rotation);

  /// What it needs once nothing else may be opened. See allow_new_files for a file that it has made.
  void prepare(sandbox::Rules& rules) const;
  void request_reopen() { queue_.request_reopen(); }

  [[nodiscard]] const delivery::OutputQueue& queue() const { return queue_; }

  bool write(std::string_view bytes) override { return queue_.add(bytes); }
  /// Says how many lines were not written.
  void close() override;
  [[nodiscard]] std::optional<Error> error() const override;
  [[nodiscard]] bool is_terminal() const override;
  [[nodiscard]] std::optional<std::uint32_t> columns() const override;

 private:
  LiveOutput(delivery::Address address, std::unique_ptr<delivery::Destination> destination,
             delivery::FileDestination* file);

  delivery::Address address_;
  delivery::FileDestination* file_;  ///< the queue's destination, if that is one
  delivery::OutputQueue queue_;
};

}  // namespace rtmpscope::app
