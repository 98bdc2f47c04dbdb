#include "daemon/app/config.hpp"

#include <unistd.h>

#include <catch2/catch.hpp>

#include "libcontainer/base/io.hpp"

using namespace hexad;

namespace {

Result<app::Config> config(const app::Values& values) { return app::make_config(values); }
std::string error_of(const app::Values& values) {
  const auto made = config(values);
  return made ? "" : made.error().message;
}

}  // namespace

TEST_CASE("without flags everything has its default") {
  auto made = config({});
  REQUIRE(made);
  CHECK(made->data_root == "/var/lib/hexad");
  CHECK(made->exec_root == "/run/hexad");
  CHECK(made->pidfile == "/run/hexad.pid");
  CHECK(made->hosts.size() == 1);
  CHECK(made->iptables);
  CHECK(made->remap_count == 0);
}

TEST_CASE("paths become absolute and must make sense") {
  CHECK(config({{"exec-root", {"/tmp//x/../y/"}}})->exec_root == "/tmp/y");
  CHECK(config({{"exec-root", {"/tmp/y"}}})->pidfile == "/tmp/y.pid");
  CHECK_FALSE(error_of({{"data-root", {"/"}}}).empty());
  CHECK_FALSE(error_of({{"data-root", {""}}}).empty());
  CHECK_FALSE(error_of({{"data-root", {"/x"}}, {"exec-root", {"/x"}}}).empty());
}

TEST_CASE("hosts are unix sockets or inherited") {
  CHECK(config({{"host", {"fd://*", "unix:///x"}}})->hosts ==
        std::vector<std::string>{"fd://", "unix:///x"});
  CHECK_FALSE(error_of({{"host", {"tcp://0.0.0.0:2375"}}}).empty());
  CHECK_FALSE(error_of({{"host", {"unix://relative"}}}).empty());
  CHECK_FALSE(error_of({{"host", {"nonsense"}}}).empty());
}

TEST_CASE("values are checked") {
  CHECK(error_of({{"log-level", {"loud"}}}) == "invalid logging level: loud");
  CHECK_FALSE(error_of({{"mtu", {"-1"}}}).empty());
  CHECK_FALSE(error_of({{"live-restore", {"false"}}}).empty());
  CHECK(error_of({{"live-restore", {"true"}}}).empty());
  for (const auto* bad : {"nonsense", "1.2.3", "10.0.0.1", "10.0.0.0/24", "10.0.0.255/24",
                          "10.0.0.1/31", "10.0.0.1/33"}) {
    INFO(bad);
    CHECK(error_of({{"bip", {bad}}}).find("bip") != std::string::npos);
  }
  CHECK(error_of({{"bip", {"172.30.0.1/16"}}}).empty());
}

TEST_CASE("ulimits and remapping") {
  auto made = config({{"default-ulimit", {"nofile=1024:2048", "core=-1", "nproc=5"}},
                      {"userns-remap", {"100000:65536"}}});
  REQUIRE(made);
  REQUIRE(made->default_ulimits.size() == 3);
  CHECK(made->default_ulimits[0].hard == 2048);
  CHECK(made->default_ulimits[1].soft == -1);
  CHECK(made->default_ulimits[2].hard == 5);
  CHECK(made->remap_first == 100000);
  CHECK(made->remap_count == 65536);
  for (const auto* bad : {"nofile", "nofile=", "=1", "nofile=2:1", "nofile=x"}) {
    INFO(bad);
    CHECK_FALSE(error_of({{"default-ulimit", {bad}}}).empty());
  }
  for (const auto* bad : {"default", "100000", "0:10", "5:0", "4294967295:2", "x:y"}) {
    INFO(bad);
    CHECK_FALSE(error_of({{"userns-remap", {bad}}}).empty());
  }
}

TEST_CASE("the file is read where it is named, and may be missing where it is not") {
  char name[] = "/tmp/hxt-config-XXXXXX";
  UniqueFd fd(::mkstemp(name));
  REQUIRE(write_all(fd.get(), R"({"log-level": "debug", "mtu": 1400})"));
  const std::vector<const char*> with{"--config-file", name, "--bridge", "b0"};
  auto made = app::load_config(with);
  REQUIRE(made);
  CHECK(made->mtu == 1400);
  CHECK(made->bridge == "b0");
  const std::vector<const char*> clash{"--config-file", name, "--mtu", "1"};
  auto refused = app::load_config(clash);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().message.find(name) != std::string::npos);
  ::unlink(name);
  CHECK_FALSE(app::load_config(with));
}
