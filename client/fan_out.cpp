// Sends a window of requests, then reads the answers: as parallel as threads, and simpler.
#include "client/fan_out.hpp"

#include <algorithm>
#include <optional>
#include <vector>

namespace hexad::client {
namespace {

constexpr std::size_t kWindow = 32;

}  // namespace

void fan_out(Daemon& daemon, std::span<const FanOutRequest> requests,
             const std::function<void(Result<Response>)>& each) {
  if (requests.size() == 1) {
    each(daemon.call(requests[0].method, requests[0].path, requests[0].query));
    return;
  }
  (void)daemon.ping();  // settles the version; what is wrong shows at the requests themselves
  for (std::size_t from = 0; from < requests.size(); from += kWindow) {
    const auto window = requests.subspan(from, std::min(kWindow, requests.size() - from));
    std::vector<Result<Connection>> sent;
    for (const FanOutRequest& request : window)
      sent.push_back(daemon.send_only(request.method, request.path, request.query));
    for (auto& connection : sent) each(daemon.read_answer(std::move(connection)));
  }
}

}  // namespace hexad::client
