// What the type files share. Plain data, no JSON.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace hexad::api {

// A list, set or map that remembers whether the client wrote it: an absent or null one is written
// back as null, one written as [] or {} stays so. To everybody else it is the plain container.
template <class Container>
struct Nullable : Container {
  using Container::Container;
  Nullable() = default;
  Nullable(Container c)
      : Container(std::move(c)), present(true) {}  // NOLINT(google-explicit-constructor)
  bool present = false;
};

using Strings = Nullable<std::vector<std::string>>;
using StringSet = Nullable<std::set<std::string>>;
using StringMap = Nullable<std::map<std::string, std::string>>;
// Null and empty mean different things (null: take the image's).
using OptionalStrings = std::optional<std::vector<std::string>>;

// HealthConfig of the Engine API; durations in nanoseconds, 0: inherit.
struct Healthcheck {
  Strings test;
  std::int64_t interval = 0, timeout = 0, start_period = 0, start_interval = 0;
  int retries = 0;
  friend bool operator==(const Healthcheck&, const Healthcheck&) = default;
};

struct GraphDriver {
  std::string name = "overlay2";
  StringMap data;
};

}  // namespace hexad::api
