// The daemon's configuration: flags and daemon.json, checked and put together. Pure but for
// reading the file.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "daemon/app/flags.hpp"
#include "libcontainer/base/log.hpp"
#include "libcontainer/base/result.hpp"

namespace hexad::app {

struct UlimitSetting {
  std::string name;
  std::int64_t soft = 0, hard = 0;
};

struct Config {
  bool help = false, version = false, validate = false, routes = false;
  std::vector<std::string> hosts;  // "unix:///path" or "fd://"
  std::string data_root = "/var/lib/hexad";
  std::string exec_root = "/run/hexad";
  std::string pidfile;
  std::string group = "docker";
  std::string config_file = "/etc/hexad/daemon.json";
  std::string bridge = "hexad0", bip;
  int mtu = 0;
  bool ip_forward = true, ip_masq = true, iptables = true;
  bool init = false, no_new_privileges = false, debug = false;
  std::vector<UlimitSetting> default_ulimits;
  std::uint32_t remap_first = 0, remap_count = 0;  // --userns-remap; count 0: none
  log::Level log_level = log::Level::info;
};

// From argv without the program's name; reads the configuration file.
Result<Config> load_config(std::span<const char* const> arguments);
// The pure part.
Result<Config> make_config(const Values& values);

}  // namespace hexad::app
