#include "daemon/app/wiring.hpp"

#include <utility>

#include "daemon/app/shim_program.hpp"
#include "daemon/async/fd_watch.hpp"
#include "daemon/async/file_follow.hpp"
#include "daemon/containers/routes.hpp"
#include "daemon/containers/service.hpp"
#include "daemon/exec/routes.hpp"
#include "daemon/exec/service.hpp"
#include "daemon/images/routes.hpp"
#include "daemon/images/service.hpp"
#include "daemon/networks/routes.hpp"
#include "daemon/networks/service.hpp"
#include "daemon/system/routes.hpp"
#include "daemon/system/service.hpp"
#include "daemon/volumes/routes.hpp"
#include "daemon/volumes/service.hpp"

namespace hexad::app {

// From the first to the last, each standing on those before it; destroyed the other way round.
struct Features::Impl {
  std::unique_ptr<networks::Service> networks;
  std::unique_ptr<images::Service> images;
  std::unique_ptr<volumes::Service> volumes;
  std::unique_ptr<system::Service> system;
  std::unique_ptr<cgroup::Manager> cgroups;
  std::unique_ptr<async::FdWatcher> watcher;
  std::unique_ptr<async::FileFollow> follow;
  UniqueFd shim_program;
  std::unique_ptr<containers::Service> containers;
  std::unique_ptr<exec::Service> exec;

  [[nodiscard]] std::vector<http::Route> routes() const;
};

namespace {

networks::Options network_options(const Config& config) {
  networks::Options options;
  options.bridge = config.bridge;
  options.bip = config.bip;
  options.ip_masq = config.ip_masq;
  options.ip_forward = config.ip_forward;
  options.iptables = config.iptables;
  options.mtu = config.mtu;
  return options;
}

system::Options system_options(const Ground& ground) {
  system::Options options;
  options.id = ground.paths.instance;
  options.data_root = ground.paths.data;
  options.shim_path = shim_path().value_or("hexad-shim");
  options.userns_remap = ground.config.remap_count > 0;
  options.debug = ground.config.debug;
  return options;
}

containers::Options container_options(const Config& config) {
  containers::Options options;
  options.init = config.init;
  options.no_new_privileges = config.no_new_privileges;
  for (const auto& limit : config.default_ulimits)
    options.default_ulimits.push_back({limit.name, limit.soft, limit.hard});
  if (config.remap_count > 0) options.id_map.push_back({0, config.remap_first, config.remap_count});
  return options;
}

}  // namespace

Result<std::unique_ptr<Features>> Features::start(const Ground& ground) {
  auto impl = std::make_unique<Impl>();
  impl->networks =
      TRY(networks::Service::start(ground.database, ground.paths, network_options(ground.config)));
  impl->images = TRY(images::Service::start(ground.database, ground.paths));
  impl->volumes = TRY(volumes::Service::start(
      ground.database, ground.paths, {ground.config.remap_first, ground.config.remap_first}));
  impl->system = system::Service::start(system_options(ground));
  impl->cgroups = std::make_unique<cgroup::Manager>(
      TRY(cgroup::Manager::open({.parent = ground.paths.cgroup_parent()})));
  impl->watcher = TRY(async::FdWatcher::start(ground.io));
  impl->follow = TRY(async::FileFollow::start(ground.io));
  impl->shim_program = TRY(load_shim());
  containers::Deps deps{ground.database, ground.paths,   *impl->images, *impl->networks,
                        *impl->volumes,  *impl->cgroups, ground.pool,   ground.cleanup,
                        *impl->watcher,  *impl->follow,  ground.io,     impl->shim_program.get()};
  impl->containers =
      TRY(containers::Service::start(std::move(deps), container_options(ground.config)));
  impl->images->set_users(impl->containers.get());
  impl->volumes->set_users(impl->containers.get());
  impl->system->set_counts(impl->containers.get());
  impl->exec = std::make_unique<exec::Service>(*impl->containers);
  return std::unique_ptr<Features>(new Features(std::move(impl)));
}

Features::Features(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Features::~Features() = default;

std::vector<http::Route> Features::routes() const { return impl_->routes(); }

std::vector<http::Route> Features::Impl::routes() const {
  std::vector<http::Route> all;
  const auto add = [&all](std::vector<http::Route> some) {
    for (auto& route : some) all.push_back(std::move(route));
  };
  add(system::routes(system.get()));
  add(networks::routes(networks.get()));
  add(images::routes(images.get()));
  add(volumes::routes(volumes.get()));
  add(containers::routes(containers.get()));
  add(exec::routes(exec.get()));
  return all;
}

std::vector<http::Route> routes_without_services() { return Features::Impl{}.routes(); }

}  // namespace hexad::app
