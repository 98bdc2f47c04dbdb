// ps: the list of containers.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "api/units.hpp"
#include "client/commands/commands.hpp"
#include "client/commands/list_support.hpp"
#include "client/formatting.hpp"
#include "client/ports_text.hpp"
#include "client/tables.hpp"
#include "client/times.hpp"
#include "libcontainer/base/strings.hpp"

namespace hexad::client {
namespace {

constexpr std::size_t kCommandWidth = 20, kMountWidth = 15, kShortId = 12;

constexpr std::array kFlags{
    FlagSpec{"all", 'a', FlagKind::boolean, "Show all containers, not only those that run"},
    FlagSpec{"filter", 'f', FlagKind::filter, "Show what matches only"},
    FlagSpec{.name = "format", .kind = FlagKind::text, .help = kFormatHelp},
    FlagSpec{"last", 'n', FlagKind::integer, "Show the n containers made last, in any state", "-1"},
    FlagSpec{"latest", 'l', FlagKind::boolean, "Show the container made last, in any state"},
    FlagSpec{.name = "no-trunc", .help = "Don't cut long values off"},
    FlagSpec{"quiet", 'q', FlagKind::boolean, "Show container ids only"},
    FlagSpec{"size", 's', FlagKind::boolean, "Show file sizes"},
};

std::string names_of(const Json& container, bool truncate) {
  std::string out;
  for (const Json& name : container.at("Names").items()) {
    const std::string_view text =
        std::string_view(name.text()).substr(name.text().starts_with('/') ? 1 : 0);
    // A second slash: the name by which another container links to this one.
    if (truncate && text.find('/') != std::string_view::npos) continue;
    if (!out.empty()) out += ',';
    out += text;
  }
  return out;
}

std::string image_of(const Json& container, bool truncate) {
  const std::string& image = container.at("Image").text();
  if (image.empty()) return "<no image>";
  if (!truncate) return image;
  // An untagged image is shown by its id, a digest is left out.
  const std::string_view id = container.at("ImageID").text();
  if (image == id) return short_id(image);
  if (const auto at = image.find('@'); at != std::string::npos) return image.substr(0, at);
  return image;
}

std::string command_of(const Json& container, bool truncate) {
  std::string quoted;
  const std::string& command = container.at("Command").text();
  append_json_string(quoted, truncate ? ellipsis(command, kCommandWidth) : command);
  return quoted;
}

std::string mounts_of(const Json& container, bool truncate, std::size_t& local_volumes) {
  std::string out;
  for (const Json& mount : container.at("Mounts").items()) {
    const std::string& name = mount.at("Name").text();
    const std::string& shown = name.empty() ? mount.at("Source").text() : name;
    if (!out.empty()) out += ',';
    out += truncate ? ellipsis(shown, kMountWidth) : shown;
    if (mount.at("Driver").text() == "local") ++local_volumes;
  }
  return out;
}

std::string size_of(const Json& container) {
  std::string text = api::human_size(container.at("SizeRw").as_double(), 3);
  const double whole = container.at("SizeRootFs").as_double();
  if (whole > 0) text += fmt::format(" (virtual {})", api::human_size(whole, 3));
  return text;
}

Json fields_of(const Json& container, bool truncate) {
  const std::string& id = container.at("Id").text();
  const std::int64_t created = container.at("Created").as_int() * 1'000'000'000;
  std::string networks;
  for (const auto& [name, settings] : container.at("NetworkSettings").at("Networks").members())
    networks += (networks.empty() ? "" : ",") + name;
  std::size_t local_volumes = 0;
  const std::string mounts = mounts_of(container, truncate, local_volumes);

  Json row = Json::object();
  const auto text = [&](std::string_view name, std::string_view value) {
    row.set(name, Json::string(value));
  };
  text("Command", command_of(container, truncate));
  text("CreatedAt", go_time(created));
  text("ID", truncate ? id.substr(0, kShortId) : id);
  text("Image", image_of(container, truncate));
  text("Labels", labels_text(container.at("Labels")));
  text("LocalVolumes", std::to_string(local_volumes));
  text("Mounts", mounts);
  text("Names", names_of(container, truncate));
  text("Networks", networks);
  const Json* platform = container.at("ImageManifestDescriptor").find("platform");
  row.set("Platform", platform != nullptr ? *platform : Json{});
  text("Ports", ports_text(container.at("Ports")));
  text("RunningFor", api::human_duration(now_ns() - created) + " ago");
  text("Size", size_of(container));
  text("State", container.at("State").text());
  text("Status", container.at("Status").text());
  return row;
}

Listing listing(bool with_size) {
  Listing columns{
      "*formatter.ContainerContext",
      {{"ID", "CONTAINER ID"},
       {"Names", "NAMES"},
       {"Image", "IMAGE"},
       {"Command", "COMMAND"},
       {"CreatedAt", "CREATED AT"},
       {"RunningFor", "CREATED"},
       {"Ports", "PORTS"},
       {"State", "STATE"},
       {"Status", "STATUS"},
       {"Size", "SIZE"},
       {"Labels", "LABELS"},
       {"Mounts", "MOUNTS"},
       {"LocalVolumes", "LOCAL VOLUMES"},
       {"Networks", "NETWORKS"},
       {"Platform", "PLATFORM"}},
      "{{.ID}}\t{{.Image}}\t{{.Command}}\t{{.RunningFor}}\t{{.Status}}\t{{.Ports}}\t{{.Names}}"};
  if (with_size) columns.default_table += "\t{{.Size}}";
  return columns;
}

Result<int> ps(Invocation& invocation) {
  const ParsedFlags& flags = invocation.flags;
  const bool quiet = flags.on("quiet"), truncate = !flags.on("no-trunc");
  if (quiet && flags.has("format"))
    print_err("WARNING: Ignoring custom format, because both --format and --quiet are set.");
  const Listing columns = listing(flags.on("size"));
  const ListFormat format =
      TRY(ListFormat::parse(quiet ? "{{.ID}}" : flags.text("format"), columns));

  Query query;
  if (flags.on("all")) query.emplace_back("all", "1");
  std::int64_t limit = flags.number("last");
  if (flags.on("latest") && limit < 0) limit = 1;
  if (limit > 0) query.emplace_back("limit", std::to_string(limit));
  if (flags.on("size") || format.mentions("Size") || format.shows_everything())
    query.emplace_back("size", "1");
  add_filters(query, flags.list("filter"));
  const Json containers = TRY(invocation.daemon.get("/containers/json", query));

  std::vector<Row> rows;
  for (const Json& container : containers.items())
    rows.push_back({fields_of(container, truncate), &container.at("Labels")});
  print_out(TRY(format.render(rows)));
  return 0;
}

}  // namespace

const Command kPs{.names = "container ls|container list|container ps|ps",
                  .usage = "[OPTIONS]",
                  .summary = "List containers",
                  .flags = kFlags,
                  .run = ps};

}  // namespace hexad::client
