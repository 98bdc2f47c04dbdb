#include "daemon/containers/views.hpp"

#include <catch2/catch.hpp>

using namespace hexad;
using namespace hexad::containers;

namespace {

constexpr std::int64_t kSecond = 1'000'000'000;

Snapshot snapshot(State state) {
  auto definition = std::make_shared<Definition>();
  definition->host.network_mode = "default";
  definition->config.cmd = std::vector<std::string>{"sh", "-c", "a b"};
  Snapshot out;
  out.id = std::string(64, 'a');
  out.name = "n";
  out.state = state;
  out.definition = definition;
  return out;
}

}  // namespace

TEST_CASE("states have Docker's status texts") {
  auto now = snapshot(State::running);
  now.run.started_at = 100 * kSecond;
  CHECK(status_text(now, 105 * kSecond) == "Up 5 seconds");
  now.state = State::exited;
  now.run.finished_at = 102 * kSecond;
  now.run.exit_code = 3;
  CHECK(status_text(now, 105 * kSecond) == "Exited (3) 3 seconds ago");
  CHECK(status_text(snapshot(State::created), 0) == "Created");
}

TEST_CASE("published ports are shown while it runs") {
  auto now = snapshot(State::running);
  networks::Endpoint endpoint;
  endpoint.ipv4 = "192.0.2.2";
  endpoint.ports.push_back({"tcp", 80, "", 8080});
  now.endpoint = endpoint;
  const auto inspect = inspect_view(now, {});
  REQUIRE(inspect.network_settings.ports.contains("80/tcp"));
  CHECK(inspect.network_settings.ports.at("80/tcp").front().host_ip == "0.0.0.0");
  CHECK(inspect.network_settings.ip_address == "192.0.2.2");
  CHECK(inspect.path == "sh");
  const auto summary = summary_view(now, 0);
  REQUIRE(summary.ports.size() == 1);
  CHECK(summary.ports[0].public_port == 8080);
  CHECK(summary.command == "sh -c 'a b'");
  now.state = State::exited;
  CHECK(inspect_view(now, {}).network_settings.ports.empty());
}
