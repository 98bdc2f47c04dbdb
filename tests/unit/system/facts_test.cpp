#include "daemon/system/facts.hpp"

#include <stdlib.h>

#include <catch2/catch.hpp>

#include "libcontainer/base/io.hpp"

using namespace hexad;
using namespace hexad::system;

namespace {

struct Tree {
  Tree() {
    char pattern[] = "/tmp/hxt-system-XXXXXX";
    REQUIRE(::mkdtemp(pattern) != nullptr);
    root = pattern;
  }
  ~Tree() { (void)remove_tree(root); }
  Tree(const Tree&) = delete;
  Tree& operator=(const Tree&) = delete;
  void file(const std::string& path, const std::string& text = "") const {
    const auto whole = root + "/" + path;
    REQUIRE(make_dirs(whole.substr(0, whole.rfind('/')), 0755));
    REQUIRE(write_file_atomic(whole, text, 0644));
  }
  std::string root;
};

}  // namespace

TEST_CASE("os-release is read with and without quotes") {
  const auto os =
      parse_os_release("NAME=x\nPRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\nVERSION_ID='12'\n");
  CHECK(os.name == "Debian GNU/Linux 12 (bookworm)");
  CHECK(os.version == "12");
  CHECK(parse_os_release("PRETTY_NAME=Void\\ Linux").name == "Void Linux");
  CHECK(parse_os_release("").name == "Linux");
}

TEST_CASE("cgroup v1 is known by its controllers' files") {
  const Tree tree;
  tree.file("memory/memory.limit_in_bytes");
  tree.file("memory/memory.oom_control");
  tree.file("cpu/cpu.shares");
  tree.file("pids/tasks");
  const auto facts = cgroup_facts(tree.root, "");
  CHECK(facts.version == 1);
  CHECK((facts.memory && facts.oom_kill_disable && facts.cpu_shares && facts.pids));
  CHECK_FALSE((facts.swap || facts.cpu_quota || facts.cpuset));
}

TEST_CASE("cgroup v2 is known by its list of controllers") {
  const Tree tree;
  tree.file("cgroup.controllers", "cpuset cpu io memory pids\n");
  tree.file("system.slice/x/memory.swap.max");
  const auto facts = cgroup_facts(tree.root, "0::/system.slice/x\n");
  CHECK(facts.version == 2);
  CHECK((facts.memory && facts.swap && facts.cpu_shares && facts.cpu_quota && facts.cpuset &&
         facts.pids));
  CHECK_FALSE(facts.oom_kill_disable);
  CHECK_FALSE(cgroup_facts(tree.root, "0::/system.slice/y\n").swap);
}

TEST_CASE("this host has processors, memory and descriptors") {
  CHECK(processors() > 0);
  CHECK(memory_total() > 1 << 20);
  CHECK(open_descriptors() >= 3);
  CHECK(threads() >= 1);
  CHECK_FALSE(kernel().release.empty());
  CHECK_FALSE(sysctl_on("/nonexistent"));
}

TEST_CASE("names of architectures and file systems") {
  CHECK(go_arch("x86_64") == "amd64");
  CHECK(go_arch("aarch64") == "arm64");
  CHECK(go_arch("riscv64") == "riscv64");
  CHECK(filesystem_of("/nonexistent") == "unknown");
  CHECK_FALSE(filesystem_of("/").empty());
}

TEST_CASE("a proxy's password is not shown") {
  CHECK(without_credentials("http://u:p@host:8080/x") == "http://xxxxx:xxxxx@host:8080/x");
  CHECK(without_credentials("http://host/a@b") == "http://host/a@b");
  CHECK(without_credentials("u:p@host") == "xxxxx:xxxxx@host");
  CHECK(without_credentials("") == "");
}
