// The one place where an error's code becomes an HTTP status.
#pragma once

#include "libcontainer/base/error.hpp"

namespace hexad::api {

// No default: a new code is a compiler warning here.
constexpr int http_status(Code code) {
  switch (code) {
    case Code::invalid_argument: return 400;
    case Code::unauthorized: return 401;
    case Code::forbidden: return 403;
    case Code::not_found: return 404;
    case Code::not_acceptable: return 406;
    case Code::conflict: return 409;
    case Code::not_modified: return 304;
    case Code::not_implemented: return 501;
    case Code::unavailable: return 503;
    case Code::internal: return 500;
  }
  return 500;
}

// For the client: what kind of failure a status tells of.
constexpr Code code_of_status(int status) {
  switch (status) {
    case 304: return Code::not_modified;
    case 400: return Code::invalid_argument;
    case 401: return Code::unauthorized;
    case 403: return Code::forbidden;
    case 404: return Code::not_found;
    case 406: return Code::not_acceptable;
    case 409: return Code::conflict;
    case 501: return Code::not_implemented;
    case 503: return Code::unavailable;
    default: return Code::internal;
  }
}

}  // namespace hexad::api
