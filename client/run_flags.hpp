// The flags that run and create have in common, and what they make: a request to create a
// container.
#pragma once

#include <span>

#include "api/types/container.hpp"
#include "client/flags.hpp"
#include "libcontainer/base/result.hpp"

namespace hexad::client {

// `for_run`: with --detach, --sig-proxy and --detach-keys, which create does not have.
std::span<const FlagSpec> run_flags(bool for_run);

// args: image, command, arguments. Texts of errors are docker's.
Result<api::CreateRequest> create_request(const ParsedFlags& flags);

// Parts of it.
Result<api::ContainerConfig> container_config(const ParsedFlags& flags);
Result<api::HostConfig> host_config(const ParsedFlags& flags);
Result<api::Mount> parse_mount_option(std::string_view text);
Result<api::Ulimit> parse_ulimit(std::string_view text);
Result<api::DeviceMapping> parse_device(std::string_view text);

// What --network says: the mode, and the settings of each endpoint.
struct NetworkChoice {
  std::string mode = "default";
  api::NetworkingConfig endpoints;
};
Result<NetworkChoice> network_choice(const ParsedFlags& flags);

// The fields of a line of comma-separated values, with "quoted, ones".
std::vector<std::string> csv_fields(std::string_view line);

}  // namespace hexad::client
