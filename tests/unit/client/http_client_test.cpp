// The client against a scripted peer: one thread that answers a unix socket.
#include <fcntl.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>
#include <catch2/catch.hpp>

#include <thread>

#include "client/http_client.hpp"
#include "libcontainer/base/io.hpp"

using namespace hexad;
using namespace hexad::client;

namespace {

class Server {
 public:
  // One connection for each list of answers; the next answer is sent when a request head has come.
  explicit Server(std::vector<std::vector<std::string>> connections) {
    char name[] = "/tmp/hxt-client-XXXXXX";
    REQUIRE(::mkdtemp(name) != nullptr);
    directory_ = name;
    const UniqueFd dir(::open(name, O_PATH | O_DIRECTORY | O_CLOEXEC));
    listener_ = listen_unix_at(dir.get(), "s", SOCK_STREAM, 4).value();
    thread_ = std::thread([this, connections = std::move(connections)] {
      for (const auto& answers : connections) {
        const UniqueFd peer(::accept(listener_.get(), nullptr, nullptr));
        for (const std::string& answer : answers) {
          requests.push_back(head(peer.get()));
          (void)write_all(peer.get(), answer);
        }
      }
    });
  }
  ~Server() {
    finish();
    (void)remove_tree(directory_);
  }
  void finish() {
    if (thread_.joinable()) thread_.join();
  }
  [[nodiscard]] Endpoint endpoint() const {
    return parse_endpoint("unix://" + directory_ + "/s").value();
  }
  std::vector<std::string> requests;

 private:
  static std::string head(int fd) {
    std::string text;
    char c = 0;
    while (text.find("\r\n\r\n") == std::string::npos && ::read(fd, &c, 1) == 1) text += c;
    return text;
  }
  std::string directory_;
  UniqueFd listener_;
  std::thread thread_;
};

std::string answer(std::string_view status, std::string_view body) {
  return fmt::format("HTTP/1.1 {}\r\nContent-Length: {}\r\n\r\n{}", status, body.size(), body);
}

}  // namespace

TEST_CASE("hosts") {
  CHECK(parse_endpoint("unix:///a/b").value().path == "/a/b");
  CHECK(parse_endpoint("tcp://127.0.0.1:2375").value().port == 2375);
  CHECK_FALSE(parse_endpoint("unix://"));
  CHECK_FALSE(parse_endpoint("/a/b"));
  CHECK_FALSE(parse_endpoint("ssh://x"));
  CHECK_FALSE(parse_endpoint("tcp://h:0"));
}

TEST_CASE("queries are escaped as Go escapes them") {
  CHECK(encode_query({{"a b", "{\"x\":1}"}, {"c", "~-_."}}) == "?a+b=%7B%22x%22%3A1%7D&c=~-_.");
  CHECK(escape_path("a/b c") == "a%2Fb%20c");
}

TEST_CASE("a connection is kept for the next request") {
  Server server({{answer("200 OK", "{\"a\":1}"), answer("200 OK", "[]")}});
  Daemon daemon(server.endpoint());
  CHECK(daemon.get("/x").value().at("a").as_int() == 1);
  CHECK(daemon.get("/y").value().is_array());
  server.finish();
  CHECK(server.requests[0].starts_with("GET /v1.51/x HTTP/1.1\r\n"));
}

TEST_CASE("chunked bodies, their extensions and trailers") {
  Server server(
      {{"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
        "3;x=y\r\n[1,\r\n2\r\n2]\r\n0\r\nTrailer: a\r\n\r\n"}});
  Daemon daemon(server.endpoint());
  CHECK(daemon.get("/x").value().dump() == "[1,2]");
}

TEST_CASE("an error carries the daemon's message") {
  Server server({{answer("404 Not Found", "{\"message\":\"No such container: x\"}")}});
  Daemon daemon(server.endpoint());
  const auto got = daemon.get("/x");
  REQUIRE_FALSE(got);
  CHECK(got.error().code == Code::not_found);
  CHECK(got.error().message == "Error response from daemon: No such container: x");
}

TEST_CASE("an older daemon is spoken to in its own version") {
  Server server({{answer("400 Bad Request",
                         "{\"message\":\"client version 1.51 is too new. Maximum supported API "
                         "version is 1.41\"}"),
                  answer("200 OK", "{}")}});
  Daemon daemon(server.endpoint());
  CHECK(daemon.get("/x"));
  CHECK(daemon.version() == "1.41");
  server.finish();
  CHECK(server.requests[1].starts_with("GET /v1.41/x"));
}

TEST_CASE("a kept connection that the daemon closed is replaced") {
  Server server({{answer("200 OK", "{}")}, {answer("200 OK", "[]")}});
  Daemon daemon(server.endpoint());
  CHECK(daemon.get("/x"));
  CHECK(daemon.get("/y"));
}

TEST_CASE("a hijacked stream keeps the bytes that came with the head") {
  Server server(
      {{"HTTP/1.1 101 UPGRADED\r\nContent-Type: "
        "application/vnd.docker.multiplexed-stream\r\nConnection: Upgrade\r\nUpgrade: "
        "tcp\r\n\r\nhello"}});
  Daemon daemon(server.endpoint());
  auto stream = daemon.hijack("/attach", {}).value();
  CHECK(stream.multiplexed);
  CHECK(stream.first + read_all(stream.fd.get()).value() == "hello");
  server.finish();
  CHECK(server.requests[0].find("Upgrade: tcp\r\n") != std::string::npos);
}

TEST_CASE("a cut-off answer is an error, nobody there is one too") {
  Server server({{"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc"}});
  Daemon daemon(server.endpoint());
  CHECK_FALSE(daemon.get("/x"));
  Daemon nobody(parse_endpoint("unix:///nosuch/socket").value());
  const auto got = nobody.get("/x");
  REQUIRE_FALSE(got);
  CHECK(got.error().message.starts_with("Cannot connect to the Hexad daemon at unix:///nosuch"));
}

TEST_CASE("nonsense instead of HTTP is an error") {
  Server server({{"SSH-2.0-x\r\n\r\n"}});
  Daemon daemon(server.endpoint());
  CHECK_FALSE(daemon.get("/x"));
}
