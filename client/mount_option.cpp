// The --mount and --network options: lines of comma-separated key=value fields.
#include <fmt/format.h>
#include <limits.h>
#include <unistd.h>

#include <array>

#include "api/mount_spec.hpp"
#include "api/units.hpp"
#include "client/run_flags.hpp"
#include "libcontainer/base/strings.hpp"

namespace hexad::client {
namespace {

Result<bool> boolean(std::string_view key, const std::optional<std::string_view>& value) {
  if (!value) return true;
  const auto flag = parse_bool(*value);
  if (flag) return *flag;
  return fail(Code::invalid_argument, "invalid value for {}: {}", key, *value);
}

Result<std::string> absolute(std::string_view path) {
  if (!path.starts_with('.')) return std::string(path);
  std::array<char, PATH_MAX> here{};
  if (::getcwd(here.data(), here.size()) == nullptr) return sys_fail("getcwd");
  return api::clean_path(fmt::format("{}/{}", here.data(), path));
}

// What only one type of mount understands.
class MountFields {
 public:
  explicit MountFields(api::Mount& mount) : mount_(mount) {}

  // False for a key that is not known.
  Result<bool> set(std::string_view key, const std::optional<std::string_view>& value) {
    const std::string text(value.value_or(""));
    if (key == "readonly" || key == "ro") {
      mount_.read_only = TRY(boolean(key, value));
    } else if (!value && key != "volume-nocopy" && key != "bind-nonrecursive") {
      return fail(Code::invalid_argument, "invalid field '{}' must be a key=value pair", key);
    } else if (key == "type") {
      mount_.type = to_lower(text);
    } else if (key == "source" || key == "src") {
      mount_.source = text;
    } else if (key == "target" || key == "dst" || key == "destination") {
      mount_.target = text;
    } else if (key == "consistency") {
      mount_.consistency = to_lower(text);
    } else if (key.starts_with("bind-")) {
      return bind_field(key, value);
    } else if (key.starts_with("volume-")) {
      return volume_field(key, value);
    } else if (key.starts_with("tmpfs-")) {
      return tmpfs_field(key, text);
    } else if (key == "image-subpath") {
      mount_.image_options.emplace().subpath = text;
    } else {
      return false;
    }
    return true;
  }

 private:
  Result<bool> bind_field(std::string_view key, const std::optional<std::string_view>& value) {
    if (!mount_.bind_options) mount_.bind_options.emplace();
    api::BindOptions& options = *mount_.bind_options;
    if (key == "bind-propagation") {
      options.propagation = to_lower(*value);
    } else if (key == "bind-nonrecursive") {
      options.non_recursive = TRY(boolean(key, value));
    } else if (key == "bind-recursive") {
      return recursive(options, *value);
    } else {
      return false;
    }
    return true;
  }

  static Result<bool> recursive(api::BindOptions& options, std::string_view value) {
    if (value == "disabled") {
      options.non_recursive = true;
    } else if (value == "writable") {
      options.read_only_non_recursive = true;
    } else if (value == "readonly") {
      options.read_only_force_recursive = true;
    } else if (value != "enabled") {
      return fail(Code::invalid_argument,
                  "invalid value for bind-recursive: {} (must be \"enabled\", "
                  "\"disabled\", \"writable\", or \"readonly\")",
                  value);
    }
    return true;
  }

  Result<bool> volume_field(std::string_view key, const std::optional<std::string_view>& value) {
    if (!mount_.volume_options) mount_.volume_options.emplace();
    api::VolumeOptions& options = *mount_.volume_options;
    const auto driver = [&]() -> api::VolumeDriverConfig& {
      return options.driver_config ? *options.driver_config : options.driver_config.emplace();
    };
    const auto pair = split_once(value.value_or(""), '=');
    const std::string name(pair.first), setting(pair.second.value_or(""));
    if (key == "volume-nocopy") {
      options.no_copy = TRY(boolean(key, value));
    } else if (key == "volume-label") {
      options.labels[name] = setting;
    } else if (key == "volume-subpath") {
      options.subpath = *value;
    } else if (key == "volume-driver") {
      driver().name = *value;
    } else if (key == "volume-opt") {
      driver().options[name] = setting;
    } else {
      return false;
    }
    return true;
  }

  Result<bool> tmpfs_field(std::string_view key, const std::string& value) {
    if (!mount_.tmpfs_options) mount_.tmpfs_options.emplace();
    if (key == "tmpfs-size") {
      const auto size = api::parse_size(value);
      if (!size) return fail(Code::invalid_argument, "invalid value for {}: {}", key, value);
      mount_.tmpfs_options->size_bytes = *size;
    } else if (key == "tmpfs-mode") {
      char* end = nullptr;
      const auto mode = std::strtoul(value.c_str(), &end, 8);
      if (value.empty() || *end != '\0' || mode > 07777)
        return fail(Code::invalid_argument, "invalid value for {}: {}", key, value);
      mount_.tmpfs_options->mode = static_cast<std::uint32_t>(mode);
    } else {
      return false;
    }
    return true;
  }

  api::Mount& mount_;
};

Result<> check_options(const api::Mount& mount) {
  const auto mixed = [&](std::string_view options) {
    return fail(Code::invalid_argument, "cannot mix '{}-*' options with mount type '{}'", options,
                mount.type);
  };
  if (mount.target.empty()) return fail(Code::invalid_argument, "target is required");
  if (mount.volume_options && mount.type != "volume") return mixed("volume");
  if (mount.bind_options && mount.type != "bind") return mixed("bind");
  if (mount.tmpfs_options && mount.type != "tmpfs") return mixed("tmpfs");
  if (mount.image_options && mount.type != "image") return mixed("image");
  return {};
}

// The settings of one endpoint, and the network's name.
Result<std::string> endpoint(std::string_view text, api::EndpointSettings& settings) {
  if (text.find('=') == std::string_view::npos) return std::string(text);
  std::string name;
  for (const std::string& field : csv_fields(text)) {
    const auto [raw_key, value] = split_once(field, '=');
    const std::string key = to_lower(trim(raw_key));
    if (!value) return fail(Code::invalid_argument, "invalid field {}", field);
    const std::string setting(trim(*value));
    const auto ipam = [&]() -> api::EndpointIpam& {
      return settings.ipam_config ? *settings.ipam_config : settings.ipam_config.emplace();
    };
    if (key == "name") {
      name = setting;
    } else if (key == "alias") {
      settings.aliases.push_back(setting);
      settings.aliases.present = true;
    } else if (key == "ip") {
      ipam().ipv4_address = setting;
    } else if (key == "ip6") {
      ipam().ipv6_address = setting;
    } else if (key == "mac-address") {
      settings.mac_address = setting;
    } else if (key == "link-local-ip") {
      ipam().link_local_ips.push_back(setting);
      ipam().link_local_ips.present = true;
    } else if (key == "driver-opt") {
      const auto [option, option_value] = split_once(setting, '=');
      settings.driver_opts[std::string(option)] = option_value.value_or("");
      settings.driver_opts.present = true;
    } else if (key == "gw-priority") {
      settings.gw_priority = static_cast<int>(parse_int(setting).value_or(0));
    } else {
      return fail(Code::invalid_argument, "invalid field key {}", key);
    }
  }
  return name;
}

bool user_defined(std::string_view mode) {
  return mode != "default" && mode != "bridge" && mode != "host" && mode != "none" &&
         !mode.starts_with("container:");
}

// --ip, --ip6, --network-alias and --link-local-ip speak of the first network.
Result<> add_first(const ParsedFlags& flags, const std::string& mode,
                   api::EndpointSettings& first) {
  std::vector<std::string> aliases = flags.list("network-alias");
  for (std::string& alias : flags.list("net-alias")) aliases.push_back(std::move(alias));
  if (!aliases.empty() && !user_defined(mode))
    return fail(Code::invalid_argument,
                "network-scoped aliases are only supported for user-defined networks");
  for (std::string& alias : aliases) first.aliases.push_back(std::move(alias));
  first.aliases.present = !first.aliases.empty();
  if (flags.has("ip") || flags.has("ip6") || flags.has("link-local-ip")) {
    if (!first.ipam_config) first.ipam_config.emplace();
    if (flags.has("ip")) first.ipam_config->ipv4_address = flags.text("ip");
    if (flags.has("ip6")) first.ipam_config->ipv6_address = flags.text("ip6");
    for (std::string& address : flags.list("link-local-ip"))
      first.ipam_config->link_local_ips.push_back(std::move(address));
  }
  if (flags.has("mac-address")) first.mac_address = flags.text("mac-address");
  return {};
}

}  // namespace

std::vector<std::string> csv_fields(std::string_view line) {
  std::vector<std::string> fields(1);
  bool quoted = false;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] == '"') {
      if (quoted && i + 1 < line.size() && line[i + 1] == '"') {
        fields.back() += line[++i];
      } else {
        quoted = !quoted;
      }
    } else if (line[i] == ',' && !quoted) {
      fields.emplace_back();
    } else {
      fields.back() += line[i];
    }
  }
  return fields;
}

Result<api::Mount> parse_mount_option(std::string_view text) {
  api::Mount mount;
  mount.type = "volume";
  MountFields fields(mount);
  if (trim(text).empty()) return fail(Code::invalid_argument, "value is empty");
  for (const std::string& field : csv_fields(text)) {
    const auto [raw_key, value] = split_once(field, '=');
    const std::string key = to_lower(trim(raw_key));
    if (!TRY(fields.set(key, value)))
      return fail(Code::invalid_argument, "unexpected key '{}' in '{}'", key, field);
  }
  if (mount.type == "bind") mount.source = TRY(absolute(mount.source));
  TRY(check_options(mount));
  return mount;
}

Result<NetworkChoice> network_choice(const ParsedFlags& flags) {
  NetworkChoice choice;
  std::vector<std::string> networks = flags.list("network");
  for (std::string& network : flags.list("net")) networks.push_back(std::move(network));
  std::vector<std::pair<std::string, api::EndpointSettings>> endpoints;
  for (const std::string& network : networks) {
    api::EndpointSettings settings;
    std::string name = TRY(endpoint(network, settings));
    endpoints.emplace_back(std::move(name), std::move(settings));
  }
  if (endpoints.empty()) endpoints.emplace_back("default", api::EndpointSettings{});
  choice.mode = endpoints.front().first;
  TRY(add_first(flags, choice.mode, endpoints.front().second));
  if (choice.mode.starts_with("container:") && endpoints.size() == 1) return choice;
  for (auto& [name, settings] : endpoints) {
    if (choice.endpoints.endpoints_config.contains(name))
      return fail(Code::invalid_argument, "network \"{}\" is specified multiple times", name);
    choice.endpoints.endpoints_config.emplace(name, std::move(settings));
  }
  choice.endpoints.endpoints_config.present = true;
  return choice;
}

}  // namespace hexad::client
