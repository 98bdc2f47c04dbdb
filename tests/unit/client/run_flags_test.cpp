#include <catch2/catch.hpp>

#include "client/run_flags.hpp"

using namespace hexad;
using namespace hexad::client;

namespace {

Result<api::CreateRequest> request(std::vector<std::string_view> args) {
  auto flags = parse_flags(run_flags(true), args, false);
  if (!flags) return pass(flags.error());
  return create_request(*flags);
}

std::string error_of(std::vector<std::string_view> args) {
  auto made = request(std::move(args));
  return made ? "" : made.error().message;
}

}  // namespace

TEST_CASE("without flags docker's defaults are sent") {
  const auto made = request({"bb:1", "true", "-x"}).value();
  CHECK(made.config.image == "bb:1");
  CHECK(made.config.cmd == std::vector<std::string>{"true", "-x"});
  CHECK(made.config.attach_stdout);
  CHECK(made.config.attach_stderr);
  CHECK_FALSE(made.config.attach_stdin);
  CHECK(made.host_config.network_mode == "default");
  CHECK(made.host_config.restart_policy.name == "no");
  CHECK(made.host_config.memory_swappiness == -1);
  CHECK_FALSE(made.config.entrypoint);
}

TEST_CASE("streams") {
  const auto interactive = request({"-it", "a"}).value().config;
  CHECK(interactive.open_stdin);
  CHECK(interactive.stdin_once);
  CHECK(interactive.attach_stdin);
  CHECK(interactive.tty);
  const auto detached = request({"-d", "-i", "a"}).value().config;
  CHECK(detached.open_stdin);
  CHECK_FALSE(detached.attach_stdin);
  CHECK_FALSE(detached.attach_stdout);
  const auto one = request({"-a", "STDERR", "a"}).value().config;
  CHECK(one.attach_stderr);
  CHECK_FALSE(one.attach_stdout);
}

TEST_CASE("an empty entrypoint takes the image's away") {
  CHECK(request({"--entrypoint", "", "a"}).value().config.entrypoint ==
        std::vector<std::string>{""});
}

TEST_CASE("a later variable replaces an earlier one in its place") {
  const auto config = request({"-e", "A=1", "-e", "B=2", "-e", "A=3", "a"}).value().config;
  CHECK(std::vector<std::string>(config.env) == std::vector<std::string>{"A=3", "B=2"});
}

TEST_CASE("volumes: a path alone is anonymous, the rest are binds") {
  const auto made = request({"-v", "/data", "-v", "vol:/x:ro", "-v", "/h:/h", "a"}).value();
  CHECK(made.config.volumes.contains("/data"));
  CHECK(std::vector<std::string>(made.host_config.binds) ==
        std::vector<std::string>{"vol:/x:ro", "/h:/h"});
  CHECK(request({"-v", "./d:/d", "a"}).value().host_config.binds[0].starts_with("/"));
}

TEST_CASE("published ports are exposed as well") {
  const auto made = request({"-p", "127.0.0.1:8080:80", "-p", "53:53/udp", "a"}).value();
  CHECK(made.config.exposed_ports.contains("80/tcp"));
  CHECK(made.host_config.port_bindings.at("80/tcp")[0].host_ip == "127.0.0.1");
  CHECK(made.host_config.port_bindings.at("53/udp")[0].host_port == "53");
}

TEST_CASE("limits") {
  const auto host = request({"-m", "64m", "--memory-swap", "-1", "--cpus", "1.5", "--pids-limit",
                             "50", "--ulimit", "nofile=100:200", "--shm-size", "1g", "a"})
                        .value()
                        .host_config;
  CHECK(host.memory == 64 << 20);
  CHECK(host.memory_swap == -1);
  CHECK(host.nano_cpus == 1'500'000'000);
  CHECK(host.pids_limit == 50);
  CHECK(host.shm_size == 1 << 30);
  CHECK(host.ulimits[0].soft == 100);
  CHECK(host.ulimits[0].hard == 200);
}

TEST_CASE("--mount") {
  const auto mount =
      parse_mount_option("type=bind,source=/a,target=/b,readonly,bind-propagation=rslave").value();
  CHECK(mount.type == "bind");
  CHECK(mount.read_only);
  CHECK(mount.bind_options->propagation == "rslave");
  CHECK(parse_mount_option("target=/x").value().type == "volume");
  const auto tmpfs = parse_mount_option("type=tmpfs,dst=/t,tmpfs-size=1m,tmpfs-mode=1770").value();
  CHECK(tmpfs.tmpfs_options->size_bytes == 1 << 20);
  CHECK(tmpfs.tmpfs_options->mode == 01770);
  CHECK(parse_mount_option("type=volume,src=v,dst=/x,\"volume-opt=o=a,b\"")
            .value()
            .volume_options->driver_config->options.at("o") == "a,b");
  CHECK(parse_mount_option("foo=bar").error().message == "unexpected key 'foo' in 'foo=bar'");
  CHECK(parse_mount_option("type=bind").error().message == "target is required");
  CHECK_FALSE(parse_mount_option(""));
}

TEST_CASE("devices") {
  CHECK(parse_device("/dev/null").value().path_in_container == "/dev/null");
  CHECK(parse_device("/dev/null:rw").value().cgroup_permissions == "rw");
  CHECK(parse_device("/dev/null:/dev/x:r").value().path_in_container == "/dev/x");
  CHECK_FALSE(parse_device("/dev/null:/dev/x:q"));
  CHECK_FALSE(parse_device(""));
}

TEST_CASE("what contradicts itself is refused in docker's words") {
  CHECK(error_of({"--rm", "--restart", "always", "a"}) ==
        "conflicting options: cannot specify both --restart and --rm");
  CHECK(error_of({"--log-driver", "none", "--log-opt", "a=b", "a"}) ==
        "invalid logging opts for driver none");
  CHECK(error_of({"--no-healthcheck", "--health-cmd", "x", "a"}) ==
        "--no-healthcheck conflicts with --health-* options");
  CHECK(error_of({"--pid", "foo", "a"}) == "--pid: invalid PID mode");
  CHECK(error_of({"--memory-swappiness", "200", "a"}) ==
        "invalid value: 200. Valid memory swappiness range is 0-100");
  CHECK(error_of({"--network-alias", "x", "a"}) ==
        "network-scoped aliases are only supported for user-defined networks");
  CHECK(error_of({"--security-opt", "foo", "a"}) == "Invalid --security-opt: \"foo\"");
  CHECK(error_of({"--no-such-flag", "a"}) == "unknown flag: --no-such-flag");
}

TEST_CASE("networks: the mode is the first one, each has an endpoint") {
  const auto choice =
      request({"--network", "name=n1,alias=x,ip=10.0.0.2", "--net", "n2", "a"}).value();
  CHECK(choice.host_config.network_mode == "n1");
  const auto& endpoints = choice.networking_config.endpoints_config;
  CHECK(endpoints.at("n1").ipam_config->ipv4_address == "10.0.0.2");
  CHECK(endpoints.at("n1").aliases[0] == "x");
  CHECK(endpoints.contains("n2"));
  const auto shared = request({"--network", "container:x", "a"}).value();
  CHECK(shared.networking_config.endpoints_config.empty());
}
