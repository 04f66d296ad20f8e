// A value, or the reason why there is none.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <variant>

namespace rtmpscope::v1 {

/// What kind of failure it is. Captured bytes never cause one: what is wrong with them is a Finding.
enum class ErrorKind : std::uint8_t {
  usage,       ///< an option or a capture filter is wrong
  open_input,  ///< a file or an interface cannot be opened, or a file is no capture
  read_input,  ///< reading stopped before the end: the capture is damaged or truncated there
};

/// `message` is one line for a person, without a full stop and without a newline.
struct Error {
  ErrorKind kind{};
  std::string message;
};

/// Holds a T or an Error. Ask `ok()` first: `value()` of a failure and `error()` of a success throw
/// std::bad_variant_access.
template <typename T>
class [[nodiscard]] Result {
 public:
  Result(T value) : content_(std::move(value)) {}      // NOLINT(google-explicit-constructor): `return value;`
  Result(Error error) : content_(std::move(error)) {}  // NOLINT(google-explicit-constructor): `return error;`

  [[nodiscard]] bool ok() const noexcept { return content_.index() == 0; }
  explicit operator bool() const noexcept { return ok(); }
  [[nodiscard]] T& value() & { return std::get<0>(content_); }
  [[nodiscard]] const T& value() const& { return std::get<0>(content_); }
  [[nodiscard]] T&& value() && { return std::get<0>(std::move(content_)); }
  [[nodiscard]] const Error& error() const { return std::get<1>(content_); }

 private:
  std::variant<T, Error> content_;
};

/// The result of a call that returns nothing but may fail.
struct Done {};

}  // namespace rtmpscope::v1
