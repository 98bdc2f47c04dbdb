// Small things that all commands share.
#include "client/command.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include "libcontainer/base/io.hpp"

namespace hexad::client {

void print_out(std::string_view text) { (void)write_all(STDOUT_FILENO, text); }

void print_err(std::string_view line) { (void)write_all(STDERR_FILENO, fmt::format("{}\n", line)); }

std::string container_path(std::string_view name, std::string_view action) {
  return fmt::format("/containers/{}{}{}", escape_path(name), action.empty() ? "" : "/", action);
}

}  // namespace hexad::client
