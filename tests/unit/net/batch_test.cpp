#include "libcontainer/net/batch.hpp"

#include <linux/netlink.h>

#include <catch2/catch.hpp>
#include <cstring>

using namespace hexad::net;

namespace {

// One acknowledgement as the kernel sends it, with the request's header echoed only.
std::string ack(std::uint32_t seq, int error, const std::string& detail = {}) {
  nlmsgerr body{};
  body.error = error;
  std::string bytes(sizeof(nlmsghdr) + sizeof body, '\0');
  if (!detail.empty()) {
    nlattr attr{};
    attr.nla_type = NLMSGERR_ATTR_MSG;
    attr.nla_len = static_cast<std::uint16_t>(sizeof attr + detail.size() + 1);
    bytes.append(reinterpret_cast<const char*>(&attr), sizeof attr);
    bytes.append(detail.c_str(), detail.size() + 1);
  }
  nlmsghdr head{};
  head.nlmsg_len = static_cast<std::uint32_t>(bytes.size());
  head.nlmsg_type = NLMSG_ERROR;
  head.nlmsg_seq = seq;
  head.nlmsg_flags = NLM_F_CAPPED;
  if (!detail.empty()) head.nlmsg_flags |= NLM_F_ACK_TLVS;
  std::memcpy(bytes.data(), &head, sizeof head);
  std::memcpy(bytes.data() + sizeof head, &body, sizeof body);
  bytes.resize(NLMSG_ALIGN(bytes.size()));
  return bytes;
}

std::size_t read(const std::string& bytes, std::uint32_t first, std::span<AckState> states) {
  return read_acks(std::as_bytes(std::span(bytes)), first, states);
}

}  // namespace

TEST_CASE("acknowledgements are matched by sequence number, in any grouping") {
  std::vector<AckState> states(3);
  CHECK(read(ack(11, -EEXIST, "File is there") + ack(10, 0), 10, states) == 2);
  CHECK(states[0].answered);
  CHECK(states[0].error == 0);
  CHECK(states[1].error == EEXIST);
  CHECK(states[1].detail == "File is there");
  CHECK_FALSE(states[2].answered);
  CHECK(read(ack(12, -EINVAL), 10, states) == 1);
  CHECK(states[2].error == EINVAL);
}

TEST_CASE("answers to other requests and repeated ones do not count") {
  std::vector<AckState> states(1);
  CHECK(read(ack(9, 0) + ack(11, -EPERM), 10, states) == 0);
  CHECK(read(ack(10, -EPERM) + ack(10, 0), 10, states) == 1);
  CHECK(states[0].error == EPERM);
}

TEST_CASE("cut off and lying lengths are not followed") {
  std::vector<AckState> states(1);
  auto whole = ack(10, -EINVAL, "text");
  whole.resize(sizeof(nlmsghdr) + sizeof(nlmsgerr) + sizeof(nlattr) + 5);  // no padding
  for (std::size_t cut = 0; cut < whole.size(); ++cut)
    CHECK(read(whole.substr(0, cut), 10, states) == 0);
  auto lying = whole;
  lying[0] = '\xff';
  CHECK(read(lying, 10, states) == 0);
  auto attribute = whole;
  attribute[sizeof(nlmsghdr) + sizeof(nlmsgerr)] = '\x7f';
  CHECK(read(attribute, 10, states) == 1);
  CHECK(states[0].detail.empty());
}
