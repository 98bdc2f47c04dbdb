// volume create, inspect, ls, prune, rm. The inspect commands are in inspect.cpp.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "api/json/volume.hpp"
#include "api/units.hpp"
#include "client/commands/commands.hpp"
#include "client/commands/list_support.hpp"
#include "client/formatting.hpp"
#include "libcontainer/base/strings.hpp"

namespace hexad::client {
namespace {

constexpr std::array kCreateFlags{
    FlagSpec{"driver", 'd', FlagKind::text, "Volume driver", "local"},
    FlagSpec{.name = "label", .kind = FlagKind::list, .help = "Set a label"},
    FlagSpec{"opt", 'o', FlagKind::map, "Set an option of the driver"},
};
constexpr std::array kListFlags{
    FlagSpec{"filter", 'f', FlagKind::filter, "Show what matches only"},
    FlagSpec{.name = "format", .kind = FlagKind::text, .help = kFormatHelp},
    FlagSpec{"quiet", 'q', FlagKind::boolean, "Show names only"},
};
constexpr std::array kPruneFlags{
    FlagSpec{"all", 'a', FlagKind::boolean, "Remove named volumes as well"},
    FlagSpec{.name = "filter", .kind = FlagKind::filter, .help = "Remove what matches only"},
    FlagSpec{"force", 'f', FlagKind::boolean, "Don't ask first"},
};
constexpr std::array kRemoveFlags{
    FlagSpec{"force", 'f', FlagKind::boolean, "A volume that is not there is no error"},
};

const Listing kListing{"*formatter.volumeContext",
                       {{"Name", "VOLUME NAME"},
                        {"Driver", "DRIVER"},
                        {"Scope", "SCOPE"},
                        {"Mountpoint", "MOUNTPOINT"},
                        {"Labels", "LABELS"},
                        {"Links", "LINKS"},
                        {"Size", "SIZE"},
                        {"Availability", "AVAILABILITY"},
                        {"Group", "GROUP"},
                        {"Status", "STATUS"}},
                       "{{.Driver}}\t{{.Name}}"};

Json fields_of(const Json& volume) {
  Json row = Json::object();
  const auto text = [&](std::string_view name, std::string_view value) {
    row.set(name, Json::string(value));
  };
  const Json* usage = volume.find("UsageData");
  const bool known = usage != nullptr && usage->is_object();
  text("Availability", "N/A");
  text("Driver", volume.at("Driver").text());
  text("Group", "N/A");
  text("Labels", labels_text(volume.at("Labels")));
  text("Links", known ? usage->at("RefCount").text() : "N/A");
  text("Mountpoint", volume.at("Mountpoint").text());
  text("Name", volume.at("Name").text());
  text("Scope", volume.at("Scope").text());
  text("Size", known ? api::human_size(usage->at("Size").as_double()) : "N/A");
  text("Status", "N/A");
  return row;
}

Result<int> create(Invocation& invocation) {
  const ParsedFlags& flags = invocation.flags;
  api::VolumeCreate request;
  if (!invocation.args().empty()) request.name = invocation.args()[0];
  request.driver = flags.text("driver");
  for (const std::string& label : flags.list("label")) {
    const auto [key, value] = split_once(label, '=');
    request.labels.emplace(std::string(key), std::string(value.value_or("")));
  }
  for (const std::string& option : flags.list("opt")) {
    const auto [key, value] = split_once(option, '=');
    request.driver_opts.emplace(std::string(key), std::string(value.value_or("")));
  }
  request.labels.present = request.driver_opts.present = true;
  const auto response =
      TRY(invocation.daemon.call("POST", "/volumes/create", {}, api::encode(request)));
  print_out(TRY(parse_json(response.body)).at("Name").text() + "\n");
  return 0;
}

Result<int> list(Invocation& invocation) {
  const ParsedFlags& flags = invocation.flags;
  const std::string wanted = flags.text("format");
  const bool quiet = flags.on("quiet") && (wanted.empty() || wanted == "table");
  const ListFormat format = TRY(ListFormat::parse(quiet ? "{{.Name}}" : wanted, kListing));
  Query query;
  add_filters(query, flags.list("filter"));
  const Json answer = TRY(invocation.daemon.get("/volumes", query));
  std::vector<Json> volumes = answer.at("Volumes").items();
  std::sort(volumes.begin(), volumes.end(), [](const Json& a, const Json& b) {
    return natural_less(a.at("Name").text(), b.at("Name").text());
  });
  std::vector<Row> rows;
  for (const Json& volume : volumes) rows.push_back({fields_of(volume), &volume.at("Labels")});
  print_out(TRY(format.render(rows)));
  return 0;
}

// Reads a line; only y and Y are yes.
bool confirmed(std::string_view question) {
  print_out(question);
  std::string answer;
  char c = 0;
  while (::read(STDIN_FILENO, &c, 1) == 1 && c != '\n') answer += c;
  return to_lower(trim(answer)) == "y";
}

Result<int> prune(Invocation& invocation) {
  const ParsedFlags& flags = invocation.flags;
  const bool all = flags.on("all");
  std::vector<std::string> filters = flags.list("filter");
  if (all) {
    for (const std::string& filter : filters)
      if (filter.starts_with("all="))
        return fail(Code::invalid_argument,
                    "conflicting options: cannot specify both --all and --filter all=1");
    filters.emplace_back("all=true");
  }
  if (!flags.on("force") &&
      !confirmed(fmt::format("WARNING! This will remove {} volumes not used by at least one "
                             "container.\nAre you sure you want to continue? [y/N] ",
                             all ? "all local" : "anonymous local")))
    return 0;
  Query query;
  add_filters(query, filters);
  const auto response = TRY(invocation.daemon.call("POST", "/volumes/prune", query));
  const Json answer = TRY(parse_json(response.body));
  std::string out;
  for (const Json& name : answer.at("VolumesDeleted").items()) out += name.text() + "\n";
  if (!out.empty()) out = "Deleted Volumes:\n" + out + "\n";
  out += fmt::format("Total reclaimed space: {}\n",
                     api::human_size(answer.at("SpaceReclaimed").as_double()));
  print_out(out);
  return 0;
}

Result<int> remove(Invocation& invocation) {
  Query query;
  if (invocation.flags.on("force")) query.emplace_back("force", "1");
  return for_each_argument(invocation, [&](const std::string& name) -> Result<> {
    TRY(invocation.daemon.call("DELETE", "/volumes/" + escape_path(name), query));
    print_out(name + "\n");
    return {};
  });
}

}  // namespace

const Command kVolumeCreate{.names = "volume create",
                            .usage = "[OPTIONS] [VOLUME]",
                            .summary = "Create a volume",
                            .flags = kCreateFlags,
                            .max_args = 1,
                            .run = create};
const Command kVolumeList{.names = "volume ls|volume list",
                          .usage = "[OPTIONS]",
                          .summary = "List volumes",
                          .flags = kListFlags,
                          .run = list};
const Command kVolumePrune{.names = "volume prune",
                           .usage = "[OPTIONS]",
                           .summary = "Remove unused local volumes",
                           .flags = kPruneFlags,
                           .run = prune};
const Command kVolumeRemove{.names = "volume rm|volume remove",
                            .usage = "[OPTIONS] VOLUME [VOLUME...]",
                            .summary = "Remove volumes that no container uses",
                            .flags = kRemoveFlags,
                            .min_args = 1,
                            .max_args = kAnyNumber,
                            .run = remove};

}  // namespace hexad::client
