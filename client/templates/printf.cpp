// Printing of values: %v and its kin.
#include "client/templates/printf.hpp"

#include <algorithm>
#include <array>

#include "client/tables.hpp"
#include "client/templates/functions.hpp"

namespace hexad::client::templates {
namespace {

bool listed(std::span<const std::string_view> names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

constexpr std::array<std::string_view, 22> kMaps{
    "Labels",   "Ports",      "Networks",     "Sysctls",      "Options",
    "Volumes",  "Tmpfs",      "PortBindings", "ExposedPorts", "Annotations",
    "Config",   "StorageOpt", "DriverOpts",   "Containers",   "AuxiliaryAddresses",
    "Runtimes", "Data",       "Details",      "IndexConfigs", "EndpointsConfig",
    "Status",   "Args"};

constexpr std::array<std::string_view, 36> kLists{"CapAdd",
                                                  "CapDrop",
                                                  "Binds",
                                                  "Env",
                                                  "Cmd",
                                                  "Entrypoint",
                                                  "Dns",
                                                  "DnsOptions",
                                                  "DnsSearch",
                                                  "SecurityOpt",
                                                  "GroupAdd",
                                                  "ExtraHosts",
                                                  "Links",
                                                  "Aliases",
                                                  "Mounts",
                                                  "Devices",
                                                  "Ulimits",
                                                  "OnBuild",
                                                  "MaskedPaths",
                                                  "ReadonlyPaths",
                                                  "VolumesFrom",
                                                  "ExecIDs",
                                                  "RepoTags",
                                                  "RepoDigests",
                                                  "DNSNames",
                                                  "Layers",
                                                  "DeviceCgroupRules",
                                                  "DeviceRequests",
                                                  "Shell",
                                                  "BlkioWeightDevice",
                                                  "BlkioDeviceReadBps",
                                                  "BlkioDeviceWriteBps",
                                                  "BlkioDeviceReadIOps",
                                                  "BlkioDeviceWriteIOps",
                                                  "Warnings",
                                                  "IPAMConfigs"};

std::string go_quote(std::string_view text) {
  std::string out;
  append_json_string(out, text);
  return out;
}

struct Verb {
  bool left = false, plus = false, zero = false;
  std::size_t width = 0;
  std::optional<std::size_t> precision;
  char letter = 'v';
};

Verb read_verb(std::string_view format, std::size_t& at) {
  Verb verb;
  for (; at < format.size(); ++at) {
    if (format[at] == '-') {
      verb.left = true;
    } else if (format[at] == '+') {
      verb.plus = true;
    } else if (format[at] == '0') {
      verb.zero = true;
    } else if (format[at] != ' ' && format[at] != '#') {
      break;
    }
  }
  const auto digits = [&] {
    std::size_t number = 0;
    for (; at < format.size() && format[at] >= '0' && format[at] <= '9'; ++at)
      number =
          std::min<std::size_t>(number * 10 + static_cast<std::size_t>(format[at] - '0'), 4096);
    return number;
  };
  verb.width = digits();
  if (at < format.size() && format[at] == '.') {
    ++at;
    verb.precision = digits();
  }
  verb.letter = at < format.size() ? format[at] : '!';
  return verb;
}

std::string type_and_value(const Value& value) {
  if (!value.valid() || value.json->is_null()) return "<nil>";
  const Json& json = *value.json;
  std::string_view type = "map[string]interface {}";
  if (json.is_string()) type = "string";
  if (json.is_number()) type = "int";
  if (json.is_array()) type = "[]interface {}";
  if (json.kind() == Json::Kind::boolean) type = "bool";
  return fmt::format("{}={}", type, print_value(value));
}

std::optional<std::string> integer_verb(const Verb& verb, const Json& json) {
  if (!json.is_number()) return std::nullopt;
  const std::int64_t number = json.as_int();
  switch (verb.letter) {
    case 'd': return fmt::format("{}{}", verb.plus && number >= 0 ? "+" : "", number);
    case 'x': return fmt::format("{:x}", number);
    case 'X': return fmt::format("{:X}", number);
    case 'o': return fmt::format("{:o}", number);
    case 'b': return fmt::format("{:b}", number);
    case 'c': return std::string(1, static_cast<char>(number));
    default: return std::nullopt;
  }
}

std::optional<std::string> convert(const Verb& verb, const Value& value) {
  const bool valid = value.valid();
  switch (verb.letter) {
    case 'v':
    case 's': {
      std::string text = print_value(value);
      if (verb.letter == 's' && valid &&
          (value.json->is_number() || value.json->kind() == Json::Kind::boolean))
        return std::nullopt;
      if (verb.precision && verb.letter == 's') text = text.substr(0, *verb.precision);
      return text;
    }
    case 'q':
      if (!valid || !value.json->is_string()) return std::nullopt;
      return go_quote(value.json->text());
    case 't':
      if (!valid || value.json->kind() != Json::Kind::boolean) return std::nullopt;
      return value.json->as_bool() ? "true" : "false";
    case 'f':
    case 'g':
    case 'e': {
      if (!valid || !value.json->is_number()) return std::nullopt;
      const double number = value.json->as_double();
      const int digits = static_cast<int>(verb.precision.value_or(6));
      if (verb.letter == 'f') return fmt::format("{:.{}f}", number, digits);
      if (verb.letter == 'e') return fmt::format("{:.{}e}", number, digits);
      return verb.precision ? fmt::format("{:.{}g}", number, digits) : fmt::format("{}", number);
    }
    case 'x':
      if (valid && value.json->is_string()) {
        std::string out;
        for (const char c : value.json->text())
          out += fmt::format("{:02x}", static_cast<unsigned char>(c));
        return out;
      }
      [[fallthrough]];
    default: return valid ? integer_verb(verb, *value.json) : std::nullopt;
  }
}

void append_padded(std::string& out, const Verb& verb, std::string_view text) {
  const std::size_t used = text_width(text);
  const std::size_t fill = verb.width > used ? verb.width - used : 0;
  if (verb.left) {
    out += text;
    out.append(fill, ' ');
  } else if (verb.zero && (text.starts_with('-') || text.starts_with('+'))) {
    out += text[0];
    out.append(fill, '0');
    out += text.substr(1);
  } else {
    out.append(fill, verb.zero ? '0' : ' ');
    out += text;
  }
}

}  // namespace

bool is_map_name(std::string_view member) { return listed(kMaps, member); }
bool is_list_name(std::string_view member) { return listed(kLists, member); }

// A member that a map and a structure share is a map only when its values look like one.
bool is_map(const Value& value) {
  if (value.member == "Config" || value.member == "Args" || value.member == "Status") {
    const auto& members = value.json->members();
    return std::all_of(members.begin(), members.end(),
                       [](const auto& member) { return member.second.is_string(); });
  }
  return is_map_name(value.member);
}

bool is_optional_name(std::string_view member) {
  static constexpr std::array<std::string_view, 24> kOptional{
      "Health",     "Healthcheck", "ExposedPorts", "Volumes",     "StopSignal",      "StopTimeout",
      "Shell",      "MacAddress",  "SizeRw",       "SizeRootFs",  "Annotations",     "Sysctls",
      "Tmpfs",      "StorageOpt",  "Mounts",       "Init",        "Options",         "Labels",
      "Entrypoint", "Cmd",         "OnBuild",      "ArgsEscaped", "NetworkDisabled", "Status"};
  return listed(kOptional, member);
}

bool is_true(const Value& value) {
  if (!value.valid()) return false;
  const Json& json = *value.json;
  switch (json.kind()) {
    case Json::Kind::null: return false;
    case Json::Kind::boolean: return json.as_bool();
    case Json::Kind::number: return json.as_double() != 0;
    case Json::Kind::string: return !json.text().empty();
    case Json::Kind::array: return !json.items().empty();
    case Json::Kind::object: return !json.members().empty() || !is_map(value);
  }
  return false;
}

std::string print_value(const Value& value) {
  if (!value.valid()) return "<no value>";
  const Json& json = *value.json;
  switch (json.kind()) {
    case Json::Kind::null:
      if (value.member == Value::kElement || is_list_name(value.member)) return "[]";
      return is_map_name(value.member) ? "map[]" : "<nil>";
    case Json::Kind::boolean: return json.as_bool() ? "true" : "false";
    case Json::Kind::number:
    case Json::Kind::string: return json.text();
    case Json::Kind::array: {
      std::string out = "[";
      for (const Json& item : json.items()) {
        if (&item != json.items().data()) out += ' ';
        out += print_value({{value.json, &item}, {}});
      }
      return out + "]";
    }
    case Json::Kind::object: break;
  }
  const bool map = is_map(value);
  std::vector<std::pair<std::string_view, const Json*>> members;
  for (const auto& [key, member] : json.members()) members.emplace_back(key, &member);
  if (map) std::sort(members.begin(), members.end());
  std::string out = map ? "map[" : "{";
  bool first = true;
  for (const auto& [key, member] : members) {
    if (!std::exchange(first, false)) out += ' ';
    if (map) out += fmt::format("{}:", key);
    out += print_value({{value.json, member}, std::string(map ? Value::kElement : key)});
  }
  return out + (map ? "]" : "}");
}

std::string go_printf(std::string_view format, std::span<const Value> args) {
  std::string out;
  std::size_t next = 0;
  for (std::size_t at = 0; at < format.size(); ++at) {
    if (format[at] != '%') {
      out += format[at];
      continue;
    }
    ++at;
    const Verb verb = read_verb(format, at);
    if (verb.letter == '%') {
      out += '%';
    } else if (at >= format.size()) {
      out += "%!(NOVERB)";
    } else if (next >= args.size()) {
      out += fmt::format("%!{}(MISSING)", verb.letter);
    } else {
      const Value& value = args[next++];
      if (const auto text = convert(verb, value)) {
        append_padded(out, verb, *text);
      } else {
        out += fmt::format("%!{}({})", verb.letter, type_and_value(value));
      }
    }
  }
  if (next < args.size()) {
    out += "%!(EXTRA ";
    for (std::size_t i = next; i < args.size(); ++i)
      out += fmt::format("{}{}", i > next ? ", " : "", type_and_value(args[i]));
    out += ')';
  }
  return out;
}

}  // namespace hexad::client::templates
