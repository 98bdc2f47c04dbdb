#include "libcontainer/net/batch.hpp"

#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <netlink/msg.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <atomic>
#include <cstring>

#include "libcontainer/base/io.hpp"

namespace hexad::net {
namespace {

constexpr int kReplyTimeoutMs = 10'000;  // the kernel answers inside send(); this is a last resort

// Unique in the process, since several threads may take turns on one socket.
std::uint32_t next_sequence(std::size_t count) {
  static std::atomic<std::uint32_t> next{1};
  return next.fetch_add(static_cast<std::uint32_t>(count));
}

// The kernel's text after a failed request. linux/netlink.h: with NETLINK_CAP_ACK the request's
// body is left out (NLM_F_CAPPED), without it the attributes follow that body.
std::string ack_detail(std::span<const std::byte> body, const nlmsghdr& header) {
  if ((header.nlmsg_flags & NLM_F_ACK_TLVS) == 0) return {};
  nlmsgerr err{};
  std::memcpy(&err, body.data(), sizeof err);
  std::size_t at = sizeof err;
  if ((header.nlmsg_flags & NLM_F_CAPPED) == 0) {
    if (err.msg.nlmsg_len < sizeof(nlmsghdr)) return {};
    at += NLMSG_ALIGN(std::size_t{err.msg.nlmsg_len} - sizeof(nlmsghdr));
  }
  while (at < body.size() && body.size() - at >= sizeof(nlattr)) {
    nlattr attr{};
    std::memcpy(&attr, body.data() + at, sizeof attr);
    if (attr.nla_len < sizeof attr || attr.nla_len > body.size() - at) return {};
    if ((attr.nla_type & NLA_TYPE_MASK) == NLMSGERR_ATTR_MSG) {
      std::string text(attr.nla_len - sizeof attr, '\0');
      std::memcpy(text.data(), body.data() + at + sizeof attr, text.size());
      return text.substr(0, text.find('\0'));
    }
    at += NLA_ALIGN(std::size_t{attr.nla_len});
  }
  return {};
}

}  // namespace

Result<UniqueFd> open_rtnetlink() {
  UniqueFd fd(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE));
  if (!fd) return sys_fail("open a netlink socket");
  return fd;
}

void Batch::add(nl_msg* message, std::string doing) {
  nlmsghdr* header = ::nlmsg_hdr(message);
  header->nlmsg_flags |= NLM_F_REQUEST | NLM_F_ACK;
  bytes_.resize(NLMSG_ALIGN(bytes_.size()));
  offsets_.push_back(bytes_.size());
  const std::size_t at = bytes_.size();
  bytes_.resize(at + header->nlmsg_len);
  std::memcpy(bytes_.data() + at, header, header->nlmsg_len);
  doing_.push_back(std::move(doing));
  ::nlmsg_free(message);
}

std::size_t read_acks(std::span<const std::byte> datagram, std::uint32_t first_seq,
                      std::span<AckState> states) {
  std::size_t fresh = 0;
  while (datagram.size() >= sizeof(nlmsghdr)) {
    nlmsghdr header{};
    std::memcpy(&header, datagram.data(), sizeof header);
    if (header.nlmsg_len < sizeof header || header.nlmsg_len > datagram.size()) break;
    const auto body = datagram.subspan(sizeof header, header.nlmsg_len - sizeof header);
    const std::uint32_t index = header.nlmsg_seq - first_seq;
    if (header.nlmsg_type == NLMSG_ERROR && body.size() >= sizeof(nlmsgerr) &&
        index < states.size() && !states[index].answered) {
      nlmsgerr err{};
      std::memcpy(&err, body.data(), sizeof err);
      states[index].answered = true;
      states[index].error = err.error < 0 && err.error > -4096 ? -err.error : 0;
      if (err.error != 0) states[index].detail = ack_detail(body, header);
      ++fresh;
    }
    datagram =
        datagram.subspan(std::min(datagram.size(), std::size_t{NLMSG_ALIGN(header.nlmsg_len)}));
  }
  return fresh;
}

Result<> Batch::run(int fd) {
  const std::uint32_t first = next_sequence(doing_.size());
  for (std::size_t i = 0; i < offsets_.size(); ++i) {
    const auto seq = first + static_cast<std::uint32_t>(i);
    std::memcpy(bytes_.data() + offsets_[i] + offsetof(nlmsghdr, nlmsg_seq), &seq, sizeof seq);
  }
  const int on = 1;  // both only make error texts better
  ::setsockopt(fd, SOL_NETLINK, NETLINK_EXT_ACK, &on, sizeof on);
  ::setsockopt(fd, SOL_NETLINK, NETLINK_CAP_ACK, &on, sizeof on);
  ssize_t sent = 0;
  do sent = ::send(fd, bytes_.data(), bytes_.size(), MSG_NOSIGNAL);
  while (sent < 0 && errno == EINTR);
  if (sent < 0) return sys_fail("{}: send to rtnetlink", doing_.front());

  std::vector<AckState> states(doing_.size());
  std::array<std::byte, 16384> buffer{};
  for (std::size_t open = states.size(); open > 0;) {
    const ssize_t n = ::recv(fd, buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 && errno == EAGAIN) {
      if (!TRY(poll_one(fd, POLLIN, kReplyTimeoutMs)))
        return fail(Code::internal, "{}: the kernel did not answer", doing_.front());
      continue;
    }
    if (n < 0) return sys_fail("{}: receive from rtnetlink", doing_.front());
    if (n == 0) return fail(Code::internal, "{}: rtnetlink socket was closed", doing_.front());
    open -= read_acks(std::span(buffer).first(static_cast<std::size_t>(n)), first, states);
  }
  for (std::size_t i = 0; i < states.size(); ++i) {
    if (states[i].error == 0) continue;
    auto error = sys_error(states[i].error, doing_[i]);
    if (!states[i].detail.empty()) error.message += " (" + states[i].detail + ")";
    return pass(std::move(error));
  }
  return {};
}

}  // namespace hexad::net
