#include "daemon/http/head.hpp"

#include <fmt/format.h>

#include <ctime>
#include <iterator>

#include "api/version.hpp"

namespace hexad::http {
namespace {

void append_common(std::string& out) {
  out.append("Api-Version: ").append(api::kApiVersion);
  out.append("\r\nDocker-Experimental: false\r\nOstype: linux\r\nServer: ");
  out.append(api::kProduct).append("/").append(api::kVersion).append(" (linux)\r\n");
}

// Header values come from handlers; one with a line break would split the answer.
void append_header(std::string& out, std::string_view name, std::string_view value) {
  out.append(name).append(": ");
  for (const char c : value) out.push_back(c == '\r' || c == '\n' ? ' ' : c);
  out.append("\r\n");
}

}  // namespace

std::string_view reason_phrase(int status) {
  switch (status) {
    case 200: return "OK";
    case 201: return "Created";
    case 202: return "Accepted";
    case 204: return "No Content";
    case 206: return "Partial Content";
    case 304: return "Not Modified";
    case 400: return "Bad Request";
    case 401: return "Unauthorized";
    case 403: return "Forbidden";
    case 404: return "Not Found";
    case 406: return "Not Acceptable";
    case 408: return "Request Timeout";
    case 409: return "Conflict";
    case 413: return "Request Entity Too Large";
    case 431: return "Request Header Fields Too Large";
    case 500: return "Internal Server Error";
    case 501: return "Not Implemented";
    case 503: return "Service Unavailable";
    case 505: return "HTTP Version Not Supported";
    default: return "Status";
  }
}

std::string_view http_date() {
  thread_local std::time_t at = 0;
  thread_local char text[64];
  thread_local std::size_t size = 0;
  if (const auto now = std::time(nullptr); now != at) {
    std::tm utc{};
    ::gmtime_r(&now, &utc);
    size = std::strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", &utc);
    at = now;
  }
  return {text, size};
}

std::string write_head(const Head& head) {
  std::string out;
  out.reserve(320);
  fmt::format_to(std::back_inserter(out), "HTTP/1.1 {} {}\r\n", head.status,
                 reason_phrase(head.status));
  append_common(out);
  out.append("Date: ").append(http_date()).append("\r\n");
  if (!head.content_type.empty()) append_header(out, "Content-Type", head.content_type);
  if (head.headers != nullptr) {
    for (const auto& [name, value] : *head.headers) append_header(out, name, value);
  }
  if (head.framing == Framing::length) {
    fmt::format_to(std::back_inserter(out), "Content-Length: {}\r\n", head.length);
  } else if (head.framing == Framing::chunked) {
    out.append("Transfer-Encoding: chunked\r\n");
  }
  if (!head.keep_alive) {
    out.append("Connection: close\r\n");
  } else if (!head.http11) {
    out.append("Connection: keep-alive\r\n");
  }
  out.append("\r\n");
  return out;
}

std::string write_hijack_head(bool upgrade, std::string_view content_type) {
  std::string out = upgrade ? "HTTP/1.1 101 UPGRADED\r\n" : "HTTP/1.1 200 OK\r\n";
  append_header(out, "Content-Type", content_type);
  if (upgrade) out.append("Connection: Upgrade\r\nUpgrade: tcp\r\n");
  append_common(out);
  out.append("\r\n");
  return out;
}

}  // namespace hexad::http
