#include <fmt/format.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <system_error>

#include "output/redaction.hpp"

namespace rtmpscope::output {
namespace {

struct FileCloser {
  void operator()(std::FILE* file) const { (void)std::fclose(file); }
};

/// All of the file but the line end that editors put behind it.
Expected<std::string> read_key(const std::string& path) {
  errno = 0;
  const std::unique_ptr<std::FILE, FileCloser> file(std::fopen(path.c_str(), "rb"));
  std::string key;
  std::array<char, 4096> piece{};
  while (file != nullptr) {
    const std::size_t size = std::fread(piece.data(), 1, piece.size(), file.get());
    if (size == 0) break;
    key.append(piece.data(), size);
  }
  if (file == nullptr || std::ferror(file.get()) != 0) {
    const std::string reason = std::generic_category().message(errno == 0 ? EIO : errno);
    return tl::unexpected(Error{ErrorKind::open_input, fmt::format("{}: {}", path, reason)});
  }
  if (key.ends_with('\n')) key.pop_back();
  if (key.ends_with('\r')) key.pop_back();
  if (key.empty()) {
    return tl::unexpected(Error{ErrorKind::open_input, fmt::format("{}: the key is empty", path)});
  }
  return key;
}

}  // namespace

Expected<RedactionPointer> make_redaction(const RedactionOptions& options) {
  if (!options.wanted()) return RedactionPointer();
  if (options.key_file.empty()) {
    std::array<std::uint8_t, 32> key{};
    if (!fill_randomly(key))
      return tl::unexpected(Error{ErrorKind::open_input, "no random key could be made"});
    return std::make_shared<const Redaction>(key, options.addresses);
  }
  const Expected<std::string> key = read_key(options.key_file);
  if (!key) return tl::unexpected(key.error());
  return std::make_shared<const Redaction>(as_bytes(*key), options.addresses);
}

}  // namespace rtmpscope::output
