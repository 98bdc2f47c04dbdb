// A process that is run in a container beside its first one, as the container's definition and
// the client's request have it.
#include "daemon/containers/detach_keys.hpp"
#include "daemon/containers/merge.hpp"
#include "daemon/containers/service.hpp"
#include "daemon/containers/spec_builder.hpp"

namespace hexad::containers {

Result<process::ProcessSpec> Service::exec_process(const Container& container,
                                                   const api::ExecCreate& request) const {
  const auto definition = container.definition();
  const auto& config = definition->config;
  process::ProcessSpec out;
  out.argv = request.cmd;
  std::vector<std::string> env(config.env.begin(), config.env.end());
  env.insert(env.end(), request.env.begin(), request.env.end());
  const std::string hostname =
      config.hostname.empty() ? container.id().substr(0, 12) : config.hostname;
  out.env = process_env(env, hostname, request.tty);
  out.cwd = request.working_dir.empty() ? config.working_dir : request.working_dir;
  if (out.cwd.empty()) out.cwd = "/";
  out.user = request.user.empty() ? config.user : request.user;
  if (request.user.empty())
    out.add_groups.assign(definition->host.group_add.begin(), definition->host.group_add.end());
  out.tty = request.tty;
  if (request.console_size) {
    out.rows = static_cast<std::uint16_t>(request.console_size->first);
    out.columns = static_cast<std::uint16_t>(request.console_size->second);
  }
  out.open_stdin = request.attach_stdin;
  TRY(fill_rlimits(out, definition->host, options_));
  TRY(fill_security(out, definition->host, request.privileged || definition->host.privileged,
                    options_));
  return out;
}

Result<std::string> Service::detach_keys(std::string_view text) { return parse_detach_keys(text); }

}  // namespace hexad::containers
