// The states of a container as the database keeps them, and their names in the API.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace hexad::containers {

enum class State : std::uint8_t {
  created,
  starting,  // intent written, program not yet running; clients see "created"
  running,
  paused,
  restarting,  // ended, and the restart policy's back-off runs
  exited,
  removing,
  dead,
};

[[nodiscard]] std::string_view to_text(State state);  // as in the database
[[nodiscard]] std::optional<State> state_from(std::string_view text);
[[nodiscard]] std::string_view api_status(State state);  // "running", "created" ...
// A process of the container may be alive.
[[nodiscard]] constexpr bool is_alive(State state) {
  return state == State::running || state == State::paused;
}

}  // namespace hexad::containers
