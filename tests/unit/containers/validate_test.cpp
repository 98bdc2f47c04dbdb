#include "daemon/containers/validate.hpp"

#include <catch2/catch.hpp>
#include <functional>

#include "daemon/containers/merge.hpp"

using namespace hexad;
using namespace hexad::containers;

namespace {

Result<> check(const std::function<void(api::ContainerConfig&, api::HostConfig&)>& change) {
  api::ContainerConfig config;
  api::HostConfig host;
  change(config, host);
  fill_host_defaults(host);
  return validate(config, host, HostFacts{2, 0});
}

}  // namespace

TEST_CASE("the defaults are fine") {
  CHECK(check([](auto&, auto&) {}));
}

TEST_CASE("what contradicts itself is 400") {
  const std::vector<std::function<void(api::ContainerConfig&, api::HostConfig&)>> wrong{
      [](auto& c, auto&) { c.working_dir = "relative"; },
      [](auto& c, auto&) { c.env = std::vector<std::string>{"=x"}; },
      [](auto& c, auto&) { c.stop_signal = "SIGNONE"; },
      [](auto&, auto& h) { h.memory = 1024; },
      [](auto&, auto& h) { h.memory = 64 << 20, h.memory_swap = 32 << 20; },
      [](auto&, auto& h) { h.memory_swap = 32 << 20; },
      [](auto&, auto& h) { h.nano_cpus = 3'000'000'000; },
      [](auto&, auto& h) { h.nano_cpus = 1'000'000'000, h.cpu_quota = 1000; },
      [](auto&, auto& h) { h.shm_size = -1; },
      [](auto&, auto& h) { h.restart_policy.name = "sometimes"; },
      [](auto&, auto& h) { h.restart_policy.name = "always", h.auto_remove = true; },
      [](auto&, auto& h) {
        h.restart_policy.name = "always", h.restart_policy.maximum_retry_count = 1;
      },
      [](auto& c, auto& h) { h.network_mode = "container:x", c.hostname = "h"; },
      [](auto&, auto& h) { h.pid_mode = "mine"; },
      [](auto&, auto& h) { h.ipc_mode = "mine"; },
      [](auto&, auto& h) { h.runtime = "nope"; },
      [](auto&, auto& h) { h.log_config.type = "nope"; },
      [](auto&, auto& h) { h.log_config.config["nope"] = "1"; },
      [](auto&, auto& h) { h.blkio_weight = 5; }};
  for (std::size_t i = 0; i < wrong.size(); ++i) {
    INFO("case " << i);
    const auto result = check(wrong[i]);
    REQUIRE_FALSE(result);
    CHECK(result.error().code == Code::invalid_argument);
  }
}

TEST_CASE("what is not built is 501, never ignored") {
  const std::vector<std::function<void(api::HostConfig&)>> missing{
      [](auto& h) { h.volumes_from = std::vector<std::string>{"x"}; },
      [](auto& h) { h.links = std::vector<std::string>{"x"}; },
      [](auto& h) { h.cgroup_parent = "/x"; }, [](auto& h) { h.log_config.type = "syslog"; },
      [](auto& h) { h.log_config.config["compress"] = "true"; }};
  for (const auto& change : missing) {
    const auto result = check([&](auto&, auto& host) { change(host); });
    REQUIRE_FALSE(result);
    CHECK(result.error().code == Code::not_implemented);
  }
}
