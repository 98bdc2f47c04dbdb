#include "libcontainer/process/tiny_init.hpp"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include "libcontainer/process/failure.hpp"
#include "libcontainer/process/sync.hpp"

namespace hexad::process {

namespace {

constexpr int kSyncFd = 3;
constexpr int kSignalled = 128;  // a shell's code for "ended by signal N" is 128 + N

int exit_code(int status) {
  return WIFSIGNALED(status) ? kSignalled + WTERMSIG(status) : WEXITSTATUS(status);
}

// In the child. With a terminal its process group becomes the foreground one, so that job control
// and Ctrl-C reach the program and not its init.
[[noreturn]] void run_program(char** argv) {
  ::setpgid(0, 0);
  if (::isatty(0) == 1) {
    sigset_t set;
    ::sigemptyset(&set);
    ::sigaddset(&set, SIGTTOU);
    ::sigprocmask(SIG_BLOCK, &set, nullptr);
    ::tcsetpgrp(0, ::getpgrp());
  }
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  ::execve(argv[1], argv + 3, environ);
  const int err = errno;
  Failure f;
  f.stage = "exec";
  f.sys_errno = err;
  f.message = fmt::format("exec {}: {}: unknown", argv[1], go_error(err));
  static_cast<void>(sync_write(kSyncFd, SyncOp::failed, encode(f)));
  ::_exit(1);
}

// True when the program itself has ended; everything else is only reaped.
bool reap(pid_t program, int& code) {
  for (;;) {
    int status = 0;
    const pid_t pid = ::waitpid(-1, &status, WNOHANG);
    if (pid <= 0) return pid < 0 && errno == ECHILD;
    if (pid == program) {
      code = exit_code(status);
      return true;
    }
  }
}

}  // namespace

Error exec_tiny_init(int self, int sync, const ProcessSpec& spec, const Prepared& prepared) {
  std::vector<char*> argv{const_cast<char*>(kTinyInitName),
                          const_cast<char*>(prepared.path.c_str()), const_cast<char*>("--")};
  for (const auto& one : spec.argv) argv.push_back(const_cast<char*>(one.c_str()));
  argv.push_back(nullptr);
  std::vector<char*> env;
  for (const auto& one : prepared.env) env.push_back(const_cast<char*>(one.c_str()));
  env.push_back(nullptr);
  int program = self;
  if (program == kSyncFd) program = ::fcntl(self, F_DUPFD_CLOEXEC, kSyncFd + 1);
  const bool placed = sync == kSyncFd ? ::fcntl(sync, F_SETFD, 0) == 0 : ::dup2(sync, kSyncFd) >= 0;
  if (placed) ::syscall(SYS_execveat, program, "", argv.data(), env.data(), AT_EMPTY_PATH);
  const int err = errno;
  return Error{Code::internal, err, fmt::format("exec init: {}", go_error(err))};
}

int tiny_init_main(int argc, char** argv) {
  if (argc < 4) return 125;
  ::fcntl(kSyncFd, F_SETFD, FD_CLOEXEC);
  // It is killed with the shim; an exec keeps that, but a change of user may have lost it.
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  ::prctl(PR_SET_NAME, kTinyInitName);
  sigset_t all;
  ::sigfillset(&all);
  // Faults of our own must not wait to be collected.
  for (const int fault : {SIGFPE, SIGILL, SIGSEGV, SIGBUS, SIGABRT, SIGTRAP, SIGSYS})
    ::sigdelset(&all, fault);
  ::sigprocmask(SIG_SETMASK, &all, nullptr);
  const pid_t program = ::fork();
  if (program < 0) return 125;
  if (program == 0) run_program(argv);
  ::close(kSyncFd);
  int code = 0;
  for (;;) {
    siginfo_t info{};
    const int signo = ::sigwaitinfo(&all, &info);
    if (signo == SIGCHLD) {
      if (reap(program, code)) return code;
    } else if (signo > 0 && signo != SIGTTIN && signo != SIGTTOU) {
      ::kill(program, signo);
    }
  }
}

}  // namespace hexad::process
