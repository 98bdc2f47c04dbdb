// load and import: archives sent to the daemon.
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <cstring>

#include "client/commands/commands.hpp"
#include "client/commands/list_support.hpp"
#include "client/terminal.hpp"
#include "libcontainer/base/io.hpp"

namespace hexad::client {
namespace {

constexpr std::array kLoadFlags{
    FlagSpec{"input", 'i', FlagKind::text, "Read from this file, not from standard input"},
    FlagSpec{.name = "platform", .kind = FlagKind::list, .help = "Load only these platforms"},
    FlagSpec{"quiet", 'q', FlagKind::boolean, "Show no progress"},
};
constexpr std::array kImportFlags{
    FlagSpec{"change", 'c', FlagKind::list, "Apply a Dockerfile instruction to the new image"},
    FlagSpec{"message", 'm', FlagKind::text, "Set the comment of the new image"},
    FlagSpec{.name = "platform", .kind = FlagKind::text, .help = "Platform of the new image"},
};

// Go's wording of a failed open.
Result<UniqueFd> open_archive(const std::string& path) {
  UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (fd) return fd;
  std::string reason = std::strerror(errno);
  if (!reason.empty()) reason[0] = static_cast<char>(reason[0] | 0x20);
  return fail(Code::not_found, "open {}: {}", path, reason);
}

Result<int> load(Invocation& invocation) {
  const ParsedFlags& flags = invocation.flags;
  UniqueFd file;
  if (flags.has("input")) {
    file = TRY(open_archive(flags.text("input")));
  } else if (is_terminal(STDIN_FILENO)) {
    return fail(Code::invalid_argument, "requested load from stdin, but stdin is empty");
  }
  const bool quiet = flags.on("quiet") || !is_terminal(STDOUT_FILENO);
  Query query{{"quiet", quiet ? "1" : "0"}};
  for (const std::string& platform : flags.list("platform"))
    query.emplace_back("platform", platform);
  Connection answer = TRY(invocation.daemon.upload("/images/load", query, "application/x-tar",
                                                   file ? file.get() : STDIN_FILENO));
  TRY(show_progress(answer, STDOUT_FILENO, quiet));
  return 0;
}

Result<int> import(Invocation& invocation) {
  const ParsedFlags& flags = invocation.flags;
  const std::string& source = invocation.args()[0];
  Query query;
  UniqueFd file;
  const bool url = source.starts_with("http://") || source.starts_with("https://");
  query.emplace_back("fromSrc", url ? source : "-");
  if (invocation.args().size() > 1) query.emplace_back("repo", invocation.args()[1]);
  if (flags.has("message")) query.emplace_back("message", flags.text("message"));
  if (flags.has("platform")) query.emplace_back("platform", flags.text("platform"));
  for (const std::string& change : flags.list("change")) query.emplace_back("changes", change);
  if (!url && source != "-") file = TRY(open_archive(source));
  if (url) file = TRY(open_archive("/dev/null"));
  Connection answer = TRY(invocation.daemon.upload("/images/create", query, "text/plain",
                                                   file ? file.get() : STDIN_FILENO));
  TRY(show_progress(answer, STDOUT_FILENO));
  return 0;
}

}  // namespace

const Command kLoad{.names = "image load|load",
                    .usage = "[OPTIONS]",
                    .summary = "Load images from an archive",
                    .flags = kLoadFlags,
                    .run = load};
const Command kImport{.names = "image import|import",
                      .usage = "[OPTIONS] file|URL|- [REPOSITORY[:TAG]]",
                      .summary = "Make an image from the archive of a root file system",
                      .flags = kImportFlags,
                      .min_args = 1,
                      .max_args = 2,
                      .run = import};

}  // namespace hexad::client
