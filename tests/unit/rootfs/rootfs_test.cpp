#include "libcontainer/rootfs/rootfs.hpp"

#include <fcntl.h>

#include <algorithm>
#include <catch2/catch.hpp>

#include "libcontainer/rootfs/mount_api.hpp"
#include "libcontainer/rootfs/steps.hpp"
#include "tests/support/isolated.hpp"

using namespace hexad;
using namespace hexad::rootfs;
namespace fs = std::filesystem;

TEST_CASE("masked and read-only paths are Docker's, entry by entry") {
  std::vector<std::string> masked = default_masked_paths();
  std::erase_if(masked,
                [](const std::string& path) { return path.ends_with("/thermal_throttle"); });
  CHECK(masked == std::vector<std::string>{
                      "/proc/acpi", "/proc/asound", "/proc/interrupts", "/proc/kcore", "/proc/keys",
                      "/proc/latency_stats", "/proc/sched_debug", "/proc/scsi", "/proc/timer_list",
                      "/proc/timer_stats", "/sys/devices/virtual/powercap", "/sys/firmware"});
  CHECK(default_readonly_paths() == std::vector<std::string>{"/proc/bus", "/proc/fs", "/proc/irq",
                                                             "/proc/sys", "/proc/sysrq-trigger"});
}

TEST_CASE("sysctls: only those of a namespace that is the container's own") {
  for (const char* name : {"kernel.shmmax", "kernel.msgmnb", "kernel.sem", "kernel.shm_rmid_forced",
                           "fs.mqueue.msg_max", "fs/mqueue/msg_max"}) {
    CHECK(sysctl_problem(name, true, false).empty());
    CHECK(sysctl_problem(name, false, true) ==
          fmt::format("sysctl \"{}\" is not allowed in the hosts ipc namespace", name));
  }
  CHECK(sysctl_problem("net.ipv4.ip_forward", false, true).empty());
  CHECK(sysctl_problem("net/ipv4/conf/eth0.1/forwarding", false, true).empty());
  CHECK(sysctl_problem("net.core.somaxconn", true, false) ==
        "sysctl \"net.core.somaxconn\" not allowed in host network namespace");
  for (const char* name :
       {"kernel.core_pattern", "vm.swappiness", "kernel.shm", "kernel.panic", "fs.file-max"})
    CHECK(sysctl_problem(name, true, true) ==
          fmt::format("sysctl \"{}\" is not in a separate kernel namespace", name));
  for (const char* name :
       {"net.ipv4../x", "net/../kernel/core_pattern", "net..x", ".net.x", "net.", ""}) {
    INFO(name);
    CHECK_FALSE(sysctl_problem(name, true, true).empty());
  }
}

TEST_CASE("paths are cleaned and never leave the top") {
  CHECK(clean_path("/a//b/./c/") == "/a/b/c");
  CHECK(clean_path("/a/../../../b") == "/b");
  CHECK(clean_path("") == "/");
  CHECK(clean_path("a/b") == "/a/b");
}

TEST_CASE("mount flags become attributes") {
  CHECK(attributes_of(MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC) ==
        (MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC));
  CHECK(attributes_of(MS_BIND | MS_REC) == 0);
}

TEST_CASE("targets are made inside the root, whatever its links say") {
  const support::TempDir temp;
  const std::string root = temp.dir("root");
  const UniqueFd fd(::open(root.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  fs::create_symlink("/gone/there", root + "/abs");
  fs::create_symlink("../../../../gone2", root + "/up");
  fs::create_symlink("loop", root + "/loop");
  temp.write("root/file", "x");
  REQUIRE(make_target(fd.get(), "/abs/x", true));
  REQUIRE(make_target(fd.get(), "/up/y", false));
  REQUIRE(make_target(fd.get(), "/new/a/../b", true));
  REQUIRE(make_target(fd.get(), "../../../esc", true));
  CHECK(fs::is_directory(root + "/gone/there/x"));
  CHECK(fs::is_regular_file(root + "/gone2/y"));
  CHECK(fs::is_directory(root + "/new/b"));
  CHECK(fs::is_directory(root + "/esc"));
  CHECK(fs::directory_iterator(temp.path()) != fs::directory_iterator());
  CHECK_FALSE(fs::exists(temp.path() + "/esc"));
  CHECK(make_target(fd.get(), "/loop/x", true).error().sys_errno == ELOOP);
  CHECK(make_target(fd.get(), "/file/x", true).error().sys_errno == ENOTDIR);
}

TEST_CASE("a volume is filled only when it is empty") {
  const support::TempDir temp;
  temp.write("from/a/b", "text");
  fs::create_symlink("b", temp.path() + "/from/a/l");
  const std::string to = temp.dir("to");
  const UniqueFd from(::open((temp.path() + "/from").c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  const UniqueFd into(::open(to.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  REQUIRE(copy_up(from.get(), into.get()));
  CHECK(*read_file(to + "/a/b") == "text");
  CHECK(fs::read_symlink(to + "/a/l") == "b");
  temp.write("from/late", "x");
  REQUIRE(copy_up(from.get(), into.get()));
  CHECK_FALSE(fs::exists(to + "/late"));
}

TEST_CASE("a user's mount replaces the standard one at the same path") {
  RootfsSpec spec;
  spec.mounts.resize(1);
  spec.mounts[0].target = "/dev//shm/";
  CHECK(user_mounts(spec, "/dev/shm"));
  CHECK_FALSE(user_mounts(spec, "/dev"));
}

TEST_CASE("a bind spreads only from a mount that does") {
  const std::string table =
      "20 1 8:1 / / rw shared:1 - ext4 /dev/vda rw\n"
      "21 20 8:2 / /srv rw - ext4 /dev/vdb rw\n"
      "22 20 8:3 / /mnt rw master:4 - ext4 /dev/vdc rw\n";
  const auto problem = [&](std::string source, Propagation propagation) {
    Mount mount;
    mount.source = std::move(source);
    mount.propagation = propagation;
    return propagation_problem(mount, table);
  };
  CHECK(problem("/home/x", Propagation::rshared).empty());
  CHECK(problem("/srvx", Propagation::shared).empty());
  CHECK(problem("/srv/x", Propagation::rprivate).empty());
  CHECK(problem("/srv/x", Propagation::rshared) ==
        "path /srv/x is mounted on /srv but it is not a shared mount");
  CHECK(problem("/srv", Propagation::rslave) ==
        "path /srv is mounted on /srv but it is not a shared or slave mount");
  CHECK(problem("/mnt/a", Propagation::slave).empty());
  CHECK(problem("/mnt/a", Propagation::shared) ==
        "path /mnt/a is mounted on /mnt but it is not a shared mount");
}
