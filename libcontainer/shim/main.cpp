// hexad-shim: one per container, single-threaded for life. Started by the daemon with the control
// socket as descriptor 3 and EXEC/<id> as descriptor 4; executed once more under another name it is
// the container's tiny init. Fully static and small: no iostream, no Asio, no spdlog, no
// libseccomp.
#include <fcntl.h>
#include <linux/close_range.h>
#include <malloc.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <csignal>
#include <string_view>

#include "libcontainer/base/io.hpp"
#include "libcontainer/process/tiny_init.hpp"
#include "libcontainer/shim/supervisor.hpp"

namespace {

constexpr int kControl = 3;
constexpr int kExecDir = 4;

// 0, 1 and 2 are always taken, so that no other descriptor ever gets such a number.
void occupy_stdio() {
  int fd = -1;
  do {
    fd = ::open("/dev/null", O_RDWR);
  } while (fd >= 0 && fd <= STDERR_FILENO);
  if (fd >= 0) ::close(fd);
}

void leave_the_daemon() {
  ::setsid();  // refused if posix_spawn has done it
  ::umask(022);
  ::syscall(SYS_close_range, kExecDir + 1U, ~0U, 0U);
  ::fcntl(kControl, F_SETFD, FD_CLOEXEC);
  ::fcntl(kExecDir, F_SETFD, FD_CLOEXEC);
  // Nothing but SIGKILL ends a shim; SIGCHLD comes through a descriptor, SIGPIPE as EPIPE.
  sigset_t all;
  ::sigfillset(&all);
  ::sigprocmask(SIG_SETMASK, &all, nullptr);
  ::prctl(PR_SET_CHILD_SUBREAPER, 1);
  ::prctl(PR_SET_DUMPABLE, 0);
  ::prctl(PR_SET_NAME, "hexad-shim");  // executed through a descriptor, whose number it would bear
  // The last one to be killed for memory; not every host allows that.
  static_cast<void>(hexad::write_existing("/proc/self/oom_score_adj", "-999"));
  constexpr int kMapFrom = 64 << 10;  // bytes: larger blocks go back to the kernel when freed
  ::mallopt(M_MMAP_THRESHOLD, kMapFrom);
  ::mallopt(M_TOP_PAD, 0);
}

int supervise() {
  leave_the_daemon();
  auto loop = hexad::shim::Loop::create();
  if (!loop) return 1;
  hexad::shim::Supervisor supervisor(std::move(*loop), hexad::UniqueFd(kExecDir));
  if (!supervisor.start(hexad::UniqueFd(kControl))) return 1;
  return supervisor.run();
}

}  // namespace

int main(int argc, char** argv) {
  occupy_stdio();
  if (argc > 0 && std::string_view(argv[0]) == hexad::process::kTinyInitName)
    return hexad::process::tiny_init_main(argc, argv);
  struct stat st {};
  if (::fstat(kControl, &st) != 0 || !S_ISSOCK(st.st_mode) || ::fstat(kExecDir, &st) != 0 ||
      !S_ISDIR(st.st_mode)) {
    static_cast<void>(hexad::write_all(
        STDERR_FILENO, "hexad-shim is started by hexad; it does nothing by itself.\n"));
    return 2;
  }
  return supervise();
}
