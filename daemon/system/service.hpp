// What the engine says about itself and its host: /_ping, /version, /info. Blocking, cheap.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "api/types/system.hpp"
#include "libcontainer/base/result.hpp"

namespace hexad::system {

struct Counts {
  std::int64_t containers = 0, running = 0, paused = 0, stopped = 0;
  std::int64_t images = 0;
  std::int64_t event_listeners = 0;
};

// Who knows how much there is (a back-call: this feature knows no other).
class CountProvider {
 public:
  virtual ~CountProvider() = default;
  [[nodiscard]] virtual Counts counts() const = 0;
};

struct Options {
  std::string id;  // of this engine, kept in its database
  std::string data_root;
  std::string shim_path;  // shown as the runtime's path
  std::string init_path = "hexad-init";
  std::string logging_driver = "json-file";
  std::vector<std::string> labels;
  bool userns_remap = false;
  bool debug = false;
};

class Service {
 public:
  static std::unique_ptr<Service> start(Options options);
  virtual ~Service() = default;
  virtual void set_counts(const CountProvider* provider) = 0;
  [[nodiscard]] virtual api::Version version() const = 0;
  [[nodiscard]] virtual api::Info info() const = 0;
};

}  // namespace hexad::system
