// Containers: what create, start, stop and the rest do. Functions that change one container run
// on its lane (see route.hpp); those marked `coroutine` run on the Asio thread and hop to lanes.
// Errors carry Docker's texts.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "api/types/container.hpp"
#include "api/types/exec.hpp"
#include "daemon/async/fd_watch.hpp"
#include "daemon/async/file_follow.hpp"
#include "daemon/containers/options.hpp"
#include "daemon/containers/registry.hpp"
#include "daemon/containers/store.hpp"
#include "daemon/images/service.hpp"
#include "daemon/networks/service.hpp"
#include "daemon/paths.hpp"
#include "daemon/system/service.hpp"
#include "daemon/volumes/service.hpp"
#include "libcontainer/cgroup/cgroup.hpp"

namespace hexad::containers {

// What the service stands on; all of it outlives it.
struct Deps {
  db::Database& database;
  const Paths& paths;
  images::Service& images;
  networks::Service& networks;
  volumes::Service& volumes;
  cgroup::Manager& cgroups;
  async::Pool& pool;
  async::Pool& cleanup;
  async::FdWatcher& watcher;
  async::FileFollow& follow;
  boost::asio::any_io_executor io;
  int shim_program = -1;  // sealed memfd of hexad-shim
};

// A start that finds one waits until it is dropped: the connection is on its way.
using AttachHold = std::shared_ptr<void>;

class Service final : public images::Users, public volumes::Users, public system::CountProvider {
 public:
  // Loads the rows, compares them with what is alive (recovery.hpp) and acts on it.
  static Result<std::unique_ptr<Service>> start(Deps deps, Options options);
  ~Service() override;

  [[nodiscard]] Result<ContainerPtr> find(std::string_view reference) const {
    return registry_.find(reference);
  }
  [[nodiscard]] const Paths& paths() const noexcept { return deps_.paths; }
  [[nodiscard]] const Deps& deps() const noexcept { return deps_; }
  [[nodiscard]] const Options& options() const noexcept { return options_; }

  // create.cpp
  Result<api::CreateResponse> create(std::string_view name, api::CreateRequest request);
  // start.cpp, on the lane. Code::not_modified when it runs already.
  Result<> start_container(const ContainerPtr& container);
  // end.cpp, on the lane
  Result<> kill(Container& container, int signo);
  Result<> remove(const ContainerPtr& container, bool volumes);  // of one that is not alive
  Result<> rename(Container& container, std::string name);
  // stop.cpp, coroutines
  boost::asio::awaitable<Result<>> stop(ContainerPtr container, std::optional<std::int64_t> timeout,
                                        std::optional<int> signo);
  boost::asio::awaitable<Result<>> restart(ContainerPtr container,
                                           std::optional<std::int64_t> timeout,
                                           std::optional<int> signo);
  boost::asio::awaitable<Result<>> remove_any(ContainerPtr container, bool force, bool volumes);

  // inspect.cpp, list.cpp: reads that never wait for a lane
  [[nodiscard]] api::ContainerInspect inspect(const Container& container) const;
  [[nodiscard]] Result<std::vector<api::ContainerSummary>> list(
      const api::ContainerListQuery& query) const;

  // attach.cpp. begin_attach() before the answer is sent, finish_attach() with the connection
  // after; a start in between waits until the hold is gone.
  Result<AttachHold> begin_attach(const ContainerPtr& container);
  void finish_attach(const ContainerPtr& container, UniqueFd connection, shim::Viewer viewer);
  Result<> resize(Container& container, std::uint16_t rows, std::uint16_t columns);

  // exec_process.cpp: what the exec feature asks for
  [[nodiscard]] Result<process::ProcessSpec> exec_process(const Container& container,
                                                          const api::ExecCreate& request) const;
  // "ctrl-p,ctrl-q" as bytes; 400 when it is no key sequence.
  [[nodiscard]] static Result<std::string> detach_keys(std::string_view text);

  // The directory EXEC/<id>, opened; for talking to the shim.
  [[nodiscard]] Result<UniqueFd> run_directory(const std::string& id) const;
  void note_exec(Container& container, const std::string& exec_id, bool there);
  // A descriptor of a running container's namespace ("net", "pid", "ipc").
  [[nodiscard]] Result<UniqueFd> namespace_of(std::string_view reference, const char* name) const;

  // images::Users, volumes::Users, system::CountProvider
  [[nodiscard]] std::vector<Use> users_of(std::string_view image_id) const override;
  [[nodiscard]] std::vector<std::string> containers_using_volume(
      std::string_view name) const override;
  [[nodiscard]] system::Counts counts() const override;

 private:
  Service(Deps deps, Options options);

  struct Starting;  // one start, step by step (start.cpp)
  Result<> do_start(const ContainerPtr& container);
  void start_failed(const ContainerPtr& container, const Error& error);
  void watch(const ContainerPtr& container);
  void attach_now(const Container& container, UniqueFd connection, const shim::Viewer& viewer);

  // end.cpp
  bool on_shim_event(const ContainerPtr& container);
  void ended(const ContainerPtr& container, const shim::Exit& exit, bool shim_alive);
  void tear_down(const ContainerPtr& container, std::optional<shim::Shim> shim);
  void wait_torn_down(Container& container);
  bool plan_restart(const ContainerPtr& container, const Snapshot& before);
  void restart_later(const ContainerPtr& container, std::int64_t delay_ms);
  void set_state(Container& container, State state);

  // recover.cpp
  Result<> recover();
  void recover_one(const ContainerPtr& container, const std::set<std::string>& groups,
                   std::vector<std::string>& alive, std::vector<ContainerPtr>& restart);
  void remove_orphans();

  Deps deps_;
  Options options_;
  Store store_;
  Registry registry_;
  std::string boot_id_;
};

}  // namespace hexad::containers
