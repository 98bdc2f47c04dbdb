// Shared parts of lists and of commands that show progress.
#include "client/commands/list_support.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "api/filters.hpp"
#include "libcontainer/base/io.hpp"
#include "libcontainer/base/strings.hpp"

namespace hexad::client {

void add_filters(Query& query, const std::vector<std::string>& filters) {
  api::Filters wanted;
  for (const std::string& filter : filters) {
    const auto [name, value] = split_once(filter, '=');
    if (!value) continue;
    wanted.values[to_lower(trim(name))].emplace_back(trim(*value));
  }
  if (!wanted.values.empty()) query.emplace_back("filters", api::encode_filters(wanted));
}

std::string short_id(std::string_view id) {
  if (const auto colon = id.find(':'); colon != std::string_view::npos) id.remove_prefix(colon + 1);
  return std::string(id.substr(0, 12));
}

std::string labels_text(const Json& labels) {
  std::vector<std::string> pairs;
  for (const auto& [key, value] : labels.members()) pairs.push_back(key + "=" + value.text());
  std::sort(pairs.begin(), pairs.end());
  return join(pairs, ",");
}

bool natural_less(std::string_view a, std::string_view b) {
  const auto digit = [](char c) { return c >= '0' && c <= '9'; };
  std::size_t i = 0, j = 0;
  while (i < a.size() && j < b.size()) {
    if (!digit(a[i]) || !digit(b[j])) {
      if (a[i] != b[j]) return a[i] < b[j];
      ++i;
      ++j;
      continue;
    }
    const auto run = [&](std::string_view text, std::size_t& at) {
      while (at < text.size() && text[at] == '0') ++at;
      const std::size_t start = at;
      while (at < text.size() && digit(text[at])) ++at;
      return text.substr(start, at - start);
    };
    const std::string_view x = run(a, i), y = run(b, j);
    if (x.size() != y.size()) return x.size() < y.size();
    if (x != y) return x < y;
  }
  return a.size() - i < b.size() - j;
}

namespace {

Result<> show_line(std::string_view line, int fd, bool quiet) {
  const Json message = TRY(parse_json(line));
  if (const Json* error = message.find("errorDetail"))
    return fail(Code::internal, "{}", error->at("message").text());
  if (const auto& error = message.at("error").text(); !error.empty())
    return fail(Code::internal, "{}", error);
  if (const Json* text = message.find("stream")) return write_all(fd, text->text());
  const std::string& status = message.at("status").text();
  // Without a terminal to redraw, moving bars say nothing.
  const bool bar = !message.at("progressDetail").members().empty();
  if (quiet || status.empty() || bar) return {};
  const std::string& id = message.at("id").text();
  return write_all(fd, id.empty() ? status + "\n" : fmt::format("{}: {}\n", id, status));
}

}  // namespace

Result<> show_progress(Connection& stream, int fd, bool quiet) {
  std::string pending;
  while (true) {
    const std::string piece = TRY(stream.read_some());
    pending += piece;
    std::size_t from = 0;
    for (auto end = pending.find('\n'); end != std::string::npos; end = pending.find('\n', from)) {
      const std::string_view line = trim(std::string_view(pending).substr(from, end - from));
      from = end + 1;
      if (!line.empty()) TRY(show_line(line, fd, quiet));
    }
    pending.erase(0, from);
    if (!piece.empty()) continue;
    if (!trim(pending).empty()) TRY(show_line(trim(pending), fd, quiet));
    return {};
  }
}

}  // namespace hexad::client
