// The table of flags of run and create. Those that the daemon cannot do are sent all the same:
// it says so itself.
#include "client/run_flags.hpp"

#include <arpa/inet.h>

#include <array>
#include <vector>

#include "libcontainer/base/strings.hpp"

namespace hexad::client {
namespace {

using K = FlagKind;

Result<> check_stream(std::string_view value) {
  const std::string name = to_lower(value);
  if (name == "stdin" || name == "stdout" || name == "stderr") return {};
  return fail(Code::invalid_argument, "valid streams are STDIN, STDOUT and STDERR");
}

bool is_address(std::string_view text) {
  const std::string address(text);
  std::array<unsigned char, 16> bytes{};
  return ::inet_pton(AF_INET, address.c_str(), bytes.data()) == 1 ||
         ::inet_pton(AF_INET6, address.c_str(), bytes.data()) == 1;
}

Result<> check_address(std::string_view value) {
  if (is_address(value)) return {};
  return fail(Code::invalid_argument, "IP address is not correctly formatted: {}", value);
}

Result<> check_host(std::string_view value) {
  const auto separator = value.find_first_of("=:");
  const std::string_view name = value.substr(0, separator);
  if (separator == std::string_view::npos || name.empty())
    return fail(Code::invalid_argument, "bad format for add-host: \"{}\"", value);
  std::string_view address = value.substr(separator + 1);
  if (address.starts_with('[') && address.ends_with(']'))
    address = address.substr(1, address.size() - 2);
  if (address == "host-gateway" || is_address(address)) return {};
  return fail(Code::invalid_argument, "invalid IP address in add-host: \"{}\"", address);
}

Result<> check_label(std::string_view value) {
  if (!value.empty() && value[0] != '=') return {};
  return fail(Code::invalid_argument, "invalid label '{}': empty name", value);
}

Result<> check_sysctl(std::string_view value) {
  const auto [name, setting] = split_once(value, '=');
  if (setting && !name.empty()) return {};
  return fail(Code::invalid_argument, "sysctl '{}' is not allowed", value);
}

Result<> check_mount(std::string_view value) {
  TRY(parse_mount_option(value));
  return {};
}

Result<> check_ulimit(std::string_view value) {
  TRY(parse_ulimit(value));
  return {};
}

Result<> check_environment(std::string_view value) {
  if (!value.empty() && value[0] != '=') return {};
  return fail(Code::invalid_argument, "invalid environment variable: {}", value);
}

constexpr FlagSpec text(std::string_view name, std::string_view help, char letter = 0) {
  return {.name = name, .shorthand = letter, .kind = K::text, .help = help};
}
constexpr FlagSpec toggle(std::string_view name, std::string_view help, char letter = 0) {
  return {.name = name, .shorthand = letter, .kind = K::boolean, .help = help};
}
constexpr FlagSpec list(std::string_view name, std::string_view help, char letter = 0,
                        Result<> (*check)(std::string_view) = nullptr) {
  return {.name = name, .shorthand = letter, .kind = K::list, .help = help, .check = check};
}
constexpr FlagSpec of(K kind, std::string_view name, std::string_view help, char letter = 0) {
  return {.name = name, .shorthand = letter, .kind = kind, .help = help};
}

// Those of run alone come first, so that create can leave them out.
constexpr std::size_t kRunOnly = 3;

constexpr std::array kFlags{
    toggle("detach", "Run in the background and print the container's id", 'd'),
    text("detach-keys", "Keys that end the session and leave the container alone"),
    FlagSpec{.name = "sig-proxy", .help = "Pass signals on to the process", .fallback = "true"},

    list("add-host", "Add a line to /etc/hosts (host:ip)", 0, check_host),
    of(K::map, "annotation", "Add an annotation"),
    list("attach", "Attach to STDIN, STDOUT or STDERR", 'a', check_stream),
    of(K::unsigned_integer, "blkio-weight", "Block IO weight, 10 to 1000, 0 for none"),
    list("blkio-weight-device", "Block IO weight of a device"),
    list("cap-add", "Add a capability"),
    list("cap-drop", "Drop a capability"),
    text("cgroup-parent", "Parent cgroup of the container"),
    text("cgroupns", "Cgroup namespace: host or private"),
    text("cidfile", "Write the container's id to this file"),
    of(K::integer, "cpu-period", "CPU quota's period in microseconds"),
    of(K::integer, "cpu-quota", "CPU quota in microseconds a period"),
    of(K::integer, "cpu-rt-period", "Real-time period in microseconds"),
    of(K::integer, "cpu-rt-runtime", "Real-time runtime in microseconds"),
    of(K::integer, "cpu-shares", "Relative CPU weight", 'c'),
    of(K::decimal, "cpus", "Number of CPUs"),
    text("cpuset-cpus", "CPUs that may be used (0-3, 0,1)"),
    text("cpuset-mems", "Memory nodes that may be used (0-3, 0,1)"),
    list("device", "Add a device of the host"),
    list("device-cgroup-rule", "Add a rule to the list of allowed devices"),
    list("device-read-bps", "Limit the bytes a second read from a device"),
    list("device-read-iops", "Limit the reads a second from a device"),
    list("device-write-bps", "Limit the bytes a second written to a device"),
    list("device-write-iops", "Limit the writes a second to a device"),
    list("dns", "Set a DNS server", 0, check_address),
    list("dns-option", "Set a DNS option"),
    list("dns-search", "Set a DNS search domain"),
    text("domainname", "NIS domain name of the container"),
    text("entrypoint", "Use this instead of the image's entrypoint"),
    list("env", "Set an environment variable", 'e', check_environment),
    list("env-file", "Read environment variables from a file"),
    list("expose", "Mark a port or a range of ports as exposed"),
    list("group-add", "Join one more group"),
    text("health-cmd", "Command that checks the health"),
    of(K::duration, "health-interval", "Time between two checks"),
    of(K::integer, "health-retries", "Failures in a row that mean unhealthy"),
    of(K::duration, "health-start-interval", "Time between checks while starting"),
    of(K::duration, "health-start-period", "Time to start up before failures count"),
    of(K::duration, "health-timeout", "Longest time of one check"),
    text("hostname", "Host name of the container", 'h'),
    toggle("init", "Run an init that forwards signals and reaps processes"),
    toggle("interactive", "Keep standard input open", 'i'),
    text("ip", "IPv4 address"),
    text("ip6", "IPv6 address"),
    text("ipc", "IPC namespace to use"),
    text("isolation", "Isolation technology"),
    of(K::bytes, "kernel-memory", "Kernel memory limit"),
    list("label", "Set a label", 'l', check_label),
    list("label-file", "Read labels from a file"),
    list("link", "Link to another container"),
    list("link-local-ip", "Link-local address"),
    text("log-driver", "Log driver"),
    list("log-opt", "Option of the log driver"),
    text("mac-address", "MAC address"),
    of(K::bytes, "memory", "Memory limit", 'm'),
    of(K::bytes, "memory-reservation", "Soft memory limit"),
    of(K::bytes, "memory-swap", "Limit of memory and swap together, -1 for unlimited swap"),
    FlagSpec{.name = "memory-swappiness",
             .kind = K::integer,
             .help = "Swappiness, 0 to 100",
             .fallback = "-1"},
    FlagSpec{.name = "mount",
             .kind = K::list,
             .help = "Mount a bind, a volume or a tmpfs",
             .shown_type = "mount",
             .check = check_mount},
    text("name", "Name of the container"),
    FlagSpec{.name = "network",
             .kind = K::list,
             .help = "Connect to a network",
             .shown_type = "network"},
    FlagSpec{.name = "net", .kind = K::list, .help = "Connect to a network", .hidden = true},
    list("network-alias", "Add a name in the network"),
    FlagSpec{
        .name = "net-alias", .kind = K::list, .help = "Add a name in the network", .hidden = true},
    toggle("no-healthcheck", "Disable the image's health check"),
    toggle("oom-kill-disable", "Keep the OOM killer away"),
    of(K::integer, "oom-score-adj", "Adjust the OOM score, -1000 to 1000"),
    text("pid", "PID namespace to use"),
    of(K::integer, "pids-limit", "Limit of processes, -1 for none"),
    text("platform", "Platform of the image"),
    toggle("privileged", "Give extended privileges"),
    list("publish", "Publish a port to the host", 'p'),
    toggle("publish-all", "Publish all exposed ports to random ports", 'P'),
    FlagSpec{.name = "pull",
             .kind = K::text,
             .help = "Fetch the image first: always, missing or never",
             .fallback = "missing"},
    toggle("quiet", "Do not show what is fetched", 'q'),
    toggle("read-only", "Mount the root file system read-only"),
    FlagSpec{.name = "restart",
             .kind = K::text,
             .help = "Restart policy for when it exits",
             .fallback = "no"},
    toggle("rm", "Remove the container when it exits"),
    text("runtime", "Runtime to use"),
    list("security-opt", "Security option"),
    of(K::bytes, "shm-size", "Size of /dev/shm"),
    text("stop-signal", "Signal that stops the container"),
    of(K::integer, "stop-timeout", "Seconds to wait before it is killed"),
    list("storage-opt", "Option of the storage driver"),
    FlagSpec{
        .name = "sysctl", .kind = K::map, .help = "Set a kernel parameter", .check = check_sysctl},
    list("tmpfs", "Mount a tmpfs"),
    toggle("tty", "Give it a terminal", 't'),
    FlagSpec{.name = "ulimit",
             .kind = K::list,
             .help = "Set a resource limit (name=soft[:hard])",
             .shown_type = "ulimit",
             .check = check_ulimit},
    text("user", "User and group: name or number, \"user:group\"", 'u'),
    text("userns", "User namespace to use"),
    text("uts", "UTS namespace to use"),
    list("volume", "Mount a directory of the host or a volume", 'v'),
    text("volume-driver", "Driver of volumes that are made"),
    list("volumes-from", "Mount the volumes of another container"),
    text("workdir", "Working directory inside the container", 'w'),
};

}  // namespace

std::span<const FlagSpec> run_flags(bool for_run) {
  return std::span(kFlags).subspan(for_run ? 0 : kRunOnly);
}

}  // namespace hexad::client
