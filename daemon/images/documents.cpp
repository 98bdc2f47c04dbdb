#include "daemon/images/documents.hpp"

#include <algorithm>

#include "api/json/image.hpp"
#include "api/json/reader.hpp"
#include "api/json/value.hpp"
#include "libcontainer/base/strings.hpp"

namespace hexad::images {

namespace {

using api::json::Problem;
using api::json::Reader;
using api::json::Value;

template <class Each>
Result<> each(const Value* list, std::string_view what, Each visit) {
  if (list == nullptr || list->is_null()) return {};
  if (list->array() == nullptr) return fail(Code::invalid_argument, "{} is no array", what);
  for (const auto& item : *list->array()) {
    if (item.object() == nullptr)
      return fail(Code::invalid_argument, "{} holds something that is no object", what);
    TRY(visit(item));
  }
  return {};
}

Result<Descriptor> read_descriptor(const Value& value, Problem& problem) {
  const Reader r(&value, problem, "descriptor");
  Descriptor d;
  std::string digest;
  r.get("mediaType", d.media_type);
  r.get("digest", digest);
  r.get("size", d.size);
  r.get("annotations", d.annotations);
  const auto platform = r.child("platform");
  platform.get("os", d.os);
  platform.get("architecture", d.architecture);
  platform.get("variant", d.variant);
  TRY(problem.result());
  d.digest = TRY(parse_digest(digest));
  if (d.size < -1) return fail(Code::invalid_argument, "a descriptor has a negative size");
  return d;
}

Result<SavedImage> read_saved(const Value& value) {
  Problem problem;
  const Reader r(&value, problem, "manifest.json");
  SavedImage image;
  std::string parent;
  r.get("Config", image.config);
  r.get("RepoTags", image.repo_tags);
  r.get("Layers", image.layers);
  r.get("Parent", parent);
  TRY(problem.result());
  if (image.config.empty())
    return fail(Code::invalid_argument, "invalid manifest: an image without Config");
  if (!parent.empty()) image.parent = TRY(parse_digest(parent));
  const auto* sources = r.member("LayerSources");
  if (sources == nullptr) return image;
  if (sources->object() == nullptr)
    return fail(Code::invalid_argument, "LayerSources is no object");
  for (const auto& [diff_id, source] : *sources->object()) {
    // Docker writes its own descriptor here; a foreign one is of no use but no error.
    if (auto d = read_descriptor(source, problem))
      image.layer_sources.emplace(diff_id, std::move(*d));
    problem = Problem{};
  }
  return image;
}

}  // namespace

bool is_hex_digest(std::string_view text) {
  return text.size() == 64 && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

Result<std::string> parse_digest(std::string_view digest) {
  constexpr std::string_view kPrefix = "sha256:";
  if (!digest.starts_with(kPrefix) || !is_hex_digest(digest.substr(kPrefix.size())))
    return fail(Code::invalid_argument, "invalid digest \"{}\"", digest);
  return std::string(digest.substr(kPrefix.size()));
}

Result<std::vector<SavedImage>> parse_saved(std::string_view json) {
  const auto document = TRY(api::json::parse(json));
  if (document.array() == nullptr)
    return fail(Code::invalid_argument, "invalid manifest: manifest.json is no array");
  std::vector<SavedImage> images;
  TRY(each(&document, "manifest.json", [&](const Value& item) -> Result<> {
    images.push_back(TRY(read_saved(item)));
    return {};
  }));
  return images;
}

Result<Index> parse_index(std::string_view json) {
  const auto document = TRY(api::json::parse(json));
  if (document.object() == nullptr) return fail(Code::invalid_argument, "invalid index: no object");
  Index index;
  Problem problem;
  TRY(each(document.find("manifests"), "the index's manifests", [&](const Value& item) -> Result<> {
    index.manifests.push_back(TRY(read_descriptor(item, problem)));
    return {};
  }));
  return index;
}

Result<Manifest> parse_manifest(std::string_view json) {
  const auto document = TRY(api::json::parse(json));
  const auto* config = document.find("config");
  if (config == nullptr || config->object() == nullptr)
    return fail(Code::invalid_argument, "invalid manifest: no config");
  Manifest manifest;
  Problem problem;
  manifest.config = TRY(read_descriptor(*config, problem));
  TRY(each(document.find("layers"), "the manifest's layers", [&](const Value& item) -> Result<> {
    manifest.layers.push_back(TRY(read_descriptor(item, problem)));
    return {};
  }));
  return manifest;
}

Result<ConfigFile> parse_config(std::string_view json) {
  const auto document = TRY(api::json::parse(json));
  if (document.object() == nullptr)
    return fail(Code::invalid_argument, "invalid image JSON, it is no object");
  Problem problem;
  const Reader r(&document, problem, "image config");
  ConfigFile file;
  r.get("architecture", file.architecture);
  r.get("variant", file.variant);
  r.get("os", file.os);
  r.get("os.version", file.os_version);
  r.get("author", file.author);
  r.get("comment", file.comment);
  r.get("docker_version", file.docker_version);
  r.get_time("created", file.created);
  const auto* rootfs = r.member("rootfs");
  if (rootfs == nullptr || rootfs->object() == nullptr)
    return fail(Code::invalid_argument, "invalid image JSON, no RootFS key");
  const auto root = r.child("rootfs");
  std::string type;
  std::vector<std::string> diff_ids;
  root.get("type", type);
  root.get("diff_ids", diff_ids);
  TRY(problem.result());
  if (!type.empty() && type != "layers")
    return fail(Code::invalid_argument, "invalid image JSON, unknown root file system type \"{}\"",
                type);
  for (const auto& id : diff_ids) file.diff_ids.push_back(TRY(parse_digest(id)));
  TRY(each(r.member("history"), "history", [&](const Value& item) -> Result<> {
    const Reader h(&item, problem, "history");
    auto& entry = file.history.emplace_back();
    h.get_time("created", entry.created);
    h.get("created_by", entry.created_by);
    h.get("comment", entry.comment);
    h.get("author", entry.author);
    h.get("empty_layer", entry.empty_layer);
    return problem.result();
  }));
  if (const auto* config = r.member("config")) {
    file.config = TRY(api::decode_image_config(api::json::dump(*config)));
  }
  return file;
}

std::string write_config(const ConfigFile& file) {
  Value::Object out;
  const auto text = [](std::string s) { return Value(std::move(s)); };
  const auto put = [&](Value::Object& into, const char* key, const std::string& value) {
    if (!value.empty()) into.emplace_back(key, text(value));
  };
  put(out, "architecture", file.architecture);
  put(out, "author", file.author);
  put(out, "comment", file.comment);
  auto config = api::json::parse(api::encode_image_config(file.config));
  out.emplace_back("config", config ? std::move(*config) : Value(Value::Object{}));
  out.emplace_back("created", text(format_time(file.created)));
  put(out, "docker_version", file.docker_version);
  Value::Array history;
  for (const auto& h : file.history) {
    Value::Object entry;
    entry.emplace_back("created", text(format_time(h.created)));
    put(entry, "author", h.author);
    put(entry, "created_by", h.created_by);
    put(entry, "comment", h.comment);
    if (h.empty_layer) entry.emplace_back("empty_layer", Value(true));
    history.emplace_back(std::move(entry));
  }
  out.emplace_back("history", Value(std::move(history)));
  put(out, "os", file.os);
  Value::Array diff_ids;
  for (const auto& id : file.diff_ids) diff_ids.push_back(text("sha256:" + id));
  Value::Object rootfs;
  rootfs.emplace_back("type", text("layers"));
  rootfs.emplace_back("diff_ids", Value(std::move(diff_ids)));
  out.emplace_back("rootfs", Value(std::move(rootfs)));
  put(out, "variant", file.variant);
  return api::json::dump(Value(std::move(out)));
}

}  // namespace hexad::images
