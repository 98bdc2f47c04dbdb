// The Dockerfile instructions that change an image's configuration (import, later commit).
#pragma once

#include <string>
#include <vector>

#include "api/types/image.hpp"
#include "libcontainer/base/result.hpp"

namespace hexad::images {

// CMD ENTRYPOINT ENV EXPOSE HEALTHCHECK LABEL ONBUILD STOPSIGNAL USER VOLUME WORKDIR, one or more
// lines each element. 400 in Docker's words.
Result<> apply_changes(const std::vector<std::string>& changes, api::ImageConfig& config);

}  // namespace hexad::images
