#include "libcontainer/process/sync.hpp"

#include <sys/stat.h>

#include <array>

#include "libcontainer/base/io.hpp"
#include "libcontainer/base/strings.hpp"

namespace hexad::process {

Result<> sync_send(int sock, SyncOp op, std::string_view body, const std::vector<int>& fds) {
  return send_packet(sock, kSyncVersion, static_cast<std::uint8_t>(op), body, fds);
}

Result<> sync_write(int sock, SyncOp op, std::string_view body) {
  return write_all(sock,
                   pack(kSyncVersion, static_cast<std::uint8_t>(op), body.substr(0, kMaxInline)));
}

Result<> sync_wait_go(int sock) {
  std::array<char, 256> bytes;
  ssize_t n = 0;
  do {
    n = ::read(sock, bytes.data(), bytes.size());
  } while (n < 0 && errno == EINTR);
  if (n < 0) return sys_fail("read");
  const std::string wanted = pack(kSyncVersion, static_cast<std::uint8_t>(SyncOp::go), {});
  if (std::string_view(bytes.data(), static_cast<std::size_t>(n)) != wanted) {
    errno = EPIPE;
    return sys_fail("the other end of the handshake is gone");
  }
  return {};
}

Result<Packet> sync_receive(int sock, SyncOp wanted) {
  auto packet = TRY(receive_packet(sock));
  if (!packet) {
    errno = EPIPE;
    return sys_fail("the other end of the handshake is gone");
  }
  if (packet->op != static_cast<std::uint8_t>(wanted)) {
    errno = EPROTO;
    return sys_fail("handshake: message {} instead of {}", packet->op, static_cast<int>(wanted));
  }
  return std::move(*packet);
}

namespace {

// A process runs another program than the caller.
bool runs_another_program(pid_t pid) {
  struct stat own {
  }, its{};
  return ::stat("/proc/self/exe", &own) == 0 &&
         ::stat(fmt::format("/proc/{}/exe", pid).c_str(), &its) == 0 &&
         (own.st_dev != its.st_dev || own.st_ino != its.st_ino);
}

}  // namespace

bool has_execed(pid_t pid) {
  // comm is readable of a zombie too. But execve(2) replaces it only after it has closed the
  // close-on-exec descriptors; the program itself is exchanged before (fs/exec.c, begin_new_exec).
  const auto comm = read_file(fmt::format("/proc/{}/comm", pid), 256);
  return comm && (trim(*comm) != kChildName || runs_another_program(pid));
}

}  // namespace hexad::process
