#include "daemon/containers/recovery.hpp"

namespace hexad::containers {
namespace {

Action for_live(const Observed& seen) {
  if (seen.exit_file) return Action::take_exit;
  if (!seen.shim_answers) return Action::killed;
  return seen.start_time_matches ? Action::adopt : Action::killed;
}

Action for_starting(const Observed& seen) {
  if (seen.exit_file) return Action::take_start_exit;
  if (seen.shim_answers && seen.shim_running) return Action::adopt_started;
  return Action::undo_start;
}

}  // namespace

Action reconcile(const Observed& seen) {
  if (!seen.row) return Action::remove_orphan;
  switch (seen.state) {
    case State::removing: return Action::finish_removal;
    case State::created:
    case State::exited:
    case State::dead: return Action::none;
    case State::starting: return seen.same_boot ? for_starting(seen) : Action::undo_start;
    case State::running:
    case State::paused: return seen.same_boot ? for_live(seen) : Action::lost_boot;
    // Between two runs: nothing lives, the policy's timer starts again.
    case State::restarting: return seen.same_boot ? Action::none : Action::lost_boot;
  }
  return Action::none;
}

}  // namespace hexad::containers
