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
  std::atomic<std::atomic<bool>*> any_lost{nullptr};
  std::atomic<std::uint32_t> uses{0};  ///< changes with what the guard is for
};

namespace {

static_assert(std::atomic<std::uintptr_t>::is_always_lock_free, "a signal handler uses it");
static_assert(std::atomic<bool>::is_always_lock_free);

/// Each file that is being read needs one or two; more while packets of earlier files are still in use. A
/// file that gets none is read instead of mapped.
std::array<Mapping::Guard, 256> guards;

struct sigaction earlier_action {};
std::uintptr_t page_size = 0;

/// Puts zeros from the page with `address` to the mapping's end. False if `address` is not in the guard's
/// mapping. The mapping cannot go meanwhile: the thread that reads it holds it.
bool replace_by_zeros(Mapping::Guard& guard, std::uintptr_t address) {
  const std::uint32_t uses = guard.uses.load();
  const std::uintptr_t begin = guard.begin.load();
  const std::uintptr_t end = guard.end.load();
  if (begin == 0 || address < begin || address >= end || guard.uses.load() != uses) return false;
  const std::uintptr_t from = address & ~(page_size - 1);
  void* const zeros =
      mmap(reinterpret_cast<void*>(from), end - from, PROT_READ,  // NOLINT(performance-no-int-to-ptr)
           MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | MAP_NORESERVE, -1, 0);
  if (zeros == MAP_FAILED) return false;
  std::uintptr_t lost = guard.lost.load();
  while (from < lost && !guard.lost.compare_exchange_weak(lost, from)) {
  }
  guard.any_lost.load()->store(true);
  return true;
}

/// Runs on the thread that accessed an unreadable page.
void on_bus_error(int signal, siginfo_t* information, void* context) {
  const bool by_kernel = information->si_code > 0;
  const auto address = reinterpret_cast<std::uintptr_t>(information->si_addr);
  for (Mapping::Guard& guard : guards) {
    if (by_kernel && replace_by_zeros(guard, address)) return;
  }
  // Not one of our mappings: the earlier handler gets the signal. Without one its action is restored, and the
  // fault happens again at once.
  if ((earlier_action.sa_flags & SA_SIGINFO) != 0 && earlier_action.sa_sigaction != nullptr) {
    earlier_action.sa_sigaction(signal, information, context);
  } else {
    sigaction(signal, &earlier_action, nullptr);
    if (!by_kernel) raise(signal);
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

std::shared_ptr<const Mapping> Mapping::of(int descriptor, std::uint64_t offset, std::size_t size,
                                           std::shared_ptr<std::atomic<bool>> any_lost) {
  handle_bus_errors();
  for (Guard& guard : guards) {
    if (guard.taken.exchange(true)) continue;
    void* const address = mmap(nullptr, size, PROT_READ, MAP_SHARED, descriptor, static_cast<off_t>(offset));
    if (address == MAP_FAILED) {
      guard.taken = false;
      return nullptr;
    }
    const auto* begin = static_cast<const std::uint8_t*>(address);
    ++guard.uses;
    guard.any_lost = any_lost.get();
    guard.end = guard.lost = reinterpret_cast<std::uintptr_t>(begin + size);
    guard.begin = reinterpret_cast<std::uintptr_t>(begin);
    return std::shared_ptr<const Mapping>(new Mapping(begin, size, offset, std::move(any_lost), guard));
  }
  return nullptr;
}

Mapping::~Mapping() {
  guard_.begin = 0;
  munmap(const_cast<std::uint8_t*>(begin_), static_cast<std::size_t>(end_ - begin_));
  guard_.taken = false;
}

const std::uint8_t* Mapping::lost() const {
  return begin_ + (guard_.lost.load() - reinterpret_cast<std::uintptr_t>(begin_));
}

}  // namespace rtmpscope::capture
