#include "libcontainer/process/network.hpp"

#include <linux/netlink.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <cstring>

#include "libcontainer/base/io.hpp"

namespace hexad::process {

namespace {

// A kernel without the switch (no IPv6) needs no switching.
Result<> write_if_there(const char* path, std::string_view value) {
  auto done = write_existing(path, value);
  if (!done && done.error().sys_errno != ENOENT) return done;
  return {};
}

}  // namespace

Result<> set_net_defaults(bool in_user_ns, bool disable_ipv6) {
  TRY(write_if_there("/proc/sys/net/ipv4/ip_unprivileged_port_start", "0"));
  if (!in_user_ns) TRY(write_if_there("/proc/sys/net/ipv4/ping_group_range", "0 2147483647"));
  if (disable_ipv6) {
    TRY(write_if_there("/proc/sys/net/ipv6/conf/default/disable_ipv6", "1"));
    TRY(write_if_there("/proc/sys/net/ipv6/conf/all/disable_ipv6", "1"));
  }
  return {};
}

Result<UniqueFd> open_rtnetlink() {
  UniqueFd fd(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE));
  if (!fd) return sys_fail("open a rtnetlink socket");
  return fd;
}

Result<> bring_up_loopback() {
  UniqueFd fd(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  if (!fd) return sys_fail("open a socket");
  ifreq request{};
  std::strcpy(request.ifr_name, "lo");
  request.ifr_flags = IFF_UP | IFF_RUNNING | IFF_LOOPBACK;
  if (::ioctl(fd.get(), SIOCSIFFLAGS, &request) != 0) return sys_fail("bring up lo");
  return {};
}

}  // namespace hexad::process
