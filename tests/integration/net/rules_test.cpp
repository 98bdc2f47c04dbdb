// What the host's own tools say of our rules, and what happens when they change them.
#include <catch2/catch.hpp>

#include <chrono>

#include "libcontainer/base/strings.hpp"
#include "tests/integration/net/net_fixture.hpp"

using namespace lab;
using hexad::firewall::Protocol;
using hexad::firewall::Variant;

namespace {

std::string tool_of(Variant variant) {
  return variant == Variant::nft ? "iptables" : "iptables-legacy";
}

// All rules and chains, without counters and comments, the tables sorted.
std::string saved(const std::string& tool) {
  return sh("for t in filter nat raw mangle; do " + tool +
            "-save -t $t; done | grep -v '^#' | sed 's/\\[.*//'");
}

double ms_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start)
      .count();
}

std::vector<hexad::firewall::PublishedPort> many(Net& net, int count) {
  std::vector<hexad::firewall::PublishedPort> ports;
  for (int i = 0; i < count; ++i) ports.push_back(net.port(20000 + i, 2, 80 + i));
  return ports;
}

}  // namespace

TEST_CASE("iptables shows, finds and deletes our rules as its own") {
  const auto variant = GENERATE(Variant::nft, Variant::legacy);
  const auto tool = tool_of(variant);
  INFO(tool);
  Lab lab;
  Net net(1, variant);
  must(net.firewall().add("box",
                          {net.port(8080, 2, 80), net.port(53, 2, 53, "10.1.2.3", Protocol::udp),
                           net.port(9, 2, 9, "0.0.0.0", Protocol::sctp)}));
  // Exactly the text that the rules say of themselves, in their order.
  auto plan = hexad::firewall::plan_for(
      net.instance(), {{net.bridge(), *hexad::parse_cidr("10.200.1.0/24"), true}});
  auto rules = plan.rules;
  for (const auto& r : hexad::firewall::port_rules(
           net.instance(), {net.port(8080, 2, 80), net.port(53, 2, 53, "10.1.2.3", Protocol::udp),
                            net.port(9, 2, 9, "0.0.0.0", Protocol::sctp)}))
    rules.push_back(r);
  for (const auto& j : plan.jumps) rules.push_back(j.rule);
  for (const auto& r : rules) {
    const std::string table = name_of(r.table), text = r.chain + " " + arguments(r);
    INFO(text);
    CHECK(sh(tool + " -t " + table + " -S " + r.chain).find("-A " + text) != std::string::npos);
    CHECK(succeeds(tool + " -t " + table + " -C " + text));
  }
  for (const char* table : {"filter", "nat", "raw"}) {
    const auto listing = sh(tool + " -t " + table + " -nvL");
    CHECK(listing.find("HEXAD-00000001") != std::string::npos);
    CHECK(listing.find("incompatible") == std::string::npos);
    CHECK(listing.find("unsupported") == std::string::npos);
  }
  // Deleted behind our back: the stop of the container is not disturbed, nor are the others.
  must(net.firewall().add("second", {net.port(8090, 3, 80)}));
  sh(tool +
     " -t nat -D HEXAD-00000001 -p tcp -m tcp --dport 8080 -j DNAT --to-destination 10.200.1.2:80");
  must(net.firewall().remove("box"));
  const auto left = sh(tool + " -t nat -S HEXAD-00000001");
  CHECK(left.find("10.200.1.2") == std::string::npos);
  CHECK(left.find("--dport 8090 -j DNAT --to-destination 10.200.1.3:80") != std::string::npos);
}

TEST_CASE("nothing foreign is touched and nothing of ours is left") {
  const auto variant = GENERATE(Variant::nft, Variant::legacy);
  const auto tool = tool_of(variant);
  INFO(tool);
  Lab lab;
  sh(tool + " -P FORWARD DROP; " + tool + " -N DOCKER-USER; " + tool +
     " -A FORWARD -j DOCKER-USER; " + tool + " -A FORWARD -i docker0 -j ACCEPT; " + tool +
     " -t nat -N DOCKER; " + tool +
     " -t nat -A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER; " + tool +
     " -t nat -A POSTROUTING -s 172.17.0.0/16 ! -o docker0 -j MASQUERADE; " + tool +
     " -t raw -A PREROUTING -s 203.0.113.1 -j DROP; " + tool + " -N HEXAD-USER; " + tool +
     " -A HEXAD-USER -s 203.0.113.2 -j DROP; " + tool +
     " -t mangle -A FORWARD -s 203.0.113.3 -j ACCEPT");
  const auto before = saved(tool);
  {
    Net one(1, variant), two(2, variant);
    must(one.firewall().add("box", {one.port(8080, 2, 80)}));
    must(two.firewall().add("box", {two.port(8081, 2, 80)}));
    const auto two_only = [&] { return sh(tool + "-save | grep 00000002"); };
    const auto of_two = two_only();
    must(one.firewall().repair());
    CHECK(two_only() == of_two);
    must(one.firewall().remove("box"));
    must(one.firewall().tear_down());
    CHECK(two_only() == of_two);
    CHECK(sh(tool + "-save | grep -c 00000001", true) == "0");
    must(two.firewall().tear_down());
    must(two.firewall().tear_down());  // again is fine
  }
  CHECK(saved(tool) == before);
}

TEST_CASE("rules come back after somebody flushed everything") {
  const auto variant = GENERATE(Variant::nft, Variant::legacy);
  const auto tool = tool_of(variant);
  Lab lab;
  Net net(1, variant);
  must(net.firewall().add("box", {net.port(8080, 2, 80)}));
  const auto before = saved(tool);
  const std::string wipe =
      "for t in filter nat raw; do " + tool + " -t $t -F; " + tool + " -t $t -X; done";
  sh(wipe);
  must(net.firewall().repair());
  CHECK(saved(tool) == before);
  // Also by the next start or stop, which finds its chain gone.
  sh(wipe);
  must(net.firewall().add("second", {net.port(8081, 3, 80)}));
  must(net.firewall().remove("second"));
  CHECK(saved(tool) == before);
  sh(wipe);
  must(net.firewall().remove("box"));
  CHECK(sh(tool + " -t nat -S").find("DNAT --to") == std::string::npos);
  CHECK(sh(tool + " -S FORWARD").find("HEXAD-00000001") != std::string::npos);
}

TEST_CASE("a hundred ports are one short transaction") {
  const auto variant = GENERATE(Variant::nft, Variant::legacy);
  Lab lab;
  Net net(1, variant);
  const auto ports = many(net, 100);
  double add = 1e9, remove = 1e9;
  for (int i = 0; i < 10; ++i) {
    auto start = std::chrono::steady_clock::now();
    must(net.firewall().add("box", ports));
    add = std::min(add, ms_since(start));
    start = std::chrono::steady_clock::now();
    must(net.firewall().remove("box"));
    remove = std::min(remove, ms_since(start));
  }
  fmt::print("{}: 100 ports added in {:.2f} ms, removed in {:.2f} ms\n", net.firewall().back_end(),
             add, remove);
  must(net.firewall().add("big", many(net, 4000)));
  CHECK(sh(tool_of(variant) + " -t nat -S | grep -c DNAT.--to") == "4000");
  must(net.firewall().remove("big"));
  CHECK(sh(tool_of(variant) + " -t nat -S | grep -c DNAT.--to", true) == "0");
}
