// What to do with each container when the daemon starts: the database says what should be, the
// exec root and the kernel say what is. One pure function, tested row by row; the doing is in
// recover.cpp.
#pragma once

#include <cstdint>

#include "daemon/containers/state.hpp"

namespace hexad::containers {

struct Observed {
  bool row = true;  // the database knows it
  State state = State::created;
  bool same_boot = true;            // the row's boot id is this boot's
  bool shim_answers = false;        // EXEC/<id>/shim.sock took `hello`
  bool shim_running = false;        // ... and says that the program runs
  bool start_time_matches = false;  // ... with the pid and start time of the row
  bool exit_file = false;
};

enum class Action : std::uint8_t {
  none,
  adopt,            // watch it, no restart
  adopt_started,    // the daemon died between `go` and the commit: commit `running`, event start
  take_exit,        // commit the exit code from the exit file or the shim, release, event die
  take_start_exit,  // as take_exit, with the event start before
  killed,           // the shim was killed: kill the cgroup, exit 137, release, event die
  undo_start,       // undo what exists of a start, back to created
  finish_removal,
  lost_boot,      // the machine went down: exit 255, restart policy
  remove_orphan,  // no row: kill, unmount, remove
};

[[nodiscard]] Action reconcile(const Observed& seen);

}  // namespace hexad::containers
