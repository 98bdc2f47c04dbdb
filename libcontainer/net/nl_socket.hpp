// libnl's objects held by types that give them back, for the calls made at start and recovery.
// The start path of a container does not come here: see batch.hpp.
#pragma once

#include <memory>

#include "libcontainer/base/result.hpp"

struct nl_sock;
struct nl_cache;
struct rtnl_link;
struct rtnl_addr;
struct rtnl_route;
struct nl_addr;

namespace hexad::net {

struct NlFree {
  void operator()(nl_sock* p) const noexcept;
  void operator()(nl_cache* p) const noexcept;
  void operator()(rtnl_link* p) const noexcept;
  void operator()(rtnl_addr* p) const noexcept;
  void operator()(nl_addr* p) const noexcept;
};
using NlSocket = std::unique_ptr<nl_sock, NlFree>;
using NlCache = std::unique_ptr<nl_cache, NlFree>;
using NlLink = std::unique_ptr<rtnl_link, NlFree>;
using NlAddr = std::unique_ptr<rtnl_addr, NlFree>;
using NlAddress = std::unique_ptr<nl_addr, NlFree>;

// A NETLINK_ROUTE socket in this thread's network namespace, close-on-exec.
Result<NlSocket> open_route_socket();
// The errno that a (negative) libnl code stands for, and the text for people.
Error nl_error(int code, std::string_view doing);

}  // namespace hexad::net
