// What run, start, attach and exec share: a session with a container and its exit code.
#pragma once

#include <string>
#include <string_view>

#include "client/command.hpp"
#include "client/session.hpp"

namespace hexad::client {

// Options of a session with a container: signals and sizes go to it by its own requests.
Result<SessionOptions> container_session(Daemon& daemon, const std::string& id, bool tty,
                                         bool with_stdin, std::string_view detach_keys);

// "the input device is not a TTY" when a terminal is wanted, stdin is attached and is none.
Result<> check_terminal(bool with_stdin, bool tty);

// Reads the answer of /wait; the exit code of the container.
Result<int> exit_status(Connection& wait);

// docker's reading of a failed start: 127 not found, 126 cannot be run, 125 anything else.
int start_failure_code(std::string_view message);

}  // namespace hexad::client
