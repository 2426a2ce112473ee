package dev.husk.integration;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The observer itself: it must see what it is there to see. */
@Tag("lab-too")
class ObserverTest extends RealSandboxes {
  private static final Duration BOUND = Duration.ofSeconds(30);

  @Test
  void seesAProcessInAForeignPidNamespaceOutsideOfEverySandbox() throws Exception {
    try (Observer observer = new Observer()) {
      Process process =
          new ProcessBuilder("unshare", "--pid", "--fork", "--kill-child", "sleep", "60").start();
      try {
        Eventually.is(
            BOUND,
            () -> observer.escapes().stream().anyMatch(escape -> escape.contains("sleep 60")),
            () -> "the escape, not " + observer.escapes());
      } finally {
        List<ProcessHandle> children = process.children().toList();
        process.destroyForcibly().waitFor(BOUND);
        for (ProcessHandle child : children) {
          awaitNo(child.pid());
        }
      }
    }
  }

  @Test
  void seesAnOrphanInAForeignPidNamespace() throws Exception {
    Process unshare = new ProcessBuilder("unshare", "--pid", "--fork", "sleep", "61").start();
    Eventually.is(
        BOUND, () -> unshare.children().findAny().isPresent(), () -> "a child of unshare");
    ProcessHandle orphan = unshare.children().findAny().orElseThrow();
    unshare.destroyForcibly().waitFor(BOUND);
    try (Observer observer = new Observer()) {
      Eventually.is(
          BOUND,
          () ->
              observer.escapes().stream().anyMatch(escape -> escape.startsWith(orphan.pid() + "@")),
          () -> "the escape, not " + observer.escapes());
    } finally {
      orphan.destroyForcibly();
      awaitNo(orphan.pid());
    }
  }

  /** What is just dying would be an escape to the next test's observer. */
  private static void awaitNo(long pid) throws Exception {
    Eventually.is(BOUND, () -> ProcFs.stat(pid).isEmpty(), () -> "no process " + pid);
  }

  @Test
  void seesTheProcessesOfASandboxWhereTheyBelong() throws Exception {
    Bundle bundle = bundle().script("sleep 60 & sleep 60 & echo up; wait");
    try (Observer observer = new Observer();
        Husk husk = Husk.start("run", "--id", freshId(), bundle.toString())) {
      husk.awaitOutput("up");
      Eventually.is(
          BOUND, () -> observer.processesSeen() >= 4, () -> "4, not " + observer.processesSeen());
      husk.signal("TERM");
      husk.signal("INT");
      // A shell may take the interrupt first and end by it.
      assertThat(husk.outcome().status()).isIn(128 + 2, 128 + 9);
      assertThat(observer.escapes()).isEmpty();
    }
  }

  @Test
  void findsAProcessThatLeavesItsCgroupForAMoment() throws Exception {
    Bundle bundle = bundle().script("(setsid sh -c 'sleep 64 & sleep 65' &); echo up; sleep 66");
    try (Observer observer = new Observer();
        Husk husk = Husk.start("run", "--id", freshId(), bundle.toString())) {
      husk.awaitOutput("up");
      long daemon = descendant(husk.pid(), "sleep 65 ");
      Path home = CgroupV2.mount().resolve(ProcFs.cgroup(daemon).orElseThrow().substring(1));
      Eventually.is(
          BOUND, () -> observer.processesSeen() >= 4, () -> "4, not " + observer.processesSeen());
      assertThat(observer.escapes()).noneMatch(escape -> escape.startsWith(daemon + "@"));
      move(daemon, CgroupV2.mount());
      try {
        Eventually.is(
            BOUND,
            () -> observer.escapes().stream().anyMatch(escape -> escape.startsWith(daemon + "@")),
            () -> "the escape of " + daemon + ", not " + observer.escapes());
      } finally {
        move(daemon, home);
      }
      husk.signal("TERM");
      husk.signal("INT");
      // A shell may take the interrupt first and end by it.
      assertThat(husk.outcome().status()).isIn(128 + 2, 128 + 9);
    }
  }

  @Test
  void findsAProcessThatIsInTheCgroupOfAnotherSandbox() throws Exception {
    Bundle bundle = bundle().script("sleep 67 & echo up; sleep 68");
    try (Observer observer = new Observer();
        Husk one = Husk.start("run", "--id", freshId(), bundle.toString());
        Husk other = Husk.start("run", "--id", freshId(), bundle.toString())) {
      one.awaitOutput("up");
      other.awaitOutput("up");
      long lost = descendant(one.pid(), "sleep 67 ");
      long resident = descendant(other.pid(), "sleep 67 ");
      Eventually.is(
          BOUND, () -> observer.processesSeen() >= 6, () -> "6, not " + observer.processesSeen());
      assertThat(observer.escapes()).noneMatch(escape -> escape.contains("" + lost));
      move(lost, CgroupV2.mount().resolve(ProcFs.cgroup(resident).orElseThrow().substring(1)));
      Eventually.is(
          BOUND,
          () -> observer.escapes().stream().anyMatch(escape -> escape.contains("" + lost)),
          () -> "the escape of " + lost + ", not " + observer.escapes());
      for (Husk husk : List.of(one, other)) {
        husk.signal("TERM");
        husk.signal("INT");
        // A shell may take the interrupt first and end by it.
        assertThat(husk.outcome().status()).isIn(128 + 2, 128 + 9);
      }
    }
  }

  @Test
  void findsAMarkedProcessWhateverItsNamespacesAndAncestors() throws Exception {
    ProcessBuilder builder = new ProcessBuilder("setsid", "--fork", "sleep", "69");
    String[] marker = ProcFs.MARKER.split("=", 2);
    builder.environment().put(marker[0], marker[1]);
    assertThat(builder.start().waitFor(BOUND)).isTrue();
    try (Observer observer = new Observer()) {
      Eventually.is(
          BOUND,
          () -> observer.escapes().stream().anyMatch(escape -> escape.contains("sleep 69")),
          () -> "the orphan, not " + observer.escapes());
      for (String escape : observer.escapes()) {
        long escaped = Long.parseLong(escape.substring(0, escape.indexOf('@')));
        Programs.signal(escaped, "KILL");
        awaitNo(escaped);
      }
    }
  }

  private static long descendant(long ancestor, String commandLine) throws Exception {
    Callable<OptionalLong> search =
        () ->
            ProcFs.pids().stream()
                .mapToLong(pid -> pid)
                .filter(pid -> ProcFs.commandLine(pid).equals(commandLine))
                .filter(pid -> ProcFs.marked(pid) && ProcFs.descends(pid, ancestor))
                .findFirst();
    Eventually.is(BOUND, () -> search.call().isPresent(), () -> commandLine);
    return search.call().orElseThrow();
  }

  private static void move(long pid, Path cgroup) throws IOException {
    Files.writeString(cgroup.resolve("cgroup.procs"), Long.toString(pid), StandardOpenOption.WRITE);
  }

  @Test
  void leftoversSeeAProcessACgroupAndAFile() throws Exception {
    Leftovers before = Leftovers.now();
    assertThat(Leftovers.now().cgroups()).isEqualTo(before.cgroups());

    Process process =
        new ProcessBuilder("unshare", "--pid", "--fork", "--kill-child", "sleep", "62").start();
    Path cgroup = CgroupV2.mount().resolve("husk-test-" + freshId());
    Files.createDirectory(cgroup);
    try {
      Eventually.is(
          BOUND,
          () -> Leftovers.now().processes().stream().anyMatch(line -> line.contains("sleep 62")),
          () -> "a process of a foreign namespace");
      assertThat(Leftovers.now().cgroups()).contains("cgroup " + cgroup);
    } finally {
      Files.delete(cgroup);
      List<ProcessHandle> children = process.children().toList();
      process.destroyForcibly().waitFor(BOUND);
      for (ProcessHandle child : children) {
        awaitNo(child.pid());
      }
    }
  }
}
