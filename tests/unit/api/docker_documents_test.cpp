// Documents that Docker 20.10 answered, decoded and encoded again: every key that its clients
// read must be there with the same value.
#include <catch2/catch.hpp>

#include <set>

#include "api/json/container.hpp"
#include "api/json/exec.hpp"
#include "api/json/image.hpp"
#include "api/json/network.hpp"
#include "api/json/system.hpp"
#include "api/json/value.hpp"
#include "api/json/volume.hpp"
#include "libcontainer/base/io.hpp"

using namespace hexad;
using namespace hexad::api;
using json::Value;

namespace {

std::string fixture(const std::string& name) {
  return *read_file(std::string(HEXAD_FIXTURES) + "/" + name + ".json");
}

// What differs, as paths. `skip`: paths that are ours to answer otherwise.
void compare(const Value& theirs, const Value& ours, const std::string& path,
             const std::set<std::string>& skip, std::vector<std::string>& out) {
  if (skip.contains(path)) return;
  if (const auto* members = theirs.object()) {
    for (const auto& [key, value] : *members) {
      const auto where = path.empty() ? key : path + "." + key;
      const auto* mine = ours.find(key);
      if (skip.contains(where)) continue;
      if (mine == nullptr) {
        out.push_back(where + " is missing");
      } else {
        compare(value, *mine, where, skip, out);
      }
    }
    if (ours.object() != nullptr) return;
  } else if (theirs.array() != nullptr && ours.array() != nullptr &&
             theirs.array()->size() == ours.array()->size()) {
    for (std::size_t i = 0; i < theirs.array()->size(); ++i) {
      compare((*theirs.array())[i], (*ours.array())[i], path + "[]", skip, out);
    }
    return;
  }
  if (json::dump(theirs) != json::dump(ours))
    out.push_back(path + ": " + json::dump(theirs) + " / " + json::dump(ours));
}

template <class Decode, class Encode>
void check(const std::string& name, Decode decode, Encode encode_it,
           const std::set<std::string>& skip = {}) {
  const auto text = fixture(name);
  auto decoded = decode(text);
  REQUIRE(decoded);
  const auto theirs = json::parse(text);
  const auto ours = json::parse(encode_it(*decoded));
  REQUIRE(ours);
  std::vector<std::string> differences;
  compare(*theirs, *ours, "", skip, differences);
  for (const auto& difference : differences) UNSCOPED_INFO(difference);
  CHECK(differences.empty());
}

const auto encode_any = [](const auto& value) { return encode(value); };

}  // namespace

TEST_CASE("container inspect") { check("container_inspect", decode_container_inspect, encode_any); }
TEST_CASE("container list") { check("container_list", decode_container_list, encode_any); }
TEST_CASE("exec inspect") { check("exec_inspect", decode_exec_inspect, encode_any); }
TEST_CASE("image list") {
  check("image_list", decode_image_list, encode_any, {"[].RepoDigests"});  // null there, [] later
}
TEST_CASE("image inspect") {
  check("image_inspect", decode_image_inspect, encode_any,
        {"Container", "ContainerConfig"});  // gone in 1.45
}
TEST_CASE("volume") { check("volume", decode_volume, encode_any); }
TEST_CASE("network inspect") { check("network", decode_network, encode_any); }
TEST_CASE("version") { check("version", decode_version, encode_any); }
TEST_CASE("info") {
  check("info", decode_info, encode_any,
        {"KernelMemory", "ContainerdCommit", "RuncCommit", "InitCommit"});  // we have no such parts
}

TEST_CASE("the address of the default network is at the top level too") {
  const auto inspect = decode_container_inspect(fixture("container_inspect"));
  CHECK(inspect->network_settings.ip_address.starts_with("172.17."));
  CHECK(inspect->network_settings.ports.at("99/tcp").empty());
  CHECK(inspect->network_settings.ports.at("81/udp").size() == 2);
  CHECK(inspect->state.health->status == "healthy");
  CHECK(inspect->state.started_at > inspect->created);
  CHECK(inspect->state.finished_at == 0);
}

TEST_CASE("an image's stored configuration keeps its keys only") {
  ImageConfig config;
  config.cmd = std::vector<std::string>{"sh"};
  config.exposed_ports = StringSet{"80/tcp"};
  CHECK(encode_image_config(config) == R"({"ExposedPorts":{"80/tcp":{}},"Cmd":["sh"]})");
  CHECK(encode_image_config(*decode_image_config(encode_image_config(config))) ==
        encode_image_config(config));
}
