#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "tests/unit/http/fixture.hpp"

using namespace hexad;
using namespace hxt;
using namespace std::chrono_literals;
using http::Request;
using http::Response;

namespace {

std::atomic<int> g_cancelled{0};

boost::asio::awaitable<Result<>> ticks(std::shared_ptr<const Request> request, http::Stream& out) {
  if (request->query_value("fail")) co_return fail(Code::not_found, "No such container: x");
  if (!co_await out.start(200, "text/plain")) co_return Result<>{};
  struct OnEnd {
    ~OnEnd() { ++g_cancelled; }
  } const on_end;
  boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor);
  for (int i = 0; i < 3 || request->query_value("forever"); ++i) {
    std::string line = "tick\n";
    if (!co_await out.write(std::move(line))) break;
    timer.expires_after(10ms);
    co_await timer.async_wait(boost::asio::use_awaitable);
  }
  co_return Result<>{};
}

boost::asio::awaitable<Result<Response>> later(std::shared_ptr<const Request>) {
  boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor);
  timer.expires_after(5ms);
  co_await timer.async_wait(boost::asio::use_awaitable);
  co_return Response::json("{\"later\":true}");
}

Result<> count_bytes(const Request&, http::BodyReader& in, http::BodyWriter& out) {
  std::size_t total = 0;
  std::vector<char> buffer(64 << 10);
  for (;;) {
    const auto n = TRY(in.read(buffer.data(), buffer.size()));
    if (n == 0) break;
    total += n;
    if (buffer[0] == '!') return fail(Code::invalid_argument, "invalid archive");
  }
  return out.write(std::to_string(total));
}

Result<> zeros(const Request&, http::BodyWriter& out) {
  out.content_type("application/x-tar");
  const std::string block(100000, '0');
  for (int i = 0; i < 30; ++i) TRY(out.write(block));
  return {};
}

Result<http::HijackResult> echo(const Request& request) {
  if (request.query_value("refuse")) return fail(Code::conflict, "container is not running");
  http::Hijack hijack;
  hijack.take = [](UniqueFd connection, std::string pending) {
    (void)write_all(connection.get(), "<" + pending + ">");
    char buffer[100];
    for (ssize_t n = 0; (n = ::read(connection.get(), buffer, sizeof buffer)) > 0;) {
      (void)write_all(connection.get(), std::string_view(buffer, static_cast<std::size_t>(n)));
    }
    (void)write_all(connection.get(), "end");
  };
  return hijack;
}

std::vector<http::Route> sample() {
  return {
      http::instant("GET", "/_ping",
                    [](const Request&) -> Result<Response> { return Response::text("OK"); }),
      http::unary("HEAD", "/_ping",
                  [](const Request&) -> Result<Response> { return Response::text("OK"); }),
      http::unary("POST", "/echo",
                  [](const Request& r) -> Result<Response> { return Response::json(r.body); }),
      http::unary("GET", "/none",
                  [](const Request&) -> Result<Response> { return Response::empty(204); }),
      http::unary("GET", "/same",
                  [](const Request&) -> Result<Response> { return fail(Code::not_modified, ""); }),
      http::unary(
          "GET", "/throws",
          [](const Request&) -> Result<Response> { throw std::runtime_error("a \"bug\""); }),
      http::unary("GET", "/slow",
                  [](const Request&) -> Result<Response> {
                    std::this_thread::sleep_for(200ms);
                    return Response::text("slow");
                  }),
      http::async("GET", "/later", &later),
      http::stream("GET", "/ticks", &ticks),
      http::upload("POST", "/load", &count_bytes),
      http::download("GET", "/zeros", &zeros),
      http::hijack("POST", "/attach", &echo),
  };
}

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

std::string get(std::string_view path) {
  return fmt::format("GET {} HTTP/1.1\r\nHost: d\r\n\r\n", path);
}
std::string post(std::string_view path, std::string_view body) {
  return fmt::format("POST {} HTTP/1.1\r\nHost: d\r\nContent-Length: {}\r\n\r\n{}", path,
                     body.size(), body);
}

}  // namespace

TEST_CASE("answers carry Docker's headers and the connection goes on") {
  TestServer server(sample());
  auto client = server.connect();
  for (int i = 0; i < 3; ++i) {
    const auto ping = client.ask(get("/v1.51/_ping"));
    CHECK(has(ping, "HTTP/1.1 200 OK\r\n"));
    CHECK(has(ping, "\r\nApi-Version: 1.51\r\n"));
    CHECK(has(ping, "\r\nDocker-Experimental: false\r\n"));
    CHECK(has(ping, "\r\nOstype: linux\r\n"));
    CHECK(has(ping, "\r\nServer: Hexad/"));
    CHECK(has(ping, "\r\nDate: "));
    CHECK(has(ping, "\r\n\r\nOK"));
  }
  CHECK(has(client.ask(get("/none")), "204 No Content"));
  CHECK(has(client.ask(get("/same")), "304 Not Modified"));
  CHECK(has(client.ask(post("/echo", "{}")), "\r\n\r\n{}"));
  CHECK(has(client.ask(get("/later")), "{\"later\":true}"));
  REQUIRE(client.send("HEAD /_ping HTTP/1.1\r\nHost: d\r\n\r\n"));
  const auto head = client.read_until("\r\n\r\n");
  CHECK(has(head, "Content-Length: 2\r\n"));
  CHECK(has(client.ask(get("/_ping")), "\r\n\r\nOK"));
}

TEST_CASE("errors are JSON with a message, exceptions included") {
  TestServer server(sample());
  auto client = server.connect();
  const auto missing = client.ask(get("/nothing"));
  CHECK(has(missing, "404 Not Found"));
  CHECK(has(missing, "Content-Type: application/json"));
  CHECK(has(missing, "{\"message\":\"page not found\"}"));
  const auto thrown = client.ask(get("/throws"));
  CHECK(has(thrown, "500 Internal Server Error"));
  CHECK(has(thrown, "{\"message\":\"a \\\"bug\\\"\"}"));
  CHECK(has(client.ask(get("/v1.99/_ping")), "client version 1.99 is too new"));
  CHECK(has(client.ask(get("/v1.99/nothing")), "404 Not Found"));
  CHECK(has(client.ask(get("/swarm")), "503 Service Unavailable"));
  CHECK(has(client.ask(post("/build", "x")), "501 Not Implemented"));
  CHECK(has(client.ask(get("/_ping?x=%zz")), "400 Bad Request"));
}

TEST_CASE("pipelined requests are answered in order") {
  TestServer server(sample());
  auto client = server.connect();
  std::string all;
  for (int i = 0; i < 50; ++i) all += post("/echo", std::to_string(i)) + get("/_ping");
  REQUIRE(client.send(all));
  for (int i = 0; i < 50; ++i) {
    CHECK(has(client.answer(), "\r\n\r\n" + std::to_string(i)));
    CHECK(has(client.answer(), "\r\n\r\nOK"));
  }
}

TEST_CASE("HTTP/1.0 and Connection: close end the connection") {
  TestServer server(sample());
  auto old = server.connect();
  REQUIRE(old.send("GET /_ping HTTP/1.0\r\n\r\n"));
  CHECK(has(old.read_to_end(), "\r\n\r\nOK"));
  auto once = server.connect();
  REQUIRE(once.send("GET /_ping HTTP/1.1\r\nConnection: close\r\n\r\n"));
  const auto answer = once.read_to_end();
  CHECK(has(answer, "Connection: close"));
  CHECK(has(answer, "\r\n\r\nOK"));
  auto stream = server.connect();
  REQUIRE(stream.send("GET /ticks HTTP/1.0\r\n\r\n"));
  CHECK(has(stream.read_to_end(), "\r\n\r\ntick\ntick\ntick\n"));
  CHECK(server.wait_for_connections(0));
}

TEST_CASE("malformed requests get 400, too large ones 431 and 413") {
  http::Limits limits;
  limits.linger = 200ms;
  TestServer server(sample(), limits);
  const auto ask_once = [&](const std::string& request) {
    auto client = server.connect();
    client.send(request);
    return client.read_to_end();
  };
  for (const auto& bad :
       {"GARBAGE\r\n\r\n", "GET / HTTP/9.9\r\n\r\n", "GET / HTTP/1.1\r\nx\r\n\r\n",
        "\x16\x03\x01\x02\r\n\r\n", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"}) {
    INFO(bad);
    const auto answer = ask_once(bad);
    CHECK(has(answer, "HTTP/1.1 400 Bad Request"));
    CHECK(has(answer, "{\"message\":"));
    CHECK(has(answer, "Connection: close"));
  }
  CHECK(has(ask_once("GET / HTTP/1.1\r\nX: " + std::string(100000, 'a') + "\r\n\r\n"), " 431 "));
  CHECK(has(ask_once(std::string(200000, 'A')), " 431 "));
  CHECK(has(ask_once("POST /echo HTTP/1.1\r\nContent-Length: 99999999999\r\n\r\n"), " 413 "));
  CHECK(has(ask_once("POST /echo HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"), " 400 "));
  CHECK(has(ask_once("POST /echo HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n"), " 501 "));
  CHECK(has(ask_once("POST /load HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab"
                     "cdeXX\r\n"),
            " 400 "));
  auto client = server.connect();
  CHECK(has(client.ask(get("/_ping")), "\r\n\r\nOK"));
}

TEST_CASE("a chunked body beyond the limit is 413 although the client goes on sending") {
  http::Limits limits;
  limits.body = 100000;
  limits.linger = 500ms;
  TestServer server(sample(), limits);
  auto client = server.connect();
  REQUIRE(client.send("POST /echo HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"));
  const auto chunk = "10000\r\n" + std::string(65536, 'x') + "\r\n";
  for (int i = 0; i < 20; ++i) client.send(chunk);
  CHECK(has(client.answer(), " 413 "));
}

TEST_CASE("half-sent headers and bodies time out with 408") {
  http::Limits limits;
  limits.header = 100ms;
  limits.body_time = 100ms;
  limits.linger = 50ms;
  TestServer server(sample(), limits);
  auto header = server.connect();
  REQUIRE(header.send("GET /_ping HTTP/1.1\r\nHos"));
  auto body = server.connect();
  REQUIRE(body.send("POST /echo HTTP/1.1\r\nContent-Length: 10\r\n\r\nabc"));
  CHECK(has(header.read_to_end(), " 408 "));
  CHECK(has(body.read_to_end(), " 408 "));
  auto drip = server.connect();
  bool sent = drip.send("GET /_ping HTTP/1.1\r\n");
  for (int i = 0; i < 30 && sent; ++i) {
    sent = drip.send("a: b\r\n");
    std::this_thread::sleep_for(10ms);
  }
  CHECK(has(drip.read_to_end(), " 408 "));
  CHECK(server.wait_for_connections(0));
}

TEST_CASE("an idle connection is kept, and one cut off half way is closed") {
  http::Limits limits;
  limits.header = 50ms;
  limits.linger = 50ms;
  TestServer server(sample(), limits);
  auto idle = server.connect();
  std::this_thread::sleep_for(150ms);
  CHECK(has(idle.ask(get("/_ping")), "OK"));
  std::this_thread::sleep_for(100ms);
  CHECK(has(idle.ask(get("/_ping")), "OK"));
  auto cut = server.connect();
  REQUIRE(cut.send("GET /_pi"));
  cut.half_close();
  CHECK(has(cut.read_to_end(), " 400 "));
  auto gone = server.connect();
  REQUIRE(gone.send("POST /echo HTTP/1.1\r\nContent-Length: 10\r\n\r\nabc"));
  gone.close();
  idle.close();
  CHECK(server.wait_for_connections(0));
}

TEST_CASE("a client that half-closes still gets its answer") {
  TestServer server(sample());
  for (const auto* path : {"/_ping", "/slow", "/later", "/ticks", "/zeros"}) {
    INFO(path);
    auto client = server.connect();
    REQUIRE(client.send(get(path)));
    client.half_close();
    CHECK(has(client.read_to_end(), "HTTP/1.1 200 OK"));
  }
}

TEST_CASE("100-continue is sent before a body is read, and not when it is refused") {
  TestServer server(sample());
  auto client = server.connect();
  REQUIRE(client.send("POST /echo HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n"));
  CHECK(client.read_until("\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n");
  CHECK(has(client.ask("{}"), "\r\n\r\n{}"));
  REQUIRE(client.send("POST /load HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n"));
  CHECK(client.read_until("\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n");
  REQUIRE(client.send("ab"));
  CHECK(has(client.read_until("0\r\n\r\n"), "\r\n1\r\n2\r\n"));
  REQUIRE(
      client.send("POST /nothing HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n"));
  CHECK(has(client.read_until("\r\n\r\n"), " 404 "));
}

TEST_CASE("streams are chunked, flushed at once, and the connection goes on after them") {
  TestServer server(sample());
  auto client = server.connect();
  REQUIRE(client.send(get("/ticks")));
  CHECK(has(client.read_until("\r\n\r\n"), "Transfer-Encoding: chunked"));
  CHECK(client.read_until("0\r\n\r\n") == "5\r\ntick\n\r\n5\r\ntick\n\r\n5\r\ntick\n\r\n0\r\n\r\n");
  CHECK(has(client.ask(get("/ticks?fail=1")), "No such container: x"));
  CHECK(has(client.ask(get("/_ping")), "OK"));
}

TEST_CASE("a stream is cancelled when its client leaves") {
  TestServer server(sample());
  g_cancelled = 0;
  std::vector<Client> clients;
  for (int i = 0; i < 20; ++i) clients.push_back(server.connect());
  for (auto& client : clients) {
    REQUIRE(client.send(get("/ticks?forever=1")));
    CHECK(has(client.read_until("tick"), "200 OK"));
  }
  clients.clear();
  CHECK(server.wait_for_connections(0));
  CHECK(g_cancelled == 20);
}

TEST_CASE("uploads: whole, chunked, refused early while the client sends") {
  TestServer server(sample());
  auto client = server.connect();
  const std::string data(3000000, 'a');
  REQUIRE(client.send(post("/load", data)));
  CHECK(has(client.read_until("0\r\n\r\n"), "\r\n7\r\n3000000\r\n"));
  REQUIRE(client.send("POST /load HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"));
  for (int i = 0; i < 100; ++i) REQUIRE(client.send("3e8\r\n" + std::string(1000, 'b') + "\r\n"));
  REQUIRE(client.send("0\r\n\r\n"));
  CHECK(has(client.read_until("0\r\n\r\n"), "\r\n6\r\n100000\r\n"));
  REQUIRE(client.send(post("/load", "")));
  CHECK(has(client.read_until("0\r\n\r\n"), "\r\n1\r\n0\r\n"));

  auto refused = server.connect();
  REQUIRE(refused.send("POST /load HTTP/1.1\r\nContent-Length: 50000000\r\n\r\n"));
  bool sent = true;
  for (int i = 0; i < 50 && sent; ++i) sent = refused.send(std::string(1000000, '!'));
  CHECK(sent);
  CHECK(has(refused.answer(), "{\"message\":\"invalid archive\"}"));

  auto cut = server.connect();
  REQUIRE(cut.send("POST /load HTTP/1.1\r\nContent-Length: 100\r\n\r\nabc"));
  cut.half_close();
  CHECK(has(cut.read_to_end(), " 400 "));
  auto gone = server.connect();
  REQUIRE(gone.send("POST /load HTTP/1.1\r\nContent-Length: 100\r\n\r\nabc"));
  gone.close();
  refused.close();
  cut.close();
  client.close();
  CHECK(server.wait_for_connections(0));
}

TEST_CASE("downloads are chunked, and end when the client leaves") {
  TestServer server(sample());
  auto client = server.connect();
  REQUIRE(client.send(get("/zeros")));
  const auto all = client.read_until("\r\n0\r\n\r\n");
  CHECK(has(all, "application/x-tar"));
  CHECK(all.size() > 3000000);
  CHECK(has(client.ask(get("/_ping")), "OK"));
  REQUIRE(client.send(get("/zeros")));
  client.close();
  CHECK(server.wait_for_connections(0));
}

TEST_CASE("hijack hands the connection over with what was read, upgraded or not") {
  TestServer server(sample());
  auto client = server.connect();
  REQUIRE(client.send("POST /attach HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\nearly"));
  const auto head = client.read_until("\r\n\r\n");
  CHECK(has(head, "HTTP/1.1 101 UPGRADED\r\n"));
  CHECK(has(head, "Connection: Upgrade\r\nUpgrade: tcp\r\n"));
  CHECK(has(head, "application/vnd.docker.raw-stream"));
  CHECK(client.read_until(">") == "<early>");
  REQUIRE(client.send("more"));
  CHECK(client.read_until("more") == "more");
  client.half_close();
  CHECK(client.read_to_end() == "end");

  auto raw = server.connect();
  REQUIRE(raw.send(post("/attach", "{}")));
  CHECK(has(raw.read_until("\r\n\r\n"), "HTTP/1.1 200 OK\r\n"));
  raw.half_close();
  CHECK(raw.read_to_end() == "<>end");

  auto refused = server.connect();
  CHECK(has(refused.ask(post("/attach?refuse=1", "")), "409 Conflict"));
  CHECK(has(refused.ask(get("/_ping")), "OK"));
}

TEST_CASE("many idle connections cost the others nothing, the oldest go beyond the limit") {
  http::Limits limits;
  limits.connections = 300;
  TestServer server(sample(), limits);
  std::vector<Client> idle;
  for (int i = 0; i < 350; ++i) idle.push_back(server.connect());
  auto client = server.connect();
  CHECK(has(client.ask(get("/_ping")), "OK"));
  CHECK(server.connections() <= 301);
  CHECK(idle.front().read_to_end().empty());
  CHECK(has(idle.back().ask(get("/_ping")), "OK"));
}

TEST_CASE("stopping ends idle connections and streams, a running request is answered") {
  TestServer server(sample());
  auto idle = server.connect();
  auto slow = server.connect();
  auto stream = server.connect();
  CHECK(has(idle.ask(get("/_ping")), "OK"));
  REQUIRE(slow.send(get("/slow")));
  REQUIRE(stream.send(get("/ticks?forever=1")));
  CHECK(has(stream.read_until("tick"), "200"));
  server.start_stop();
  CHECK(idle.read_to_end().empty());
  const auto answer = slow.read_to_end();
  CHECK(has(answer, "Connection: close"));
  CHECK(has(answer, "slow"));
  stream.read_to_end();
  CHECK(server.wait_for_connections(0));
}
