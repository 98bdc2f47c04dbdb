// Status line and headers of an answer, as text.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace hexad::http {

enum class Framing {
  none,     // 204, 304: no body and nothing said about it
  length,   // Content-Length
  chunked,  // Transfer-Encoding: chunked
  close,    // ends with the connection (HTTP/1.0, or a length of the handler's own)
};

struct Head {
  int status = 200;
  std::string_view content_type;
  Framing framing = Framing::none;
  std::uint64_t length = 0;
  bool http11 = true;
  bool keep_alive = true;
  const std::vector<std::pair<std::string, std::string>>* headers = nullptr;
};

std::string write_head(const Head& head);
// "101 UPGRADED", or "200 OK" where no upgrade was asked for: raw bytes follow.
std::string write_hijack_head(bool upgrade, std::string_view content_type);
std::string_view reason_phrase(int status);
// IMF-fixdate of now, made once a second. RFC 9110, 5.6.7
std::string_view http_date();

}  // namespace hexad::http
