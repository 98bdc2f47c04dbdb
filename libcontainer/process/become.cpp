#include "libcontainer/process/become.hpp"

#include <grp.h>
#include <linux/close_range.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>

#include <algorithm>
#include <csignal>

#include "libcontainer/base/io.hpp"
#include "libcontainer/base/strings.hpp"
#include "libcontainer/process/failure.hpp"
#include "libcontainer/process/lookup.hpp"
#include "libcontainer/process/sync.hpp"
#include "libcontainer/process/user.hpp"
#include "libcontainer/security/capabilities.hpp"
#include "libcontainer/security/seccomp.hpp"

namespace hexad::process {

Result<> stay_private() {
  // man 2 prctl: both are reset when the credentials change.
  if (::prctl(PR_SET_DUMPABLE, 0) != 0) return sys_fail("prctl PR_SET_DUMPABLE");
  if (::prctl(PR_SET_PDEATHSIG, SIGKILL) != 0) return sys_fail("prctl PR_SET_PDEATHSIG");
  return {};
}

Result<> start_child() {
  TRY(stay_private());
  ::prctl(PR_SET_NAME, kChildName);
  // The shim blocks signals and ignores none; the user's program starts with a clean table.
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  ::setsid();
  return {};
}

Result<> set_limits(pid_t pid, const std::vector<Rlimit>& limits) {
  for (const auto& limit : limits) {
    const auto resource = static_cast<__rlimit_resource>(limit.resource);
    rlimit wanted{limit.soft, limit.hard};
    if (::prlimit(pid, resource, &wanted, nullptr) == 0) continue;
    if (errno != EPERM) return sys_fail("set rlimit {}", limit.resource);
    // Raising a hard limit needs CAP_SYS_RESOURCE, which a host may keep from the engine.
    rlimit now{};
    if (::prlimit(pid, resource, nullptr, &now) != 0)
      return sys_fail("read rlimit {}", limit.resource);
    wanted.rlim_max = std::min<rlim_t>(wanted.rlim_max, now.rlim_max);
    wanted.rlim_cur = std::min<rlim_t>(wanted.rlim_cur, wanted.rlim_max);
    if (::prlimit(pid, resource, &wanted, nullptr) != 0)
      return sys_fail("set rlimit {}", limit.resource);
  }
  return {};
}

Result<> set_oom_score(int value) {
  const auto now = read_file("/proc/self/oom_score_adj", 64);
  if (now && parse_int(trim(*now)) == std::int64_t{value}) return {};
  auto done = write_existing("/proc/self/oom_score_adj", std::to_string(value));
  // Going below what one was given needs CAP_SYS_RESOURCE.
  if (!done && done.error().sys_errno == EACCES) return {};
  return done;
}

Result<> make_working_directory(const std::string& cwd) {
  auto root = TRY(open_at(AT_FDCWD, "/", O_PATH | O_DIRECTORY));
  const mode_t mask = ::umask(0);
  auto made = mkdirs_in_root(root.get(), cwd, 0755);
  ::umask(mask);
  if (made) return {};
  const int err = made.error().sys_errno;
  if (err == ENOTDIR || err == EEXIST)
    return tl::unexpected<Error>(
        Error{Code::internal, err, fmt::format("Cannot mkdir: {} is not a directory", cwd)});
  return tl::unexpected<Error>(
      Error{Code::internal, err, fmt::format("mkdir {}: {}", cwd, go_error(err))});
}

namespace {

// CVE-2024-21626: a directory outside the root would show as "(unreachable)...", or not at all.
Result<> check_inside() {
  char* where = ::get_current_dir_name();
  const bool inside = where != nullptr && where[0] == '/';
  ::free(where);
  if (!inside) return fail(Code::internal, "current working directory is outside of the container");
  return {};
}

Result<> enter_directory(const std::string& cwd) {
  if (::chdir(cwd.c_str()) == 0) return check_inside();
  const int err = errno;
  return tl::unexpected<Error>(Error{
      Code::internal, err,
      fmt::format("chdir to cwd (\"{}\") set in config.json failed: {}", cwd, go_error(err))});
}

// Standard input without a terminal and without a pipe is the container's own /dev/null: the
// shim's is a file of the host.
Result<UniqueFd> container_null() {
  auto fd = TRY(open_at(AT_FDCWD, "/dev/null", O_RDWR | O_NOCTTY));
  struct stat st {};
  if (::fstat(fd.get(), &st) != 0 || !S_ISCHR(st.st_mode) || st.st_rdev != makedev(1, 3))
    return fail(Code::internal, "/dev/null of the container is not the null device");
  return fd;
}

Result<> place_stdio(Stdio& stdio) {
  if (!stdio.in) stdio.in = TRY(container_null());
  const int wanted[] = {stdio.in.get(), stdio.out ? stdio.out.get() : stdio.in.get(),
                        stdio.err ? stdio.err.get() : stdio.in.get()};
  // The shim keeps 0, 1 and 2 occupied, so that none of these descriptors is one of them.
  for (int i = 0; i < 3; ++i) {
    if (::dup2(wanted[i], i) < 0) return sys_fail("dup2");
  }
  if (stdio.terminal && ::ioctl(0, TIOCSCTTY, 0) != 0)
    return sys_fail("set the controlling terminal");
  return {};
}

// /dev/stdout and /proc/self/fd/1 can be opened again only by their owner. As runc: everything but
// a null device, and a failure to change (a read-only descriptor, no permission) is not fatal.
void own_stdio(uid_t uid) {
  for (int fd = 0; fd < 3; ++fd) {
    struct stat st {};
    if (::fstat(fd, &st) != 0) continue;
    if (st.st_uid == uid || (S_ISCHR(st.st_mode) && st.st_rdev == makedev(1, 3))) continue;
    static_cast<void>(::fchown(fd, uid, static_cast<gid_t>(-1)) == 0);
  }
}

Result<> change_user(const Identity& who) {
  std::vector<gid_t> groups(who.groups.begin(), who.groups.end());
  // Raw calls: this is the only thread, and the shim is static.
  if (::syscall(SYS_setgroups, groups.size(), groups.data()) != 0) return sys_fail("setgroups");
  if (::syscall(SYS_setresgid, who.gid, who.gid, who.gid) != 0)
    return sys_fail("setgid {}", who.gid);
  if (::syscall(SYS_setresuid, who.uid, who.uid, who.uid) != 0)
    return sys_fail("setuid {}", who.uid);
  return stay_private();
}

Capabilities final_capabilities(const Capabilities& asked, const Identity& who) {
  if (who.uid == 0) return asked;
  Capabilities caps = asked;
  caps.effective = asked.ambient;
  caps.permitted = asked.ambient;
  caps.inheritable = asked.ambient;
  return caps;
}

}  // namespace

Result<Prepared> prepare(BecomeInput input, std::string_view& stage) {
  const ProcessSpec& spec = *input.spec;
  Prepared out;
  out.env = spec.env;
  // 1. Who: read in the container's own files.
  stage = "user";
  auto root = TRY(open_at(AT_FDCWD, "/", O_PATH | O_DIRECTORY));
  const Identity who = TRY(resolve_user_in(root.get(), spec.user, spec.add_groups));
  root.reset();
  if (env_value(out.env, "HOME").empty()) out.env.push_back("HOME=" + who.home);
  // 2. Standard streams, and the session's terminal.
  stage = "terminal";
  TRY(place_stdio(input.stdio));
  own_stdio(who.uid);
  // 3. Nothing else is handed on, whatever was open.
  stage = "exec";
  if (::syscall(SYS_close_range, 3U, ~0U, CLOSE_RANGE_CLOEXEC) != 0) return sys_fail("close_range");
  // 4. Where: as root first; a directory that only the user may search is tried again below.
  stage = "cwd";
  auto entered = enter_directory(spec.cwd);
  if (!entered && entered.error().sys_errno != EACCES) return pass(std::move(entered).error());
  // 5. Limits and the badness for the OOM killer.
  stage = "rlimit";
  if (!input.in_user_ns) {
    TRY(set_limits(0, spec.rlimits));
    TRY(set_oom_score(spec.oom_score_adj.value_or(0)));
  }
  // 6. A filter needs CAP_SYS_ADMIN or no_new_privs: the first while it is still there.
  if (!spec.no_new_privs) {
    stage = "seccomp";
    TRY(security::load_seccomp(spec.seccomp));
  }
  // 7. Capabilities and user; what is not in the bounding set never comes back.
  stage = "caps";
  TRY(security::drop_bounding(spec.caps.bounding));
  TRY(security::keep_capabilities(true));
  TRY(change_user(who));
  if (!entered) {
    stage = "cwd";
    TRY(enter_directory(spec.cwd));
    stage = "caps";
  }
  TRY(security::apply_capabilities(final_capabilities(spec.caps, who)));
  if (spec.no_new_privs) {
    TRY(security::set_no_new_privs());
    stage = "seccomp";
    TRY(security::load_seccomp(spec.seccomp));
  }
  // 8. What: looked up with the user's own rights.
  stage = "exec";
  if (spec.argv.empty()) return fail(Code::invalid_argument, "exec: no command");
  out.path = TRY(find_executable(spec.argv.front(), env_value(out.env, "PATH")));
  return out;
}

Error run(const ProcessSpec& spec, const Prepared& prepared) {
  const auto pointers = [](const std::vector<std::string>& all) {
    std::vector<char*> out;
    out.reserve(all.size() + 1);
    for (const auto& one : all) out.push_back(const_cast<char*>(one.c_str()));
    out.push_back(nullptr);
    return out;
  };
  const auto argv = pointers(spec.argv);
  const auto env = pointers(prepared.env);
  ::execve(prepared.path.c_str(), argv.data(), env.data());
  const int err = errno;
  return Error{Code::internal, err, fmt::format("exec {}: {}", prepared.path, go_error(err))};
}

}  // namespace hexad::process
