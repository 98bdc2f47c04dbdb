// Reads over all containers: they look at snapshots and never wait for a lane.
#include <algorithm>

#include "daemon/containers/service.hpp"
#include "daemon/containers/views.hpp"
#include "libcontainer/base/strings.hpp"

namespace hexad::containers {
namespace {

// Compares what every container of a list is asked for, prepared once.
struct Matcher {
  const api::Filters& filters;
  std::vector<std::string> ancestors;  // image ids
  std::vector<std::int64_t> exit_codes;
  std::optional<std::int64_t> before, since;  // creation times

  [[nodiscard]] bool status(const Snapshot& now) const {
    if (!filters.has("status")) return true;
    const auto& wanted = filters.get("status");
    return std::find(wanted.begin(), wanted.end(), api_status(now.state)) != wanted.end();
  }
  [[nodiscard]] bool operator()(const Snapshot& now) const;
};

template <class T>
bool holds(const std::vector<T>& list, const T& value) {
  return std::find(list.begin(), list.end(), value) != list.end();
}

bool Matcher::operator()(const Snapshot& now) const {
  if (!status(now) || !filters.prefix("id", now.id) || !filters.match_name("name", "/" + now.name))
    return false;
  if (!filters.labels("label", now.definition->config.labels)) return false;
  if (filters.has("ancestor") && !holds(ancestors, now.definition->image_id)) return false;
  if (filters.has("exited") &&
      (now.state != State::exited || !holds(exit_codes, std::int64_t{now.run.exit_code})))
    return false;
  if (before && now.created >= *before) return false;
  if (since && now.created <= *since) return false;
  if (filters.has("network")) {
    const std::string& mode = now.definition->host.network_mode;
    const std::string name = mode == "default" ? "bridge" : mode;
    if (!holds(filters.get("network"), name) &&
        !(now.endpoint && filters.prefix("network", now.endpoint->network_id)))
      return false;
  }
  if (filters.has("volume")) {
    const auto& wanted = filters.get("volume");
    const auto& mounts = now.definition->mounts;
    if (std::none_of(mounts.begin(), mounts.end(), [&](const MountEntry& m) {
          return holds(wanted, m.point.name) || holds(wanted, m.point.destination) ||
                 holds(wanted, m.point.source);
        }))
      return false;
  }
  return true;
}

}  // namespace

api::ContainerInspect Service::inspect(const Container& container) const {
  return inspect_view(container.snapshot(), deps_.paths);
}

Result<std::vector<api::ContainerSummary>> Service::list(
    const api::ContainerListQuery& query) const {
  TRY(query.filters.only({"ancestor", "before", "exited", "id", "label", "name", "network", "since",
                          "status", "volume", "health", "isolation", "is-task", "publish",
                          "expose"}));
  for (const char* missing : {"health", "isolation", "is-task", "publish", "expose"})
    if (query.filters.has(missing))
      return fail(Code::not_implemented, "the filter {} is not supported by hexad yet", missing);
  if (query.size)
    return fail(Code::not_implemented, "container sizes are not supported by hexad yet");
  Matcher matches{query.filters, {}, {}, {}, {}};
  for (const auto& name : query.filters.get("ancestor"))
    if (auto image = deps_.images.resolve(name)) matches.ancestors.push_back(image->id);
  for (const auto& text : query.filters.get("exited")) {
    const auto code = parse_int(text);
    if (!code) return fail(Code::invalid_argument, "invalid filter 'exited={}'", text);
    matches.exit_codes.push_back(*code);
  }
  for (const auto& status : query.filters.get("status")) {
    if (!state_from(status) || status == "starting")
      return fail(Code::invalid_argument, "invalid filter 'status={}'", status);
  }
  for (const auto& name : query.filters.get("before")) matches.before = TRY(find(name))->created();
  for (const auto& name : query.filters.get("since")) matches.since = TRY(find(name))->created();

  // A limit, and filters that speak of stopped ones, mean all.
  const bool all =
      query.all || query.limit > 0 || query.filters.has("status") || query.filters.has("exited");
  const std::int64_t clock = now_ns();
  std::vector<api::ContainerSummary> out;
  for (const auto& container : registry_.all()) {
    const auto now = container->snapshot();
    const bool shown = all || is_alive(now.state) || now.state == State::restarting;
    if (!shown || !matches(now)) continue;
    out.push_back(summary_view(now, clock));
    if (query.limit > 0 && static_cast<std::int64_t>(out.size()) == query.limit) break;
  }
  return out;
}

std::vector<images::Users::Use> Service::users_of(std::string_view image_id) const {
  std::vector<Use> out;
  for (const auto& container : registry_.all()) {
    const auto now = container->snapshot();
    if (now.definition->image_id == image_id) out.push_back({now.id, is_alive(now.state)});
  }
  return out;
}

std::vector<std::string> Service::containers_using_volume(std::string_view name) const {
  std::vector<std::string> out;
  for (const auto& container : registry_.all()) {
    const auto definition = container->definition();
    for (const auto& mount : definition->mounts) {
      if (mount.point.type != "volume" || mount.point.name != name) continue;
      out.push_back(container->id());
      break;
    }
  }
  return out;
}

system::Counts Service::counts() const {
  system::Counts out;
  for (const auto& container : registry_.all()) {
    const State state = container->state();
    ++out.containers;
    if (state == State::paused)
      ++out.paused;
    else if (state == State::running || state == State::restarting)
      ++out.running;
    else
      ++out.stopped;
  }
  out.images = static_cast<std::int64_t>(deps_.images.count());
  return out;
}

}  // namespace hexad::containers
