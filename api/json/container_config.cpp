// ContainerConfig and the OCI image's config, which share most keys.
#include "api/json/container.hpp"
#include "api/json/image.hpp"
#include "api/json/parts.hpp"

namespace hexad::api {
namespace json {

void write_members(Writer& w, const ContainerConfig& c) {
  w.field("Hostname", c.hostname);
  w.field("Domainname", c.domainname);
  w.field("User", c.user);
  w.field("AttachStdin", c.attach_stdin);
  w.field("AttachStdout", c.attach_stdout);
  w.field("AttachStderr", c.attach_stderr);
  w.omit("ExposedPorts", c.exposed_ports);
  w.field("Tty", c.tty);
  w.field("OpenStdin", c.open_stdin);
  w.field("StdinOnce", c.stdin_once);
  w.field("Env", c.env);
  w.field("Cmd", c.cmd);
  if (c.healthcheck) {
    w.key("Healthcheck");
    write(w, *c.healthcheck);
  }
  w.omit("ArgsEscaped", c.args_escaped);
  w.field("Image", c.image);
  if (c.volumes.empty()) {  // Docker answers null to {} too
    w.key("Volumes");
    w.null();
  } else {
    w.field("Volumes", c.volumes);
  }
  w.field("WorkingDir", c.working_dir);
  w.field("Entrypoint", c.entrypoint);
  w.omit("NetworkDisabled", c.network_disabled);
  w.omit("MacAddress", c.mac_address);
  w.field("OnBuild", c.on_build);
  w.field("Labels", c.labels);
  w.omit("StopSignal", c.stop_signal);
  w.omit("StopTimeout", c.stop_timeout);
  w.omit("Shell", c.shell);
}

void read(const Reader& r, ContainerConfig& c) {
  r.get("Hostname", c.hostname);
  r.get("Domainname", c.domainname);
  r.get("User", c.user);
  r.get("AttachStdin", c.attach_stdin);
  r.get("AttachStdout", c.attach_stdout);
  r.get("AttachStderr", c.attach_stderr);
  read_port_set(r, "ExposedPorts", c.exposed_ports);
  r.get("Tty", c.tty);
  r.get("OpenStdin", c.open_stdin);
  r.get("StdinOnce", c.stdin_once);
  r.get("Env", c.env);
  r.get_command("Cmd", c.cmd);
  r.maybe("Healthcheck", c.healthcheck, [](const Reader& one, Healthcheck& h) { read(one, h); });
  r.get("ArgsEscaped", c.args_escaped);
  r.get("Image", c.image);
  r.get("Volumes", c.volumes);
  r.get("WorkingDir", c.working_dir);
  r.get_command("Entrypoint", c.entrypoint);
  r.get("NetworkDisabled", c.network_disabled);
  r.get("MacAddress", c.mac_address);
  r.get("OnBuild", c.on_build);
  r.get("Labels", c.labels);
  r.get("StopSignal", c.stop_signal);
  r.get("StopTimeout", c.stop_timeout);
  r.get("Shell", c.shell);
}

void write(Writer& w, const ImageConfig& c) {
  w.open();
  w.omit("User", c.user);
  w.omit("ExposedPorts", c.exposed_ports);
  w.omit("Env", c.env);
  w.omit("Entrypoint", c.entrypoint);
  w.omit("Cmd", c.cmd);
  w.omit("Volumes", c.volumes);
  w.omit("WorkingDir", c.working_dir);
  w.omit("Labels", c.labels);
  w.omit("StopSignal", c.stop_signal);
  w.omit("Shell", c.shell);
  w.omit("OnBuild", c.on_build);
  w.omit("ArgsEscaped", c.args_escaped);
  if (c.healthcheck) {
    w.key("Healthcheck");
    write(w, *c.healthcheck);
  }
  w.close();
}

void read(const Reader& r, ImageConfig& c) {
  r.get("User", c.user);
  read_port_set(r, "ExposedPorts", c.exposed_ports);
  r.get("Env", c.env);
  r.get_command("Entrypoint", c.entrypoint);
  r.get_command("Cmd", c.cmd);
  r.get("Volumes", c.volumes);
  r.get("WorkingDir", c.working_dir);
  r.get("Labels", c.labels);
  r.get("StopSignal", c.stop_signal);
  r.get("Shell", c.shell);
  r.get("OnBuild", c.on_build);
  r.get("ArgsEscaped", c.args_escaped);
  r.maybe("Healthcheck", c.healthcheck, [](const Reader& one, Healthcheck& h) { read(one, h); });
}

}  // namespace json

std::string encode_config(const ContainerConfig& config) {
  json::Writer w;
  w.open();
  json::write_members(w, config);
  w.close();
  return w.take();
}

Result<ContainerConfig> decode_config(std::string_view text) {
  return json::decode_object<ContainerConfig>(
      text, [](const json::Reader& r, ContainerConfig& c) { json::read(r, c); });
}

std::string encode_image_config(const ImageConfig& config) {
  json::Writer w;
  json::write(w, config);
  return w.take();
}

Result<ImageConfig> decode_image_config(std::string_view text) {
  return json::decode_object<ImageConfig>(
      text, [](const json::Reader& r, ImageConfig& c) { json::read(r, c); });
}

}  // namespace hexad::api
