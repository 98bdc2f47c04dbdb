// One row of a feature's route table. The table is the first thing to read of a feature; app
// puts all of them into the router, and `hexad --routes` prints them.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "daemon/http/request.hpp"
#include "daemon/http/response.hpp"
#include "daemon/http/stream.hpp"
#include "libcontainer/base/result.hpp"

namespace hexad::async {
class Strand;
}

namespace hexad::http {

// Blocking, on the pool (or the lane's strand).
using UnaryHandler = std::function<Result<Response>(const Request&)>;
using HijackHandler = std::function<Result<HijackResult>(const Request&)>;
// On the bulk pool.
using UploadHandler = std::function<Result<>(const Request&, BodyReader&, BodyWriter&)>;
using DownloadHandler = std::function<Result<>(const Request&, BodyWriter&)>;
// Coroutines on the Asio thread; they hop to the pool for blocking work.
using AsyncHandler =
    std::function<boost::asio::awaitable<Result<Response>>(std::shared_ptr<const Request>)>;
using StreamHandler =
    std::function<boost::asio::awaitable<Result<>>(std::shared_ptr<const Request>, Stream&)>;

// Where the jobs of one container queue up, in order; null: anywhere on the pool. Called on the
// Asio thread, so it must not block.
using Lane = std::function<std::shared_ptr<async::Strand>(const Request&)>;

struct Route {
  const char* method;
  const char* pattern;  // "/containers/{id}/start"; "{name:.*}" takes slashes too
  std::variant<UnaryHandler, HijackHandler, UploadHandler, DownloadHandler, AsyncHandler,
               StreamHandler>
      handler;
  Lane lane = nullptr;   // unary and hijack only
  bool instant = false;  // unary only: runs on the Asio thread itself
};

// For what neither blocks nor takes more than a few microseconds (/_ping): no hop to the pool.
inline Route instant(const char* m, const char* p, UnaryHandler h) {
  return {m, p, std::move(h), nullptr, true};
}
inline Route unary(const char* m, const char* p, UnaryHandler h, Lane lane = nullptr) {
  return {m, p, std::move(h), std::move(lane)};
}
inline Route hijack(const char* m, const char* p, HijackHandler h, Lane lane = nullptr) {
  return {m, p, std::move(h), std::move(lane)};
}
inline Route upload(const char* m, const char* p, UploadHandler h) {
  return {m, p, std::move(h), nullptr};
}
inline Route download(const char* m, const char* p, DownloadHandler h) {
  return {m, p, std::move(h), nullptr};
}
inline Route async(const char* m, const char* p, AsyncHandler h) {
  return {m, p, std::move(h), nullptr};
}
inline Route stream(const char* m, const char* p, StreamHandler h) {
  return {m, p, std::move(h), nullptr};
}

}  // namespace hexad::http
