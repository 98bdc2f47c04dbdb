#include "api/names.hpp"

#include <catch2/catch.hpp>
#include <set>
#include <string>

using namespace hexad::api;

TEST_CASE("container names") {
  for (const char* good : {"ab", "/ab", "a.b-c_D9", "0x"}) CHECK(check_container_name(good));
  for (const char* bad : {"", "a", "/", "-a", ".a", "a/b", "//ab", "a b", "\xC3\xBC", "_a"}) {
    INFO(bad);
    const auto result = check_container_name(bad);
    REQUIRE_FALSE(result);
    CHECK(result.error().message == std::string("Invalid container name (") + bad +
                                        "), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed");
  }
}

TEST_CASE("random names are valid and differ") {
  std::set<std::string> seen;
  for (int i = 0; i < 200; ++i) {
    const auto name = random_name(i % 4);
    CHECK(check_container_name(name));
    seen.insert(name);
  }
  CHECK(seen.size() > 150);
}
