#include "api/json/image.hpp"

#include "api/json/parts.hpp"

namespace hexad::api {
namespace json {
// What older clients read in an image's Config besides the OCI keys: a container's configuration
// in which only these mean anything.
static void write_as_container_config(Writer& w, const ImageConfig& image) {
  ContainerConfig c;
  c.user = image.user;
  c.exposed_ports = image.exposed_ports;
  c.env = image.env;
  c.cmd = image.cmd;
  c.entrypoint = image.entrypoint;
  c.volumes = image.volumes;
  c.working_dir = image.working_dir;
  c.labels = image.labels;
  c.stop_signal = image.stop_signal;
  c.shell = image.shell;
  c.on_build = image.on_build;
  c.args_escaped = image.args_escaped;
  c.healthcheck = image.healthcheck;
  w.open();
  write_members(w, c);
  w.close();
}

static void write(Writer& w, const ImageSummary& i) {
  w.open();
  w.field("Containers", i.containers);
  w.field("Created", i.created / 1'000'000'000);
  w.field("Id", i.id);
  w.field("Labels", i.labels);
  w.field("ParentId", i.parent_id);
  w.field("RepoDigests", i.repo_digests);
  w.field("RepoTags", i.repo_tags);
  w.field("SharedSize", i.shared_size);
  w.field("Size", i.size);
  w.field("VirtualSize", i.size);
  w.close();
}

static void read(const Reader& r, ImageSummary& i) {
  r.get("Containers", i.containers);
  r.get("Created", i.created);
  i.created = from_seconds(i.created);
  r.get("Id", i.id);
  r.get("Labels", i.labels);
  r.get("ParentId", i.parent_id);
  r.get("RepoDigests", i.repo_digests);
  r.get("RepoTags", i.repo_tags);
  r.get("SharedSize", i.shared_size);
  r.get("Size", i.size);
}

static void read(const Reader& r, ImageInspect& i) {
  r.get("Id", i.id);
  r.get("RepoTags", i.repo_tags);
  r.get("RepoDigests", i.repo_digests);
  r.get("Parent", i.parent);
  r.get("Comment", i.comment);
  r.get_time("Created", i.created);
  r.get("DockerVersion", i.docker_version);
  r.get("Author", i.author);
  json::read(r.child("Config"), i.config);
  r.get("Architecture", i.architecture);
  r.get("Variant", i.variant);
  r.get("Os", i.os);
  r.get("OsVersion", i.os_version);
  r.get("Size", i.size);
  json::read(r.child("GraphDriver"), i.graph_driver);
  r.child("RootFS").get("Layers", i.layers);
  r.child("Metadata").get_time("LastTagTime", i.last_tag_time);
}

}  // namespace json

std::string encode(const std::vector<ImageSummary>& list) {
  json::Writer w;
  w.open_array();
  for (const auto& image : list) json::write(w, image);
  w.close_array();
  return w.take();
}

Result<std::vector<ImageSummary>> decode_image_list(std::string_view text) {
  return json::decode_list<ImageSummary>(
      text, [](const json::Reader& r, ImageSummary& i) { json::read(r, i); });
}

std::string encode(const ImageInspect& i) {
  json::Writer w;
  w.open();
  w.field("Id", i.id);
  w.field("RepoTags", i.repo_tags);
  w.field("RepoDigests", i.repo_digests);
  w.field("Parent", i.parent);
  w.field("Comment", i.comment);
  w.time("Created", i.created);
  w.field("DockerVersion", i.docker_version);
  w.field("Author", i.author);
  w.key("Config");
  json::write_as_container_config(w, i.config);
  w.field("Architecture", i.architecture);
  w.omit("Variant", i.variant);
  w.field("Os", i.os);
  w.omit("OsVersion", i.os_version);
  w.field("Size", i.size);
  w.field("VirtualSize", i.size);
  w.key("GraphDriver");
  json::write(w, i.graph_driver);
  w.key("RootFS");
  w.open();
  w.field("Type", "layers");
  w.omit("Layers", i.layers);
  w.close();
  w.key("Metadata");
  w.open();
  w.time("LastTagTime", i.last_tag_time);
  w.close();
  w.close();
  return w.take();
}

Result<ImageInspect> decode_image_inspect(std::string_view text) {
  return json::decode_object<ImageInspect>(
      text, [](const json::Reader& r, ImageInspect& i) { json::read(r, i); });
}

std::string encode(const std::vector<ImageDeleteItem>& items) {
  json::Writer w;
  w.open_array();
  for (const auto& item : items) {
    w.open();
    w.omit("Deleted", item.deleted);
    w.omit("Untagged", item.untagged);
    w.close();
  }
  w.close_array();
  return w.take();
}

Result<std::vector<ImageDeleteItem>> decode_image_delete(std::string_view text) {
  return json::decode_list<ImageDeleteItem>(text, [](const json::Reader& r, ImageDeleteItem& item) {
    r.get("Deleted", item.deleted);
    r.get("Untagged", item.untagged);
  });
}

}  // namespace hexad::api
