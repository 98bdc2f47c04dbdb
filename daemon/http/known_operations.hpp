// Every operation of the Engine API, so that one we have no route for is answered with 501 and
// its name, not with 404. Swarm's need a manager and get Docker's own 503.
#pragma once

#include <span>

namespace hexad::http {

struct KnownOperation {
  const char* method;
  const char* pattern;
  const char* name;  // the API description's operationId
  bool swarm;
};

std::span<const KnownOperation> known_operations();

}  // namespace hexad::http
