#include "libcontainer/process/lookup.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "libcontainer/base/strings.hpp"
#include "libcontainer/process/failure.hpp"

namespace hexad::process {

namespace {

// Empty: it can be executed. Otherwise why not; `err` gets the errno.
std::string why_not(const std::string& path, int& err) {
  struct stat st {};
  if (::stat(path.c_str(), &st) != 0) {
    err = errno;
    return fmt::format("stat {}: {}", path, go_error(err));
  }
  if (S_ISDIR(st.st_mode)) {
    err = EISDIR;
    return go_error(err);
  }
  if (::faccessat(AT_FDCWD, path.c_str(), X_OK, AT_EACCESS) == 0) return {};
  err = errno;
  return go_error(err);
}

tl::unexpected<Error> cannot(const std::string& name, int err, std::string_view why) {
  return tl::unexpected<Error>(
      Error{Code::internal, err, fmt::format("exec: \"{}\": {}", name, why)});
}

}  // namespace

Result<std::string> find_executable(const std::string& name, std::string_view path_list) {
  int err = ENOENT;
  if (name.find('/') != std::string::npos) {
    const std::string why = why_not(name, err);
    if (!why.empty()) return cannot(name, err, why);
    return name;
  }
  if (!name.empty() && !path_list.empty()) {
    for (const auto part : split(path_list, ':')) {
      // A relative directory in PATH is never used: what is in the working directory is not
      // trusted.
      if (part.empty() || part.front() != '/') continue;
      std::string candidate(part);
      if (candidate.back() != '/') candidate.push_back('/');
      candidate += name;
      if (why_not(candidate, err).empty()) return candidate;
    }
  }
  return cannot(name, ENOENT, "executable file not found in $PATH");
}

std::string_view env_value(const std::vector<std::string>& env, std::string_view key) noexcept {
  for (auto it = env.rbegin(); it != env.rend(); ++it) {
    const std::string_view one = *it;
    if (one.size() > key.size() && one.substr(0, key.size()) == key && one[key.size()] == '=')
      return one.substr(key.size() + 1);
  }
  return {};
}

}  // namespace hexad::process
