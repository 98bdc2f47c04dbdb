// One container in memory: a cache of its database row, and what only lives with the daemon
// (waiting attachers, the connection to its shim).
#pragma once

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "api/types/container.hpp"
#include "daemon/async/await.hpp"
#include "daemon/async/fd_watch.hpp"
#include "daemon/async/pool.hpp"
#include "daemon/containers/state.hpp"
#include "daemon/networks/service.hpp"
#include "libcontainer/base/pidfd.hpp"
#include "libcontainer/shim/client.hpp"

namespace hexad::containers {

// A user's mount as create resolved it: what start mounts and inspect shows.
struct MountEntry {
  api::MountPoint point;   // type, name, source, destination, mode, rw, propagation
  std::string options;     // of a tmpfs
  bool copy_up = false;    // fill an empty volume from the image
  bool anonymous = false;  // goes with the container under rm -v
  bool recursive = true;   // rbind
};

// What a container is; replaced as a whole when it changes (rename keeps it).
struct Definition {
  std::string image_ref, image_id;
  api::ContainerConfig config;  // merged with the image's
  api::HostConfig host;
  api::NetworkingConfig networking;
  std::vector<MountEntry> mounts;
};

// How the latest run stands.
struct Run {
  ProcessId process;    // pid 0: none
  std::string boot_id;  // of the boot that the process belongs to
  int exit_code = 0;
  bool oom_killed = false;
  std::string error;
  std::int64_t started_at = 0, finished_at = 0;  // ns since the epoch
  int restart_count = 0;
  bool manual_stop = false;
};

// What clients see at one moment.
struct Snapshot {
  std::string id, name;
  std::int64_t created = 0;
  State state = State::created;
  Run run;
  std::shared_ptr<const Definition> definition;
  std::optional<networks::Endpoint> endpoint;
  std::vector<std::string> exec_ids;
};

class Container {
 public:
  Container(std::string id, std::int64_t created, async::Pool& pool, async::Pool& cleanup,
            boost::asio::any_io_executor io)
      : id_(std::move(id)),
        created_(created),
        lane_(std::make_shared<async::Strand>(pool)),
        cleanup_(std::make_shared<async::Strand>(cleanup)),
        changed_(std::move(io)) {}

  [[nodiscard]] const std::string& id() const noexcept { return id_; }
  [[nodiscard]] std::int64_t created() const noexcept { return created_; }
  [[nodiscard]] const std::shared_ptr<async::Strand>& lane() const noexcept { return lane_; }
  [[nodiscard]] async::Signal& changed() noexcept { return changed_; }

  [[nodiscard]] Snapshot snapshot() const {
    const std::lock_guard lock(mutex_);
    return Snapshot{id_, name_, created_, state_, run_, definition_, endpoint_, exec_ids_};
  }
  [[nodiscard]] State state() const {
    const std::lock_guard lock(mutex_);
    return state_;
  }
  [[nodiscard]] std::string name() const {
    const std::lock_guard lock(mutex_);
    return name_;
  }
  [[nodiscard]] std::shared_ptr<const Definition> definition() const {
    const std::lock_guard lock(mutex_);
    return definition_;
  }
  // How often it has ended since the daemon started, and with what: for wait.
  struct Ends {
    std::uint64_t count = 0;
    int exit_code = 0;
    std::string error;
    bool removed = false;
    State state = State::created;
  };
  [[nodiscard]] Ends ends() const {
    const std::lock_guard lock(mutex_);
    return Ends{ends_, run_.exit_code, run_.error, removed_, state_};
  }

 private:
  friend class Registry;
  friend class Service;

  const std::string id_;
  const std::int64_t created_;
  const std::shared_ptr<async::Strand> lane_;     // what clients and the shim ask for, in order
  const std::shared_ptr<async::Strand> cleanup_;  // what nobody waits for: a run's leftovers
  async::Signal changed_;                         // state, ends or removal changed

  mutable std::mutex mutex_;  // guards what follows
  std::string name_;
  State state_ = State::created;
  Run run_;
  std::shared_ptr<const Definition> definition_;
  std::optional<networks::Endpoint> endpoint_;
  std::vector<std::string> exec_ids_;
  std::uint64_t ends_ = 0;
  bool removed_ = false;
  bool stop_requested_ = false;  // the coming end was asked for by a client
  // Attach requests that were answered and wait for the start; and those being answered now.
  std::vector<shim::AttachedViewer> parked_;
  unsigned attaching_ = 0;
  unsigned tearing_down_ = 0;        // runs whose leftovers are still being cleared
  std::condition_variable settled_;  // attaching_ or tearing_down_ fell

  // On the lane only.
  std::optional<shim::Shim> shim_;
  async::FdWatcher::Watch watch_;  // of the shim's connection
  std::uint64_t generation_ = 0;   // of the run, so that a late timer finds out that it is late
};

}  // namespace hexad::containers
