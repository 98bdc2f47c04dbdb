// run and create.
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "api/json/container.hpp"
#include "api/reference.hpp"
#include "client/commands/attached.hpp"
#include "client/commands/commands.hpp"
#include "client/commands/list_support.hpp"
#include "client/run_flags.hpp"
#include "libcontainer/base/io.hpp"

namespace hexad::client {
namespace {

Result<> pull(Daemon& daemon, const api::Reference& image, const ParsedFlags& flags) {
  Query query{{"fromImage", image.canonical_name()},
              {"tag", image.digest.empty() ? image.tag : image.digest}};
  if (flags.has("platform")) query.emplace_back("platform", flags.text("platform"));
  Connection stream = TRY(daemon.open_stream("POST", "/images/create", query));
  return show_progress(stream, STDERR_FILENO, flags.on("quiet"));
}

// The file must not be there yet; it is written once the id is known.
Result<UniqueFd> reserve_cidfile(const std::string& path) {
  if (path.empty()) return UniqueFd{};
  UniqueFd fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644));
  if (fd) return fd;
  if (errno == EEXIST)
    return fail(Code::conflict,
                "container ID file found, make sure the other container isn't running or delete {}",
                path);
  return sys_fail("failed to create the container ID file {}", path);
}

// Removes the file again unless a container was made.
class Cidfile {
 public:
  static Result<Cidfile> reserve(const std::string& path) {
    Cidfile file;
    file.fd_ = TRY(reserve_cidfile(path));
    file.path_ = path;
    return file;
  }
  Cidfile(Cidfile&&) = default;
  Cidfile& operator=(Cidfile&&) = delete;
  Cidfile(const Cidfile&) = delete;
  Cidfile& operator=(const Cidfile&) = delete;
  ~Cidfile() {
    if (fd_) ::unlink(path_.c_str());
  }
  Result<> write(std::string_view id) {
    if (!fd_) return {};
    const UniqueFd fd = std::move(fd_);
    return write_all(fd.get(), id);
  }

 private:
  Cidfile() = default;
  UniqueFd fd_;
  std::string path_;
};

struct Created {
  std::string id;
  api::CreateRequest request;
};

Result<Response> create_once(Invocation& invocation, const std::string& body) {
  Query query;
  if (const auto name = invocation.flags.text("name"); !name.empty())
    query.emplace_back("name", name);
  if (invocation.flags.has("platform"))
    query.emplace_back("platform", invocation.flags.text("platform"));
  return invocation.daemon.call("POST", "/containers/create", query, body);
}

Result<Created> create_container(Invocation& invocation) {
  const ParsedFlags& flags = invocation.flags;
  const std::string when = flags.text("pull");
  if (when != "always" && when != "missing" && when != "never" && !when.empty())
    return fail(Code::invalid_argument,
                "invalid pull option: '{}': must be one of \"always\", \"missing\" or \"never\"",
                when);
  Created created;
  created.request = TRY(create_request(flags));
  const std::string& name = created.request.config.image;
  // An id is no reference, and needs none.
  api::Reference image;
  if (auto reference = api::parse_reference(name)) {
    image = reference->with_default_tag();
  } else if (!name.starts_with("sha256:")) {
    return fail(Code::invalid_argument, "{}", reference.error().message);
  }
  Cidfile cidfile = TRY(Cidfile::reserve(flags.text("cidfile")));
  if (when == "always") TRY(pull(invocation.daemon, image, flags));

  const std::string body = api::encode(created.request);
  auto response = create_once(invocation, body);
  if (!response && response.error().code == Code::not_found &&
      (when == "missing" || when.empty()) && !image.path.empty() &&
      response.error().message.find("No such image") != std::string::npos) {
    if (!flags.on("quiet"))
      print_err(fmt::format("Unable to find image '{}' locally", image.familiar()));
    TRY(pull(invocation.daemon, image, flags));
    response = create_once(invocation, body);
  }
  const Json answer = TRY(parse_json(TRY(std::move(response)).body));
  for (const Json& warning : answer.at("Warnings").items())
    print_err(fmt::format("WARNING: {}", warning.text()));
  created.id = answer.at("Id").text();
  TRY(cidfile.write(created.id));
  return created;
}

Result<int> create(Invocation& invocation) {
  print_out(TRY(create_container(invocation)).id + "\n");
  return 0;
}

// docker's last words on a failed run.
int failed_run(const std::string& message, std::string_view name) {
  print_err(fmt::format("hexa: {}\n\nRun 'hexa {} --help' for more information", message, name));
  return start_failure_code(message);
}

Query attach_query(const api::ContainerConfig& config, const std::string& detach_keys) {
  Query query;
  if (!detach_keys.empty()) query.emplace_back("detachKeys", detach_keys);
  if (config.attach_stderr) query.emplace_back("stderr", "1");
  if (config.attach_stdin) query.emplace_back("stdin", "1");
  if (config.attach_stdout) query.emplace_back("stdout", "1");
  query.emplace_back("stream", "1");
  return query;
}

Result<int> run_detached(Invocation& invocation, const Created& created) {
  auto started = invocation.daemon.call("POST", container_path(created.id, "start"));
  print_out(created.id + "\n");
  if (!started) return failed_run(started.error().message, invocation.name);
  return 0;
}

// Attach and wait come before start, so that nothing is missed: the first byte and the exit of a
// short process.
Result<int> run_attached(Invocation& invocation, const Created& created) {
  Daemon& daemon = invocation.daemon;
  const api::ContainerConfig& config = created.request.config;
  const std::string keys = invocation.flags.text("detach-keys");
  const std::string& id = created.id;
  const SessionOptions options =
      TRY(container_session(daemon, id, config.tty, config.attach_stdin, keys));
  SignalQueue signals(invocation.flags.on("sig-proxy"));
  RawStream stream = TRY(daemon.hijack(container_path(id, "attach"), attach_query(config, keys)));
  const bool removed = created.request.host_config.auto_remove;
  Connection wait = TRY(daemon.open_stream("POST", container_path(id, "wait"),
                                           {{"condition", removed ? "removed" : "next-exit"}}));
  if (auto started = daemon.call("POST", container_path(id, "start")); !started) {
    const int code = failed_run(started.error().message, invocation.name);
    if (removed) (void)exit_status(wait);
    return code;
  }
  if (TRY(run_session(std::move(stream), signals, options)) == SessionEnd::detached) return 0;
  if (!config.attach_stdout && !config.attach_stderr) return 0;
  return exit_status(wait);
}

Result<int> run(Invocation& invocation) {
  const ParsedFlags& flags = invocation.flags;
  const bool detach = flags.on("detach");
  if (detach && flags.has("attach"))
    return fail(Code::invalid_argument,
                "conflicting options: cannot specify both --attach and --detach");
  if (!detach) TRY(check_terminal(flags.on("interactive"), flags.on("tty")));
  // Before anything is made: a session with these keys must be possible.
  TRY(parse_detach_keys(flags.text("detach-keys")));
  auto created = create_container(invocation);
  if (!created) {
    (void)failed_run(created.error().message, invocation.name);
    return 125;
  }
  const api::ContainerConfig& config = created->request.config;
  if (!config.attach_stdin && !config.attach_stdout && !config.attach_stderr)
    return run_detached(invocation, *created);
  return run_attached(invocation, *created);
}

constexpr std::string_view kUsage = "[OPTIONS] IMAGE [COMMAND] [ARG...]";

}  // namespace

const Command kRun{.names = "container run|run",
                   .usage = kUsage,
                   .summary = "Create a container from an image and start it",
                   .flags = run_flags(true),
                   .min_args = 1,
                   .max_args = kAnyNumber,
                   .interspersed = false,
                   .run = run};
const Command kCreate{.names = "container create|create",
                      .usage = kUsage,
                      .summary = "Create a container",
                      .flags = run_flags(false),
                      .min_args = 1,
                      .max_args = kAnyNumber,
                      .interspersed = false,
                      .run = create};

}  // namespace hexad::client
