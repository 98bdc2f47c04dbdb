#include "libcontainer/process/lookup.hpp"

#include <catch2/catch.hpp>

#include "libcontainer/process/failure.hpp"

using namespace hexad::process;

TEST_CASE("a program is found in PATH, an absolute one where it is") {
  CHECK(find_executable("sh", "/nowhere:/bin").value() == "/bin/sh");
  CHECK(find_executable("/bin/sh", "").value() == "/bin/sh");
}

TEST_CASE("what is not found is said as Go says it") {
  const auto error = [](const std::string& name, std::string_view path) {
    return find_executable(name, path).error().message;
  };
  CHECK(error("hxt-none", "/bin") == "exec: \"hxt-none\": executable file not found in $PATH");
  CHECK(error("sh", "") == "exec: \"sh\": executable file not found in $PATH");
  CHECK(error("", "/bin") == "exec: \"\": executable file not found in $PATH");
  CHECK(error("/hxt/none", "/bin") ==
        "exec: \"/hxt/none\": stat /hxt/none: no such file or directory");
  CHECK(error("/etc", "/bin") == "exec: \"/etc\": is a directory");
}

TEST_CASE("a directory of that name in PATH is passed over, and so are relative entries") {
  CHECK(find_executable("bin", "/:/usr").error().sys_errno == ENOENT);
  CHECK_FALSE(find_executable("sh", ".:bin:"));
}

TEST_CASE("the last value of a variable counts") {
  CHECK(env_value({"A=1", "PATH=x", "PATH=/y"}, "PATH") == "/y");
  CHECK(env_value({"PATHS=1"}, "PATH").empty());
}

TEST_CASE("errors of the kernel read as in Go") {
  CHECK(go_error(ENOENT) == "no such file or directory");
  CHECK(go_error(EACCES) == "permission denied");
  CHECK(go_error(ENOEXEC) == "exec format error");
}
