#include "daemon/containers/network_request.hpp"

#include <catch2/catch.hpp>

using namespace hexad;
using namespace hexad::containers;

namespace {

Definition on(std::string mode) {
  Definition out;
  out.host.network_mode = std::move(mode);
  return out;
}

}  // namespace

TEST_CASE("network modes become plans") {
  CHECK(plan_network(on("default"))->name == "bridge");
  CHECK(plan_network(on("none"))->kind == NetworkPlan::Kind::none);
  CHECK(plan_network(on("host"))->kind == NetworkPlan::Kind::host);
  const auto joined = plan_network(on("container:abc"));
  REQUIRE(joined);
  CHECK(joined->kind == NetworkPlan::Kind::container);
  CHECK(joined->name == "abc");
}

TEST_CASE("port bindings become requests") {
  auto definition = on("bridge");
  definition.host.port_bindings["80/tcp"] = {{"", "8080"}, {"127.0.0.1", ""}};
  definition.host.port_bindings["53/udp"] = {{"", "5300-5310"}};
  const auto plan = plan_network(definition);
  REQUIRE(plan);
  REQUIRE(plan->ports.size() == 3);
  CHECK(plan->ports[0].protocol == "udp");
  CHECK(plan->ports[0].host_port == 5300);
  CHECK(plan->ports[0].host_port_end == 5310);
  CHECK(plan->ports[1].host_port == 8080);
  CHECK(plan->ports[1].host_port_end == 0);
  CHECK(plan->ports[2].host_ip == "127.0.0.1");
  CHECK(plan->ports[2].host_port == 0);
}

TEST_CASE("a port that is none is refused") {
  for (const auto& [key, host_port] :
       std::vector<std::pair<std::string, std::string>>{{"0/tcp", "1"},
                                                        {"70000/tcp", "1"},
                                                        {"80/xyz", "1"},
                                                        {"80/tcp", "x"},
                                                        {"80/tcp", "9-3"},
                                                        {"80/tcp", "70000"}}) {
    auto definition = on("bridge");
    definition.host.port_bindings[key] = {{"", host_port}};
    const auto plan = plan_network(definition);
    REQUIRE_FALSE(plan);
    CHECK(plan.error().code == Code::invalid_argument);
  }
}

TEST_CASE("publish-all takes the exposed ports that are not bound") {
  auto definition = on("bridge");
  definition.host.publish_all_ports = true;
  definition.config.exposed_ports = std::set<std::string>{"80/tcp", "90/tcp"};
  definition.host.port_bindings["80/tcp"] = {{"", "8080"}};
  const auto plan = plan_network(definition);
  REQUIRE(plan);
  REQUIRE(plan->ports.size() == 2);
  CHECK(plan->ports[1].container_port == 90);
  CHECK(plan->ports[1].host_port == 0);
}

TEST_CASE("DNS options replace the host's lines") {
  api::HostConfig host;
  host.dns = std::vector<std::string>{"192.0.2.1"};
  host.dns_search = std::vector<std::string>{"."};
  CHECK(with_dns_options("nameserver 192.0.2.9\nsearch a b\noptions x\n", host) ==
        "options x\nnameserver 192.0.2.1\n");
}

TEST_CASE("extra hosts become lines") {
  api::HostConfig host;
  host.extra_hosts = std::vector<std::string>{"db:192.0.2.7", "gw:host-gateway", "v6:::1"};
  CHECK(extra_hosts(host, "192.0.2.254") == "192.0.2.7\tdb\n192.0.2.254\tgw\n::1\tv6\n");
}
