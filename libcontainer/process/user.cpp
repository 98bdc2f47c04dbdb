#include "libcontainer/process/user.hpp"

#include <sys/stat.h>

#include <algorithm>

#include "libcontainer/base/io.hpp"
#include "libcontainer/base/strings.hpp"

namespace hexad::process {

namespace {

constexpr std::uint32_t kMaxId = 0x7fffffff;  // as Docker: ids are 0 to 2147483647
constexpr std::size_t kMaxFile = 4U << 20;    // bytes of passwd or group that are read

struct PasswdLine {
  std::string_view name, home;
  std::uint32_t uid = 0, gid = 0;
};
struct GroupLine {
  std::string_view name, members;
  std::uint32_t gid = 0;
};

// A field that is no number counts as 0, as in Go's parser.
std::uint32_t number_or_zero(std::string_view text) {
  const auto value = parse_int(text);
  return value && *value >= 0 && *value <= 0xffffffffLL ? static_cast<std::uint32_t>(*value) : 0;
}

// Calls `visit` with the fields of every line until it returns false.
template <std::size_t N, class F>
void each_line(std::optional<std::string_view> text, F visit) {
  std::string_view rest = text.value_or(std::string_view{});
  while (!rest.empty()) {
    const auto end = rest.find('\n');
    std::string_view line = trim(rest.substr(0, end));
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    if (line.empty()) continue;
    std::string_view fields[N];
    for (std::size_t i = 0; i < N; ++i) {
      const auto [head, tail] = split_once(line, ':');
      fields[i] = head;
      line = tail.value_or(std::string_view{});
    }
    if (!visit(fields)) return;
  }
}

std::optional<PasswdLine> find_user(std::optional<std::string_view> passwd, std::string_view name,
                                    std::optional<std::int64_t> number) {
  std::optional<PasswdLine> found;
  each_line<7>(passwd, [&](const std::string_view(&f)[7]) {
    const PasswdLine line{f[0], f[5], number_or_zero(f[2]), number_or_zero(f[3])};
    const bool match = name.empty() ? line.uid == 0
                       : number     ? *number == std::int64_t{line.uid}
                                    : line.name == name;
    if (match) found = line;
    return !match;
  });
  return found;
}

template <class F>
void each_group(std::optional<std::string_view> group, F visit) {
  each_line<4>(group, [&](const std::string_view(&f)[4]) {
    return visit(GroupLine{f[0], f[3], number_or_zero(f[2])});
  });
}

std::optional<std::uint32_t> find_group(std::optional<std::string_view> group,
                                        std::string_view name) {
  const auto number = parse_int(name);
  std::optional<std::uint32_t> found;
  each_group(group, [&](const GroupLine& g) {
    if (g.name == name || (number && *number == std::int64_t{g.gid})) found = g.gid;
    return !found;
  });
  return found;
}

bool has_member(std::string_view members, std::string_view user) {
  const auto all = split(members, ',');
  return std::find(all.begin(), all.end(), user) != all.end();
}

Result<std::uint32_t> checked_id(std::int64_t id) {
  if (id < 0 || id > std::int64_t{kMaxId})
    return fail(Code::invalid_argument, "uids and gids must be in range 0-{}", kMaxId);
  return static_cast<std::uint32_t>(id);
}

void add_group(Identity& who, std::uint32_t gid) {
  if (std::find(who.groups.begin(), who.groups.end(), gid) == who.groups.end())
    who.groups.push_back(gid);
}

// A named group, or a number that the file need not know.
Result<std::uint32_t> group_id(std::string_view name, std::optional<std::string_view> group) {
  if (const auto found = find_group(group, name)) return *found;
  const auto number = parse_int(name);
  if (!number)
    return fail(Code::invalid_argument,
                "unable to find group {}: no matching entries in group file", name);
  return checked_id(*number);
}

}  // namespace

Result<Identity> resolve_user(std::string_view user, const std::vector<std::string>& extra,
                              std::optional<std::string_view> passwd,
                              std::optional<std::string_view> group) {
  const auto [name, group_part] = split_once(user, ':');
  const std::string_view group_name = group_part.value_or(std::string_view{});
  const auto number = parse_int(name);
  Identity who;
  std::string_view matched;
  if (const auto line = find_user(passwd, name, number)) {
    who.uid = line->uid;
    who.gid = line->gid;
    if (!line->home.empty()) who.home = std::string(line->home);
    matched = line->name;
  } else if (!name.empty()) {
    if (!number)
      return fail(Code::invalid_argument,
                  "unable to find user {}: no matching entries in passwd file", name);
    who.uid = TRY(checked_id(*number));
  }
  if (!group_name.empty()) who.gid = TRY(group_id(group_name, group));
  who.groups.push_back(who.gid);
  if (group_name.empty() && !matched.empty()) {
    each_group(group, [&](const GroupLine& g) {
      if (has_member(g.members, matched)) add_group(who, g.gid);
      return true;
    });
  }
  for (const auto& one : extra) add_group(who, TRY(group_id(one, group)));
  return who;
}

namespace {

// A container may have put a fifo or a device in the file's place: only regular files are read.
std::optional<std::string> read_regular(int root, const char* path) {
  auto fd = open_in_root(root, path, O_RDONLY | O_NONBLOCK | O_NOCTTY);
  struct stat st {};
  if (!fd || ::fstat(fd->get(), &st) != 0 || !S_ISREG(st.st_mode)) return std::nullopt;
  auto text = read_all(fd->get(), kMaxFile);
  if (!text) return std::nullopt;
  return std::move(*text);
}

}  // namespace

Result<Identity> resolve_user_in(int root, std::string_view user,
                                 const std::vector<std::string>& extra) {
  const auto passwd = read_regular(root, "/etc/passwd");
  const auto group = read_regular(root, "/etc/group");
  return resolve_user(user, extra, passwd, group);
}

}  // namespace hexad::process
