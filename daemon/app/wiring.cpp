#include "daemon/app/wiring.hpp"

#include <utility>

#include "daemon/app/shim_program.hpp"
#include "daemon/images/routes.hpp"
#include "daemon/images/service.hpp"
#include "daemon/networks/routes.hpp"
#include "daemon/networks/service.hpp"
#include "daemon/system/routes.hpp"
#include "daemon/system/service.hpp"
#include "daemon/volumes/routes.hpp"
#include "daemon/volumes/service.hpp"

namespace hexad::app {

struct Features::Impl {
  std::unique_ptr<networks::Service> networks;
  std::unique_ptr<images::Service> images;
  std::unique_ptr<volumes::Service> volumes;
  std::unique_ptr<system::Service> system;

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

}  // namespace

Result<std::unique_ptr<Features>> Features::start(const Ground& ground) {
  auto impl = std::make_unique<Impl>();
  impl->networks =
      TRY(networks::Service::start(ground.database, ground.paths, network_options(ground.config)));
  impl->images = TRY(images::Service::start(ground.database, ground.paths));
  impl->volumes = TRY(volumes::Service::start(ground.database, ground.paths));
  impl->system = system::Service::start(system_options(ground));
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
  return all;
}

std::vector<http::Route> routes_without_services() { return Features::Impl{}.routes(); }

}  // namespace hexad::app
