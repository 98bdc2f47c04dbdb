// A store of its own in a temporary folder, and images as archives.
#pragma once

#include <catch2/catch.hpp>
#include <memory>
#include <string>
#include <vector>

#include "daemon/db/database.hpp"
#include "daemon/images/service.hpp"
#include "daemon/tar/digest.hpp"
#include "libcontainer/base/io.hpp"
#include "tests/support/isolated.hpp"
#include "tests/support/tar_builder.hpp"

namespace hexad::images {

// Containers as the store hears of them.
class FakeUsers : public Users {
 public:
  std::vector<std::pair<std::string, Use>> uses;  // image id -> container
  [[nodiscard]] std::vector<Use> users_of(std::string_view id) const override {
    std::vector<Use> found;
    for (const auto& [image, use] : uses) {
      if (image == id) found.push_back(use);
    }
    return found;
  }
};

struct TestStore {
  support::TempDir folder;
  Paths paths{folder.path() + "/data", folder.path() + "/exec", "01234567"};
  std::unique_ptr<db::Database> database;
  std::unique_ptr<Service> service;
  std::vector<std::string> lines;  // of the last load

  TestStore() { start(); }
  void start() {
    REQUIRE(make_dirs(paths.data, 0700));
    auto opened = db::Database::open(paths.database());
    REQUIRE(opened);
    database = std::move(*opened);
    REQUIRE(db::migrate(*database, paths.database()));
    auto started = Service::start(*database, paths);
    INFO((started ? "" : started.error().message));
    REQUIRE(started);
    service = std::move(*started);
  }
  void stop() {
    service.reset();
    database.reset();
  }
  Result<> load(const std::string& archive, bool quiet = true, std::size_t step = 100'000) {
    lines.clear();
    return service->load(support::source_of(archive, step), quiet,
                         [this](std::string_view line) -> Result<> {
                           lines.emplace_back(line);
                           return {};
                         });
  }
  Result<std::string> import(const std::string& archive, const std::string& name = "",
                             std::vector<std::string> changes = {}) {
    ImportOptions options;
    options.repository = name;
    options.changes = std::move(changes);
    return service->import(support::source_of(archive), options);
  }
  // Imports one layer and gives its directory.
  Result<std::string> unpack(const std::string& archive) {
    const auto id = TRY(import(archive));
    return TRY(service->resolve(id)).layers.front();
  }
  // Files and folders below DATA that belong to images, without the trash.
  [[nodiscard]] std::size_t leftovers() const;
};

// An image for docker save's form.
struct TestImage {
  std::vector<std::string> layers;  // archives, lowest first
  std::vector<std::string> tags;
  std::string config_extra;  // more members of `config`, with a comma behind
  [[nodiscard]] std::string config() const;
  [[nodiscard]] std::string id() const { return tar::sha256_hex(config()); }
};
std::string docker_archive(const std::vector<TestImage>& images);
// The same as an OCI layout: blobs/sha256 and index.json.
std::string oci_archive(const TestImage& image);
std::string digest_list(const std::vector<std::string>& layers);

}  // namespace hexad::images
