// Images as the Engine API speaks of them, and the `config` part of an OCI image config.
#pragma once

#include "api/filters.hpp"
#include "api/types/common.hpp"

namespace hexad::api {

// The OCI image-spec's config.md plus Docker's additions.
struct ImageConfig {
  std::string user;
  StringSet exposed_ports;
  Strings env;
  OptionalStrings entrypoint, cmd;
  StringSet volumes;
  std::string working_dir;
  StringMap labels;
  std::string stop_signal;
  Strings shell, on_build;
  bool args_escaped = false;
  std::optional<Healthcheck> healthcheck;
};

struct ImageSummary {
  std::string id, parent_id;
  std::vector<std::string> repo_tags, repo_digests;
  std::int64_t created = 0;  // ns; whole seconds in JSON
  std::int64_t size = 0, shared_size = -1;
  StringMap labels;
  std::int64_t containers = -1;
};

struct ImageInspect {
  std::string id;
  std::vector<std::string> repo_tags, repo_digests;
  std::string parent, comment;
  std::int64_t created = 0;  // ns
  std::string docker_version, author;
  ImageConfig config;
  std::string architecture, variant, os, os_version;
  std::int64_t size = 0;
  GraphDriver graph_driver;
  std::vector<std::string> layers;  // RootFS.Layers, diff ids, lowest first
  std::int64_t last_tag_time = 0;   // ns
};

struct ImageListQuery {
  bool all = false, digests = false, shared_size = false;
  Filters filters;
};

// One line of the answer to an image's removal: exactly one of them is set.
struct ImageDeleteItem {
  std::string untagged, deleted;
};

}  // namespace hexad::api
