// Which chains are ours and what stands in them. INSTANCE is 8 hex digits, one per database, so
// that several daemons live side by side.
//
//   raw    PREROUTING  -> HEXAD-INSTANCE       127.0.0.0/8 never comes in from outside
//   nat    PREROUTING, OUTPUT (to local addresses)
//                      -> HEXAD-INSTANCE       one DNAT rule per published port
//   nat    POSTROUTING -> HEXAD-POST-INSTANCE  masquerading: out, back in (hairpin), from 127.0.0.1
//   filter FORWARD     -> HEXAD-INSTANCE       HEXAD-USER first; then what may enter a bridge of
//   ours filter FORWARD     -> HEXAD-OUT-INSTANCE   what may leave one; stands below the
//   HEXAD-INSTANCE
//                                              chains of all instances, so that none lets its
//                                              containers into another's bridge
//
// HEXAD-USER belongs to the administrator and is shared by all instances: made when missing, never
// emptied or removed. A published port needs no rule in filter: what went through DNAT is accepted
// by its conntrack state.
#pragma once

#include <string>
#include <vector>

#include "libcontainer/firewall/rule.hpp"

namespace hexad::firewall {

inline constexpr const char* kUserChain = "HEXAD-USER";

struct Network {
  std::string bridge;
  Cidr subnet;
  bool masquerade = true;
};

struct PublishedPort {
  Protocol protocol = Protocol::tcp;
  Ipv4 host_address;  // 0.0.0.0: all
  std::uint16_t host_port = 0;
  Ipv4 container_address;
  std::uint16_t container_port = 0;
};

struct Chain {
  Table table = Table::filter;
  std::string name;
};

// A rule in a built-in chain that leads into one of ours.
enum class Place : std::uint8_t {
  top,
  below_instances,  // below the last jump to a HEXAD-INSTANCE chain, else on top
  bottom,
};
struct Jump {
  Rule rule;  // chain: the built-in one; target: ours
  Place place = Place::top;
};

struct Plan {
  std::vector<Chain> chains;
  std::vector<Jump> jumps;  // in the order in which they are to be put in
  std::vector<Rule> rules;
};

// Everything but the published ports.
Plan plan_for(const std::string& instance, const std::vector<Network>& networks);
std::vector<Rule> port_rules(const std::string& instance, const std::vector<PublishedPort>& ports);
// "HEXAD-" and 8 hex digits: the chain of some instance that `below_instances` speaks of.
bool is_instance_chain(const std::string& name);

}  // namespace hexad::firewall
