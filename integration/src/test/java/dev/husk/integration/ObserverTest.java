package dev.husk.integration;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** The observer itself: it must see what it is there to see. */
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
        process.destroyForcibly().waitFor(BOUND);
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
          () -> observer.escapes().stream().anyMatch(escape -> escape.startsWith(orphan.pid() + "@")),
          () -> "the escape, not " + observer.escapes());
    } finally {
      orphan.destroyForcibly();
    }
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
      husk.signal("TERM");
      assertThat(husk.outcome().status()).isEqualTo(128 + 9);
      assertThat(observer.escapes()).isEmpty();
    }
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
      process.destroyForcibly().waitFor(BOUND);
    }
  }
}
