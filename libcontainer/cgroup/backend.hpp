// What v1.cpp and v2.cpp implement. Private to this folder; the meaning of each function is in
// cgroup.hpp.
#pragma once

#include "libcontainer/cgroup/cgroup.hpp"
#include "libcontainer/cgroup/decide.hpp"

namespace hexad::cgroup {

class Backend {
 public:
  Backend() = default;
  Backend(const Backend&) = delete;
  Backend& operator=(const Backend&) = delete;
  virtual ~Backend() = default;

  // Fills in what does not depend on the version.
  void count_cpus();
  [[nodiscard]] virtual Version version() const = 0;
  [[nodiscard]] const Support& support() const { return support_; }
  [[nodiscard]] virtual Result<> create(const std::string& id, const Limits& limits) const = 0;
  [[nodiscard]] virtual Result<> update(const std::string& id, const Limits& limits) const = 0;
  [[nodiscard]] virtual Result<JoinFds> open_joins(const std::string& id) const = 0;
  [[nodiscard]] virtual std::vector<View> view(const std::string& id) const = 0;
  [[nodiscard]] virtual Result<std::vector<pid_t>> processes(const std::string& id) const = 0;
  [[nodiscard]] virtual Result<> kill_all(const std::string& id) const = 0;
  [[nodiscard]] virtual Result<> freeze(const std::string& id) const = 0;
  [[nodiscard]] virtual Result<> thaw(const std::string& id) const = 0;
  [[nodiscard]] virtual Result<std::uint64_t> oom_kills(const std::string& id) const = 0;
  [[nodiscard]] virtual Result<Stats> stats(const std::string& id) const = 0;
  [[nodiscard]] virtual Result<> destroy(const std::string& id) const = 0;
  [[nodiscard]] virtual Result<std::vector<std::string>> list() const = 0;
  [[nodiscard]] virtual Result<> remove_parent() const = 0;

 protected:
  Support support_;
};

Result<std::unique_ptr<Backend>> open_v1(const Options& options,
                                         const std::vector<MountedHierarchy>& mounted);
Result<std::unique_ptr<Backend>> open_v2(const Options& options);

}  // namespace hexad::cgroup
