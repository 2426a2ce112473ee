package dev.husk.bench;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A program that runs the bundle's payload once, from nothing to its end. */
final class Peer {
  private final String name;
  private final List<String> command;
  private final Series wall = new Series();
  private double cpu;
  private Optional<String> absent = Optional.empty();

  private Peer(String name, List<String> command) {
    this.name = name;
    this.command = command;
  }

  static List<Peer> all(Options options, Workspace work) {
    String bundle = work.trueBundle().toString();
    List<Peer> peers = new ArrayList<>();
    peers.add(
        new Peer(
            "husk run", List.of(work.husk(), "run", "--root", work.state().toString(), bundle)));
    String id = "husk-bench-" + ProcessHandle.current().pid();
    for (String runtime : List.of("crun", "runc")) {
      String state = work.scratch().resolve(runtime).toString();
      peers.add(
          new Peer(
              runtime + " run", List.of(runtime, "--root", state, "run", "--bundle", bundle, id)));
    }
    peers.add(new Peer("bwrap", bwrap(bundle + "/rootfs")));
    peers.add(new Peer("/bin/true on the host", List.of("/bin/true")));
    return peers;
  }

  /** As near to the bundle's config as its options come. */
  private static List<String> bwrap(String rootfs) {
    return List.of(
        "bwrap",
        "--unshare-pid",
        "--unshare-net",
        "--unshare-ipc",
        "--unshare-uts",
        "--unshare-cgroup",
        "--as-pid-1",
        "--new-session",
        "--die-with-parent",
        "--hostname",
        "bench",
        "--cap-drop",
        "ALL",
        "--ro-bind",
        rootfs,
        "/",
        "--proc",
        "/proc",
        "--dev",
        "/dev",
        "--tmpfs",
        "/dev/shm",
        "--mqueue",
        "/dev/mqueue",
        "--ro-bind",
        "/sys",
        "/sys",
        "--chdir",
        "/",
        "/bin/true");
  }

  /** Two runs that do not count; a failure makes it absent. */
  void warmUp(Path scratch) throws Exception {
    if (!onPath(command.getFirst())) {
      absent = Optional.of(command.getFirst() + " is not installed");
      return;
    }
    for (int i = 0; i < 2 && absent.isEmpty(); i++) {
      check(Command.run(command, scratch));
    }
  }

  private static boolean onPath(String program) {
    if (program.startsWith("/")) {
      return Files.isExecutable(Path.of(program));
    }
    for (String directory : System.getenv("PATH").split(":")) {
      if (Files.isExecutable(Path.of(directory, program))) {
        return true;
      }
    }
    return false;
  }

  void measure(Path scratch) throws Exception {
    if (absent.isPresent()) {
      return;
    }
    double before = Command.cpuOfChildren();
    Command.Outcome outcome = Command.run(command, scratch);
    cpu += Command.cpuOfChildren() - before;
    check(outcome);
    wall.add(outcome.wall());
  }

  private void check(Command.Outcome outcome) {
    if (outcome.status() != 0) {
      absent = Optional.of("status " + outcome.status() + ": " + outcome.errors());
    }
  }

  /** Median of its wall times in milliseconds, if it has any. */
  Optional<Double> median() {
    return absent.isPresent() ? Optional.empty() : Optional.of(wall.median());
  }

  Figure figure() {
    String label = "cold " + name;
    if (absent.isPresent()) {
      return Figure.absent(label, "ms", absent.get());
    }
    String note =
        "p90 %.1f, min %.1f, CPU mean %.1f, n=%d"
            .formatted(wall.percentile(90), wall.min(), cpu / wall.size(), wall.size());
    return Figure.of(label, wall.median(), "ms", note);
  }
}
