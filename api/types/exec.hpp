// Exec instances. Plain data.
#pragma once

#include "api/types/common.hpp"

namespace hexad::api {

struct ExecCreate {
  bool attach_stdin = false, attach_stdout = false, attach_stderr = false;
  bool tty = false, privileged = false, detach = false;
  std::string detach_keys;
  std::vector<std::string> env, cmd;
  std::string user, working_dir;
  std::optional<std::pair<std::uint32_t, std::uint32_t>> console_size;  // height, width
};

struct ExecStart {
  bool detach = false, tty = false;
  std::optional<std::pair<std::uint32_t, std::uint32_t>> console_size;
};

struct ExecInspect {
  std::string id, container_id;
  bool running = false;
  std::optional<int> exit_code;  // null while it has not ended
  int pid = 0;
  bool can_remove = false;
  std::string detach_keys;
  bool open_stdin = false, open_stdout = false, open_stderr = false;
  bool tty = false, privileged = false;
  std::string entrypoint;  // ProcessConfig
  std::vector<std::string> arguments;
  std::string user;
};

}  // namespace hexad::api
