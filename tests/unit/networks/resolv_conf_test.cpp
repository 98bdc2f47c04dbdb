#include "daemon/networks/resolv_conf.hpp"

#include <catch2/catch.hpp>

using hexad::networks::container_resolv_conf;

TEST_CASE("the host's servers, search list and options are kept") {
  CHECK(container_resolv_conf(
            "# made by dhcp\nnameserver 192.0.2.53\n\nsearch example.org lan\noptions ndots:2\n",
            "") == "nameserver 192.0.2.53\nsearch example.org lan\noptions ndots:2\n");
}

TEST_CASE("servers on loopback and IPv6 addresses are left out") {
  CHECK(container_resolv_conf(
            "nameserver 127.0.0.1\nnameserver fe80::1%eth0\nnameserver 10.1.1.1\n", "") ==
        "nameserver 10.1.1.1\n");
}

TEST_CASE("a local stub is replaced by the uplink's servers") {
  CHECK(container_resolv_conf("nameserver 127.0.0.53\noptions edns0\n",
                              "nameserver 10.2.2.2\nsearch corp\n") ==
        "nameserver 10.2.2.2\nsearch corp\n");
}

TEST_CASE("without any server the public defaults are used and the rest is kept") {
  CHECK(container_resolv_conf("nameserver 127.0.0.53\nsearch corp\n", "") ==
        "search corp\nnameserver 8.8.8.8\nnameserver 8.8.4.4\n");
  CHECK(container_resolv_conf("", "") == "nameserver 8.8.8.8\nnameserver 8.8.4.4\n");
}
