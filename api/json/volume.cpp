#include "api/json/volume.hpp"

#include "api/json/parts.hpp"

namespace hexad::api {
namespace {

void write(json::Writer& w, const Volume& v) {
  w.open();
  w.field("CreatedAt", json::format_seconds(v.created_at));
  w.field("Driver", v.driver);
  w.field("Labels", v.labels);
  w.field("Mountpoint", v.mountpoint);
  w.field("Name", v.name);
  w.field("Options", v.options);
  w.field("Scope", v.scope);
  w.close();
}

void read(const json::Reader& r, Volume& v) {
  r.get_time("CreatedAt", v.created_at);
  r.get("Driver", v.driver);
  r.get("Labels", v.labels);
  r.get("Mountpoint", v.mountpoint);
  r.get("Name", v.name);
  r.get("Options", v.options);
  r.get("Scope", v.scope);
}

}  // namespace

std::string encode(const Volume& volume) {
  json::Writer w;
  write(w, volume);
  return w.take();
}

Result<Volume> decode_volume(std::string_view text) {
  return json::decode_object<Volume>(text, [](const json::Reader& r, Volume& v) { read(r, v); });
}

std::string encode_volume_list(const std::vector<Volume>& list) {
  json::Writer w;
  w.open();
  w.key("Volumes");
  w.open_array();
  for (const auto& volume : list) write(w, volume);
  w.close_array();
  w.key("Warnings");
  w.null();
  w.close();
  return w.take();
}

Result<std::vector<Volume>> decode_volume_list(std::string_view text) {
  return json::decode_object<std::vector<Volume>>(
      text, [](const json::Reader& r, std::vector<Volume>& list) {
        r.list("Volumes", list, [](const json::Reader& one, Volume& v) { read(one, v); });
      });
}

Result<VolumeCreate> decode_volume_create(std::string_view text) {
  return json::decode_object<VolumeCreate>(text, [](const json::Reader& r, VolumeCreate& v) {
    r.get("Name", v.name);
    r.get("Driver", v.driver);
    r.get("DriverOpts", v.driver_opts);
    r.get("Labels", v.labels);
  });
}

std::string encode(const VolumeCreate& v) {
  json::Writer w;
  w.open();
  w.omit("Name", v.name);
  w.omit("Driver", v.driver);
  w.omit("DriverOpts", v.driver_opts);
  w.omit("Labels", v.labels);
  w.close();
  return w.take();
}

std::string encode(const VolumePrune& result) {
  json::Writer w;
  w.open();
  w.field("VolumesDeleted", result.volumes_deleted);
  w.field("SpaceReclaimed", result.space_reclaimed);
  w.close();
  return w.take();
}

Result<VolumePrune> decode_volume_prune(std::string_view text) {
  return json::decode_object<VolumePrune>(text, [](const json::Reader& r, VolumePrune& out) {
    r.get("VolumesDeleted", out.volumes_deleted);
    r.get("SpaceReclaimed", out.space_reclaimed);
  });
}

}  // namespace hexad::api
