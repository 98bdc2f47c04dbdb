// A pseudo terminal from the container's own devpts.
#include <asm/ioctls.h>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "libcontainer/base/io.hpp"
#include "libcontainer/rootfs/mount_api.hpp"
#include "libcontainer/rootfs/rootfs.hpp"

namespace hexad::rootfs {

Result<Terminal> open_terminal(int root) {
  Terminal terminal;
  terminal.master = TRY(open_in_root(root, "dev/pts/ptmx", O_RDWR | O_NOCTTY));
  const int unlock = 0;
  if (::ioctl(terminal.master.get(), TIOCSPTLCK, &unlock) != 0)
    return sys_fail("unlock the terminal");
  // man 2 ioctl_tty, TIOCGPTPEER: no path that somebody could have put something over.
  terminal.slave.reset(::ioctl(terminal.master.get(), TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC));
  if (!terminal.slave) return sys_fail("open the terminal's other end");
  return terminal;
}

Result<> mount_console(int root, int slave) {
  auto target = make_target(root, "/dev/console", false);
  if (!target) return mount_fail(std::move(target).error(), "console", "/dev/console");
  auto clone = clone_tree(slave, "", false);
  if (!clone) return mount_fail(std::move(clone).error(), "console", "/dev/console");
  TRY(set_attributes(clone->get(), 0, 0, MS_PRIVATE, false));
  auto attached = attach(clone->get(), target->get());
  if (!attached) return mount_fail(std::move(attached).error(), "console", "/dev/console");
  return {};
}

}  // namespace hexad::rootfs
