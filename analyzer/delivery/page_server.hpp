// One page over HTTP, for a reader that asks from time to time.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "base/error.hpp"

namespace rtmpscope::delivery {

/// Answers `GET /metrics` with a page, and all else with an error. A connection is for one request. It knows
/// no encryption, and no users: what it says is for everybody who reaches the address.
class PageServer {
 public:
  using MakePage = std::function<std::string()>;

  /// Connections at a time; more wait in the kernel.
  static constexpr std::size_t most_clients = 16;
  static constexpr std::size_t longest_request = 8192;
  /// For a whole request and its answer.
  static constexpr auto patience = std::chrono::seconds(5);

  /// Listens on `address`, HOST:PORT ([::1]:PORT), from now on. Errors: usage, open_input.
  [[nodiscard]] static Expected<std::unique_ptr<PageServer>> open(const std::string& address);
  PageServer(const PageServer&) = delete;
  PageServer& operator=(const PageServer&) = delete;
  ~PageServer();

  /// Begins to answer. The thread is confined as the caller is. `make_page` is called on it.
  void start(MakePage make_page);

 private:
  struct Client {
    int descriptor = -1;
    std::string request;
    std::string answer;  ///< what is left of it; empty: the request is not complete
    std::chrono::steady_clock::time_point deadline;
  };

  explicit PageServer(int listener) : listener_(listener) {}
  void run();
  void accept();
  /// False: it is done with.
  bool serve(Client& client);
  [[nodiscard]] std::string answer_to(const std::string& request) const;

  int listener_;
  MakePage make_page_;
  std::atomic<bool> stop_ = false;
  std::vector<Client> clients_;
  std::optional<std::thread> thread_;
};

}  // namespace rtmpscope::delivery
