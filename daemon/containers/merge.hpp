// The configuration a container ends up with: what the client sent, completed from the image and
// by Docker's defaults. Pure.
#pragma once

#include <string>
#include <vector>

#include "api/types/container.hpp"
#include "api/types/image.hpp"
#include "libcontainer/base/result.hpp"

namespace hexad::containers {

// The client's values win; the image fills the gaps (Docker API v1.51 ContainerCreate).
// 400 when there is no command at all.
Result<> merge_image_config(api::ContainerConfig& config, const api::ImageConfig& image);

// What inspect shows where the client said nothing.
void fill_host_defaults(api::HostConfig& host);

// The program and its arguments: entrypoint, then cmd.
[[nodiscard]] std::vector<std::string> command_line(const api::ContainerConfig& config);

// PATH, HOSTNAME and TERM first, each replaced where `env` sets it; "KEY" without '=' unsets.
[[nodiscard]] std::vector<std::string> process_env(const std::vector<std::string>& env,
                                                   std::string_view hostname, bool tty);

}  // namespace hexad::containers
