// Create: everything is validated first, then one database transaction. No process exists yet.
#include <sys/stat.h>
#include <unistd.h>

#include "api/names.hpp"
#include "daemon/containers/merge.hpp"
#include "daemon/containers/mounts.hpp"
#include "daemon/containers/network_request.hpp"
#include "daemon/containers/service.hpp"
#include "daemon/containers/spec_builder.hpp"
#include "daemon/containers/validate.hpp"
#include "libcontainer/base/io.hpp"
#include "libcontainer/base/log.hpp"
#include "libcontainer/base/strings.hpp"
#include "libcontainer/base/undo.hpp"

namespace hexad::containers {
namespace {

// What the client itself asked for and nobody does yet; what only the image says becomes a warning.
Result<> check_health(const api::ContainerConfig& config) {
  const auto& health = config.healthcheck;
  if (!health || health->test.empty() || health->test.front() == "NONE") return {};
  return fail(Code::not_implemented, "health checks are not supported by hexad yet");
}

// moby daemon/daemon_unix.go: what a user namespace cannot be combined with.
Result<> check_user_namespace(const api::HostConfig& host, const Options& options) {
  if (options.id_map.empty() || host.userns_mode == "host") return {};
  if (host.privileged)
    return fail(Code::invalid_argument,
                "privileged mode is incompatible with user namespaces.  You must run the container "
                "in the host namespace when running privileged mode");
  if (host.network_mode == "host")
    return fail(Code::invalid_argument,
                "cannot share the host's network namespace when user namespaces are enabled");
  if (host.pid_mode == "host")
    return fail(Code::invalid_argument,
                "cannot share the host PID namespace when user namespaces are enabled");
  return {};
}

// "container:NAME" becomes "container:<id>".
Result<> pin_container_mode(const Registry& registry, std::string& mode) {
  constexpr std::string_view kPrefix = "container:";
  if (!mode.starts_with(kPrefix)) return {};
  auto other = TRY(registry.find(std::string_view(mode).substr(kPrefix.size())));
  mode = std::string(kPrefix) + other->id();
  return {};
}

}  // namespace

Result<api::CreateResponse> Service::create(std::string_view name, api::CreateRequest request) {
  api::CreateResponse response;
  if (name.starts_with('/')) name.remove_prefix(1);
  if (!name.empty()) TRY(api::check_container_name(name));
  auto& config = request.config;
  auto& host = request.host_config;
  if (config.image.empty()) return fail(Code::invalid_argument, "no image specified");
  const auto image = TRY(deps_.images.resolve(config.image));

  const auto health = check_health(config);
  if (!health) return pass(health.error());
  const bool no_health = config.healthcheck && !config.healthcheck->test.empty();
  TRY(merge_image_config(config, image.config));
  fill_host_defaults(host);
  const HostFacts facts{static_cast<int>(deps_.cgroups.support().cpu_count), 0};
  TRY(validate(config, host, facts));
  TRY(check_user_namespace(host, options_));
  for (auto* mode : {&host.network_mode, &host.pid_mode, &host.ipc_mode})
    TRY(pin_container_mode(registry_, *mode));
  auto limits = TRY(build_limits(host));
  response.warnings = TRY(cgroup::adjust_limits(limits, deps_.cgroups.support()));
  if (!no_health && config.healthcheck && !config.healthcheck->test.empty())
    response.warnings.emplace_back(
        "The image's health check is not run: hexad does not support health checks yet");

  Row row;
  row.id = random_hex(32);
  row.created = now_ns();
  row.name = name.empty() ? api::random_name() : std::string(name);
  auto hold = registry_.hold_name(row.name, row.id);
  for (int tries = 0; !hold && name.empty() && tries < 8; ++tries) {
    row.name = api::random_name();
    hold = registry_.hold_name(row.name, row.id);
  }
  if (!hold) return pass(std::move(hold).error());

  std::vector<std::string> made_volumes;
  UndoList undo;  // after what its steps refer to
  undo.push([&] {
    for (const auto& volume : made_volumes) (void)deps_.volumes.remove(volume, true);
  });
  if (host.network_mode.starts_with("container:"))
    config.hostname =
        TRY(registry_.find(host.network_mode.substr(10)))->definition()->config.hostname;
  if (config.hostname.empty() && !host.network_mode.starts_with("container:") &&
      host.network_mode != "host" && host.uts_mode != "host")
    config.hostname = row.id.substr(0, 12);
  row.definition.image_ref = config.image;
  row.definition.image_id = image.id;
  row.definition.mounts = TRY(resolve_mounts(config, host, deps_.volumes, made_volumes));
  row.definition.config = std::move(config);
  row.definition.host = std::move(host);
  row.definition.networking = std::move(request.networking_config);
  {
    // What start would refuse is refused now.
    Snapshot preview{row.id,    row.name, row.created,
                     row.state, {},       std::make_shared<Definition>(row.definition),
                     {},        {}};
    const NetworkPlan network = TRY(plan_network(row.definition));
    TRY(build_spec(SpecInput{preview, image, deps_.paths, {}, network, options_}));
  }

  const std::string dir = deps_.paths.container(row.id);
  undo.push([dir] { (void)remove_tree(dir); });
  TRY(make_dir(dir, 0710));
  TRY(make_dir(dir + "/upper", 0755));
  TRY(make_dir(dir + "/work", 0700));
  TRY(store_.insert(row));
  undo.dismiss();

  auto container =
      std::make_shared<Container>(row.id, row.created, deps_.pool, deps_.cleanup, deps_.io);
  {
    const std::lock_guard lock(container->mutex_);
    container->name_ = row.name;
    container->state_ = State::created;
    container->definition_ = std::make_shared<const Definition>(std::move(row.definition));
  }
  registry_.add(container);
  hold->keep();
  // From here on the image is in use. One that was removed a moment before is not there any more.
  if (auto still = deps_.images.resolve(container->definition()->image_id); !still) {
    (void)remove(container, true);
    return pass(std::move(still).error());
  }
  response.id = container->id();
  return response;
}

}  // namespace hexad::containers
