#include "daemon/containers/recovery.hpp"

#include <catch2/catch.hpp>

using namespace hexad::containers;

namespace {

Observed row(State state) {
  Observed out;
  out.state = state;
  return out;
}

}  // namespace

TEST_CASE("a running container whose shim answers is adopted") {
  auto seen = row(State::running);
  seen.shim_answers = seen.shim_running = seen.start_time_matches = true;
  CHECK(reconcile(seen) == Action::adopt);
  seen.state = State::paused;
  CHECK(reconcile(seen) == Action::adopt);
}

TEST_CASE("a running container that ended meanwhile gives its code, with or without its shim") {
  auto seen = row(State::running);
  seen.exit_file = true;
  CHECK(reconcile(seen) == Action::take_exit);
  seen.shim_answers = true;
  CHECK(reconcile(seen) == Action::take_exit);
}

TEST_CASE("a running container without shim and exit file was killed with its shim") {
  CHECK(reconcile(row(State::running)) == Action::killed);
}

TEST_CASE("a shim that speaks of another process is not believed") {
  auto seen = row(State::running);
  seen.shim_answers = seen.shim_running = true;
  CHECK(reconcile(seen) == Action::killed);
}

TEST_CASE("a start that got as far as the program is adopted, or its end taken") {
  auto seen = row(State::starting);
  seen.shim_answers = seen.shim_running = true;
  CHECK(reconcile(seen) == Action::adopt_started);
  seen.exit_file = true;
  CHECK(reconcile(seen) == Action::take_start_exit);
}

TEST_CASE("a start that did not get so far is undone") {
  auto seen = row(State::starting);
  CHECK(reconcile(seen) == Action::undo_start);
  seen.shim_answers = true;
  CHECK(reconcile(seen) == Action::undo_start);
}

TEST_CASE("a removal is finished whatever is seen") {
  auto seen = row(State::removing);
  seen.shim_answers = seen.exit_file = true;
  CHECK(reconcile(seen) == Action::finish_removal);
}

TEST_CASE("after another boot what lived is lost and what was starting is undone") {
  for (const auto state : {State::running, State::paused, State::restarting}) {
    auto seen = row(state);
    seen.same_boot = false;
    CHECK(reconcile(seen) == Action::lost_boot);
  }
  auto starting = row(State::starting);
  starting.same_boot = false;
  CHECK(reconcile(starting) == Action::undo_start);
}

TEST_CASE("what rests is left alone, what has no row goes") {
  for (const auto state : {State::created, State::exited, State::dead, State::restarting})
    CHECK(reconcile(row(state)) == Action::none);
  Observed orphan;
  orphan.row = false;
  CHECK(reconcile(orphan) == Action::remove_orphan);
}
