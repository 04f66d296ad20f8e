// Loaded into rtmpscope by LD_PRELOAD: what somebody could do who has taken over the process. With SIGUSR2 it
// tries to get out, and writes a line for each attempt to standard error: its name, and the name of the
// errno, or "done".
//
// BREAK_OUT_FOLDER: where it tries to make a file; BREAK_OUT_SOCKET: a TCP socket that it has inherited.
#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <string>

namespace {

// Set before the constructors of objects run.
const char* folder = nullptr;
int inherited_socket = -1;
constexpr int descriptors = 64;

void report(const char* attempt, long result) {
  const int error = errno;
  const std::string line =
      std::string("attempt ") + attempt + " " + (result >= 0 ? "done" : strerrorname_np(error)) + "\n";
  if (::write(STDERR_FILENO, line.data(), line.size()) < 0) std::abort();
}

std::string inside(const char* name) {
  return std::string(folder) + name;
}

void try_files() {
  report("open", ::open("/etc/passwd", O_RDONLY));
  report("open_device", ::open("/dev/zero", O_RDONLY));
  report("list_folder", ::open("/", O_RDONLY | O_DIRECTORY));
  report("make_file", ::open(inside("/made").c_str(), O_WRONLY | O_CREAT, 0600));
  report("remove_file", ::unlink(inside("/there").c_str()));
  report("change_mode", ::chmod(inside("/there").c_str(), 0777));
  report("make_folder", ::mkdir(inside("/folder").c_str(), 0700));
}

void try_network() {
  report("tcp_socket", ::socket(AF_INET, SOCK_STREAM, 0));
  report("unix_socket", ::socket(AF_UNIX, SOCK_STREAM, 0));
  report("packet_socket", ::socket(AF_PACKET, SOCK_RAW, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(9);
  const auto* generic = reinterpret_cast<const sockaddr*>(&address);
  errno = 0;
  const int connected = ::connect(inherited_socket, generic, sizeof address);
  report("connect", errno == ECONNREFUSED ? 0 : connected);
  for (int descriptor = 3; descriptor < descriptors; ++descriptor) {
    int family = 0;
    socklen_t size = sizeof family;
    if (::getsockopt(descriptor, SOL_SOCKET, SO_DOMAIN, &family, &size) != 0 || family != AF_PACKET) continue;
    const std::array<char, 60> frame{};
    report("send_packet", ::write(descriptor, frame.data(), frame.size()));
    report("send_packet_to", ::send(descriptor, frame.data(), frame.size(), 0));
  }
}

void try_privileges() {
  report("become_root", ::setuid(0));
  report("new_namespace", ::unshare(CLONE_NEWUTS));
  report("mount", ::mount("none", folder, "tmpfs", 0, nullptr));
  ::umount(folder);
  report("trace", ::ptrace(PTRACE_SEIZE, getppid(), nullptr, nullptr));
  report("signal_others", ::kill(getppid(), 0));
  bpf_attr none{};
  report("bpf", syscall(SYS_bpf, BPF_MAP_CREATE, &none, sizeof none) < 0 && errno == EINVAL ? 0 : -1);
}

void try_programs() {
  constexpr std::size_t page = 4096;
  const void* memory = ::mmap(nullptr, page, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  report("executable_memory", memory == MAP_FAILED ? -1 : 0);
  void* writable = ::mmap(nullptr, page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  report("make_executable", ::mprotect(writable, page, PROT_READ | PROT_EXEC));
  const long child = syscall(SYS_clone, SIGCHLD, nullptr, nullptr, nullptr, nullptr);
  if (child == 0) _exit(0);
  report("fork", child);
  if (child > 0) return;
  std::array<char*, 1> nothing{nullptr};
  report("exec", ::execve("/bin/true", nothing.data(), nothing.data()));
}

void try_all(int) {
  try_files();
  try_network();
  try_privileges();
  try_programs();
  report("end", 0);
}

__attribute__((constructor)) void prepare() {
  const char* place = std::getenv("BREAK_OUT_FOLDER");
  const char* socket = std::getenv("BREAK_OUT_SOCKET");
  if (place == nullptr || socket == nullptr) return;
  folder = place;
  inherited_socket = std::atoi(socket);
  struct sigaction action {};
  action.sa_handler = try_all;
  sigaction(SIGUSR2, &action, nullptr);
}

}  // namespace
