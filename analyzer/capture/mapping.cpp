#include "capture/mapping.hpp"

#include <array>
#include <atomic>
#include <csignal>

#include <sys/mman.h>
#include <unistd.h>

namespace rtmpscope::capture {

/// Addresses. A mapping's own thread writes them, but for `lost`.
struct Mapping::Guard {
  std::atomic<bool> taken{false};
  std::atomic<std::uintptr_t> begin{0};  ///< 0: not in use
  std::atomic<std::uintptr_t> end{0};
  std::atomic<std::uintptr_t> lost{0};
};

namespace {

static_assert(std::atomic<std::uintptr_t>::is_always_lock_free, "a signal handler uses it");

/// One or two for each file that is being read, and more while packets of earlier ones are still looked at. Who gets none
/// reads.
std::array<Mapping::Guard, 256> guards;

struct sigaction earlier_action {};
std::uintptr_t page_size = 0;

/// Runs on the thread that has looked at what cannot be read.
void on_bus_error(int signal, siginfo_t* information, void* context) {
  const auto address = reinterpret_cast<std::uintptr_t>(information->si_addr);
  for (Mapping::Guard& guard : guards) {
    const std::uintptr_t begin = guard.begin.load(std::memory_order_acquire);
    const std::uintptr_t end = guard.end.load(std::memory_order_relaxed);
    if (begin == 0 || address < begin || address >= end) continue;
    const std::uintptr_t from = address & ~(page_size - 1);
    void* const zeros = mmap(reinterpret_cast<void*>(from), end - from, PROT_READ,
                             MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | MAP_NORESERVE, -1, 0);
    if (zeros == MAP_FAILED) break;
    std::uintptr_t lost = guard.lost.load();
    while (from < lost && !guard.lost.compare_exchange_weak(lost, from)) {
    }
    return;
  }
  // Not about a mapping of ours: as if there were no handler, the next time that it happens, which is at once.
  if ((earlier_action.sa_flags & SA_SIGINFO) != 0 && earlier_action.sa_sigaction != nullptr) {
    earlier_action.sa_sigaction(signal, information, context);
  } else {
    sigaction(signal, &earlier_action, nullptr);
  }
}

void handle_bus_errors() {
  [[maybe_unused]] static const bool once = [] {
    page_size = static_cast<std::uintptr_t>(sysconf(_SC_PAGESIZE));
    struct sigaction action {};
    action.sa_sigaction = on_bus_error;
    action.sa_flags = SA_SIGINFO | SA_NODEFER;
    sigemptyset(&action.sa_mask);
    return sigaction(SIGBUS, &action, &earlier_action) == 0;
  }();
}

}  // namespace

std::shared_ptr<const Mapping> Mapping::of(int descriptor, std::uint64_t offset, std::size_t size) {
  handle_bus_errors();
  for (Guard& guard : guards) {
    if (guard.taken.exchange(true)) continue;
    void* const address = mmap(nullptr, size, PROT_READ, MAP_SHARED, descriptor, static_cast<off_t>(offset));
    if (address == MAP_FAILED) {
      guard.taken = false;
      return nullptr;
    }
    const auto* begin = static_cast<const std::uint8_t*>(address);
    guard.end = guard.lost = reinterpret_cast<std::uintptr_t>(begin + size);
    guard.begin.store(reinterpret_cast<std::uintptr_t>(begin), std::memory_order_release);
    return std::shared_ptr<const Mapping>(new Mapping(begin, size, offset, guard));
  }
  return nullptr;
}

Mapping::~Mapping() {
  guard_.begin = 0;
  munmap(const_cast<std::uint8_t*>(begin_), static_cast<std::size_t>(end_ - begin_));
  guard_.taken = false;
}

const std::uint8_t* Mapping::lost() const { return begin_ + (guard_.lost.load() - reinterpret_cast<std::uintptr_t>(begin_)); }

}  // namespace rtmpscope::capture
