// Who reaches whom, by real packets, with both back ends.
#include <catch2/catch.hpp>

#include "tests/integration/net/net_fixture.hpp"

using namespace lab;
using hexad::firewall::Protocol;
using hexad::firewall::Variant;

namespace {

struct Case {
  const char* name;
  Variant variant;
  bool bridge_nf;    // bridged frames pass iptables
  bool policy_drop;  // as Docker leaves FORWARD
};
const Case kCases[] = {{"nft", Variant::nft, true, true},
                       {"nft, no br_netfilter", Variant::nft, false, true},
                       {"nft, policy ACCEPT", Variant::nft, true, false},
                       {"legacy", Variant::legacy, true, true},
                       {"legacy, no br_netfilter", Variant::legacy, false, false}};

void prepare(const Case& c) {
  const std::string tool = c.variant == Variant::nft ? "iptables" : "iptables-legacy";
  if (c.policy_drop) sh(tool + " -P FORWARD DROP");
  sh(std::string("echo ") + (c.bridge_nf ? "1" : "0") +
         " > /proc/sys/net/bridge/bridge-nf-call-iptables",
     true);
}

}  // namespace

TEST_CASE("a published port is reached from everywhere it should be, and from nowhere else") {
  const auto& c = GENERATE(from_range(std::begin(kCases), std::end(kCases)));
  INFO(c.name);
  Lab lab;
  prepare(c);
  auto& neighbour = lab.neighbour();
  Net net(1, c.variant);
  Box box, other;
  net.connect(box, 2, c.bridge_nf);
  net.connect(other, 3, c.bridge_nf);
  box.serve("tcp", 80);
  box.serve("udp", 53);
  must(net.firewall().add("box", {net.port(8080, 2, 80), net.port(8081, 2, 80, "127.0.0.1"),
                                  net.port(8082, 2, 80, "192.0.2.1"),
                                  net.port(5353, 2, 53, "0.0.0.0", Protocol::udp)}));

  // From the host.
  CHECK(ask("tcp", net.address(2), 80) == "10.200.1.1");
  CHECK(succeeds("ping -c1 -W1 " + net.address(2)) == succeeds("which ping"));
  CHECK(ask("tcp", "127.0.0.1", 8080));
  CHECK(ask("tcp", "127.0.0.1", 8081));
  CHECK(ask("tcp", "192.0.2.1", 8080));
  CHECK(ask("tcp", "10.200.1.1", 8080));
  CHECK(ask("tcp", "192.0.2.1", 8082));
  CHECK(ask("udp", "127.0.0.1", 5353));
  CHECK(ask("udp", "192.0.2.1", 5353));
  CHECK_FALSE(ask("tcp", "192.0.2.1", 8081));
  CHECK_FALSE(ask("tcp", "127.0.0.1", 8082));

  // From a neighbour: its own address is seen, not the bridge's.
  CHECK(ask_from(neighbour, "tcp", "192.0.2.1", 8080) == "192.0.2.9");
  CHECK(ask_from(neighbour, "tcp", "192.0.2.1", 8082) == "192.0.2.9");
  CHECK(ask_from(neighbour, "udp", "192.0.2.1", 5353) == "192.0.2.9");
  CHECK_FALSE(ask_from(neighbour, "tcp", "192.0.2.1", 8081));
  // Not by the container's own address, though the neighbour has a route.
  CHECK_FALSE(ask_from(neighbour, "tcp", net.address(2), 80));
  // Nor by sending packets for 127.0.0.1 to the host.
  neighbour.sh(
      "echo 1 > /proc/sys/net/ipv4/conf/eth0/route_localnet; ip addr del 127.0.0.1/8 dev lo;"
      "ip route del local 127.0.0.0/8 dev lo table local; ip rule add pref 0 to 127.0.0.0/8 lookup "
      "99;"
      "ip route add 127.0.0.0/8 via 192.0.2.1 src 192.0.2.9 table 99");
  CHECK_FALSE(ask_from(neighbour, "tcp", "127.0.0.1", 8081));
  CHECK_FALSE(ask_from(neighbour, "tcp", "127.0.0.1", 8080));

  // From another container: directly, and by the host's addresses.
  CHECK(ask_from(other, "tcp", net.address(2), 80) == net.address(3));
  CHECK(ask_from(other, "tcp", "192.0.2.1", 8080));
  CHECK(ask_from(other, "tcp", "10.200.1.1", 8080));
  CHECK(ask_from(other, "udp", "192.0.2.1", 5353));
  CHECK_FALSE(ask_from(other, "tcp", "192.0.2.1", 8081));
  // From the container to itself by the host's address.
  CHECK(ask_from(box, "tcp", "192.0.2.1", 8080));
  CHECK(ask_from(box, "udp", "192.0.2.1", 5353));

  // Outwards: masqueraded.
  neighbour.serve("tcp", 7000);
  CHECK(ask_from(box, "tcp", "192.0.2.9", 7000) == "192.0.2.1");

  must(net.firewall().remove("box"));
  CHECK_FALSE(ask("tcp", "127.0.0.1", 8080));
  CHECK_FALSE(ask_from(neighbour, "tcp", "192.0.2.1", 8080));
}

TEST_CASE("a container cannot reach services of the host's loopback by route_localnet") {
  const auto variant = GENERATE(Variant::nft, Variant::legacy);
  Lab lab;
  Net net(1, variant);
  Box box;
  net.connect(box, 2);
  Box host_service;  // only to have a server that is ended: it joins the host's namespace
  const auto pid = std::to_string(::getpid());
  box.sh(
      "echo 1 > /proc/sys/net/ipv4/conf/eth0/route_localnet; ip addr del 127.0.0.1/8 dev lo;"
      "ip route del local 127.0.0.0/8 dev lo table local; ip rule add pref 0 to 127.0.0.0/8 lookup "
      "99;"
      "ip route add 127.0.0.0/8 via 10.200.1.1 src 10.200.1.2 table 99");
  const auto seen = [&] {
    const auto before = sh("cat /proc/net/snmp | grep '^Tcp:' | tail -1 | cut -d' ' -f11,12");
    (void)ask_from(box, "tcp", "127.0.0.1", 4000);
    return sh("cat /proc/net/snmp | grep '^Tcp:' | tail -1 | cut -d' ' -f11,12") != before;
  };
  CHECK_FALSE(seen());  // no segment arrived at the host's TCP
  must(net.firewall().tear_down());
  CHECK(seen());  // the test does see it without our rule
}

TEST_CASE("containers of two instances reach each other by published ports only") {
  const auto variant = GENERATE(Variant::nft, Variant::legacy);
  Lab lab;
  (void)lab.neighbour();
  Net one(1, variant), two(2, variant);
  Box a, b;
  one.connect(a, 2);
  two.connect(b, 2);
  b.serve("tcp", 80);
  b.serve("tcp", 81);
  a.serve("tcp", 80);
  must(two.firewall().add("b", {two.port(8080, 2, 80)}));
  const auto check = [&] {
    CHECK_FALSE(ask_from(a, "tcp", two.address(2), 80));
    CHECK_FALSE(ask_from(a, "tcp", two.address(2), 81));
    CHECK_FALSE(ask_from(b, "tcp", one.address(2), 80));
    CHECK(ask_from(a, "tcp", "192.0.2.1", 8080));
    CHECK(ask_from(a, "tcp", "10.200.2.1", 8080));
    CHECK(ask("tcp", "127.0.0.1", 8080));
  };
  check();
  must(one.firewall().repair());  // whoever comes last, the order in FORWARD stays right
  check();
  must(two.firewall().repair());
  check();
  must(one.firewall().tear_down());
  CHECK(ask("tcp", "127.0.0.1", 8080));
  CHECK(ask("tcp", "192.0.2.1", 8080));
}

TEST_CASE("the administrator's chain is consulted first") {
  const auto variant = GENERATE(Variant::nft, Variant::legacy);
  const std::string tool = variant == Variant::nft ? "iptables" : "iptables-legacy";
  Lab lab;
  auto& neighbour = lab.neighbour();
  Net net(1, variant);
  Box box;
  net.connect(box, 2);
  box.serve("tcp", 80);
  must(net.firewall().add("box", {net.port(8080, 2, 80)}));
  CHECK(ask_from(neighbour, "tcp", "192.0.2.1", 8080));
  sh(tool + " -A HEXAD-USER -s 192.0.2.9 -j DROP");
  CHECK_FALSE(ask_from(neighbour, "tcp", "192.0.2.1", 8080));
  must(net.firewall().repair());
  Net second(2, variant);
  CHECK(sh(tool + " -S HEXAD-USER") == "-N HEXAD-USER\n-A HEXAD-USER -s 192.0.2.9/32 -j DROP");
  CHECK_FALSE(ask_from(neighbour, "tcp", "192.0.2.1", 8080));
}
