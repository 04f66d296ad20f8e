// Short text of a capture that is kept for as long as a connection lasts.
#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace rtmpscope::analysis {

/// As std::string, but a quarter of its size where it is empty, as most are, and bounded: what is longer than
/// 1000 bytes is cut behind a whole character.
class KeptText {
 public:
  static constexpr std::size_t longest = 1000;

  KeptText() = default;
  KeptText(std::string_view text);  // NOLINT(google-explicit-constructor)
  KeptText(const std::string& text)
      : KeptText(std::string_view(text)) {}                         // NOLINT(google-explicit-constructor)
  KeptText(const char* text) : KeptText(std::string_view(text)) {}  // NOLINT(google-explicit-constructor)
  KeptText(const KeptText& other) : KeptText(other.view()) {}
  KeptText(KeptText&&) noexcept = default;
  ~KeptText() = default;
  KeptText& operator=(const KeptText& other) {
    if (this != &other) *this = KeptText(other);
    return *this;
  }
  KeptText& operator=(KeptText&&) noexcept = default;

  [[nodiscard]] std::string_view view() const;
  operator std::string_view() const { return view(); }  // NOLINT(google-explicit-constructor)
  [[nodiscard]] std::string str() const { return std::string(view()); }
  [[nodiscard]] bool empty() const { return bytes_ == nullptr; }
  [[nodiscard]] bool starts_with(std::string_view beginning) const { return view().starts_with(beginning); }

  /// How fmt writes it: since version 10 it converts nothing by itself.
  friend std::string_view format_as(const KeptText& text) { return text.view(); }

  friend bool operator==(const KeptText& a, const KeptText& b) { return a.view() == b.view(); }
  friend bool operator==(const KeptText& a, std::string_view b) { return a.view() == b; }
  friend bool operator==(const KeptText& a, const std::string& b) { return a.view() == b; }
  friend bool operator==(const KeptText& a, const char* b) { return a.view() == b; }

 private:
  std::unique_ptr<char[]> bytes_;  ///< two for the length, then the text
};

}  // namespace rtmpscope::analysis
