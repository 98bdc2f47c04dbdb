#include "libcontainer/cgroup/files.hpp"

#include <dirent.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <ctime>
#include <memory>

#include "libcontainer/base/strings.hpp"

namespace hexad::cgroup {

Result<std::string> read_at(int dirfd, const std::string& path) {
  const UniqueFd fd = TRY(open_at(dirfd, path, O_RDONLY));
  return read_all(fd.get());
}

std::string text_at(int dirfd, const std::string& path) {
  auto text = read_at(dirfd, path);
  return text ? *std::move(text) : std::string();
}

std::optional<std::uint64_t> number_at(int dirfd, const std::string& path) {
  return parse_uint(trim(text_at(dirfd, path)));
}

Result<> write_at(int dirfd, const std::string& path, std::string_view value) {
  auto written = write_existing_at(dirfd, path, value);
  if (!written)
    return pass(std::move(written).error(),
                fmt::format("failed to write \"{}\" to a cgroup", value));
  return {};
}

bool exists_at(int dirfd, const std::string& path) {
  return ::faccessat(dirfd, path.c_str(), F_OK, 0) == 0;
}

std::vector<std::string> directories_at(int dirfd, const std::string& path) {
  std::vector<std::string> out;
  auto fd = open_at(dirfd, path, O_RDONLY | O_DIRECTORY);
  if (!fd) return out;
  struct stat st {};
  // kernfs counts sub-directories in nlink, so that the usual leaf needs no reading.
  if (::fstat(fd->get(), &st) == 0 && st.st_nlink == 2) return out;
  const std::unique_ptr<DIR, int (*)(DIR*)> dir(::fdopendir(fd->get()), &::closedir);
  if (!dir) return out;
  static_cast<void>(fd->release());
  while (const dirent* entry = ::readdir(dir.get())) {
    const std::string_view name = entry->d_name;
    if (entry->d_type == DT_DIR && name != "." && name != "..") out.emplace_back(name);
  }
  return out;
}

Result<> mkdir_at(int dirfd, const std::string& name) {
  if (::mkdirat(dirfd, name.c_str(), 0755) != 0 && errno != EEXIST)
    return sys_fail("mkdir cgroup {}", name);
  return {};
}

Result<> mkdir_fresh_at(int dirfd, const std::string& name) {
  if (::mkdirat(dirfd, name.c_str(), 0755) == 0) return {};
  if (errno != EEXIST) return sys_fail("mkdir cgroup {}", name);
  unsigned no_waiting = 0;
  if (!remove_at(dirfd, name, no_waiting)) return {};  // somebody is in it
  return mkdir_at(dirfd, name);
}

Result<> remove_at(int dirfd, const std::string& name, unsigned& budget) {
  for (unsigned pause = 500;; pause = std::min(pause * 2, 10'000U)) {
    if (::unlinkat(dirfd, name.c_str(), AT_REMOVEDIR) == 0 || errno == ENOENT) return {};
    if (errno != EBUSY && errno != ENOTEMPTY) return sys_fail("rmdir cgroup {}", name);
    const auto below = directories_at(dirfd, name);
    for (const std::string& child : below)
      TRY(remove_at(dirfd, fmt::format("{}/{}", name, child), budget));
    if (!below.empty() && ::unlinkat(dirfd, name.c_str(), AT_REMOVEDIR) == 0) return {};
    if (budget < pause)
      return tl::unexpected<Error>(
          Error{Code::conflict, EBUSY, fmt::format("cgroup {} still has processes", name)});
    sleep_us(pause);
    budget -= pause;
  }
}

Result<std::vector<pid_t>> processes_at(int dirfd, const std::string& name) {
  std::vector<pid_t> out;
  auto text = read_at(dirfd, name + "/cgroup.procs");
  if (!text) {
    if (text.error().sys_errno == ENOENT || text.error().sys_errno == ENODEV) return out;
    return pass(std::move(text).error());
  }
  for (std::string_view line : split(*text, '\n'))
    if (const auto pid = parse_int(line)) out.push_back(static_cast<pid_t>(*pid));
  for (const std::string& child : directories_at(dirfd, name)) {
    const auto below = TRY(processes_at(dirfd, fmt::format("{}/{}", name, child)));
    out.insert(out.end(), below.begin(), below.end());
  }
  return out;
}

void sleep_us(unsigned microseconds) {
  timespec t{0, static_cast<long>(microseconds) * 1000};
  while (::nanosleep(&t, &t) != 0 && errno == EINTR) {
  }
}

}  // namespace hexad::cgroup
