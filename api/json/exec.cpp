#include "api/json/exec.hpp"

#include "api/json/parts.hpp"

namespace hexad::api {
namespace {

using ConsoleSize = std::optional<std::pair<std::uint32_t, std::uint32_t>>;

// [height, width]
void read_console_size(const json::Reader& r, ConsoleSize& out) {
  const json::Value* v = r.member("ConsoleSize");
  if (v == nullptr) return;
  const auto* pair = v->array();
  if (pair == nullptr || pair->size() < 2) {
    return r.problem().wrong_type(*v, r.path("ConsoleSize"), "[2]uint");
  }
  std::uint32_t sides[2] = {0, 0};
  for (std::size_t i = 0; i < 2; ++i) {
    const auto* n = (*pair)[i].integer();
    if (n == nullptr || *n < 0 || *n > UINT32_MAX) {
      return r.problem().wrong_type((*pair)[i], r.path("ConsoleSize"), "uint");
    }
    sides[i] = static_cast<std::uint32_t>(*n);
  }
  out.emplace(sides[0], sides[1]);
}

void write_console_size(json::Writer& w, const ConsoleSize& size) {
  if (!size) return;
  w.key("ConsoleSize");
  w.raw(fmt::format("[{},{}]", size->first, size->second));
}

}  // namespace

Result<ExecCreate> decode_exec_create(std::string_view text) {
  return json::decode_object<ExecCreate>(text, [](const json::Reader& r, ExecCreate& e) {
    r.get("AttachStdin", e.attach_stdin);
    r.get("AttachStdout", e.attach_stdout);
    r.get("AttachStderr", e.attach_stderr);
    r.get("Tty", e.tty);
    r.get("Privileged", e.privileged);
    r.get("Detach", e.detach);
    r.get("DetachKeys", e.detach_keys);
    r.get("Env", e.env);
    r.get("Cmd", e.cmd);
    r.get("User", e.user);
    r.get("WorkingDir", e.working_dir);
    read_console_size(r, e.console_size);
  });
}

std::string encode(const ExecCreate& e) {
  json::Writer w;
  w.open();
  w.field("User", e.user);
  w.field("Privileged", e.privileged);
  w.field("Tty", e.tty);
  write_console_size(w, e.console_size);
  w.field("AttachStdin", e.attach_stdin);
  w.field("AttachStderr", e.attach_stderr);
  w.field("AttachStdout", e.attach_stdout);
  w.field("Detach", e.detach);
  w.field("DetachKeys", e.detach_keys);
  w.field("Env", e.env);
  w.field("WorkingDir", e.working_dir);
  w.field("Cmd", e.cmd);
  w.close();
  return w.take();
}

Result<ExecStart> decode_exec_start(std::string_view text) {
  return json::decode_object<ExecStart>(text, [](const json::Reader& r, ExecStart& e) {
    r.get("Detach", e.detach);
    r.get("Tty", e.tty);
    read_console_size(r, e.console_size);
  });
}

std::string encode(const ExecStart& e) {
  json::Writer w;
  w.open();
  w.field("Detach", e.detach);
  w.field("Tty", e.tty);
  write_console_size(w, e.console_size);
  w.close();
  return w.take();
}

std::string encode(const ExecInspect& e) {
  json::Writer w;
  w.open();
  w.field("ID", e.id);
  w.field("Running", e.running);
  w.field("ExitCode", e.exit_code);
  w.key("ProcessConfig");
  w.open();
  w.field("tty", e.tty);
  w.field("entrypoint", e.entrypoint);
  w.field("arguments", e.arguments);
  w.field("privileged", e.privileged);
  w.omit("user", e.user);
  w.close();
  w.field("OpenStdin", e.open_stdin);
  w.field("OpenStderr", e.open_stderr);
  w.field("OpenStdout", e.open_stdout);
  w.field("CanRemove", e.can_remove);
  w.field("ContainerID", e.container_id);
  w.field("DetachKeys", e.detach_keys);
  w.field("Pid", e.pid);
  w.close();
  return w.take();
}

Result<ExecInspect> decode_exec_inspect(std::string_view text) {
  return json::decode_object<ExecInspect>(text, [](const json::Reader& r, ExecInspect& e) {
    r.get("ID", e.id);
    r.get("Running", e.running);
    r.get("ExitCode", e.exit_code);
    const json::Reader process = r.child("ProcessConfig");
    process.get("tty", e.tty);
    process.get("entrypoint", e.entrypoint);
    process.get("arguments", e.arguments);
    process.get("privileged", e.privileged);
    process.get("user", e.user);
    r.get("OpenStdin", e.open_stdin);
    r.get("OpenStderr", e.open_stderr);
    r.get("OpenStdout", e.open_stdout);
    r.get("CanRemove", e.can_remove);
    r.get("ContainerID", e.container_id);
    r.get("DetachKeys", e.detach_keys);
    r.get("Pid", e.pid);
  });
}

std::string encode_id(std::string_view id) {
  json::Writer w;
  w.open();
  w.field("Id", id);
  w.close();
  return w.take();
}

Result<std::string> decode_id(std::string_view text) {
  return json::decode_object<std::string>(
      text, [](const json::Reader& r, std::string& id) { r.get("Id", id); });
}

}  // namespace hexad::api
