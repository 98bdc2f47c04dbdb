// A process held by descriptor (man 2 pidfd_open), and its identity across reboots and pid
// reuse: pid, start time and boot id. A bare pid is never trusted.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>

#include "libcontainer/base/result.hpp"
#include "libcontainer/base/unique_fd.hpp"

namespace hexad {

struct ProcessId {
  pid_t pid = 0;
  std::uint64_t start_time = 0;  // clock ticks after boot, /proc/PID/stat field 22
  friend bool operator==(const ProcessId&, const ProcessId&) = default;
};

// ESRCH when there is no such process.
Result<ProcessId> identify(pid_t pid);
// 32 hex digits and dashes from /proc/sys/kernel/random/boot_id.
Result<std::string> boot_id();

class Pidfd {
 public:
  Pidfd() noexcept = default;
  explicit Pidfd(UniqueFd fd) noexcept : fd_(std::move(fd)) {}
  static Result<Pidfd> open(pid_t pid);
  // Opened only if the process is still the one meant; ESRCH otherwise.
  static Result<Pidfd> open(const ProcessId& who);

  [[nodiscard]] int get() const noexcept { return fd_.get(); }
  [[nodiscard]] explicit operator bool() const noexcept { return static_cast<bool>(fd_); }
  [[nodiscard]] Result<> signal(int signo) const;
  // True once the process has ended (readable pidfd).
  [[nodiscard]] Result<bool> wait_ended(int timeout_ms) const;

 private:
  UniqueFd fd_;
};

}  // namespace hexad
