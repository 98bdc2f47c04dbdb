#include "libcontainer/firewall/nft_watch.hpp"

#include <arpa/inet.h>
#include <libmnl/libmnl.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <string>
#include <utility>
#include <vector>

namespace hexad::firewall {
namespace {

// The thread that committed; nf_tables_gen_notify writes its id.
std::uint32_t committer(const nlmsghdr* m) {
  std::uint32_t id = 0;
  constexpr std::size_t kHead = MNL_NLMSG_HDRLEN + MNL_ALIGN(sizeof(nfgenmsg));
  if (m->nlmsg_len < kHead) return id;
  const auto* end = reinterpret_cast<const char*>(m) + m->nlmsg_len;
  const auto* a = reinterpret_cast<const nlattr*>(reinterpret_cast<const char*>(m) + kHead);
  while (::mnl_attr_ok(a, static_cast<int>(end - reinterpret_cast<const char*>(a)))) {
    if (::mnl_attr_get_type(a) == NFTA_GEN_PROC_PID && ::mnl_attr_get_payload_len(a) >= 4)
      id = ntohl(::mnl_attr_get_u32(a));
    a = ::mnl_attr_next(a);
  }
  return id;
}

bool is_own_thread(std::uint32_t id) {
  return ::access(("/proc/self/task/" + std::to_string(id)).c_str(), F_OK) == 0;
}

}  // namespace

Result<NftWatch> NftWatch::open() {
  UniqueFd fd(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_NETFILTER));
  if (!fd) return sys_fail("open an nf_tables event socket");
  const int group = NFNLGRP_NFTABLES, size = 1 << 20;
  ::setsockopt(fd.get(), SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size);
  // Bound, since a socket without a port of its own is left out of events that nobody asked to
  // echo.
  sockaddr_nl self{};
  self.nl_family = AF_NETLINK;
  if (::bind(fd.get(), reinterpret_cast<const sockaddr*>(&self), sizeof self) < 0 ||
      ::setsockopt(fd.get(), SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &group, sizeof group) < 0)
    return sys_fail("subscribe to nf_tables events");
  return NftWatch(std::move(fd));
}

// Everything that waits in the socket; true when a foreign transaction deleted something.
bool NftWatch::read_events() {
  bool foreign = false;
  std::vector<char> buffer(32U << 10);
  for (;;) {
    const ssize_t n = ::recv(fd_.get(), buffer.data(), buffer.size(), 0);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 && errno == ENOBUFS) {  // events were lost: look anyway
      foreign = true;
      continue;
    }
    if (n <= 0) return foreign;
    int left = static_cast<int>(n);
    for (const auto* m = reinterpret_cast<const nlmsghdr*>(buffer.data()); ::mnl_nlmsg_ok(m, left);
         m = ::mnl_nlmsg_next(m, &left)) {
      switch (m->nlmsg_type & 0xff) {
        case NFT_MSG_DELRULE:
        case NFT_MSG_DELCHAIN:
        case NFT_MSG_DELTABLE: deletion_ = true; break;
        case NFT_MSG_NEWGEN:  // ends a transaction
          if (std::exchange(deletion_, false) && !is_own_thread(committer(m))) foreign = true;
          break;
        default: break;
      }
    }
  }
}

Result<bool> NftWatch::wait(int stop) {
  for (;;) {
    std::array<pollfd, 2> fds{pollfd{fd_.get(), POLLIN, 0}, pollfd{stop, POLLIN, 0}};
    if (::poll(fds.data(), fds.size(), -1) < 0) {
      if (errno == EINTR) continue;
      return sys_fail("poll nf_tables events");
    }
    if (fds[1].revents != 0) return false;
    if (read_events()) return true;
  }
}

}  // namespace hexad::firewall
