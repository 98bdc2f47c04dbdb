// From a snapshot to what inspect and list show. Pure.
#pragma once

#include "api/types/container.hpp"
#include "daemon/containers/container.hpp"
#include "daemon/paths.hpp"

namespace hexad::containers {

[[nodiscard]] api::ContainerInspect inspect_view(const Snapshot& now, const Paths& paths);
[[nodiscard]] api::ContainerSummary summary_view(const Snapshot& now, std::int64_t clock_ns);
// "Up 5 minutes", "Exited (0) 3 seconds ago", "Created" ...
[[nodiscard]] std::string status_text(const Snapshot& now, std::int64_t clock_ns);

}  // namespace hexad::containers
