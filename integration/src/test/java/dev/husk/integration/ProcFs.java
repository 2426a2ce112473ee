package dev.husk.integration;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/** The host's processes. Everything read here can be gone the next moment, and is then empty. */
final class ProcFs {
  static final String OWN_PID_NAMESPACE = pidNamespace(ProcessHandle.current().pid()).orElseThrow();

  /** Longer chains of ancestors than that do not occur. */
  private static final int ANCESTORS = 64;

  /**
   * In the environment of every payload of this JVM, and so of all its descendants, wherever they
   * went: it tells them from everybody else's processes without asking for a namespace or a cgroup.
   */
  static final String MARKER = "HUSK_TEST_PAYLOAD=of-" + ProcessHandle.current().pid();

  private ProcFs() {}

  static List<Long> pids() {
    List<Long> pids = new ArrayList<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
      for (Path entry : entries) {
        pids.add(Long.valueOf(entry.getFileName().toString()));
      }
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
    return pids;
  }

  static Optional<String> pidNamespace(long pid) {
    try {
      return Optional.of(Files.readSymbolicLink(Path.of("/proc/" + pid + "/ns/pid")).toString());
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  static Optional<String> comm(long pid) {
    return read(pid, "comm").map(String::strip);
  }

  /** All processes whose program has that name. */
  static List<Long> named(String comm) {
    return pids().stream().filter(pid -> comm(pid).equals(Optional.of(comm))).toList();
  }

  /** Its pids in its pid namespace and those around it, the outermost first. */
  static List<Long> namespacePids(long pid) {
    return read(pid, "status")
        .orElse("")
        .lines()
        .filter(line -> line.startsWith("NSpid:"))
        .flatMap(line -> Stream.of(line.substring("NSpid:".length()).strip().split("\\s+")))
        .map(Long::valueOf)
        .toList();
  }

  /** Program and arguments with spaces between them. */
  static String commandLine(long pid) {
    return read(pid, "cmdline").orElse("").replace('\0', ' ');
  }

  /** Path below the cgroup v2 mount. */
  static Optional<String> cgroup(long pid) {
    return read(pid, "cgroup")
        .flatMap(text -> text.lines().filter(line -> line.startsWith("0::")).findFirst())
        .map(line -> line.substring(3));
  }

  /** The cgroups of its threads, which are mostly one. */
  static Set<String> cgroups(long pid, Stat stat) {
    Set<String> found = new TreeSet<>();
    cgroup(pid).ifPresent(found::add);
    if (stat.threads() > 1) {
      try (DirectoryStream<Path> tasks =
          Files.newDirectoryStream(Path.of("/proc/" + pid + "/task"))) {
        for (Path task : tasks) {
          cgroup(Long.parseLong(task.getFileName().toString())).ifPresent(found::add);
        }
      } catch (IOException | DirectoryIteratorException e) {
        return found;
      }
    }
    return found;
  }

  /** Whether its environment, as it was when its program was executed, has the marker. */
  static boolean marked(long pid) {
    return read(pid, "environ")
        .filter(text -> Arrays.asList(text.split("\0")).contains(MARKER))
        .isPresent();
  }

  /** Parent and start time: with its pid, the latter names a process for ever. */
  record Stat(long parent, String startTime, String state, int threads) {}

  static Optional<Stat> stat(long pid) {
    return read(pid, "stat")
        .map(text -> text.substring(text.lastIndexOf(')') + 2).split(" "))
        .map(
            fields ->
                new Stat(
                    Long.parseLong(fields[1]),
                    fields[19],
                    fields[0],
                    Integer.parseInt(fields[17])));
  }

  private static Optional<String> read(long pid, String file) {
    try {
      // Whoever runs there chooses the bytes: they need not be UTF-8.
      return Optional.of(
              Files.readString(Path.of("/proc/" + pid + "/" + file), StandardCharsets.ISO_8859_1))
          .filter(text -> !text.isEmpty());
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** Whether it is a process of some sandbox: by its pid namespace or by its program. */
  static boolean ofSandbox(long pid) {
    Optional<String> namespace = pidNamespace(pid);
    if (namespace.isPresent() && !namespace.get().equals(OWN_PID_NAMESPACE)) {
      return true;
    }
    Optional<String> comm = comm(pid);
    return comm.isPresent()
        && (comm.get().equals("bwrap") || comm.get().equals("husk-init"))
        && !isDeadman(pid);
  }

  /** Whether a process is another one or has it among its ancestors. */
  static boolean descends(long pid, long from) {
    long ancestor = pid;
    for (int i = 0; i < ANCESTORS && ancestor > 1; i++) {
      if (ancestor == from) {
        return true;
      }
      ancestor = stat(ancestor).map(Stat::parent).orElse(1L);
    }
    return false;
  }

  /** The deadman is the one that is meant to be outside of the sandbox's cgroup. */
  static boolean isDeadman(long pid) {
    return commandLine(pid).startsWith("husk-deadman ");
  }

  /** Whether an exit status can be read from a pidfd (PIDFD_INFO_EXIT): Linux 6.15. */
  static boolean kernelRecordsExits() {
    String[] version = System.getProperty("os.version").split("[^0-9]+", 3);
    int major = Integer.parseInt(version[0]);
    return major > 6 || (major == 6 && Integer.parseInt(version[1]) >= 15);
  }
}
