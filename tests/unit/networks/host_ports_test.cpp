#include "daemon/networks/host_ports.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <catch2/catch.hpp>

using namespace hexad;
using namespace hexad::networks;
using firewall::Protocol;

namespace {

constexpr Ipv4 kLoopback{127U << 24 | 1};

UniqueFd open_tcp(bool reuse) {
  UniqueFd fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const int on = reuse ? 1 : 0;
  ::setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  return fd;
}

sockaddr_in at(std::uint16_t port) {
  sockaddr_in where{};
  where.sin_family = AF_INET;
  where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  where.sin_port = htons(port);
  return where;
}

int bind_port(const UniqueFd& fd, std::uint16_t port) {
  const auto where = at(port);
  return ::bind(fd.get(), reinterpret_cast<const sockaddr*>(&where), sizeof where);
}

}  // namespace

TEST_CASE("a held port cannot be bound again, with or without SO_REUSEADDR") {
  const auto held = hold_port(Protocol::tcp, kLoopback, 0);
  REQUIRE(held);
  REQUIRE(held->port != 0);
  const auto again = hold_port(Protocol::tcp, kLoopback, held->port);
  REQUIRE_FALSE(again);
  CHECK(again.error().sys_errno == EADDRINUSE);
  CHECK_FALSE(hold_port(Protocol::tcp, Ipv4{}, held->port));  // every address overlaps with one
  CHECK(bind_port(open_tcp(true), held->port) < 0);
  CHECK(hold_port(Protocol::udp, kLoopback, held->port));  // another protocol is another port
}

TEST_CASE("a held udp port cannot be bound again and takes no datagrams") {
  const auto held = hold_port(Protocol::udp, kLoopback, 0);
  REQUIRE(held);
  CHECK_FALSE(hold_port(Protocol::udp, kLoopback, held->port));
  const UniqueFd client(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  const auto where = at(held->port);
  CHECK(::sendto(client.get(), "x", 1, 0, reinterpret_cast<const sockaddr*>(&where),
                 sizeof where) == 1);
  char byte = 0;
  CHECK(::recv(held->socket.get(), &byte, 1, MSG_DONTWAIT) < 0);
}

TEST_CASE("a port with connections in TIME_WAIT can be held, and is exclusive then") {
  std::uint16_t port = 0;
  {
    const UniqueFd server = open_tcp(true);
    REQUIRE(bind_port(server, 0) == 0);
    sockaddr_in where{};
    socklen_t size = sizeof where;
    REQUIRE(::getsockname(server.get(), reinterpret_cast<sockaddr*>(&where), &size) == 0);
    port = ntohs(where.sin_port);
    REQUIRE(::listen(server.get(), 1) == 0);
    UniqueFd client = open_tcp(false);
    REQUIRE(::connect(client.get(), reinterpret_cast<const sockaddr*>(&where), sizeof where) == 0);
    UniqueFd accepted(::accept4(server.get(), nullptr, nullptr, SOCK_CLOEXEC));
    accepted.reset();  // the side that closes first keeps TIME_WAIT
    char byte = 0;
    CHECK(::recv(client.get(), &byte, 1, 0) == 0);
  }
  REQUIRE(bind_port(open_tcp(false), port) < 0);  // what it is about
  const auto held = hold_port(Protocol::tcp, kLoopback, port);
  REQUIRE(held);
  CHECK(bind_port(open_tcp(true), port) < 0);
  CHECK_FALSE(hold_port(Protocol::tcp, kLoopback, port));
  const UniqueFd client = open_tcp(false);  // nobody listens there
  const auto where = at(port);
  CHECK(::connect(client.get(), reinterpret_cast<const sockaddr*>(&where), sizeof where) < 0);
  CHECK(errno == ECONNREFUSED);
}
