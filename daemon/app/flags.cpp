#include "daemon/app/flags.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <set>

#include "api/json/value.hpp"
#include "libcontainer/base/strings.hpp"

namespace hexad::app {
namespace {

constexpr std::array kOptions{
    Option{"bip", 0, Kind::text, "bip", "string", "Address of the bridge, \"172.30.0.1/16\""},
    Option{"bridge", 'b', Kind::text, "bridge", "string",
           "Attach containers to this bridge; made where it is missing"},
    Option{"config-file", 0, Kind::text, nullptr, "string",
           "Daemon configuration file (default \"/etc/hexad/daemon.json\")"},
    Option{"data-root", 0, Kind::text, "data-root", "string",
           "Directory of persistent state (default \"/var/lib/hexad\")"},
    Option{"debug", 'D', Kind::flag, "debug", "", "Log at the debug level"},
    Option{"default-ulimit", 0, Kind::ulimits, "default-ulimits", "ulimit",
           "Default ulimits for containers"},
    Option{"exec-root", 0, Kind::text, "exec-root", "string",
           "Directory of what lives while containers run (default \"/run/hexad\")"},
    Option{"group", 'G', Kind::text, "group", "string",
           "Group of the unix socket (default \"docker\")"},
    Option{"help", 0, Kind::flag, nullptr, "", "Print this text"},
    Option{"host", 'H', Kind::list, "hosts", "list",
           "Where to listen: unix:///path, or fd:// for socket activation"},
    Option{"init", 0, Kind::flag, "init", "",
           "Run an init in every container that forwards signals and reaps processes"},
    Option{"ip-forward", 0, Kind::flag, "ip-forward", "",
           "Enable net.ipv4.ip_forward (default true)"},
    Option{"ip-masq", 0, Kind::flag, "ip-masq", "", "Enable masquerading (default true)"},
    Option{"iptables", 0, Kind::flag, "iptables", "", "Write iptables rules (default true)"},
    Option{"live-restore", 0, Kind::flag, "live-restore", "",
           "Containers outlive the daemon: always so"},
    Option{"log-level", 'l', Kind::text, "log-level", "string",
           "\"debug\"|\"info\"|\"warn\"|\"error\"|\"fatal\" (default \"info\")"},
    Option{"mtu", 0, Kind::number, "mtu", "int", "MTU of containers' networks"},
    Option{"no-new-privileges", 0, Kind::flag, "no-new-privileges", "",
           "Set no-new-privileges by default"},
    Option{"pidfile", 'p', Kind::text, "pidfile", "string",
           "File for the daemon's process id (default: the exec root with \".pid\")"},
    Option{"routes", 0, Kind::flag, nullptr, "", "Print the routes of the API and exit"},
    Option{"userns-remap", 0, Kind::text, "userns-remap", "uid:count",
           "Run containers in user namespaces whose ids start at uid"},
    Option{"validate", 0, Kind::flag, nullptr, "", "Check the configuration and exit"},
    Option{"version", 'v', Kind::flag, nullptr, "", "Print the version and exit"},
};

const Option* by_name(std::string_view name) {
  const auto at = std::find_if(kOptions.begin(), kOptions.end(),
                               [&](const Option& o) { return o.name == name; });
  return at == kOptions.end() ? nullptr : &*at;
}

const Option* by_letter(char letter) {
  const auto at = std::find_if(kOptions.begin(), kOptions.end(),
                               [&](const Option& o) { return letter != 0 && o.letter == letter; });
  return at == kOptions.end() ? nullptr : &*at;
}

const Option* by_key(std::string_view key) {
  const auto at = std::find_if(kOptions.begin(), kOptions.end(),
                               [&](const Option& o) { return o.key != nullptr && o.key == key; });
  return at == kOptions.end() ? nullptr : &*at;
}

// What Go's strconv.ParseBool takes.
std::optional<std::string> boolean(std::string_view text) {
  constexpr std::array<std::string_view, 6> kTrue{"1", "t", "T", "TRUE", "true", "True"};
  constexpr std::array<std::string_view, 6> kFalse{"0", "f", "F", "FALSE", "false", "False"};
  if (std::find(kTrue.begin(), kTrue.end(), text) != kTrue.end()) return "true";
  if (std::find(kFalse.begin(), kFalse.end(), text) != kFalse.end()) return "false";
  return std::nullopt;
}

std::string shown(const Option& option) {
  return option.letter != 0 ? fmt::format("-{}, --{}", option.letter, option.name)
                            : fmt::format("--{}", option.name);
}

Result<> store(Values& values, const Option& option, std::string text) {
  if (option.kind == Kind::flag) {
    const auto value = boolean(text);
    if (!value) {
      return fail(Code::invalid_argument,
                  "invalid argument \"{}\" for \"{}\" flag: strconv.ParseBool: parsing \"{}\": "
                  "invalid syntax",
                  text, shown(option), text);
    }
    text = *value;
  }
  if (option.kind == Kind::number && !parse_int(text)) {
    return fail(Code::invalid_argument,
                "invalid argument \"{}\" for \"{}\" flag: strconv.ParseInt: parsing \"{}\": "
                "invalid syntax",
                text, shown(option), text);
  }
  auto& list = values[option.name];
  const bool many = option.kind == Kind::list || option.kind == Kind::ulimits;
  if (!many) list.clear();
  list.push_back(std::move(text));
  return {};
}

// --- daemon.json ---------------------------------------------------------------------------

Result<std::string> scalar(const Option& option, const api::json::Value& value) {
  if (option.kind == Kind::flag && value.boolean() != nullptr) {
    return *value.boolean() ? "true" : "false";
  }
  if (option.kind == Kind::number && value.integer() != nullptr) {
    return std::to_string(*value.integer());
  }
  if ((option.kind == Kind::text || option.kind == Kind::list) && value.string() != nullptr) {
    return *value.string();
  }
  constexpr std::array kTypes{"bool", "string", "int", "string", "object"};
  return fail(Code::invalid_argument, "cannot unmarshal {} into {} of type {}", value.kind(),
              option.key, kTypes[static_cast<std::size_t>(option.kind)]);
}

// {"nofile": {"Name": "nofile", "Hard": 64000, "Soft": 64000}}
Result<std::vector<std::string>> ulimits(const Option& option, const api::json::Value& value) {
  if (value.object() == nullptr) return pass(scalar(option, value).error());
  std::vector<std::string> out;
  for (const auto& [name, limit] : *value.object()) {
    const auto* hard = limit.find("Hard");
    const auto* soft = limit.find("Soft");
    if (hard == nullptr || soft == nullptr || hard->integer() == nullptr ||
        soft->integer() == nullptr) {
      return fail(Code::invalid_argument, "{}: {} needs the numbers Hard and Soft", option.key,
                  name);
    }
    out.push_back(fmt::format("{}={}:{}", name, *soft->integer(), *hard->integer()));
  }
  return out;
}

Result<std::vector<std::string>> file_values(const Option& option, const api::json::Value& value) {
  if (option.kind == Kind::ulimits) return ulimits(option, value);
  if (option.kind != Kind::list) return std::vector{TRY(scalar(option, value))};
  if (value.array() == nullptr) {
    return fail(Code::invalid_argument, "cannot unmarshal {} into {} of type []string",
                value.kind(), option.key);
  }
  std::vector<std::string> out;
  for (const auto& element : *value.array()) out.push_back(TRY(scalar(option, element)));
  return out;
}

}  // namespace

std::span<const Option> option_table() { return kOptions; }

Result<Values> parse_arguments(std::span<const char* const> arguments) {
  Values values;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    std::string_view word = arguments[i];
    const Option* option = nullptr;
    std::optional<std::string_view> value;
    if (word.starts_with("--") && word.size() > 2) {
      const auto [name, given] = split_once(word.substr(2), '=');
      option = by_name(name);
      value = given;
      if (option == nullptr) return fail(Code::invalid_argument, "unknown flag: --{}", name);
    } else if (word.starts_with('-') && word.size() > 1 && word != "--") {
      option = by_letter(word[1]);
      if (option == nullptr) {
        return fail(Code::invalid_argument, "unknown shorthand flag: '{}' in {}", word[1], word);
      }
      if (word.size() > 2) value = word.substr(word[2] == '=' ? 3 : 2);
    } else {
      return fail(Code::invalid_argument, "\"hexad\" accepts no argument(s).");
    }
    if (!value && option->kind == Kind::flag) value = "true";
    if (!value) {
      if (i + 1 >= arguments.size()) {
        return fail(Code::invalid_argument, "flag needs an argument: {}", word);
      }
      value = arguments[++i];
    }
    TRY(store(values, *option, std::string(*value)));
  }
  return values;
}

Result<Values> parse_file(std::string_view json) {
  Values values;
  if (trim(json).empty()) return values;
  const auto document = TRY(api::json::parse(json));
  if (document.object() == nullptr) {
    return fail(Code::invalid_argument, "cannot unmarshal {} into an object", document.kind());
  }
  std::vector<std::string> unknown;
  std::set<std::string, std::less<>> seen;
  for (const auto& [key, value] : *document.object()) {
    if (!seen.insert(key).second) {
      return fail(Code::invalid_argument, "the following directive is given twice: {}", key);
    }
    if (by_key(key) == nullptr) unknown.push_back(key);
  }
  if (!unknown.empty()) {
    std::sort(unknown.begin(), unknown.end());
    return fail(Code::invalid_argument,
                "the following directives don't match any configuration option: {}",
                join(unknown, ", "));
  }
  for (const auto& [key, value] : *document.object()) {
    const auto* option = by_key(key);
    values[option->name] = TRY(file_values(*option, value));
  }
  return values;
}

Result<> check_conflicts(const Values& flags, const Values& file) {
  std::vector<std::string> both;
  for (const auto& [name, from_file] : file) {
    const auto flag = flags.find(name);
    if (flag == flags.end()) continue;
    const auto& option = *by_name(name);
    const bool many = option.kind == Kind::list || option.kind == Kind::ulimits;
    const auto show = [many](const std::vector<std::string>& v) {
      return many ? "[" + join(v, " ") + "]" : join(v, " ");
    };
    both.push_back(fmt::format("{}: (from flag: {}, from file: {})", option.key, show(flag->second),
                               show(from_file)));
  }
  if (both.empty()) return {};
  return fail(Code::invalid_argument,
              "the following directives are specified both as a flag and in the configuration "
              "file: {}",
              join(both, ", "));
}

std::string help_text() {
  std::string out = "\nUsage:  hexad [OPTIONS]\n\nA container engine.\n\nOptions:\n";
  for (const auto& o : kOptions) {
    const auto letter = o.letter != 0 ? fmt::format("-{},", o.letter) : std::string("   ");
    const auto left = fmt::format("--{} {}", o.name, o.value);
    out += fmt::format("  {} {:<26} {}\n", letter, left, o.help);
  }
  return out;
}

}  // namespace hexad::app
