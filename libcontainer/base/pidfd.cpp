#include "libcontainer/base/pidfd.hpp"

#include <poll.h>
#include <sys/syscall.h>

#include "libcontainer/base/io.hpp"
#include "libcontainer/base/strings.hpp"

namespace hexad {

Result<ProcessId> identify(pid_t pid) {
  auto text = read_file(fmt::format("/proc/{}/stat", pid), 4096);
  if (!text) {
    Error error = std::move(text).error();
    if (error.sys_errno == ENOENT) error.sys_errno = ESRCH;
    return pass(std::move(error));
  }
  // The command name may hold spaces and parentheses: fields count from the last ')'.
  const auto close = text->rfind(')');
  if (close == std::string::npos) return fail(Code::internal, "/proc/{}/stat is malformed", pid);
  const auto fields = split(std::string_view(*text).substr(close + 2), ' ');
  constexpr std::size_t kStartTime = 22 - 3;  // field 22, counted from field 3 here
  const auto start = fields.size() > kStartTime ? parse_uint(fields[kStartTime]) : std::nullopt;
  if (!start) return fail(Code::internal, "/proc/{}/stat is malformed", pid);
  return ProcessId{pid, *start};
}

Result<std::string> boot_id() {
  return std::string(trim(TRY(read_file("/proc/sys/kernel/random/boot_id", 128))));
}

Result<Pidfd> Pidfd::open(pid_t pid) {
  UniqueFd fd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
  if (!fd) return sys_fail("pidfd_open {}", pid);
  return Pidfd(std::move(fd));
}

Result<Pidfd> Pidfd::open(const ProcessId& who) {
  auto fd = TRY(open(who.pid));
  // Identified after the descriptor is held: from here on the pid cannot change its meaning.
  auto now = TRY(identify(who.pid));
  if (!(now == who)) {
    errno = ESRCH;
    return sys_fail("process {}", who.pid);
  }
  return fd;
}

Result<> Pidfd::signal(int signo) const {
  if (::syscall(SYS_pidfd_send_signal, fd_.get(), signo, nullptr, 0) != 0)
    return sys_fail("send signal {}", signo);
  return {};
}

Result<bool> Pidfd::wait_ended(int timeout_ms) const {
  return poll_one(fd_.get(), POLLIN, timeout_ms);
}

}  // namespace hexad
