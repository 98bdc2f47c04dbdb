// Exec instances: processes run in a running container beside its first one. They live in memory
// only, as in Docker; the process itself belongs to the container's shim. Blocking, pool threads.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "api/types/exec.hpp"
#include "daemon/containers/service.hpp"

namespace hexad::exec {

class Service {
 public:
  explicit Service(containers::Service& containers) : containers_(containers) {}

  Result<std::string> create(std::string_view container, api::ExecCreate request);
  // 404 "No such exec instance: x".
  [[nodiscard]] Result<api::ExecInspect> inspect(std::string_view id);
  Result<> resize(std::string_view id, std::uint16_t rows, std::uint16_t columns);

  // 409 when it was started before. Marks it started; run() must follow.
  struct Begun {
    bool tty = false;
  };
  Result<Begun> begin(std::string_view id, const api::ExecStart& start);
  // Runs it with the client's connection (or detached, with none). A failure is written to the
  // connection in Docker's words and returned.
  Result<> run(const std::string& id, UniqueFd connection, std::string pending);
  // After begin(), where run() does not follow: the client has gone. Harmless after run().
  void abandon(const std::string& id);

 private:
  struct Instance;
  using InstancePtr = std::shared_ptr<Instance>;
  [[nodiscard]] Result<InstancePtr> find(std::string_view id);
  Result<> launch(Instance& instance, UniqueFd connection, std::string pending);
  void settle(Instance& instance);
  void prune();

  containers::Service& containers_;
  std::mutex mutex_;
  std::map<std::string, InstancePtr, std::less<>> instances_;
};

}  // namespace hexad::exec
