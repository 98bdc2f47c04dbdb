// network ls. The inspect command is in inspect.cpp.
#include <algorithm>
#include <array>

#include "client/commands/commands.hpp"
#include "client/commands/list_support.hpp"
#include "client/formatting.hpp"
#include "client/times.hpp"

namespace hexad::client {
namespace {

constexpr std::array kListFlags{
    FlagSpec{"filter", 'f', FlagKind::filter, "Show what matches only"},
    FlagSpec{.name = "format", .kind = FlagKind::text, .help = kFormatHelp},
    FlagSpec{.name = "no-trunc", .help = "Don't cut long values off"},
    FlagSpec{"quiet", 'q', FlagKind::boolean, "Show network ids only"},
};

const Listing kListing{"*network.networkContext",
                       {{"ID", "NETWORK ID"},
                        {"Name", "NAME"},
                        {"Driver", "DRIVER"},
                        {"Scope", "SCOPE"},
                        {"IPv4", "IPV4"},
                        {"IPv6", "IPV6"},
                        {"Internal", "INTERNAL"},
                        {"Labels", "LABELS"},
                        {"CreatedAt", "CREATED AT"}},
                       "{{.ID}}\t{{.Name}}\t{{.Driver}}\t{{.Scope}}"};

Json fields_of(const Json& network, bool truncate) {
  Json row = Json::object();
  const auto text = [&](std::string_view name, std::string_view value) {
    row.set(name, Json::string(value));
  };
  const auto flag = [&](std::string_view name) {
    return network.at(name).as_bool() ? "true" : "false";
  };
  text("CreatedAt", go_time_of(network.at("Created").text()));
  text("Driver", network.at("Driver").text());
  text("ID", truncate ? short_id(network.at("Id").text()) : network.at("Id").text());
  text("IPv4", flag("EnableIPv4"));
  text("IPv6", flag("EnableIPv6"));
  text("Internal", flag("Internal"));
  text("Labels", labels_text(network.at("Labels")));
  text("Name", network.at("Name").text());
  text("Scope", network.at("Scope").text());
  return row;
}

Result<int> list(Invocation& invocation) {
  const ParsedFlags& flags = invocation.flags;
  const std::string wanted = flags.text("format");
  const bool quiet = flags.on("quiet") && (wanted.empty() || wanted == "table");
  const ListFormat format = TRY(ListFormat::parse(quiet ? "{{.ID}}" : wanted, kListing));
  Query query;
  add_filters(query, flags.list("filter"));
  const Json answer = TRY(invocation.daemon.get("/networks", query));
  std::vector<Json> networks = answer.items();
  std::sort(networks.begin(), networks.end(), [](const Json& a, const Json& b) {
    return natural_less(a.at("Name").text(), b.at("Name").text());
  });
  std::vector<Row> rows;
  for (const Json& network : networks)
    rows.push_back({fields_of(network, !flags.on("no-trunc")), &network.at("Labels")});
  print_out(TRY(format.render(rows)));
  return 0;
}

}  // namespace

const Command kNetworkList{.names = "network ls|network list",
                           .usage = "[OPTIONS]",
                           .summary = "List networks",
                           .flags = kListFlags,
                           .run = list};

}  // namespace hexad::client
