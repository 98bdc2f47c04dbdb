// Result<T>: a value or an Error, and TRY, which hands the value on or returns the error.
// TRY does not work inside a coroutine (it returns); there write `if (!r) co_return ...`.
#pragma once

#include <cerrno>
#include <tl/expected.hpp>

#include "libcontainer/base/error.hpp"

namespace hexad {

template <class T = void>
using Result = tl::expected<T, Error>;

// return fail(Code::not_found, "No such container: {}", id);
template <class... A>
[[nodiscard]] tl::unexpected<Error> fail(Code code, fmt::format_string<A...> text, A&&... args) {
  return tl::unexpected<Error>(Error{code, 0, fmt::format(text, std::forward<A>(args)...)});
}

// return sys_fail("open {}", path);  takes errno as it stands at the call.
template <class... A>
[[nodiscard]] tl::unexpected<Error> sys_fail(fmt::format_string<A...> doing, A&&... args) {
  const int err = errno;
  return tl::unexpected<Error>(sys_error(err, fmt::format(doing, std::forward<A>(args)...)));
}

// Passes an error on with what was being done put in front.
[[nodiscard]] inline tl::unexpected<Error> pass(Error error, std::string_view doing) {
  return tl::unexpected<Error>(std::move(error).context(doing));
}
[[nodiscard]] inline tl::unexpected<Error> pass(Error error) {
  return tl::unexpected<Error>(std::move(error));
}

namespace detail {
template <class T>
T take(tl::expected<T, Error>& r) {
  return std::move(*r);
}
inline void take(tl::expected<void, Error>&) {}
}  // namespace detail

}  // namespace hexad

// auto fd = TRY(open_at(...));   A GNU statement expression, which g++ and clang both have.
#define HEXAD_TRY_NAMED(name, expr)                           \
  __extension__({                                             \
    auto name = (expr);                                       \
    if (!name) return ::hexad::pass(std::move(name).error()); \
    ::hexad::detail::take(name);                              \
  })
#define HEXAD_TRY_COUNTED(counter, expr) HEXAD_TRY_NAMED(try_result_##counter, expr)
#define HEXAD_TRY_EXPANDED(counter, expr) HEXAD_TRY_COUNTED(counter, expr)
#define TRY(expr) HEXAD_TRY_EXPANDED(__COUNTER__, expr)
