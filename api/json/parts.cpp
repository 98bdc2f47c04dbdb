#include "api/json/parts.hpp"

#include <algorithm>

#include "libcontainer/base/strings.hpp"

namespace hexad::api::json {

void write(Writer& w, const Healthcheck& check) {
  w.open();
  w.omit("Test", check.test);
  w.omit("Interval", check.interval);
  w.omit("Timeout", check.timeout);
  w.omit("StartPeriod", check.start_period);
  w.omit("StartInterval", check.start_interval);
  w.omit("Retries", check.retries);
  w.close();
}

void read(const Reader& r, Healthcheck& check) {
  r.get("Test", check.test);
  r.get("Interval", check.interval);
  r.get("Timeout", check.timeout);
  r.get("StartPeriod", check.start_period);
  r.get("StartInterval", check.start_interval);
  r.get("Retries", check.retries);
}

void write(Writer& w, const GraphDriver& driver) {
  w.open();
  w.field("Data", driver.data);
  w.field("Name", driver.name);
  w.close();
}

void read(const Reader& r, GraphDriver& driver) {
  r.get("Data", driver.data);
  r.get("Name", driver.name);
}

void write(Writer& w, const PortMap& ports) {
  if (ports.empty() && !ports.present) return w.null();
  w.open();
  for (const auto& [port, bindings] : ports) {
    w.key(port);
    if (bindings.empty()) {
      w.null();
      continue;
    }
    w.open_array();
    for (const auto& binding : bindings) {
      w.open();
      w.field("HostIp", binding.host_ip);
      w.field("HostPort", binding.host_port);
      w.close();
    }
    w.close_array();
  }
  w.close();
}

std::string with_protocol(std::string_view port) {
  const auto [number, protocol] = split_once(port, '/');
  return fmt::format("{}/{}", number, protocol && !protocol->empty() ? to_lower(*protocol) : "tcp");
}

void read_ports(const Reader& r, std::string_view key, PortMap& ports) {
  const Value* v = r.member(key);
  if (v == nullptr) return;
  const auto* members = v->object();
  if (members == nullptr) return r.problem().wrong_type(*v, r.path(key), "nat.PortMap");
  ports.present = true;
  for (const auto& [port, bindings] : *members) {
    auto& out = ports[with_protocol(port)];
    if (bindings.is_null()) continue;
    if (bindings.array() == nullptr) {
      return r.problem().wrong_type(bindings, r.path(key), "[]nat.PortBinding");
    }
    for (const auto& item : *bindings.array()) {
      const Reader one(&item, r.problem(), r.path(key));
      auto& binding = out.emplace_back();
      one.get("HostIp", binding.host_ip);
      one.get("HostPort", binding.host_port);
    }
  }
}

void read_port_set(const Reader& r, std::string_view key, StringSet& out) {
  StringSet raw;
  r.get(key, raw);
  out.present = raw.present;
  for (const auto& port : raw) out.insert(with_protocol(port));
}

void write(Writer& w, const MountPoint& mount) {
  w.open();
  w.omit("Type", mount.type);
  w.omit("Name", mount.name);
  w.field("Source", mount.source);
  w.field("Destination", mount.destination);
  w.omit("Driver", mount.driver);
  w.field("Mode", mount.mode);
  w.field("RW", mount.rw);
  w.field("Propagation", mount.propagation);
  w.close();
}

void read(const Reader& r, MountPoint& mount) {
  r.get("Type", mount.type);
  r.get("Name", mount.name);
  r.get("Source", mount.source);
  r.get("Destination", mount.destination);
  r.get("Driver", mount.driver);
  r.get("Mode", mount.mode);
  r.get("RW", mount.rw);
  r.get("Propagation", mount.propagation);
}

std::int64_t from_seconds(std::int64_t seconds) {
  constexpr std::int64_t unit = 1'000'000'000;
  return std::clamp(seconds, INT64_MIN / unit, INT64_MAX / unit) * unit;
}

std::string format_seconds(std::int64_t ns) { return format_time(ns).substr(0, 19) + "Z"; }

}  // namespace hexad::api::json
