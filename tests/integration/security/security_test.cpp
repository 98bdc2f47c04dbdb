// Capabilities and the seccomp filter in a child, as the kernel enforces them.
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <netinet/in.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include <catch2/catch.hpp>
#include <thread>

#include "libcontainer/security/capabilities.hpp"
#include "libcontainer/security/seccomp.hpp"
#include "libcontainer/security/seccomp_compile.hpp"
#include "tests/support/isolated.hpp"

using namespace hexad;
using namespace hexad::security;

namespace {

std::string outcome(long result) { return result >= 0 ? "ok" : ::strerrorname_np(errno); }

// As init does it, up to the exec.
Result<> become(const Capabilities& caps, unsigned uid) {
  TRY(drop_bounding(caps.bounding));
  TRY(keep_capabilities(true));
  if (::setgroups(0, nullptr) != 0 || ::setresgid(uid, uid, uid) != 0 ||
      ::setresuid(uid, uid, uid) != 0)
    return sys_fail("setuid");
  return apply_capabilities(caps);
}

std::string sets() {
  const auto caps = current_capabilities();
  return fmt::format("{:x} {:x} {:x} {:x} {:x}", caps->bounding, caps->effective, caps->permitted,
                     caps->inheritable, caps->ambient);
}

}  // namespace

TEST_CASE("the sets in force are those asked for, for root and for another user") {
  if (!support::need_root()) return;
  const std::uint64_t mask = *merge_capabilities({}, {}, false, *own_bounding_set());
  const Capabilities caps = process_capabilities(mask);
  const std::string root = support::in_child(0, [&] {
    const auto done = become(caps, 0);
    return done ? sets() + " " + outcome(::sethostname("x", 1)) : done.error().message;
  });
  CHECK(root == fmt::format("{0:x} {0:x} {0:x} 0 0 EPERM", mask));
  Capabilities other = caps;
  other.effective = other.permitted = other.inheritable = other.ambient =
      capability_bit(CAP_NET_BIND_SERVICE);
  const std::string user = support::in_child(CLONE_NEWNET, [&] {
    const auto done = become(other, 1000);
    if (!done) return done.error().message;
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(80);
    const UniqueFd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const std::string bound =
        outcome(::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address));
    return sets() + " " + bound + " " + outcome(::chown("/tmp", 1000, 1000));
  });
  CHECK(user == fmt::format("{:x} 400 400 400 400 ok EPERM", mask));
}

TEST_CASE("what is dropped from the bounding set does not come back by exec") {
  if (!support::need_root()) return;
  const std::string seen = support::in_child(0, []() -> std::string {
    const auto done = become(process_capabilities(capability_bit(CAP_KILL)), 0);
    if (!done) return done.error().message;
    auto pipe = pipe_pair();
    const pid_t pid = ::fork();
    if (pid == 0) {
      ::dup2(pipe->second.get(), 1);
      ::execl("/bin/grep", "grep", "-h", "^Cap[PEB]", "/proc/self/status", nullptr);
      ::_exit(1);
    }
    pipe->second.reset();
    auto text = read_all(pipe->first.get());
    ::waitpid(pid, nullptr, 0);
    return *text;
  });
  CHECK(seen ==
        "CapPrm:\t0000000000000020\nCapEff:\t0000000000000020\nCapBnd:\t0000000000000020\n");
}

TEST_CASE(
    "the default filter refuses io_uring, AF_VSOCK, namespaces and mounts, and lets the rest "
    "work") {
  if (!support::need_root()) return;
  const std::string program = *default_seccomp(kDefaultCapabilities);
  const std::string seen = support::in_child(CLONE_NEWNS, [&]() -> std::string {
    if (const auto loaded = load_seccomp(program); !loaded) return loaded.error().message;
    std::string out;
    out += outcome(::syscall(SYS_io_uring_setup, 1, nullptr)) + " ";
    out += outcome(::socket(AF_VSOCK, SOCK_STREAM, 0)) + " ";
    out += outcome(::socket(AF_ALG, SOCK_SEQPACKET, 0)) + " ";
    out += outcome(::unshare(CLONE_NEWUSER)) + " ";
    out += outcome(::mount("x", "/mnt", "tmpfs", 0, nullptr)) + " ";
    out += outcome(::syscall(SYS_clone3, nullptr, 0)) + " ";
    out += outcome(::syscall(600)) + " ";
    out += outcome(::socket(AF_INET, SOCK_STREAM, 0)) + " ";
    out += outcome(::syscall(SYS_keyctl, 0, 0, 0, 0, 0)) + " ";
    const pid_t pid = ::fork();
    if (pid == 0) ::execl("/bin/true", "true", nullptr);
    int status = -1;
    ::waitpid(pid, &status, 0);
    out += status == 0 ? "exec " : "no exec ";
    std::thread([&out] { out += "thread"; }).join();
    return out;
  });
  CHECK(seen == "EPERM EPERM EPERM EPERM EPERM ENOSYS ENOSYS ok EPERM exec thread");
}

TEST_CASE("without CAP_SYS_ADMIN a filter needs no_new_privs") {
  if (!support::need_root()) return;
  const std::string program = *default_seccomp(0);
  const std::string seen = support::in_child(0, [&]() -> std::string {
    if (!become(process_capabilities(0), 1000)) return "become";
    const auto refused = load_seccomp(program);
    std::string out = refused ? "loaded" : ::strerrorname_np(refused.error().sys_errno);
    if (!set_no_new_privs()) return "nnp";
    return out + (load_seccomp(program) ? " loaded" : " refused");
  });
  CHECK(seen == "EACCES loaded");
}

TEST_CASE("a filter that is none is refused") {
  if (!support::need_root()) return;
  CHECK(load_seccomp({}));
  CHECK_FALSE(load_seccomp("abc"));
  const std::string seen = support::in_child(0, [] {
    return load_seccomp(std::string(16, '\xff')) ? std::string("loaded") : std::string("refused");
  });
  CHECK(seen == "refused");
}
