package dev.husk.inspect;

import static dev.husk.inspect.Finding.Section.SYSTEMD;

import dev.husk.process.ErrnoException;
import dev.husk.process.OwnRights;
import dev.husk.systemd.SystemdHost;
import java.util.List;

/** The service manager. */
final class SystemdChecks {
  private SystemdChecks() {}

  static List<Finding> look() {
    int uid;
    try {
      uid = OwnRights.look().uid();
    } catch (ErrnoException e) {
      uid = 0;
    }
    SystemdHost host = SystemdHost.look(System.getenv(), uid);
    return List.of(manager(host), systemBus(host), userBus(host));
  }

  private static Finding manager(SystemdHost host) {
    String first = host.firstProcess().isEmpty() ? "not told" : host.firstProcess();
    return host.running()
        ? Finding.yes(
            SYSTEMD,
            "manager",
            "systemd manages this host; pid 1 is " + first,
            "each sandbox gets a transient scope, unless the shim runs in a unit with Delegate=yes")
        : Finding.no(
            SYSTEMD,
            "manager",
            "no /run/systemd/system; pid 1 is " + first,
            "nobody else manages the cgroup tree, and sd_notify has no reader",
            "none is needed");
  }

  private static Finding systemBus(SystemdHost host) {
    return host.systemBusReachable()
        ? Finding.yes(
            SYSTEMD,
            "system-bus",
            host.systemBus() + " takes connections",
            "scopes are asked for there, by root")
        : Finding.no(
            SYSTEMD,
            "system-bus",
            host.systemBus() + " does not take connections",
            "no scope can be had",
            "where systemd runs: start dbus, or use --cgroup-manager=cgroupfs; elsewhere none is"
                + " needed");
  }

  private static Finding userBus(SystemdHost host) {
    return host.userBusReachable()
        ? Finding.yes(
            SYSTEMD,
            "user-bus",
            host.userBus() + " takes connections",
            "the user's manager can delegate a cgroup: systemd-run --user --scope -p Delegate=yes")
        : Finding.no(
            SYSTEMD,
            "user-bus",
            host.userBus() + " does not take connections",
            "an unprivileged user has nobody to delegate a cgroup",
            "none is needed for root; for others: log in by a session (pam_systemd), or loginctl enable-linger USER, and set XDG_RUNTIME_DIR");
  }
}
