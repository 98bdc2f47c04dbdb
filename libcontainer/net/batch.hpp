// Several rtnetlink requests in one send, and their acknowledgements. Works on any NETLINK_ROUTE
// descriptor, also on one that lives in another network namespace: requests act where the socket
// was opened (man 7 netlink), so no thread has to change its namespace.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "libcontainer/base/result.hpp"
#include "libcontainer/base/unique_fd.hpp"

struct nl_msg;

namespace hexad::net {

// A raw NETLINK_ROUTE descriptor in this thread's network namespace, with extended errors.
Result<UniqueFd> open_rtnetlink();

class Batch {
 public:
  // Takes over `message`; `doing` names it in errors ("add address 172.17.0.2/16").
  // NLM_F_REQUEST | NLM_F_ACK and the sequence number are set here.
  void add(nl_msg* message, std::string doing);
  [[nodiscard]] bool empty() const noexcept { return doing_.empty(); }
  // One send, then reads until every request is answered. The first error in the order of the
  // requests, with its errno; the others were carried out or failed on their own (the kernel goes
  // on).
  Result<> run(int fd);

 private:
  std::string bytes_;
  std::vector<std::string> doing_;
  std::vector<std::size_t> offsets_;
};

// What one datagram from the kernel says about requests `first_seq` .. `first_seq + states.size()`.
struct AckState {
  bool answered = false;
  int error = 0;       // positive errno
  std::string detail;  // NLMSGERR_ATTR_MSG
};
// Returns how many were answered for the first time. Never trusts a length in the datagram.
std::size_t read_acks(std::span<const std::byte> datagram, std::uint32_t first_seq,
                      std::span<AckState> states);

}  // namespace hexad::net
