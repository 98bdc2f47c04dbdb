// Small things that all commands share.
#include "client/command.hpp"

#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include <cerrno>

#include "libcontainer/base/io.hpp"

namespace hexad::client {

void end_by_closed_output() {
  ::signal(SIGPIPE, SIG_DFL);
  ::raise(SIGPIPE);
}

void print_out(std::string_view text) {
  if (const auto done = write_all(STDOUT_FILENO, text); !done && done.error().sys_errno == EPIPE)
    end_by_closed_output();
}

void print_err(std::string_view line) { (void)write_all(STDERR_FILENO, fmt::format("{}\n", line)); }

std::string container_path(std::string_view name, std::string_view action) {
  return fmt::format("/containers/{}{}{}", escape_path(name), action.empty() ? "" : "/", action);
}

}  // namespace hexad::client
