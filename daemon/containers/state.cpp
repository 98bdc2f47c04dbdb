#include "daemon/containers/state.hpp"

#include <array>
#include <utility>

namespace hexad::containers {
namespace {

constexpr std::array<std::pair<State, std::string_view>, 8> kNames{{
    {State::created, "created"},
    {State::starting, "starting"},
    {State::running, "running"},
    {State::paused, "paused"},
    {State::restarting, "restarting"},
    {State::exited, "exited"},
    {State::removing, "removing"},
    {State::dead, "dead"},
}};

}  // namespace

std::string_view to_text(State state) {
  for (const auto& [value, name] : kNames)
    if (value == state) return name;
  return "";
}

std::optional<State> state_from(std::string_view text) {
  for (const auto& [value, name] : kNames)
    if (name == text) return value;
  return std::nullopt;
}

std::string_view api_status(State state) {
  return state == State::starting ? to_text(State::created) : to_text(state);
}

}  // namespace hexad::containers
