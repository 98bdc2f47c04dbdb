// The container operations that wait or stream: coroutines on the Asio thread.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <memory>

#include "daemon/containers/service.hpp"
#include "daemon/http/request.hpp"
#include "daemon/http/stream.hpp"

namespace hexad::containers {

using RequestPtr = std::shared_ptr<const http::Request>;

boost::asio::awaitable<Result<>> wait_stream(Service& service, RequestPtr request,
                                             http::Stream& stream);
boost::asio::awaitable<Result<>> logs_stream(Service& service, RequestPtr request,
                                             http::Stream& stream);

boost::asio::awaitable<Result<http::Response>> stop_async(Service& service, RequestPtr request);
boost::asio::awaitable<Result<http::Response>> restart_async(Service& service, RequestPtr request);
boost::asio::awaitable<Result<http::Response>> remove_async(Service& service, RequestPtr request);

}  // namespace hexad::containers
