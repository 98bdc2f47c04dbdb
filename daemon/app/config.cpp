#include "daemon/app/config.hpp"

#include <filesystem>
#include <limits>

#include "api/defaults.hpp"
#include "libcontainer/base/io.hpp"
#include "libcontainer/base/ipv4.hpp"
#include "libcontainer/base/strings.hpp"

namespace hexad::app {
namespace {

Result<log::Level> parse_level(std::string_view name) {
  if (name == "debug") return log::Level::debug;
  if (name == "info") return log::Level::info;
  if (name == "warn") return log::Level::warn;
  if (name == "error" || name == "fatal") return log::Level::error;
  return fail(Code::invalid_argument, "invalid logging level: {}", name);
}

// "nofile=1024:2048" or "nofile=1024".
Result<UlimitSetting> parse_ulimit(std::string_view text) {
  const auto [name, values] = split_once(text, '=');
  const auto [soft, hard] = split_once(values.value_or(""), ':');
  const auto low = parse_int(soft);
  const auto high = hard ? parse_int(*hard) : low;
  if (name.empty() || !low || !high) {
    return fail(Code::invalid_argument, "invalid ulimit argument: {}", text);
  }
  if (*high >= 0 && (*low > *high || *low < 0)) {
    return fail(Code::invalid_argument,
                "ulimit soft limit must be less than or equal to hard limit: {} > {}", *low, *high);
  }
  return UlimitSetting{std::string(name), *low, *high};
}

Result<> parse_remap(std::string_view text, Config& config) {
  if (text.empty()) return {};
  const auto [first, count] = split_once(text, ':');
  const auto uid = parse_uint(first);
  const auto number = parse_uint(count.value_or(""));
  constexpr std::uint64_t kIds = std::numeric_limits<std::uint32_t>::max();
  if (!uid || !number || *uid == 0 || *number == 0 || *uid + *number > kIds) {
    return fail(Code::invalid_argument,
                "invalid userns-remap \"{}\": it is uid:count, as in 100000:65536", text);
  }
  config.remap_first = static_cast<std::uint32_t>(*uid);
  config.remap_count = static_cast<std::uint32_t>(*number);
  return {};
}

Result<> check_bip(const std::string& text) {
  if (text.empty()) return {};
  const auto cidr = parse_cidr(text);
  // The bridge's address is a host's address in a subnet that has room for containers.
  if (!cidr || cidr->prefix > 30 || cidr->address == cidr->first() ||
      cidr->address == cidr->last()) {
    return fail(Code::invalid_argument,
                "invalid bip {}: it is an address with its prefix length, "
                "as in 172.30.0.1/16",
                text);
  }
  return {};
}

Result<std::string> check_host(const std::string& host) {
  if (host == "fd://" || host == "fd://*") return "fd://";
  if (host.starts_with("unix:///") && host.size() > 8) return host;
  if (host == "unix://") return std::string(api::kDefaultHost);
  return fail(Code::invalid_argument,
              "invalid bind address ({}): unix:///path and fd:// are supported", host);
}

Result<std::string> absolute(const std::string& path, const char* name) {
  if (path.empty()) return fail(Code::invalid_argument, "{} must not be empty", name);
  std::error_code error;
  auto full = std::filesystem::absolute(path, error).lexically_normal().string();
  if (error) return fail(Code::invalid_argument, "{}: {}", path, error.message());
  while (full.size() > 1 && full.ends_with('/')) full.pop_back();
  if (full == "/") return fail(Code::invalid_argument, "{} must not be the root directory", name);
  return full;
}

class Reader {
 public:
  explicit Reader(const Values& values) : values_(values) {}
  void get(const char* name, std::string& out) const {
    if (const auto* v = find(name)) out = v->back();
  }
  void get(const char* name, bool& out) const {
    if (const auto* v = find(name)) out = v->back() == "true";
  }
  [[nodiscard]] const std::vector<std::string>* find(const char* name) const {
    const auto at = values_.find(name);
    return at == values_.end() || at->second.empty() ? nullptr : &at->second;
  }

 private:
  const Values& values_;
};

}  // namespace

Result<Config> make_config(const Values& values) {
  Config config;
  const Reader read(values);
  read.get("help", config.help);
  read.get("version", config.version);
  read.get("validate", config.validate);
  read.get("routes", config.routes);
  read.get("data-root", config.data_root);
  read.get("exec-root", config.exec_root);
  read.get("group", config.group);
  read.get("config-file", config.config_file);
  read.get("bridge", config.bridge);
  read.get("bip", config.bip);
  TRY(check_bip(config.bip));
  read.get("ip-forward", config.ip_forward);
  read.get("ip-masq", config.ip_masq);
  read.get("iptables", config.iptables);
  read.get("init", config.init);
  read.get("no-new-privileges", config.no_new_privileges);
  read.get("debug", config.debug);
  bool live_restore = true;
  read.get("live-restore", live_restore);
  if (!live_restore) {
    return fail(Code::invalid_argument,
                "live-restore cannot be turned off: containers always outlive the daemon");
  }
  std::string level = "info";
  read.get("log-level", level);
  config.log_level = TRY(parse_level(level));
  if (config.debug) config.log_level = log::Level::debug;
  if (const auto* mtu = read.find("mtu")) {
    const auto number = parse_int(mtu->back()).value_or(-1);
    if (number < 0 || number > 65535)
      return fail(Code::invalid_argument, "invalid default MTU: {}", number);
    config.mtu = static_cast<int>(number);
  }
  if (const auto* limits = read.find("default-ulimit")) {
    for (const auto& text : *limits) config.default_ulimits.push_back(TRY(parse_ulimit(text)));
  }
  std::string remap;
  read.get("userns-remap", remap);
  TRY(parse_remap(remap, config));
  config.data_root = TRY(absolute(config.data_root, "data-root"));
  config.exec_root = TRY(absolute(config.exec_root, "exec-root"));
  if (config.data_root == config.exec_root) {
    return fail(Code::invalid_argument, "data-root and exec-root must differ");
  }
  config.pidfile = config.exec_root + ".pid";
  read.get("pidfile", config.pidfile);
  if (const auto* hosts = read.find("host")) {
    for (const auto& host : *hosts) config.hosts.push_back(TRY(check_host(host)));
  } else {
    config.hosts.emplace_back(api::kDefaultHost);
  }
  return config;
}

Result<Config> load_config(std::span<const char* const> arguments) {
  auto flags = TRY(parse_arguments(arguments));
  const auto first = TRY(make_config(flags));
  if (first.help || first.version || first.routes) return first;
  const bool named = flags.contains("config-file");
  const auto doing = fmt::format("unable to configure the daemon with file {}", first.config_file);
  auto text = read_file(first.config_file);
  if (!text) {
    if (!named && text.error().sys_errno == ENOENT) return first;
    return pass(std::move(text).error(), doing);
  }
  auto file = parse_file(*text);
  if (!file) return pass(std::move(file).error(), doing);
  if (auto clear = check_conflicts(flags, *file); !clear)
    return pass(std::move(clear).error(), doing);
  flags.merge(*file);
  auto config = make_config(flags);
  if (!config) return pass(std::move(config).error(), doing);
  return config;
}

}  // namespace hexad::app
