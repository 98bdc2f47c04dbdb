// JSON of containers. Decoders: unknown keys are ignored, keys match as in Go (case does not
// count), null is absent, a wrong type is 400 naming the key.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "api/types/container.hpp"
#include "libcontainer/base/result.hpp"

namespace hexad::api {

// POST /containers/create: the configuration with HostConfig and NetworkingConfig inside.
Result<CreateRequest> decode_create(std::string_view json);
std::string encode(const CreateRequest& request);
Result<CreateResponse> decode_create_response(std::string_view json);
std::string encode(const CreateResponse& response);

std::string encode(const ContainerInspect& inspect);
Result<ContainerInspect> decode_container_inspect(std::string_view json);
std::string encode(const std::vector<ContainerSummary>& list);
Result<std::vector<ContainerSummary>> decode_container_list(std::string_view json);

std::string encode(const WaitResponse& response);
Result<WaitResponse> decode_wait_response(std::string_view json);

// For the database: nothing is lost, null and empty stay apart.
std::string encode_config(const ContainerConfig& config);
Result<ContainerConfig> decode_config(std::string_view json);
std::string encode_host_config(const HostConfig& config);
Result<HostConfig> decode_host_config(std::string_view json);
std::string encode_networking_config(const NetworkingConfig& config);
Result<NetworkingConfig> decode_networking_config(std::string_view json);
std::string encode_mount_points(const std::vector<MountPoint>& mounts);
Result<std::vector<MountPoint>> decode_mount_points(std::string_view json);

}  // namespace hexad::api
