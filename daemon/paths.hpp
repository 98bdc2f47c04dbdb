// Every path the daemon uses is made here and nowhere else.
//
//   DATA/                        --data-root, /var/lib/hexad
//     hexad.db                   what should exist (SQLite, WAL)
//     lock                       flock: one daemon per data root
//     blobs/sha256/<hex>         compressed layers, configs and manifests as they came
//     layers/<hex of diff id>/   unpacked layers, read only
//     containers/<id>/           0710
//       upper/ work/             overlayfs
//       <id>-json.log            the log; .1 .2 ... after rotation
//       hostname hosts resolv.conf
//     volumes/<name>/_data
//     trash/                     renamed away, emptied in the background
//     tmp/                       emptied at start
//   EXEC/                        --exec-root, /run/hexad
//     <id>/                      while it runs
//       shim.sock exit
//   cgroups /hexad-<instance>/<id>
#pragma once

#include <string>
#include <string_view>

namespace hexad {

struct Paths {
  std::string data;      // absolute
  std::string exec;      // absolute
  std::string instance;  // 8 hex digits, kept in the database: part of chain, link and cgroup names

  [[nodiscard]] std::string database() const { return data + "/hexad.db"; }
  [[nodiscard]] std::string lock() const { return data + "/lock"; }
  [[nodiscard]] std::string blobs() const { return data + "/blobs/sha256"; }
  [[nodiscard]] std::string layers() const { return data + "/layers"; }
  [[nodiscard]] std::string volumes() const { return data + "/volumes"; }
  [[nodiscard]] std::string trash() const { return data + "/trash"; }
  [[nodiscard]] std::string tmp() const { return data + "/tmp"; }
  [[nodiscard]] std::string containers() const { return data + "/containers"; }
  [[nodiscard]] std::string container(std::string_view id) const {
    return containers() + "/" + std::string(id);
  }
  [[nodiscard]] std::string log(std::string_view id) const {
    return container(id) + "/" + std::string(id) + "-json.log";
  }
  [[nodiscard]] std::string run(std::string_view id) const { return exec + "/" + std::string(id); }
  [[nodiscard]] std::string cgroup_parent() const { return "/hexad-" + instance; }
};

}  // namespace hexad
