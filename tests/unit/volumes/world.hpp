// A volumes service over a database in memory and a directory of its own.
#pragma once

#include <stdlib.h>

#include <catch2/catch.hpp>
#include <map>

#include "daemon/volumes/service.hpp"
#include "libcontainer/base/io.hpp"

namespace hexad::volumes::test {

struct FakeUsers final : Users {
  std::map<std::string, std::vector<std::string>, std::less<>> by_volume;
  [[nodiscard]] std::vector<std::string> containers_using_volume(
      std::string_view name) const override {
    const auto it = by_volume.find(name);
    return it == by_volume.end() ? std::vector<std::string>{} : it->second;
  }
};

struct World {
  World() {
    char pattern[] = "/tmp/hxt-volumes-XXXXXX";
    REQUIRE(::mkdtemp(pattern) != nullptr);
    paths.data = pattern;
    paths.exec = std::string(pattern) + "/exec";
    database = std::move(*db::Database::open(":memory:"));
    REQUIRE(db::migrate(*database, ":memory:"));
    restart();
  }
  ~World() { (void)remove_tree(paths.data); }
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  // As a new daemon on the same state.
  void restart() {
    service = std::move(*Service::start(*database, paths));
    service->set_users(&users);
  }
  api::Volume create(const std::string& name, std::map<std::string, std::string> labels = {}) {
    api::VolumeCreate request;
    request.name = name;
    if (!labels.empty()) request.labels = std::move(labels);
    auto volume = service->create(request);
    REQUIRE(volume);
    service->settle(volume->name);
    return *volume;
  }
  std::vector<std::string> names(const std::string& filters = "") const {
    std::vector<std::string> out;
    const auto list = service->list(*api::parse_filters(filters));
    for (const auto& volume : *list) out.push_back(volume.name);
    return out;
  }

  Paths paths;
  std::unique_ptr<db::Database> database;
  FakeUsers users;
  std::unique_ptr<Service> service;
};

}  // namespace hexad::volumes::test
