// The compiled program is run here by a small interpreter of classic BPF, call by call.
#include <linux/audit.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include <catch2/catch.hpp>
#include <cstring>
#include <set>

#include "libcontainer/security/capabilities.hpp"
#include "libcontainer/security/seccomp_compile.hpp"

using namespace hexad;
using namespace hexad::security;

namespace {

constexpr std::uint32_t kNative = AUDIT_ARCH_X86_64;
constexpr std::uint32_t kAllow = SECCOMP_RET_ALLOW;
constexpr std::uint32_t kRefuse = SECCOMP_RET_ERRNO | EPERM;
constexpr std::uint32_t kUnknown = SECCOMP_RET_ERRNO | ENOSYS;

std::uint32_t run(const std::string& program, const seccomp_data& data) {
  std::vector<sock_filter> code(program.size() / sizeof(sock_filter));
  std::memcpy(code.data(), program.data(), code.size() * sizeof(sock_filter));
  std::uint32_t a = 0;
  for (std::size_t at = 0; at < code.size(); ++at) {
    const sock_filter& i = code[at];
    const auto branch = [&](bool yes) { at += yes ? i.jt : i.jf; };
    switch (i.code) {
      case BPF_LD | BPF_W | BPF_ABS:
        std::memcpy(&a, static_cast<const char*>(static_cast<const void*>(&data)) + i.k, 4);
        break;
      case BPF_ALU | BPF_AND | BPF_K: a &= i.k; break;
      case BPF_JMP | BPF_JA: at += i.k; break;
      case BPF_JMP | BPF_JEQ | BPF_K: branch(a == i.k); break;
      case BPF_JMP | BPF_JGE | BPF_K: branch(a >= i.k); break;
      case BPF_JMP | BPF_JGT | BPF_K: branch(a > i.k); break;
      case BPF_JMP | BPF_JSET | BPF_K: branch((a & i.k) != 0); break;
      case BPF_RET | BPF_K: return i.k;
      default: FAIL("instruction " << i.code);
    }
  }
  FAIL("ran past the end");
  return 0;
}

std::uint32_t call(const std::string& program, long nr, std::vector<std::uint64_t> args = {},
                   std::uint32_t arch = kNative) {
  seccomp_data data{};
  data.nr = static_cast<int>(nr);
  data.arch = arch;
  for (std::size_t i = 0; i < args.size(); ++i) data.args[i] = args[i];
  return run(program, data);
}

const std::string& usual() {
  static const std::string program = *default_seccomp(kDefaultCapabilities);
  return program;
}

constexpr std::uint64_t with(int capability) {
  return kDefaultCapabilities | capability_bit(capability);
}

}  // namespace

#if defined(__x86_64__)

TEST_CASE("the default profile allows what programs need") {
  for (const long nr :
       {SYS_read,        SYS_write,      SYS_openat, SYS_execve,     SYS_mmap,
        SYS_futex,       SYS_clone,      SYS_fork,   SYS_epoll_wait, SYS_ptrace,
        SYS_seccomp,     SYS_arch_prctl, SYS_chroot, SYS_faccessat2, SYS_landlock_create_ruleset,
        SYS_close_range, SYS_capset,     SYS_prctl,  SYS_modify_ldt, SYS_memfd_secret,
        SYS_statx,       SYS_rseq}) {
    INFO(nr);
    CHECK(call(usual(), nr) == kAllow);
  }
}

TEST_CASE("the default profile refuses what reaches into the kernel") {
  for (const long nr : {SYS_io_uring_setup,
                        SYS_io_uring_enter,
                        SYS_io_uring_register,
                        SYS_keyctl,
                        SYS_add_key,
                        SYS_request_key,
                        SYS_mount,
                        SYS_umount2,
                        SYS_pivot_root,
                        SYS_setns,
                        SYS_unshare,
                        SYS_bpf,
                        SYS_perf_event_open,
                        SYS_init_module,
                        SYS_finit_module,
                        SYS_kexec_load,
                        SYS_reboot,
                        SYS_swapon,
                        SYS_userfaultfd,
                        SYS_fsopen,
                        SYS_open_tree,
                        SYS_move_mount,
                        SYS_open_by_handle_at,
                        SYS_settimeofday,
                        SYS_iopl,
                        SYS_kcmp,
                        SYS_acct,
                        SYS_quotactl,
                        SYS_syslog,
                        SYS_vhangup,
                        SYS_mbind,
                        SYS_nfsservctl,
                        SYS_pidfd_getfd}) {
    INFO(nr);
    CHECK(call(usual(), nr) == kRefuse);
  }
}

TEST_CASE("sockets: families of the list only") {
  for (const int family :
       {AF_UNIX, AF_INET, AF_INET6, AF_NETLINK, AF_PACKET, AF_CAN, AF_BLUETOOTH, AF_XDP, 45})
    CHECK(call(usual(), SYS_socket, {static_cast<std::uint64_t>(family)}) == kAllow);
  for (const int family : {AF_VSOCK, AF_ALG, AF_DECnet, AF_ECONET, AF_ATMSVC, AF_IRDA, AF_WANPIPE,
                           AF_ISDN, AF_CAIF, 46})
    CHECK(call(usual(), SYS_socket, {static_cast<std::uint64_t>(family)}) == kRefuse);
  CHECK(call(usual(), SYS_socketpair, {AF_UNIX}) == kAllow);
}

TEST_CASE("clone without new namespaces, clone3 not at all, personality by value") {
  for (const std::uint64_t flag :
       {CLONE_NEWNS, CLONE_NEWUSER, CLONE_NEWNET, CLONE_NEWPID, CLONE_NEWCGROUP})
    CHECK(call(usual(), SYS_clone, {flag | 17}) == kRefuse);
  CHECK(call(usual(), SYS_clone, {CLONE_VM | CLONE_FS | CLONE_THREAD}) == kAllow);
  CHECK(call(usual(), SYS_clone3) == kUnknown);
  for (const std::uint64_t persona : {0x0ULL, 0x8ULL, 0x20000ULL, 0x20008ULL, 0xffffffffULL})
    CHECK(call(usual(), SYS_personality, {persona}) == kAllow);
  CHECK(call(usual(), SYS_personality, {0x40000}) == kRefuse);
}

TEST_CASE("a capability brings its calls") {
  const std::string admin = *default_seccomp(with(CAP_SYS_ADMIN));
  for (const long nr :
       {SYS_mount, SYS_setns, SYS_unshare, SYS_bpf, SYS_clone3, SYS_open_tree, 459, 461})
    CHECK(call(admin, nr) == kAllow);
  CHECK(call(admin, SYS_clone, {CLONE_NEWNS}) == kAllow);
  CHECK(call(admin, SYS_io_uring_setup) == kRefuse);
  CHECK(call(admin, SYS_reboot) == kRefuse);
  CHECK(call(*default_seccomp(with(CAP_SYS_BOOT)), SYS_reboot) == kAllow);
  CHECK(call(*default_seccomp(with(CAP_SYS_TIME)), SYS_clock_settime) == kAllow);
  CHECK(call(*default_seccomp(with(CAP_SYSLOG)), SYS_syslog) == kAllow);
  CHECK(call(*default_seccomp(with(CAP_BPF)), SYS_bpf) == kAllow);
  CHECK(call(*default_seccomp(with(CAP_SYS_NICE)), SYS_mbind) == kAllow);
  CHECK(call(*default_seccomp(kDefaultCapabilities & ~capability_bit(CAP_SYS_CHROOT)),
             SYS_chroot) == kRefuse);
}

TEST_CASE("calls newer than the library are decided by number, later ones do not exist") {
  for (const long nr : {451L, 452L, 453L, 454L, 457L, 458L, 462L, 463L, 466L})
    CHECK(call(usual(), nr) == kAllow);
  for (const long nr : {459L, 460L, 461L}) CHECK(call(usual(), nr) == kRefuse);
  for (const long nr : {467L, 470L, 500L, 600L, 5000L}) CHECK(call(usual(), nr) == kUnknown);
  CHECK(call(usual(), 335) == kAllow);  // uretprobe
  CHECK(call(usual(), 336) == kRefuse);
}

TEST_CASE("32-bit and x32 programs are held to the same") {
  constexpr std::uint32_t k386 = AUDIT_ARCH_I386;
  constexpr long kX32 = 0x40000000;
  CHECK(call(usual(), 3, {}, k386) == kAllow);             // read
  CHECK(call(usual(), 425, {}, k386) == kRefuse);          // io_uring_setup
  CHECK(call(usual(), 21, {}, k386) == kRefuse);           // mount
  CHECK(call(usual(), 359, {AF_VSOCK}, k386) == kRefuse);  // socket
  CHECK(call(usual(), 359, {AF_INET}, k386) == kAllow);
  CHECK(call(usual(), 335, {}, k386) == kAllow);  // rt_tgsigqueueinfo, not uretprobe
  CHECK(call(usual(), 452, {}, k386) == kAllow);
  CHECK(call(usual(), 490, {}, k386) == kUnknown);
  CHECK(call(usual(), kX32 | SYS_read) == kAllow);
  CHECK(call(usual(), kX32 | SYS_io_uring_setup) == kRefuse);
  CHECK(call(usual(), kX32 | 520) == kAllow);  // x32's execve
  CHECK(call(usual(), kX32 | 452) == kAllow);
  CHECK(call(usual(), kX32 | 490) == kUnknown);
  CHECK(call(usual(), SYS_read, {}, AUDIT_ARCH_AARCH64) == SECCOMP_RET_KILL_THREAD);
}

#endif

TEST_CASE(
    "every name of the default profile is known to the library or to the table of newer calls") {
  // Of other architectures, or not resolvable by this library version and without a number here.
  const std::set<std::string> foreign{"riscv_hwprobe", "uretprobe"};
  for (const Rule& rule : default_profile().rules)
    for (const std::string& name : rule.names) {
      if (::seccomp_syscall_resolve_name(name.c_str()) != __NR_SCMP_ERROR || foreign.contains(name))
        continue;
      Profile alone;
      alone.rules.push_back({.names = {name}, .arguments = {}});
      Profile nothing;
      INFO(name);
      CHECK(*compile_seccomp(alone, 0) != *compile_seccomp(nothing, 0));
    }
}

TEST_CASE("compiled programs are kept by the capabilities that matter") {
  // CAP_CHOWN appears in no rule.
  CHECK(*default_seccomp(kDefaultCapabilities) ==
        *default_seccomp(kDefaultCapabilities & ~capability_bit(CAP_CHOWN)));
  CHECK(*default_seccomp(0) != *default_seccomp(kDefaultCapabilities));
  CHECK(usual().size() % sizeof(sock_filter) == 0);
  CHECK(usual().size() / sizeof(sock_filter) < BPF_MAXINSNS);
}

TEST_CASE("a profile of one's own: other default, errors, conditions") {
  Profile profile;
  profile.default_action = Action::allow;
  profile.rules.push_back({.names = {"mkdir", "no_such_call"},
                           .action = Action::error,
                           .error = ENOMEM,
                           .arguments = {}});
  profile.rules.push_back({.names = {"kill"},
                           .action = Action::error,
                           .error = EACCES,
                           .arguments = {{0, Compare::equal, 5, 0}, {1, Compare::greater, 9, 0}}});
  const std::string program = *compile_seccomp(profile, 0);
  CHECK(call(program, SYS_read) == kAllow);
#if defined(__x86_64__)
  CHECK(call(program, SYS_mkdir) == (SECCOMP_RET_ERRNO | ENOMEM));
#endif
  CHECK(call(program, SYS_kill, {5, 10}) == (SECCOMP_RET_ERRNO | EACCES));
  CHECK(call(program, SYS_kill, {5, 9}) == kAllow);
  CHECK(call(program, SYS_kill, {4, 10}) == kAllow);
}
