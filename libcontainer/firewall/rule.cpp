#include "libcontainer/firewall/rule.hpp"

#include <fmt/core.h>

namespace hexad::firewall {
namespace {

std::string state_names(unsigned states) {
  std::string text;  // in the order in which iptables prints them
  for (const auto& [bit, name] :
       {std::pair{kRelated, "RELATED"}, {kEstablished, "ESTABLISHED"}, {kDnat, "DNAT"}}) {
    if ((states & bit) == 0) continue;
    if (!text.empty()) text += ',';
    text += name;
  }
  return text;
}

std::string target_text(const Rule& r) {
  switch (r.verdict) {
    case Verdict::accept: return "ACCEPT";
    case Verdict::drop: return "DROP";
    case Verdict::jump: return r.target;
    case Verdict::masquerade: return "MASQUERADE";
    case Verdict::dnat:
      return fmt::format("DNAT --to-destination {}:{}", to_string(r.dnat_address), r.dnat_port);
  }
  return {};
}

}  // namespace

const char* name_of(Table table) {
  switch (table) {
    case Table::filter: return "filter";
    case Table::nat: return "nat";
    case Table::raw: return "raw";
  }
  return "";
}

const char* name_of(Protocol protocol) {
  switch (protocol) {
    case Protocol::any: return "all";
    case Protocol::tcp: return "tcp";
    case Protocol::udp: return "udp";
    case Protocol::sctp: return "sctp";
  }
  return "";
}

std::optional<Protocol> parse_protocol(const std::string& name) {
  for (const auto p : {Protocol::tcp, Protocol::udp, Protocol::sctp})
    if (name == name_of(p)) return p;
  return std::nullopt;
}

std::string arguments(const Rule& r) {
  std::string text;
  const auto subnet = [&](const std::optional<Subnet>& s, const char* flag) {
    if (s) text += fmt::format("{}{} {} ", s->negated ? "! " : "", flag, to_string(s->cidr));
  };
  const auto device = [&](const std::optional<Device>& d, const char* flag) {
    if (d) text += fmt::format("{}{} {} ", d->negated ? "! " : "", flag, d->name);
  };
  subnet(r.source, "-s");
  subnet(r.destination, "-d");
  device(r.in, "-i");
  device(r.out, "-o");
  if (r.protocol != Protocol::any) text += fmt::format("-p {} ", name_of(r.protocol));
  if (r.port != 0) text += fmt::format("-m {} --dport {} ", name_of(r.protocol), r.port);
  if (r.to_local) text += "-m addrtype --dst-type LOCAL ";
  if (r.states != 0) text += fmt::format("-m conntrack --ctstate {} ", state_names(r.states));
  return text + "-j " + target_text(r);
}

}  // namespace hexad::firewall
