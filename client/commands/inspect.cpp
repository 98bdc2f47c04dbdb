// inspect, alone and for one kind of object.
#include <fmt/format.h>

#include <array>
#include <optional>

#include "client/commands/commands.hpp"
#include "client/commands/list_support.hpp"
#include "client/templates/template.hpp"

namespace hexad::client {
namespace {

constexpr std::array kFlags{
    FlagSpec{"format", 'f', FlagKind::text, kObjectFormatHelp},
    FlagSpec{"size", 's', FlagKind::boolean, "Show file sizes of containers"},
    FlagSpec{.name = "type", .kind = FlagKind::text, .help = "Look for objects of this type only"},
};
constexpr std::array kContainerFlags{kFlags[0], kFlags[1]};
constexpr std::array kFormatFlags{kFlags[0]};
constexpr std::array kImageFlags{
    kFlags[0],
    FlagSpec{.name = "platform", .kind = FlagKind::text, .help = "Show the image of this platform"},
};
constexpr std::array kNetworkFlags{
    kFlags[0], FlagSpec{"verbose", 'v', FlagKind::boolean, "Show more, for diagnosis"}};

struct ObjectType {
  std::string_view name, path, tail;
};
constexpr std::array kTypes{
    ObjectType{"container", "/containers/", "/json"},
    ObjectType{"image", "/images/", "/json"},
    ObjectType{"network", "/networks/", ""},
    ObjectType{"volume", "/volumes/", ""},
};

Result<Json> fetch(Invocation& invocation, const ObjectType& type, std::string_view name) {
  Query query;
  if (type.name == "container" && invocation.flags.on("size")) query.emplace_back("size", "1");
  if (type.name == "network") {
    if (invocation.flags.on("verbose")) query.emplace_back("verbose", "true");
  }
  if (invocation.flags.has("platform"))
    query.emplace_back("platform", invocation.flags.text("platform"));
  return invocation.daemon.get(fmt::format("{}{}{}", type.path, escape_path(name), type.tail),
                               query);
}

// Prints what was found as one list, or by the template, an object a line.
class Printer {
 public:
  static Result<Printer> make(std::string_view format) {
    Printer printer;
    printer.json_ = format == "json";
    if (format.empty() || format == "json") return printer;
    printer.template_ = TRY(templates::Template::parse(format));
    return printer;
  }

  Result<> add(Json object) {
    if (template_) {
      templates::Data data;
      data.root = templates::Value::of(std::move(object));
      std::string line;
      if (auto done = template_->execute(data, line); !done)
        return fail(Code::invalid_argument, "template parsing error: {}", done.error().message);
      out_ += line + "\n";
    } else {
      list_.push(std::move(object));
    }
    return {};
  }

  void print() {
    if (template_) {
      print_out(out_.empty() ? "\n" : out_);
    } else {
      print_out((json_ ? list_.dump() : list_.pretty(4)) + "\n");
    }
  }

 private:
  bool json_ = false;
  std::optional<templates::Template> template_;
  Json list_ = Json::array();
  std::string out_;
};

// `find` gives an object for a name. All names are tried; the errors come after what was found.
template <class Find>
Result<int> inspect_all(Invocation& invocation, Find find) {
  auto printer = Printer::make(invocation.flags.text("format"));
  if (!printer) {
    print_err(fmt::format("template parsing error: {}", printer.error().message));
    return 64;
  }
  std::vector<std::string> errors;
  for (const std::string& name : invocation.args()) {
    Result<Json> object = find(name);
    if (!object) {
      errors.push_back(object.error().message);
      if (object.error().code == Code::unavailable) break;
      continue;
    }
    if (auto done = printer->add(std::move(*object)); !done) {
      errors.push_back(done.error().message);
      break;
    }
  }
  printer->print();
  for (const std::string& error : errors) print_err(error);
  return errors.empty() ? 0 : 1;
}

Result<int> inspect(Invocation& invocation) {
  const std::string type_name = invocation.flags.text("type");
  const ObjectType* only = nullptr;
  for (const ObjectType& type : kTypes)
    if (type.name == type_name) only = &type;
  if (!type_name.empty() && only == nullptr)
    return fail(Code::invalid_argument,
                "unknown type: \"{}\": must be one of \"container\", \"image\", \"network\", "
                "\"volume\"",
                type_name);
  return inspect_all(invocation, [&](const std::string& name) -> Result<Json> {
    for (const ObjectType& type : kTypes) {
      if (only != nullptr && only != &type) continue;
      auto object = fetch(invocation, type, name);
      if (object || only != nullptr || object.error().code != Code::not_found) return object;
    }
    return fail(Code::not_found, "Error: No such object: {}", name);
  });
}

template <std::size_t kType>
Result<int> inspect_one(Invocation& invocation) {
  return inspect_all(
      invocation, [&](const std::string& name) { return fetch(invocation, kTypes[kType], name); });
}

}  // namespace

const Command kInspect{.names = "inspect",
                       .usage = "[OPTIONS] NAME|ID [NAME|ID...]",
                       .summary = "Show all there is to know about objects",
                       .flags = kFlags,
                       .min_args = 1,
                       .max_args = kAnyNumber,
                       .run = inspect};
const Command kContainerInspect{.names = "container inspect",
                                .usage = "[OPTIONS] CONTAINER [CONTAINER...]",
                                .summary = "Show all there is to know about containers",
                                .flags = kContainerFlags,
                                .min_args = 1,
                                .max_args = kAnyNumber,
                                .run = inspect_one<0>};
const Command kImageInspect{.names = "image inspect",
                            .usage = "[OPTIONS] IMAGE [IMAGE...]",
                            .summary = "Show all there is to know about images",
                            .flags = kImageFlags,
                            .min_args = 1,
                            .max_args = kAnyNumber,
                            .run = inspect_one<1>};
const Command kNetworkInspect{.names = "network inspect",
                              .usage = "[OPTIONS] NETWORK [NETWORK...]",
                              .summary = "Show all there is to know about networks",
                              .flags = kNetworkFlags,
                              .min_args = 1,
                              .max_args = kAnyNumber,
                              .run = inspect_one<2>};
const Command kVolumeInspect{.names = "volume inspect",
                             .usage = "[OPTIONS] VOLUME [VOLUME...]",
                             .summary = "Show all there is to know about volumes",
                             .flags = kFormatFlags,
                             .min_args = 1,
                             .max_args = kAnyNumber,
                             .run = inspect_one<3>};

}  // namespace hexad::client
