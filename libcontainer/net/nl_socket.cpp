#include "libcontainer/net/nl_socket.hpp"

#include <netlink/addr.h>
#include <netlink/cache.h>
#include <netlink/errno.h>
#include <netlink/netlink.h>
#include <netlink/route/addr.h>
#include <netlink/route/link.h>
#include <netlink/socket.h>

namespace hexad::net {

void NlFree::operator()(nl_sock* p) const noexcept { ::nl_socket_free(p); }
void NlFree::operator()(nl_cache* p) const noexcept { ::nl_cache_free(p); }
void NlFree::operator()(rtnl_link* p) const noexcept { ::rtnl_link_put(p); }
void NlFree::operator()(rtnl_addr* p) const noexcept { ::rtnl_addr_put(p); }
void NlFree::operator()(nl_addr* p) const noexcept { ::nl_addr_put(p); }

Error nl_error(int code, std::string_view doing) {
  // libnl 3.7 folds errno values into its own; only those that callers ask for are turned back.
  int err = 0;
  switch (code < 0 ? -code : code) {
    case NLE_EXIST: err = EEXIST; break;
    case NLE_OBJ_NOTFOUND: err = ENOENT; break;
    case NLE_NODEV: err = ENODEV; break;
    case NLE_PERM: err = EPERM; break;
    case NLE_BUSY: err = EBUSY; break;
    case NLE_NOACCESS: err = EACCES; break;
    case NLE_DUMP_INTR: err = EINTR; break;
    default: break;
  }
  return Error{Code::internal, err, fmt::format("{}: {}", doing, ::nl_geterror(code))};
}

Result<NlSocket> open_route_socket() {
  NlSocket socket(::nl_socket_alloc());
  if (!socket) return fail(Code::internal, "no memory for a netlink socket");
  if (const int r = ::nl_connect(socket.get(), NETLINK_ROUTE); r < 0)
    return pass(nl_error(r, "open a netlink socket"));
  return socket;
}

}  // namespace hexad::net
