#include "daemon/containers/merge.hpp"

#include <catch2/catch.hpp>

using namespace hexad;
using namespace hexad::containers;

namespace {

api::ImageConfig image() {
  api::ImageConfig out;
  out.env = std::vector<std::string>{"A=image", "B=image"};
  out.entrypoint = std::vector<std::string>{"/entry"};
  out.cmd = std::vector<std::string>{"default"};
  out.user = "app";
  out.working_dir = "/srv";
  return out;
}

}  // namespace

TEST_CASE("the client's values win and the image fills the gaps") {
  api::ContainerConfig config;
  config.env = std::vector<std::string>{"A=client"};
  REQUIRE(merge_image_config(config, image()));
  CHECK(config.env == std::vector<std::string>{"A=client", "B=image"});
  CHECK(config.user == "app");
  CHECK(config.working_dir == "/srv");
  CHECK(command_line(config) == std::vector<std::string>{"/entry", "default"});
}

TEST_CASE("a command replaces the image's command and keeps its entrypoint") {
  api::ContainerConfig config;
  config.cmd = std::vector<std::string>{"mine"};
  REQUIRE(merge_image_config(config, image()));
  CHECK(command_line(config) == std::vector<std::string>{"/entry", "mine"});
}

TEST_CASE("an entrypoint of the client drops the image's command") {
  api::ContainerConfig config;
  config.entrypoint = std::vector<std::string>{"/mine"};
  REQUIRE(merge_image_config(config, image()));
  CHECK(command_line(config) == std::vector<std::string>{"/mine"});
}

TEST_CASE("an empty entrypoint resets the image's; without a command it is refused") {
  api::ContainerConfig config;
  config.entrypoint = std::vector<std::string>{""};
  CHECK_FALSE(merge_image_config(config, image()));
  api::ContainerConfig with_command;
  with_command.entrypoint = std::vector<std::string>{""};
  with_command.cmd = std::vector<std::string>{"sh"};
  REQUIRE(merge_image_config(with_command, image()));
  CHECK(command_line(with_command) == std::vector<std::string>{"sh"});
}

TEST_CASE("no command at all is 400") {
  api::ContainerConfig config;
  const auto merged = merge_image_config(config, {});
  REQUIRE_FALSE(merged);
  CHECK(merged.error().code == Code::invalid_argument);
  CHECK(merged.error().message == "no command specified");
}

TEST_CASE("the process's environment starts with Docker's variables") {
  const auto env = process_env({"A=1", "PATH=/x", "HOSTNAME", "A=2"}, "host", true);
  CHECK(env == std::vector<std::string>{"PATH=/x", "TERM=xterm", "A=2"});
}

TEST_CASE("swap defaults to twice the memory") {
  api::HostConfig host;
  host.memory = 64 << 20;
  fill_host_defaults(host);
  CHECK(host.memory_swap == 128 << 20);
  CHECK(host.network_mode == "default");
  CHECK(host.shm_size == 64 << 20);
}
