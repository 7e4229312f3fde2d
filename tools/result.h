// SPDX-License-Identifier: GPL-2.0-only
#ifndef TOOLS_RESULT_H_
#define TOOLS_RESULT_H_

#include <string>
#include <utility>
#include <variant>

namespace gate {

/// Why something could not be done: one line that says what was wrong, where, and what to do.
struct Error {
  std::string message;
};

/// A value, or the error that stands in its place. Our interfaces return this and throw nothing.
template <typename T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}      // NOLINT: implicit
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}  // NOLINT: implicit

  bool ok() const { return state_.index() == 0; }
  explicit operator bool() const { return ok(); }

  /// The value; only where ok().
  T& operator*() { return *std::get_if<0>(&state_); }
  const T& operator*() const { return *std::get_if<0>(&state_); }
  T* operator->() { return std::get_if<0>(&state_); }
  const T* operator->() const { return std::get_if<0>(&state_); }

  /// The error line; only where !ok().
  const std::string& error() const { return std::get_if<1>(&state_)->message; }

 private:
  std::variant<T, Error> state_;
};

}  // namespace gate

#endif  // TOOLS_RESULT_H_
