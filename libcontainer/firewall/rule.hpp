// One iptables rule as data: what our chains need and no more. Two back ends write it: nf_tables
// in iptables' own form, and iptables-restore text. No names or policy here; those are in
// layout.hpp.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "libcontainer/base/ipv4.hpp"

namespace hexad::firewall {

enum class Table : std::uint8_t { filter, nat, raw };
enum class Protocol : std::uint8_t { any = 0, tcp = 6, udp = 17, sctp = 132 };
enum class Verdict : std::uint8_t { accept, drop, jump, dnat, masquerade };

// Conntrack states, as a bit mask.
inline constexpr unsigned kEstablished = 1, kRelated = 2, kDnat = 4;

struct Subnet {  // -s / -d
  Cidr cidr;
  bool negated = false;
};
struct Device {  // -i / -o
  std::string name;
  bool negated = false;
};

struct Rule {
  Table table = Table::filter;
  std::string chain;
  std::optional<Device> in, out;
  std::optional<Subnet> source, destination;
  Protocol protocol = Protocol::any;
  std::uint16_t port = 0;  // --dport; 0: any
  bool to_local = false;   // -m addrtype --dst-type LOCAL
  unsigned states = 0;     // -m conntrack --ctstate
  Verdict verdict = Verdict::accept;
  std::string target;  // the chain to jump to
  Ipv4 dnat_address;   // for dnat
  std::uint16_t dnat_port = 0;
};

const char* name_of(Table table);
const char* name_of(Protocol protocol);
std::optional<Protocol> parse_protocol(const std::string& name);

// What follows "-A CHAIN" in iptables-save's words, so that the text can be compared with it.
std::string arguments(const Rule& rule);

}  // namespace hexad::firewall
