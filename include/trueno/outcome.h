#pragma once

#include <optional>
#include <string_view>
#include <utility>
#include <variant>

#include "trueno/failure.h"

namespace trueno {

namespace detail {
/// Says what was wrong with a call, and ends the process: the caller broke a documented contract.
[[noreturn]] TRUENO_API void broken_contract(std::string_view what);
}  // namespace detail

/// A value, or why there is none. No exceptions: ask before you look.
///
///     auto result = db.query("SELECT 1").execute();
///     if (!result) std::cerr << result.error().text;
///     for (auto row : result->rows()) ...
///
/// Reading the value of a failure, or the error of a success, ends the process with a message.
template <class T>
class [[nodiscard]] Outcome {
 public:
  Outcome(T value) : state_(std::in_place_index<0>, std::move(value)) {}            // NOLINT(google-explicit-constructor)
  Outcome(Failure failure) : state_(std::in_place_index<1>, std::move(failure)) {}  // NOLINT(google-explicit-constructor)

  [[nodiscard]] bool has_value() const { return state_.index() == 0; }
  explicit operator bool() const { return has_value(); }

  [[nodiscard]] T& value() & { return *checked(); }
  [[nodiscard]] const T& value() const& { return *const_cast<Outcome*>(this)->checked(); }
  [[nodiscard]] T&& value() && { return std::move(*checked()); }
  T& operator*() & { return *checked(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(*checked()); }
  T* operator->() { return checked(); }
  const T* operator->() const { return &value(); }
  [[nodiscard]] T value_or(T otherwise) const& { return has_value() ? value() : std::move(otherwise); }

  [[nodiscard]] const Failure& error() const {
    const Failure* failure = std::get_if<1>(&state_);
    if (failure == nullptr) detail::broken_contract("error() of an Outcome that has a value");
    return *failure;
  }

 private:
  T* checked() {
    if (!has_value()) detail::broken_contract("the value of a failed Outcome was read: " + std::get_if<1>(&state_)->text);
    return std::get_if<0>(&state_);
  }

  std::variant<T, Failure> state_;
};

/// Whether something worked.
template <>
class [[nodiscard]] Outcome<void> {
 public:
  Outcome() = default;
  Outcome(Failure failure) : failure_(std::move(failure)) {}  // NOLINT(google-explicit-constructor)

  [[nodiscard]] bool has_value() const { return !failure_.has_value(); }
  explicit operator bool() const { return has_value(); }
  [[nodiscard]] const Failure& error() const {
    if (!failure_) detail::broken_contract("error() of an Outcome that has no error");
    return *failure_;
  }

 private:
  std::optional<Failure> failure_;
};

}  // namespace trueno
