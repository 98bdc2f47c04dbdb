#include "libcontainer/process/user.hpp"

#include <catch2/catch.hpp>

using hexad::process::Identity;
using hexad::process::resolve_user;

namespace {

constexpr std::string_view kPasswd =
    "root:x:0:0:root:/root:/bin/sh\n"
    "\n"
    "www:x:33:34:www:/var/www:/bin/false\n"
    "odd:x:notanumber:5\n"
    "1001:x:77:78:named like a number:/n:/bin/sh\n";
constexpr std::string_view kGroup =
    "root:x:0:root\nwheel:x:10:root,www\nwww:x:34:\nlogs:x:50:www\nempty\n";

Identity who(std::string_view user, const std::vector<std::string>& extra = {}) {
  auto id = resolve_user(user, extra, kPasswd, kGroup);
  REQUIRE(id);
  return *id;
}

std::string error(std::string_view user, const std::vector<std::string>& extra = {}) {
  auto id = resolve_user(user, extra, kPasswd, kGroup);
  REQUIRE_FALSE(id);
  return id.error().message;
}

using Ids = std::vector<std::uint32_t>;

}  // namespace

TEST_CASE("no user is root as the files have it") {
  const auto root = who("");
  CHECK(root.uid == 0);
  CHECK(root.gid == 0);
  CHECK(root.home == "/root");
  CHECK(root.groups == Ids{0, 10});
}

TEST_CASE("a name brings its group, home and memberships") {
  const auto www = who("www");
  CHECK(www.uid == 33);
  CHECK(www.gid == 34);
  CHECK(www.home == "/var/www");
  CHECK(www.groups == Ids{34, 10, 50});
}

TEST_CASE("a number that passwd knows is that user, another one has group 0 and home /") {
  CHECK(who("33").gid == 34);
  CHECK(who("33").groups == Ids{34, 10, 50});
  const auto stranger = who("4242");
  CHECK(stranger.uid == 4242);
  CHECK(stranger.gid == 0);
  CHECK(stranger.home == "/");
  CHECK(stranger.groups == Ids{0});
}

TEST_CASE("a group that is named replaces the memberships") {
  CHECK(who("www:wheel").gid == 10);
  CHECK(who("www:wheel").groups == Ids{10});
  CHECK(who("5:6").uid == 5);
  CHECK(who("5:6").groups == Ids{6});
  CHECK(who(":wheel").uid == 0);
}

TEST_CASE("groups that were added come by name or number, once") {
  CHECK(who("www", {"wheel", "99", "50"}).groups == Ids{34, 10, 50, 99});
}

TEST_CASE("who is not there is said in Docker's words") {
  CHECK(error("ghost") == "unable to find user ghost: no matching entries in passwd file");
  CHECK(error("www:ghosts") == "unable to find group ghosts: no matching entries in group file");
  CHECK(error("www", {"ghosts"}) ==
        "unable to find group ghosts: no matching entries in group file");
  CHECK(error("-1") == "uids and gids must be in range 0-2147483647");
  CHECK(error("2147483648") == "uids and gids must be in range 0-2147483647");
  CHECK(error("0:4294967295") == "uids and gids must be in range 0-2147483647");
}

TEST_CASE("without files numbers still work") {
  auto id = resolve_user("7:8", {}, std::nullopt, std::nullopt);
  REQUIRE(id);
  CHECK(id->uid == 7);
  CHECK(id->gid == 8);
  CHECK_FALSE(resolve_user("root", {}, std::nullopt, std::nullopt));
}
