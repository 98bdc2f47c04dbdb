#include "libcontainer/process/wire.hpp"

#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <array>
#include <cstring>

#include "libcontainer/base/io.hpp"

namespace hexad::process {

namespace {

struct Header {
  std::uint32_t magic = kWireMagic, version = 0;
  std::uint8_t op = 0;
  bool in_memfd = false;
  std::uint32_t body_size = 0;
};
// Not a struct on the wire: without a length of its own, and the same for ever.
constexpr std::size_t kHeaderSize = 4 + 4 + 1 + 1 + 4;

template <class A>
void header_fields(A& a, Header& h) {
  a(h.magic, h.version, h.op, h.in_memfd, h.body_size);
}

tl::unexpected<Error> malformed(std::string_view what) {
  return tl::unexpected<Error>(
      Error{Code::internal, EPROTO, fmt::format("malformed message: {}", what)});
}

// A seal guarantees that nobody shortens or changes the bytes while they are read.
Result<std::string> read_memfd(int fd, std::size_t size) {
  const int seals = ::fcntl(fd, F_GET_SEALS);
  constexpr int kNeeded = F_SEAL_WRITE | F_SEAL_SHRINK;
  if (seals < 0 || (seals & kNeeded) != kNeeded) return malformed("body is not a sealed memfd");
  struct stat st {};
  if (::fstat(fd, &st) != 0) return sys_fail("stat message body");
  if (st.st_size < 0 || static_cast<std::size_t>(st.st_size) != size) return malformed("size");
  std::string out(size, '\0');
  std::size_t at = 0;
  while (at < size) {
    const ssize_t n = ::pread(fd, out.data() + at, size - at, static_cast<off_t>(at));
    if (n <= 0) return sys_fail("read message body");
    at += static_cast<std::size_t>(n);
  }
  return out;
}

}  // namespace

bool valid(const ContainerSpec& spec) noexcept {
  const auto mode = [](NsMode m) { return m <= NsMode::join; };
  const auto& n = spec.ns;
  for (const auto& m : spec.rootfs.mounts) {
    if (m.kind > MountKind::tmpfs || m.propagation > Propagation::slave) return false;
  }
  return mode(n.pid) && mode(n.net) && mode(n.mnt) && mode(n.uts) && mode(n.ipc) && mode(n.cgroup);
}

std::string pack(std::uint32_t version, std::uint8_t op, std::string_view body) {
  Header h;
  h.version = version;
  h.op = op;
  h.body_size = static_cast<std::uint32_t>(body.size());
  Writer w;
  header_fields(w, h);
  return w.take().append(body);
}

Result<> send_packet(int sock, std::uint32_t version, std::uint8_t op, std::string_view body,
                     const std::vector<int>& fds) {
  if (body.size() > kMaxBody) return malformed("body is too large");
  Header h;
  h.version = version;
  h.op = op;
  h.body_size = static_cast<std::uint32_t>(body.size());
  h.in_memfd = body.size() > kMaxInline;
  UniqueFd memfd;
  std::vector<int> all;
  if (h.in_memfd) {
    memfd = TRY(sealed_memfd("hexad-message", body, false));
    all.push_back(memfd.get());
  }
  all.insert(all.end(), fds.begin(), fds.end());
  Writer w;
  header_fields(w, h);
  std::string bytes = w.take();
  if (!h.in_memfd) bytes.append(body);
  return send_message(sock, bytes, all);
}

Result<std::optional<Packet>> receive_packet(int sock) {
  constexpr std::size_t kMaxFds = 253;  // SCM_MAX_FD, unix(7)
  // The size first, so that a small process does not touch a large buffer for a small message.
  ssize_t size = 0;
  do {
    size = ::recv(sock, nullptr, 0, MSG_PEEK | MSG_TRUNC);
  } while (size < 0 && errno == EINTR);
  if (size < 0) return sys_fail("receive");
  if (size == 0) return std::optional<Packet>{};
  std::string bytes(static_cast<std::size_t>(size), '\0');
  iovec part{bytes.data(), bytes.size()};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int) * kMaxFds) + CMSG_SPACE(sizeof(ucred))>
      control;
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  ssize_t got = 0;
  do {
    got = ::recvmsg(sock, &message, MSG_CMSG_CLOEXEC);
  } while (got < 0 && errno == EINTR);
  if (got < 0) return sys_fail("receive");
  Packet packet;
  for (cmsghdr* c = CMSG_FIRSTHDR(&message); c != nullptr; c = CMSG_NXTHDR(&message, c)) {
    if (c->cmsg_level != SOL_SOCKET) continue;
    if (c->cmsg_type == SCM_CREDENTIALS) {
      ucred who{};
      std::memcpy(&who, CMSG_DATA(c), sizeof who);
      packet.sender = who.pid;
    }
    if (c->cmsg_type != SCM_RIGHTS) continue;
    const std::size_t count = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (std::size_t i = 0; i < count; ++i) {
      int fd = -1;
      std::memcpy(&fd, CMSG_DATA(c) + i * sizeof(int), sizeof fd);
      packet.fds.emplace_back(fd);
    }
  }
  if ((message.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) != 0) return malformed("truncated");
  bytes.resize(static_cast<std::size_t>(got));
  Header h;
  Reader r(bytes);
  header_fields(r, h);
  if (!r.ok() || h.magic != kWireMagic) return malformed("header");
  if (h.body_size > kMaxBody) return malformed("body is too large");
  packet.version = h.version;
  packet.op = h.op;
  if (!h.in_memfd) {
    if (bytes.size() - kHeaderSize != h.body_size) return malformed("size");
    packet.body = bytes.substr(kHeaderSize);
    return std::optional<Packet>(std::move(packet));
  }
  if (packet.fds.empty()) return malformed("no body");
  packet.body = TRY(read_memfd(packet.fds.front().get(), h.body_size));
  packet.fds.erase(packet.fds.begin());
  return std::optional<Packet>(std::move(packet));
}

}  // namespace hexad::process
