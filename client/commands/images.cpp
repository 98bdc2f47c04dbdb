// images, tag, rmi.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "api/reference.hpp"
#include "api/units.hpp"
#include "client/commands/commands.hpp"
#include "client/commands/list_support.hpp"
#include "client/formatting.hpp"
#include "client/times.hpp"
#include "libcontainer/base/strings.hpp"

namespace hexad::client {
namespace {

constexpr std::string_view kNone = "<none>";

constexpr std::array kListFlags{
    FlagSpec{"all", 'a', FlagKind::boolean, "Show intermediate images as well"},
    FlagSpec{.name = "digests", .help = "Show digests"},
    FlagSpec{"filter", 'f', FlagKind::filter, "Show what matches only"},
    FlagSpec{.name = "format", .kind = FlagKind::text, .help = kFormatHelp},
    FlagSpec{.name = "no-trunc", .help = "Don't cut long values off"},
    FlagSpec{"quiet", 'q', FlagKind::boolean, "Show image ids only"},
};
constexpr std::array kRemoveFlags{
    FlagSpec{"force", 'f', FlagKind::boolean, "Remove the image even if it is in use"},
    FlagSpec{.name = "no-prune", .help = "Keep untagged parents"},
};

struct Name {
  std::string repository, tag, digest;
};

// One row for each tag; with digests, for each tag and digest.
std::vector<Name> names_of(const Json& image, bool digests) {
  std::vector<Name> names;
  const auto& known_digests = image.at("RepoDigests").items();
  const auto add = [&](const std::string& repository, const std::string& tag) {
    bool any = false;
    for (const Json& reference : known_digests) {
      const auto [name, digest] = split_once(reference.text(), '@');
      if (!digests || name != repository || !digest) continue;
      names.push_back({repository, tag, std::string(*digest)});
      any = true;
    }
    if (!any) names.push_back({repository, tag, std::string(kNone)});
  };
  for (const Json& reference : image.at("RepoTags").items()) {
    if (reference.text() == "<none>:<none>") continue;
    const std::string& text = reference.text();
    const auto colon = text.rfind(':');
    add(text.substr(0, colon), colon == std::string::npos ? "" : text.substr(colon + 1));
  }
  if (!names.empty()) return names;
  for (const Json& reference : known_digests) {
    const auto [name, digest] = split_once(reference.text(), '@');
    if (name == kNone || !digest) continue;
    names.push_back(
        {std::string(name), std::string(kNone), std::string(digests ? *digest : kNone)});
    if (!digests) break;
  }
  if (names.empty()) names.push_back({std::string(kNone), std::string(kNone), std::string(kNone)});
  return names;
}

std::string optional_size(const Json& image, std::string_view member) {
  const std::int64_t size = image.at(member).as_int();
  return size < 0 || image.find(member) == nullptr ? "N/A"
                                                   : api::human_size(static_cast<double>(size), 3);
}

Json fields_of(const Json& image, const Name& name, bool truncate) {
  const std::int64_t created = image.at("Created").as_int() * 1'000'000'000;
  const std::string& id = image.at("Id").text();
  const std::int64_t containers = image.at("Containers").as_int();
  Json row = Json::object();
  const auto text = [&](std::string_view key, std::string_view value) {
    row.set(key, Json::string(value));
  };
  text("Containers",
       containers < 0 || image.find("Containers") == nullptr ? "N/A" : std::to_string(containers));
  text("CreatedAt", go_time(created));
  text("CreatedSince", created <= 0 ? "N/A" : api::human_duration(now_ns() - created) + " ago");
  text("Digest", name.digest);
  text("ID", truncate ? short_id(id) : id);
  text("Repository", name.repository);
  text("SharedSize", optional_size(image, "SharedSize"));
  text("Size", api::human_size(image.at("Size").as_double(), 3));
  text("Tag", name.tag);
  text("UniqueSize", "N/A");
  const Json* whole = image.find("VirtualSize");
  text("VirtualSize", api::human_size((whole != nullptr ? *whole : image.at("Size")).as_double()));
  return row;
}

Listing listing(bool digests) {
  return {"*formatter.imageContext",
          {{"ID", "IMAGE ID"},
           {"Repository", "REPOSITORY"},
           {"Tag", "TAG"},
           {"Digest", "DIGEST"},
           {"CreatedSince", "CREATED"},
           {"CreatedAt", "CREATED AT"},
           {"Size", "SIZE"},
           {"Containers", "CONTAINERS"},
           {"VirtualSize", "SIZE"},
           {"SharedSize", "SHARED SIZE"},
           {"UniqueSize", "UNIQUE SIZE"}},
          digests ? "{{.Repository}}\t{{.Tag}}\t{{.Digest}}\t{{.ID}}\t{{.CreatedSince}}\t{{.Size}}"
                  : "{{.Repository}}\t{{.Tag}}\t{{.ID}}\t{{.CreatedSince}}\t{{.Size}}"};
}

Result<int> images(Invocation& invocation) {
  const ParsedFlags& flags = invocation.flags;
  const std::string wanted = flags.text("format");
  const bool plain = wanted.empty() || wanted == "table";
  const bool quiet = flags.on("quiet") && plain;
  const Listing columns = listing(flags.on("digests"));
  const ListFormat format = TRY(ListFormat::parse(quiet ? "{{.ID}}" : wanted, columns));
  const bool digests = (flags.on("digests") && !quiet) || format.mentions("Digest");

  std::vector<std::string> filters = flags.list("filter");
  if (!invocation.args().empty()) filters.push_back("reference=" + invocation.args()[0]);
  Query query;
  if (flags.on("all")) query.emplace_back("all", "1");
  add_filters(query, filters);
  const Json list = TRY(invocation.daemon.get("/images/json", query));
  std::vector<Row> rows;
  for (const Json& image : list.items())
    for (const Name& name : names_of(image, digests))
      rows.push_back({fields_of(image, name, !flags.on("no-trunc")), nullptr});
  print_out(TRY(format.render(rows)));
  return 0;
}

Result<int> tag(Invocation& invocation) {
  const std::string& wanted = invocation.args()[1];
  const auto reference = api::parse_reference(wanted);
  if (!reference)
    return fail(Code::invalid_argument,
                "Error parsing reference: \"{}\" is not a valid repository/tag: {}", wanted,
                reference.error().message);
  const api::Reference full = reference->with_default_tag();
  const Query query{{"repo", full.canonical_name()}, {"tag", full.tag}};
  TRY(invocation.daemon.call(
      "POST", fmt::format("/images/{}/tag", escape_path(invocation.args()[0])), query));
  return 0;
}

Result<int> remove(Invocation& invocation) {
  Query query;
  if (invocation.flags.on("force")) query.emplace_back("force", "1");
  if (invocation.flags.on("no-prune")) query.emplace_back("noprune", "1");
  return for_each_argument(invocation, [&](const std::string& name) -> Result<> {
    auto response = invocation.daemon.call("DELETE", "/images/" + escape_path(name), query);
    if (!response && response.error().code == Code::not_found && invocation.flags.on("force")) {
      print_err(response.error().message);  // shown, but no failure
      return {};
    }
    const Json items = TRY(parse_json(TRY(std::move(response)).body));
    std::string out;
    for (const Json& item : items.items()) {
      if (const Json* id = item.find("Deleted"); id != nullptr && !id->text().empty())
        out += fmt::format("Deleted: {}\n", id->text());
      if (const Json* name_of = item.find("Untagged");
          name_of != nullptr && !name_of->text().empty())
        out += fmt::format("Untagged: {}\n", name_of->text());
    }
    print_out(out);
    return {};
  });
}

}  // namespace

const Command kImages{.names = "image ls|image list|images",
                      .usage = "[OPTIONS] [REPOSITORY[:TAG]]",
                      .summary = "List images",
                      .flags = kListFlags,
                      .max_args = 1,
                      .run = images};
const Command kTag{.names = "image tag|tag",
                   .usage = "SOURCE_IMAGE[:TAG] TARGET_IMAGE[:TAG]",
                   .summary = "Give an image one more name",
                   .flags = {},
                   .min_args = 2,
                   .max_args = 2,
                   .run = tag};
const Command kImageRemove{.names = "image rm|image remove|rmi",
                           .usage = "[OPTIONS] IMAGE [IMAGE...]",
                           .summary = "Remove one or more images",
                           .flags = kRemoveFlags,
                           .min_args = 1,
                           .max_args = kAnyNumber,
                           .run = remove};

}  // namespace hexad::client
