#include "libcontainer/base/result.hpp"

#include <catch2/catch.hpp>

using namespace hexad;

namespace {

Result<int> half(int n) {
  if (n % 2 != 0) return fail(Code::invalid_argument, "{} is odd", n);
  return n / 2;
}
Result<int> quarter(int n) { return TRY(half(TRY(half(n)))); }

}  // namespace

TEST_CASE("TRY hands on the value") { CHECK(quarter(8).value() == 2); }

TEST_CASE("TRY returns the first error") {
  const auto r = quarter(6);
  REQUIRE_FALSE(r);
  CHECK(r.error().code == Code::invalid_argument);
  CHECK(r.error().message == "3 is odd");
}

TEST_CASE("an error of a system call keeps errno and says what was done") {
  errno = ENOENT;
  const Result<> r = sys_fail("open {}", "/x");
  CHECK(r.error().sys_errno == ENOENT);
  CHECK(r.error().message == "open /x: No such file or directory");
}

TEST_CASE("context goes in front") {
  CHECK(Error{Code::internal, 0, "b"}.context("a").message == "a: b");
}
