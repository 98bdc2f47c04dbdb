// Small file work below an open cgroup directory. Private to this folder.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "libcontainer/base/io.hpp"

namespace hexad::cgroup {

Result<std::string> read_at(int dirfd, const std::string& path);
// Empty when it cannot be read.
std::string text_at(int dirfd, const std::string& path);
// nullopt for a missing file and for "max".
std::optional<std::uint64_t> number_at(int dirfd, const std::string& path);
// Names the file in the error as `shown`/`path`.
Result<> write_at(int dirfd, const std::string& path, std::string_view value);
bool exists_at(int dirfd, const std::string& path);
// Directories only; a missing parent has none.
std::vector<std::string> directories_at(int dirfd, const std::string& path);
// An existing one is fine.
Result<> mkdir_at(int dirfd, const std::string& name);
// One that is left over and has no processes is made anew: with counters at zero, and without the
// mark of an earlier cgroup.kill.
Result<> mkdir_fresh_at(int dirfd, const std::string& name);
// How long removals wait for processes that are dying.
inline constexpr unsigned kRemoveBudget = 150'000;  // us
// `name` and what is below it. Waits as long as `budget` (us, what is left of it) lasts; conflict
// then.
Result<> remove_at(int dirfd, const std::string& name, unsigned& budget);
// cgroup.procs of `name` and below.
Result<std::vector<pid_t>> processes_at(int dirfd, const std::string& name);
void sleep_us(unsigned microseconds);

}  // namespace hexad::cgroup
