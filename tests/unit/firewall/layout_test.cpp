#include "libcontainer/firewall/layout.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

#include "libcontainer/base/strings.hpp"

using namespace hexad;
using namespace hexad::firewall;

namespace {

std::vector<std::string> lines(Table table, const std::vector<Rule>& rules) {
  std::vector<std::string> text;
  for (const auto& r : rules)
    if (r.table == table) text.push_back("-A " + r.chain + " " + arguments(r));
  return text;
}

Network network() { return {"hexad0", *parse_cidr("172.17.0.0/16"), true}; }

}  // namespace

TEST_CASE("chains carry the instance and fit into iptables' 28 characters") {
  const auto plan = plan_for("0123abcd", {network()});
  CHECK(plan.chains.size() == 5);
  for (const auto& c : plan.chains) {
    CHECK(c.name.size() <= 28);
    CHECK(c.name.ends_with("0123abcd"));
  }
  CHECK(is_instance_chain("HEXAD-0123abcd"));
  CHECK_FALSE(is_instance_chain("HEXAD-OUT-0123abcd"));
  CHECK_FALSE(is_instance_chain("HEXAD-USER"));
  CHECK_FALSE(is_instance_chain("HEXAD-0123ABCD"));
  CHECK_FALSE(is_instance_chain("DOCKER"));
}

TEST_CASE("the fixed rules read as iptables-save prints them") {
  const auto rules = plan_for("0123abcd", {network()}).rules;
  CHECK(lines(Table::raw, rules) ==
        std::vector<std::string>{"-A HEXAD-0123abcd -d 127.0.0.0/8 ! -i lo -j DROP"});
  CHECK(
      lines(Table::nat, rules) ==
      std::vector<std::string>{"-A HEXAD-POST-0123abcd -s 172.17.0.0/16 ! -o hexad0 -j MASQUERADE",
                               "-A HEXAD-POST-0123abcd -s 172.17.0.0/16 -o hexad0 -m conntrack "
                               "--ctstate DNAT -j MASQUERADE",
                               "-A HEXAD-POST-0123abcd -s 127.0.0.0/8 -o hexad0 -j MASQUERADE"});
  CHECK(lines(Table::filter, rules) ==
        std::vector<std::string>{
            "-A HEXAD-0123abcd -j HEXAD-USER",
            "-A HEXAD-0123abcd -o hexad0 -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT",
            "-A HEXAD-0123abcd -o hexad0 -m conntrack --ctstate DNAT -j ACCEPT",
            "-A HEXAD-0123abcd -i hexad0 -o hexad0 -j ACCEPT",
            "-A HEXAD-0123abcd ! -i hexad0 -o hexad0 -j DROP",
            "-A HEXAD-OUT-0123abcd -i hexad0 ! -o hexad0 -j ACCEPT"});
}

TEST_CASE("the jumps leave packets for 127.0.0.1 from outside alone") {
  std::vector<Rule> jumps;
  for (const auto& j : plan_for("0123abcd", {network()}).jumps) jumps.push_back(j.rule);
  CHECK(lines(Table::nat, jumps) ==
        std::vector<std::string>{
            "-A PREROUTING ! -d 127.0.0.0/8 -m addrtype --dst-type LOCAL -j HEXAD-0123abcd",
            "-A OUTPUT -m addrtype --dst-type LOCAL -j HEXAD-0123abcd",
            "-A POSTROUTING -j HEXAD-POST-0123abcd"});
}

TEST_CASE("a network without masquerading keeps the hairpin rules") {
  auto plain = network();
  plain.masquerade = false;
  const auto nat = lines(Table::nat, plan_for("0123abcd", {plain}).rules);
  CHECK(nat.size() == 2);
  CHECK(std::none_of(nat.begin(), nat.end(),
                     [](const auto& l) { return l.find("! -o") != std::string::npos; }));
}

TEST_CASE("a published port is one DNAT rule") {
  const Ipv4 inside = *parse_ipv4("172.17.0.2");
  const auto rules =
      port_rules("0123abcd", {{Protocol::tcp, Ipv4{}, 8080, inside, 80},
                              {Protocol::udp, *parse_ipv4("127.0.0.1"), 53, inside, 5353},
                              {Protocol::sctp, *parse_ipv4("10.0.0.1"), 9, inside, 9}});
  CHECK(lines(Table::nat, rules) ==
        std::vector<std::string>{
            "-A HEXAD-0123abcd -p tcp -m tcp --dport 8080 -j DNAT --to-destination 172.17.0.2:80",
            "-A HEXAD-0123abcd -d 127.0.0.1/32 -p udp -m udp --dport 53 -j DNAT --to-destination "
            "172.17.0.2:5353",
            "-A HEXAD-0123abcd -d 10.0.0.1/32 -p sctp -m sctp --dport 9 -j DNAT --to-destination "
            "172.17.0.2:9"});
}
