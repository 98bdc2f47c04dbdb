// Renders rows and objects. Headers of a table come from running the same template over the
// headers, as docker does, so that any template gets a fitting header row.
#include "client/formatting.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "client/command.hpp"
#include "client/tables.hpp"
#include "libcontainer/base/strings.hpp"

namespace hexad::client {
namespace {

using templates::Data;
using templates::Template;
using templates::Value;

Result<Template> parse_template(std::string_view text) {
  auto parsed = Template::parse(text);
  if (!parsed)
    return fail(Code::invalid_argument, "failed to parse template: {}", parsed.error().message);
  return parsed;
}

// On the command line \t and \n are two characters.
std::string unescape(std::string_view format) {
  std::string out;
  for (std::size_t i = 0; i < format.size(); ++i) {
    if (format[i] == '\\' && i + 1 < format.size() &&
        (format[i + 1] == 't' || format[i + 1] == 'n')) {
      out += format[++i] == 't' ? '\t' : '\n';
    } else {
      out += format[i];
    }
  }
  return out;
}

// ".Label "com.example.some-key"" is headed "some key".
std::string label_header(std::string_view key) {
  const auto dot = key.rfind('.');
  std::string text(dot == std::string_view::npos ? key : key.substr(dot + 1));
  std::replace_if(
      text.begin(), text.end(), [](char c) { return c == '-' || c == '_'; }, ' ');
  return text;
}

std::optional<std::string_view> label_argument(std::string_view name, std::span<const Value> args) {
  if (name != "Label" || args.size() != 1 || !args[0].valid() || !args[0].json->is_string())
    return std::nullopt;
  return args[0].json->text();
}

}  // namespace

Result<ListFormat> ListFormat::parse(std::string_view format, const Listing& listing) {
  ListFormat parsed(listing);
  std::string body;
  if (format.empty() || format == "table") {
    parsed.table_ = true;
    body = listing.default_table;
  } else if (format.starts_with("table ") || format.starts_with("table\t")) {
    parsed.table_ = true;
    body = trim(unescape(format.substr(6)));
  } else if (format == "json" || format == "{{json .}}" || format == "{{ json . }}") {
    parsed.json_ = true;
    parsed.everything_ = format != "json";
  } else {
    body = unescape(format);
  }
  if (body == "raw") return fail(Code::not_implemented, "the format 'raw' is not supported");
  parsed.template_ = TRY(parse_template(body));
  return parsed;
}

Result<> ListFormat::header(std::string& out) const {
  Json headers = Json::object();
  for (const auto& [name, text] : listing_->headers) headers.set(name, Json::string(text));
  Data data;
  data.root = Value::of(std::move(headers));
  data.header = true;
  data.method = [](std::string_view name, std::span<const Value> args) -> std::optional<Json> {
    const auto key = label_argument(name, args);
    if (!key) return std::nullopt;
    return Json::string(label_header(*key));
  };
  return template_.execute(data, out);
}

Result<std::string> ListFormat::render(const std::vector<Row>& rows) const {
  std::string out;
  if (table_) {
    TRY(header(out));
    out += '\n';
  }
  for (const Row& row : rows) {
    if (json_) {
      // Go marshals a row as a map, whose keys it sorts.
      auto members = row.fields.members();
      std::sort(members.begin(), members.end(),
                [](const auto& a, const auto& b) { return a.first < b.first; });
      out += Json::object(std::move(members)).dump(true) + "\n";
      continue;
    }
    Data data;
    data.root = Value::of(row.fields);
    data.type_name = listing_->type_name;
    data.method = [&](std::string_view name, std::span<const Value> args) -> std::optional<Json> {
      const auto key = label_argument(name, args);
      if (!key) return std::nullopt;
      const Json* value = row.labels != nullptr ? row.labels->find(*key) : nullptr;
      return Json::string(value != nullptr ? value->text() : "");
    };
    if (auto done = template_.execute(data, out); !done)
      return fail(Code::invalid_argument, "failed to execute template: {}", done.error().message);
    out += '\n';
  }
  return table_ ? align_columns(out, 10, 3) : out;
}

int print_object(std::string_view format, const Json& object, std::string_view type_name,
                 std::string_view name) {
  constexpr int kTemplateError = 64;
  if (format == "json") {
    print_out(object.dump() + "\n");
    return 0;
  }
  const auto named = [&](std::string message) {
    constexpr std::string_view kPlace = "template: :", kRun = "executing \"\"";
    if (const auto at = message.find(kPlace); at != std::string::npos)
      message.insert(at + kPlace.size() - 1, name);
    if (const auto at = message.find(kRun); at != std::string::npos)
      message.insert(at + kRun.size() - 1, name);
    return message;
  };
  const auto parsed = Template::parse(format);
  if (!parsed) {
    print_err("template parsing error: " + named(parsed.error().message));
    return kTemplateError;
  }
  Data data;
  data.root = Value::of(object);
  data.type_name = type_name;
  std::string out;
  const auto done = parsed->execute(data, out);
  print_out(out + "\n");
  if (done) return 0;
  print_err(named(done.error().message));
  return 1;
}

}  // namespace hexad::client
