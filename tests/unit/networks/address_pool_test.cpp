#include "daemon/networks/address_pool.hpp"

#include <catch2/catch.hpp>

using namespace hexad;
using namespace hexad::networks;

namespace {
Ipv4 ip(const char* text) { return *parse_ipv4(text); }
Cidr net(const char* text) { return *parse_cidr(text); }
}  // namespace

TEST_CASE("the lowest free address is given out, never the gateway or the ends") {
  AddressPool pool(net("10.0.0.1/29"));
  for (const char* expected : {"10.0.0.2", "10.0.0.3", "10.0.0.4", "10.0.0.5", "10.0.0.6"})
    CHECK(to_string(pool.take().value()) == expected);
  CHECK_FALSE(pool.take());
  pool.give_back(ip("10.0.0.4"));
  pool.give_back(ip("10.0.0.3"));
  CHECK(to_string(pool.take().value()) == "10.0.0.3");
  CHECK(to_string(pool.take().value()) == "10.0.0.4");
  CHECK_FALSE(pool.take());
}

TEST_CASE("a gateway in the middle of its subnet is skipped") {
  AddressPool pool(net("10.0.0.3/29"));
  std::vector<std::string> all;
  while (const auto a = pool.take()) all.push_back(to_string(*a));
  CHECK(all ==
        std::vector<std::string>{"10.0.0.1", "10.0.0.2", "10.0.0.4", "10.0.0.5", "10.0.0.6"});
}

TEST_CASE("a wanted address is taken once and only inside the subnet") {
  AddressPool pool(net("10.0.0.1/24"));
  CHECK(pool.take(ip("10.0.0.9")));
  CHECK_FALSE(pool.take(ip("10.0.0.9")));
  CHECK_FALSE(pool.take(ip("10.0.0.1")));
  CHECK_FALSE(pool.take(ip("10.0.0.0")));
  CHECK_FALSE(pool.take(ip("10.0.0.255")));
  CHECK_FALSE(pool.take(ip("10.0.1.9")));
  pool.give_back(ip("10.0.1.9"));  // never taken: nothing happens
  CHECK(pool.taken() == 1);
  CHECK(to_string(pool.take().value()) == "10.0.0.2");
}

TEST_CASE("a large subnet is used up without slowing down") {
  AddressPool pool(net("172.17.0.1/16"));
  std::size_t count = 0;
  while (pool.take()) ++count;
  CHECK(count == 65533);
}

TEST_CASE("the first pool that overlaps nothing in use is chosen") {
  const auto pools = default_pools();
  CHECK(pools.size() == 31);
  CHECK(to_string(choose_gateway(pools, {}).value()) == "172.17.0.1/16");
  const std::vector<Cidr> used{net("0.0.0.0/0"), net("172.17.5.0/24"), net("172.16.0.0/14"),
                               net("192.0.2.2/24")};
  CHECK(to_string(choose_gateway(pools, used).value()) == "172.20.0.1/16");
  const std::vector<Cidr> all172{net("172.16.0.0/12"), net("192.168.0.10/20")};
  CHECK(to_string(choose_gateway(pools, all172).value()) == "192.168.16.1/20");
  const std::vector<Cidr> everything{net("172.16.0.0/12"), net("192.168.0.0/16")};
  CHECK_FALSE(choose_gateway(pools, everything));
}
