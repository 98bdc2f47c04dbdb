// The default profile, as data. Source: github.com/moby/profiles, seccomp/default_linux.go at
// 02e898b137ae (what Docker 29 ships): an allow list; everything else fails with EPERM. Not in
// the list, so refused: io_uring_*, keyctl and friends, userfaultfd, AF_VSOCK and AF_ALG sockets.
// Left out here: rules for architectures that we do not build for (s390, ppc64le, riscv64).
#include <linux/capability.h>
#include <sched.h>
#include <sys/socket.h>

#include <cerrno>

#include "libcontainer/security/capabilities.hpp"
#include "libcontainer/security/seccomp_compile.hpp"

namespace hexad::security {
namespace {

// clang-format off
const std::vector<std::string> kAlways{
    "accept", "accept4", "access", "adjtimex", "alarm", "bind", "brk", "cachestat", "capget", "capset",
    "chdir", "chmod", "chown", "chown32", "clock_adjtime", "clock_adjtime64", "clock_getres",
    "clock_getres_time64", "clock_gettime", "clock_gettime64", "clock_nanosleep",
    "clock_nanosleep_time64", "close", "close_range", "connect", "copy_file_range", "creat", "dup",
    "dup2", "dup3", "epoll_create", "epoll_create1", "epoll_ctl", "epoll_ctl_old", "epoll_pwait",
    "epoll_pwait2", "epoll_wait", "epoll_wait_old", "eventfd", "eventfd2", "execve", "execveat", "exit",
    "exit_group", "faccessat", "faccessat2", "fadvise64", "fadvise64_64", "fallocate", "fanotify_mark",
    "fchdir", "fchmod", "fchmodat", "fchmodat2", "fchown", "fchown32", "fchownat", "fcntl", "fcntl64",
    "fdatasync", "fgetxattr", "flistxattr", "flock", "fork", "fremovexattr", "fsetxattr", "fstat",
    "fstat64", "fstatat64", "fstatfs", "fstatfs64", "fsync", "ftruncate", "ftruncate64", "futex",
    "futex_requeue", "futex_time64", "futex_wait", "futex_waitv", "futex_wake", "futimesat", "getcpu",
    "getcwd", "getdents", "getdents64", "getegid", "getegid32", "geteuid", "geteuid32", "getgid",
    "getgid32", "getgroups", "getgroups32", "getitimer", "getpeername", "getpgid", "getpgrp", "getpid",
    "getppid", "getpriority", "getrandom", "getresgid", "getresgid32", "getresuid", "getresuid32",
    "getrlimit", "get_robust_list", "getrusage", "getsid", "getsockname", "getsockopt",
    "get_thread_area", "gettid", "gettimeofday", "getuid", "getuid32", "getxattr", "getxattrat",
    "inotify_add_watch", "inotify_init", "inotify_init1", "inotify_rm_watch", "io_cancel", "ioctl",
    "io_destroy", "io_getevents", "io_pgetevents", "io_pgetevents_time64", "ioprio_get", "ioprio_set",
    "io_setup", "io_submit", "ipc", "kill", "landlock_add_rule", "landlock_create_ruleset",
    "landlock_restrict_self", "lchown", "lchown32", "lgetxattr", "link", "linkat", "listen", "listmount",
    "listxattr", "listxattrat", "llistxattr", "_llseek", "lremovexattr", "lseek", "lsetxattr", "lstat",
    "lstat64", "madvise", "map_shadow_stack", "membarrier", "memfd_create", "memfd_secret", "mincore",
    "mkdir", "mkdirat", "mknod", "mknodat", "mlock", "mlock2", "mlockall", "mmap", "mmap2", "mprotect",
    "mq_getsetattr", "mq_notify", "mq_open", "mq_timedreceive", "mq_timedreceive_time64", "mq_timedsend",
    "mq_timedsend_time64", "mq_unlink", "mremap", "mseal", "msgctl", "msgget", "msgrcv", "msgsnd",
    "msync", "munlock", "munlockall", "munmap", "name_to_handle_at", "nanosleep", "newfstatat",
    "_newselect", "open", "openat", "openat2", "pause", "pidfd_open", "pidfd_send_signal", "pipe",
    "pipe2", "pkey_alloc", "pkey_free", "pkey_mprotect", "poll", "ppoll", "ppoll_time64", "prctl",
    "pread64", "preadv", "preadv2", "prlimit64", "process_mrelease", "pselect6", "pselect6_time64",
    "pwrite64", "pwritev", "pwritev2", "read", "readahead", "readlink", "readlinkat", "readv", "recv",
    "recvfrom", "recvmmsg", "recvmmsg_time64", "recvmsg", "remap_file_pages", "removexattr",
    "removexattrat", "rename", "renameat", "renameat2", "restart_syscall", "riscv_hwprobe", "rmdir",
    "rseq", "rt_sigaction", "rt_sigpending", "rt_sigprocmask", "rt_sigqueueinfo", "rt_sigreturn",
    "rt_sigsuspend", "rt_sigtimedwait", "rt_sigtimedwait_time64", "rt_tgsigqueueinfo",
    "sched_getaffinity", "sched_getattr", "sched_getparam", "sched_get_priority_max",
    "sched_get_priority_min", "sched_getscheduler", "sched_rr_get_interval",
    "sched_rr_get_interval_time64", "sched_setaffinity", "sched_setattr", "sched_setparam",
    "sched_setscheduler", "sched_yield", "seccomp", "select", "semctl", "semget", "semop", "semtimedop",
    "semtimedop_time64", "send", "sendfile", "sendfile64", "sendmmsg", "sendmsg", "sendto", "setfsgid",
    "setfsgid32", "setfsuid", "setfsuid32", "setgid", "setgid32", "setgroups", "setgroups32",
    "setitimer", "setpgid", "setpriority", "setregid", "setregid32", "setresgid", "setresgid32",
    "setresuid", "setresuid32", "setreuid", "setreuid32", "setrlimit", "set_robust_list", "setsid",
    "setsockopt", "set_thread_area", "set_tid_address", "setuid", "setuid32", "setxattr", "setxattrat",
    "shmat", "shmctl", "shmdt", "shmget", "shutdown", "sigaltstack", "signalfd", "signalfd4",
    "sigprocmask", "sigreturn", "socketcall", "socketpair", "splice", "stat", "stat64", "statfs",
    "statfs64", "statmount", "statx", "symlink", "symlinkat", "sync", "sync_file_range", "syncfs",
    "sysinfo", "tee", "tgkill", "time", "timer_create", "timer_delete", "timer_getoverrun",
    "timer_gettime", "timer_gettime64", "timer_settime", "timer_settime64", "timerfd_create",
    "timerfd_gettime", "timerfd_gettime64", "timerfd_settime", "timerfd_settime64", "times", "tkill",
    "truncate", "truncate64", "ugetrlimit", "umask", "uname", "unlink", "unlinkat", "uretprobe", "utime",
    "utimensat", "utimensat_time64", "utimes", "vfork", "vmsplice", "wait4", "waitid", "waitpid",
    "write", "writev",
    // Since Linux 4.8 ptrace cannot get around seccomp.
    "process_vm_readv", "process_vm_writev", "ptrace",
};

// Calls that a capability brings with it.
struct WithCapability {
  int capability;
  std::vector<std::string> names;
};
const std::vector<WithCapability> kWithCapability{
    {CAP_DAC_READ_SEARCH, {"open_by_handle_at"}},
    {CAP_SYS_ADMIN,
     {"bpf", "clone", "clone3", "fanotify_init", "fsconfig", "fsmount", "fsopen", "fspick",
      "lookup_dcookie", "lsm_get_self_attr", "lsm_list_modules", "lsm_set_self_attr", "mount",
      "mount_setattr", "move_mount", "open_tree", "perf_event_open", "quotactl", "quotactl_fd",
      "setdomainname", "sethostname", "setns", "syslog", "umount", "umount2", "unshare"}},
    {CAP_SYS_BOOT, {"reboot"}},
    {CAP_SYS_CHROOT, {"chroot"}},
    {CAP_SYS_MODULE, {"delete_module", "init_module", "finit_module"}},
    {CAP_SYS_PACCT, {"acct"}},
    {CAP_SYS_PTRACE,
     {"kcmp", "pidfd_getfd", "process_madvise", "process_vm_readv", "process_vm_writev", "ptrace"}},
    {CAP_SYS_RAWIO, {"iopl", "ioperm"}},
    {CAP_SYS_TIME, {"settimeofday", "stime", "clock_settime", "clock_settime64"}},
    {CAP_SYS_TTY_CONFIG, {"vhangup"}},
    {CAP_SYS_NICE, {"get_mempolicy", "mbind", "set_mempolicy", "set_mempolicy_home_node"}},
    {CAP_SYSLOG, {"syslog"}},
    {CAP_BPF, {"bpf"}},
    {CAP_PERFMON, {"perf_event_open"}},
};

// Socket families that may be made, ascending. Absent on purpose: AF_DECnet, AF_ECONET, AF_ATMSVC,
// AF_IRDA, AF_WANPIPE, AF_ISDN, AF_CAIF (gone from the kernel); AF_ALG; AF_VSOCK (reaches the
// host's virtual machines across network namespaces).
constexpr int kFamilies[]{
    AF_UNIX, AF_INET, AF_AX25, AF_IPX, AF_APPLETALK, AF_NETROM, AF_BRIDGE, AF_ATMPVC, AF_X25, AF_INET6,
    AF_ROSE, AF_NETBEUI, AF_SECURITY, AF_KEY, AF_NETLINK, AF_PACKET, AF_ASH, AF_RDS, AF_SNA, AF_PPPOX,
    AF_LLC, AF_IB, AF_MPLS, AF_CAN, AF_TIPC, AF_BLUETOOTH, AF_IUCV, AF_RXRPC, AF_PHONET, AF_IEEE802154,
    AF_NFC, AF_KCM, AF_QIPCRTR, AF_SMC, AF_XDP, 45 /* AF_MCTP */,
};
// clang-format on

// personality(2): Linux, Linux32, with and without UNAME26, and the query.
constexpr std::uint64_t kPersonalities[]{0x0, 0x0008, 0x20000, 0x20008, 0xffffffff};

constexpr std::uint64_t kNamespaceFlags = CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC |
                                          CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET |
                                          CLONE_NEWCGROUP;

// The families 1..k that follow each other become one comparison; the rest are single ones.
void add_sockets(std::vector<Rule>& rules) {
  std::uint64_t next = AF_UNIX;
  for (const int family : kFamilies)
    if (static_cast<std::uint64_t>(family) == next) ++next;
  rules.push_back({.names = {"socket"}, .arguments = {{0, Compare::less, next, 0}}});
  for (const int family : kFamilies) {
    const auto value = static_cast<std::uint64_t>(family);
    if (value >= next)
      rules.push_back({.names = {"socket"}, .arguments = {{0, Compare::equal, value, 0}}});
  }
}

Profile make() {
  Profile profile;
  profile.default_action = Action::error;
  profile.default_error = EPERM;
  auto& rules = profile.rules;
  rules.push_back({.names = kAlways, .arguments = {}});
  add_sockets(rules);
  for (const std::uint64_t persona : kPersonalities)
    rules.push_back({.names = {"personality"}, .arguments = {{0, Compare::equal, persona, 0}}});
  rules.push_back(
      {.names = {"arm_fadvise64_64", "arm_sync_file_range", "sync_file_range2", "breakpoint",
                 "cacheflush", "set_tls"},
       .arguments = {},
       .if_arches = static_cast<std::uint8_t>(arch_bit(Arch::arm) | arch_bit(Arch::aarch64))});
  rules.push_back(
      {.names = {"arch_prctl"},
       .arguments = {},
       .if_arches = static_cast<std::uint8_t>(arch_bit(Arch::x86_64) | arch_bit(Arch::x32))});
  rules.push_back({.names = {"modify_ldt"},
                   .arguments = {},
                   .if_arches = static_cast<std::uint8_t>(
                       arch_bit(Arch::x86_64) | arch_bit(Arch::x32) | arch_bit(Arch::x86))});
  for (const auto& [capability, names] : kWithCapability)
    rules.push_back(
        {.names = names, .arguments = {}, .if_capabilities = capability_bit(capability)});
  const std::uint64_t admin = capability_bit(CAP_SYS_ADMIN);
  // clone without new namespaces; clone3 hides its flags behind a pointer, so that the C library
  // is told to fall back to clone.
  rules.push_back({.names = {"clone"},
                   .arguments = {{0, Compare::masked_equal, kNamespaceFlags, 0}},
                   .unless_capabilities = admin});
  rules.push_back({.names = {"clone3"},
                   .action = Action::error,
                   .error = ENOSYS,
                   .arguments = {},
                   .unless_capabilities = admin});
  return profile;
}

}  // namespace

const Profile& default_profile() {
  static const Profile profile = make();
  return profile;
}

}  // namespace hexad::security
