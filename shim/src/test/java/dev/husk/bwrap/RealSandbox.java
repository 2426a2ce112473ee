package dev.husk.bwrap;

import dev.husk.process.StageOp;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.StringJoiner;

/**
 * Runs a plan with the real kernel and the real bwrap, with a shell script in the place of {@code
 * husk-init launch} and a static busybox in the place of the in-sandbox init.
 */
final class RealSandbox {
  /** Static; the environment names it where it is not installed. */
  static final Path BUSYBOX =
      Path.of(Optional.ofNullable(System.getenv("BUSYBOX")).orElse("/bin/busybox"));

  private RealSandbox() {}

  /** The output of a shell command inside; with the exit status of bwrap. */
  static ProgramRunner.Output run(SandboxPlan plan, Path work, String command) throws IOException {
    Path arguments = Files.write(work.resolve("args"), plan.argumentBytes());
    StringBuilder script = new StringBuilder("set -e\numask 0\n");
    for (StageOp operation : plan.staging()) {
      script.append(command(operation)).append('\n');
    }
    script
        .append("exec /usr/bin/env -i /usr/bin/bwrap --args 5 -- /bin/busybox sh -c ")
        .append(quote(command))
        .append(" 5<")
        .append(quote(arguments.toString()))
        .append('\n');
    Path file = Files.writeString(work.resolve("launch.sh"), script.toString());
    return Programs.run(
        "/usr/bin/unshare",
        "--mount",
        "--net",
        "--ipc",
        "--cgroup",
        "--propagation",
        "private",
        "/bin/sh",
        file.toString());
  }

  private static String command(StageOp operation) {
    return switch (operation) {
      case StageOp.Mkdir mkdir ->
          BUSYBOX + " mkdir -m " + Integer.toOctalString(mkdir.mode()) + " " + quote(mkdir.path());
      case StageOp.Touch touch -> ": >" + quote(touch.path());
      case StageOp.Symlink link ->
          BUSYBOX + " ln -s " + quote(link.target()) + " " + quote(link.path());
      case StageOp.Mount mount -> mount(mount);
    };
  }

  /** busybox hands the flags to mount(2) as they are; mount(8) would add some of its own. */
  private static String mount(StageOp.Mount mount) {
    StringJoiner options = new StringJoiner(",");
    add(options, mount, MountFlags.REMOUNT, "remount");
    boolean recursive = (mount.flags() & MountFlags.REC) != 0;
    add(options, mount, MountFlags.BIND, recursive ? "rbind" : "bind");
    add(options, mount, MountFlags.RDONLY, "ro");
    add(options, mount, MountFlags.NOSUID, "nosuid");
    add(options, mount, MountFlags.NODEV, "nodev");
    add(options, mount, MountFlags.NOEXEC, "noexec");
    add(options, mount, MountFlags.NOATIME, "noatime");
    add(options, mount, MountFlags.NODIRATIME, "nodiratime");
    add(options, mount, MountFlags.RELATIME, "relatime");
    add(options, mount, MountFlags.STRICTATIME, "strictatime");
    add(options, mount, MountFlags.SYNCHRONOUS, "sync");
    add(options, mount, MountFlags.DIRSYNC, "dirsync");
    if (!mount.data().isEmpty()) {
      options.add(mount.data());
    }
    return BUSYBOX
        + " mount -n -i"
        + (mount.type().isEmpty() ? "" : " -t " + mount.type())
        + (options.length() == 0 ? "" : " -o " + options)
        + " "
        + quote(mount.source())
        + " "
        + quote(mount.path());
  }

  private static void add(StringJoiner options, StageOp.Mount mount, long flag, String name) {
    if ((mount.flags() & flag) != 0) {
      options.add(name);
    }
  }

  private static String quote(String text) {
    return "'" + text.replace("'", "'\\''") + "'";
  }
}
