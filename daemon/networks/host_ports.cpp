#include "daemon/networks/host_ports.hpp"

#include <linux/filter.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <array>

namespace hexad::networks {
namespace {

using firewall::Protocol;

Result<UniqueFd> open_socket(Protocol protocol) {
  const int type = protocol == Protocol::udp ? SOCK_DGRAM : SOCK_STREAM;
  const int number = protocol == Protocol::sctp ? IPPROTO_SCTP : 0;
  UniqueFd fd(::socket(AF_INET, type | SOCK_CLOEXEC | SOCK_NONBLOCK, number));
  if (!fd) return sys_fail("open a {} socket", firewall::name_of(protocol));
  return fd;
}

Result<> bind_to(const UniqueFd& fd, Ipv4 address, std::uint16_t port) {
  sockaddr_in where{};
  where.sin_family = AF_INET;
  where.sin_addr.s_addr = htonl(address.bits);
  where.sin_port = htons(port);
  if (::bind(fd.get(), reinterpret_cast<const sockaddr*>(&where), sizeof where) < 0)
    return sys_fail("bind {}:{}", to_string(address), port);
  return {};
}

int set_reuse(const UniqueFd& fd, int on) {
  return ::setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
}

// A server that ended a moment ago leaves connections in TIME_WAIT, and those keep a port from
// being bound without SO_REUSEADDR. With it two sockets that do not listen can share a port, which
// is what must not be. Listening once makes the port exclusive (inet_csk_listen_start checks it
// again without reuse); then the socket stops listening and keeps the port.
Result<UniqueFd> bind_over_time_wait(Ipv4 address, std::uint16_t port) {
  auto fd = TRY(open_socket(Protocol::tcp));
  if (set_reuse(fd, 1) < 0) return sys_fail("SO_REUSEADDR");
  TRY(bind_to(fd, address, port));
  if (::listen(fd.get(), 0) < 0) return sys_fail("bind {}:{}", to_string(address), port);
  if (::shutdown(fd.get(), SHUT_RDWR) < 0 || set_reuse(fd, 0) < 0) return sys_fail("hold a port");
  return fd;
}

// Datagrams that reach the socket (our rule was flushed) must not pile up in it.
void discard_input(const UniqueFd& fd) {
  std::array<sock_filter, 1> drop{sock_filter{BPF_RET | BPF_K, 0, 0, 0}};
  const sock_fprog program{drop.size(), drop.data()};
  ::setsockopt(fd.get(), SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program);
}

}  // namespace

Result<HeldPort> hold_port(Protocol protocol, Ipv4 address, std::uint16_t port) {
  auto opened = open_socket(protocol);
  if (!opened && protocol == Protocol::sctp && port != 0) return HeldPort{UniqueFd{}, port};
  HeldPort held{TRY(std::move(opened)), port};
  if (auto bound = bind_to(held.socket, address, port); !bound) {
    if (bound.error().sys_errno != EADDRINUSE || protocol != Protocol::tcp)
      return pass(std::move(bound.error()));
    held.socket = TRY(bind_over_time_wait(address, port));
  }
  if (protocol == Protocol::udp) discard_input(held.socket);
  if (port == 0) {
    sockaddr_in where{};
    socklen_t size = sizeof where;
    if (::getsockname(held.socket.get(), reinterpret_cast<sockaddr*>(&where), &size) < 0)
      return sys_fail("getsockname");
    held.port = ntohs(where.sin_port);
  }
  return held;
}

}  // namespace hexad::networks
