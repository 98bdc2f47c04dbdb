#include "libcontainer/firewall/tool.hpp"

#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>

#include "libcontainer/base/io.hpp"
#include "libcontainer/base/unique_fd.hpp"

namespace hexad::firewall {
namespace {

// A memory file instead of a pipe: no end has to be served while the tool runs.
Result<UniqueFd> memory_file(std::string_view bytes) {
  UniqueFd fd(::memfd_create("tool", MFD_CLOEXEC));
  if (!fd) return sys_fail("memfd_create");
  TRY(write_all(fd.get(), bytes));
  if (::lseek(fd.get(), 0, SEEK_SET) < 0) return sys_fail("lseek");
  return fd;
}

Result<std::string> content(const UniqueFd& fd) {
  if (::lseek(fd.get(), 0, SEEK_SET) < 0) return sys_fail("lseek");
  return read_all(fd.get());
}

}  // namespace

std::string find_tool(const std::string& name) {
  for (const char* dir : {"/usr/sbin/", "/sbin/", "/usr/local/sbin/", "/usr/bin/", "/bin/"})
    if (::access((dir + name).c_str(), X_OK) == 0) return dir + name;
  return {};
}

Result<ToolResult> run_tool(const std::vector<std::string>& argv, std::string_view input) {
  const auto in = TRY(memory_file(input));
  const auto out = TRY(memory_file({}));
  const auto err = TRY(memory_file({}));
  std::vector<char*> arguments;
  arguments.reserve(argv.size() + 1);
  for (const auto& a : argv) arguments.push_back(const_cast<char*>(a.c_str()));
  arguments.push_back(nullptr);
  std::string path = "PATH=/usr/sbin:/usr/bin:/sbin:/bin", language = "LC_ALL=C";
  std::array<char*, 3> environment{path.data(), language.data(), nullptr};

  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_adddup2(&actions, in.get(), 0);
  ::posix_spawn_file_actions_adddup2(&actions, out.get(), 1);
  ::posix_spawn_file_actions_adddup2(&actions, err.get(), 2);
  posix_spawnattr_t attributes;
  ::posix_spawnattr_init(&attributes);
  sigset_t none, all;
  ::sigemptyset(&none);
  ::sigfillset(&all);
  ::posix_spawnattr_setsigmask(&attributes, &none);  // the daemon blocks signals in its threads
  ::posix_spawnattr_setsigdefault(&attributes, &all);
  ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  pid_t pid = -1;
  const int r = ::posix_spawn(&pid, argv[0].c_str(), &actions, &attributes, arguments.data(),
                              environment.data());
  ::posix_spawn_file_actions_destroy(&actions);
  ::posix_spawnattr_destroy(&attributes);
  if (r != 0) return pass(sys_error(r, "run " + argv[0]));

  int status = 0;
  while (::waitpid(pid, &status, 0) < 0)
    if (errno != EINTR) return sys_fail("wait for {}", argv[0]);
  ToolResult result;
  result.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  result.out = TRY(content(out));
  result.err = TRY(content(err));
  return result;
}

}  // namespace hexad::firewall
