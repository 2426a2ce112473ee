package dev.husk.integration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.husk.v1.ExitStatus;
import dev.husk.v1.Phase;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Sandboxes that resist their end: many processes that ignore signals, are stopped, traced,
 * suspended by vfork, zombies, or hold kernel threads; frozen from outside and from inside.
 */
@Tag("lab-too")
class HardToEndTest extends RealSandboxes {
  /** Births; several kinds have a child of their own. */
  private static final int BIRTHS = 840;

  private static final int AT_LEAST = 1000;

  /** What the API promises for the end of a tree, in milliseconds. */
  private static final long PROMISED = 2000;

  @ParameterizedTest
  @CsvSource({
    "KILL, 0, false", "KILL, 3, false", "KILL, 3, true",
    "DELETE, 0, false", "DELETE, 3, false", "DELETE, 3, true",
  })
  void aThousandProcessesEndInTwoSeconds(String verb, int levels, boolean frozen) throws Exception {
    double load = Double.parseDouble(Files.readString(Path.of("/proc/loadavg")).split(" ")[0]);
    int processors = Runtime.getRuntime().availableProcessors();
    long millis = millisToEnd(verb, levels, frozen);
    if (millis > PROMISED && (processors == 1 || load >= processors)) {
      // A machine of the lab cannot see how busy its host is.
      Measured.say(
          "end in %d ms, over the %d promised: not judged, %d processors and a load of %.1f before"
              .formatted(millis, PROMISED, processors, load));
      return;
    }
    assertThat(millis)
        .as(
            "milliseconds until populated 0, by %s, %d processors and a load of %.1f before",
            verb, processors, load)
        .isLessThanOrEqualTo(PROMISED);
  }

  private long millisToEnd(String verb, int levels, boolean frozen) throws Exception {
    Bundle bundle =
        Hostile.payload(
            Hostile.withWritableCgroups(bundle()),
            "crowd",
            Integer.toString(BIRTHS),
            Integer.toString(levels));
    if (CgroupV2.has("pids")) {
      bundle.set("/linux/resources/pids/limit", 4 * BIRTHS);
    }
    Path output = temp.resolve("crowd-" + System.nanoTime());
    try (Observer observer = new Observer();
        Shim shim = Shim.serve(bundle)) {
      Client client = shim.client();
      client.create(output);
      client.start();
      Path cgroup = shim.cgroup();
      Eventually.is(
          Programs.BOUND,
          () -> Files.readString(output).contains("up\n"),
          () -> "the crowd: " + Files.readString(output));
      Eventually.is(
          Programs.BOUND,
          () -> ControlFiles.processes(cgroup) >= AT_LEAST,
          () -> AT_LEAST + " processes, not " + ControlFiles.processes(cgroup));
      int processes = ControlFiles.processes(cgroup);
      if (frozen) {
        freeze(cgroup);
      }
      long start = System.nanoTime();
      if (verb.equals("KILL")) {
        client.killTree("KILL");
        Eventually.is(
            Programs.BOUND, () -> !ControlFiles.populated(cgroup), () -> cgroup + " empty");
      } else {
        client.delete(true);
        assertThat(cgroup).doesNotExist();
      }
      long millis = (System.nanoTime() - start) / 1_000_000;
      Measured.say(
          "end of %d processes by %s, %d levels%s: %d ms"
              .formatted(processes, verb, levels, frozen ? ", frozen" : "", millis));
      if (verb.equals("KILL")) {
        ExitStatus exit = client.await();
        assertThat(exit.getCode()).isEqualTo(137);
        if (!frozen) {
          // A frozen monitor cannot reap, and whoever adopts the payload may do so too late.
          assertThat(exit.getExact()).as("%s", exit).isEqualTo(ProcFs.kernelRecordsExits());
        }
        client.delete(false);
      }
      assertThat(shim.husk().outcome().status()).isZero();
      assertThat(observer.escapes()).isEmpty();
      return millis;
    }
  }

  /** As Pause does. */
  private static void freeze(Path cgroup) throws Exception {
    Files.writeString(cgroup.resolve("cgroup.freeze"), "1", StandardOpenOption.WRITE);
    Eventually.is(
        Programs.BOUND,
        () -> Files.readString(cgroup.resolve("cgroup.events")).contains("frozen 1"),
        () -> cgroup + " frozen");
  }

  @ParameterizedTest
  @ValueSource(strings = {"freeze", "stop", "thread"})
  void whatItDoesToItselfDoesNotKeepItAlive(String how) throws Exception {
    Bundle bundle = Hostile.payload(Hostile.withWritableCgroups(bundle()), "stop", how);
    for (boolean killed : new boolean[] {true, false}) {
      try (Observer observer = new Observer();
          Shim shim = Shim.serve(bundle)) {
        Client client = shim.client();
        client.create();
        client.start();
        Thread.sleep(Duration.ofMillis(100));
        assertThat(client.state().getPid()).isPositive();
        if (killed) {
          client.killTree("KILL");
          assertThat(client.await().getCode()).isEqualTo(137);
        }
        client.delete(true);
        assertThat(shim.husk().outcome().status()).isZero();
        assertThat(observer.escapes()).isEmpty();
      }
    }
  }

  /**
   * The first process of a pid namespace is safe from its own signals, those of cgroup.kill too,
   * and bwrap's monitor is out of its reach.
   */
  @ParameterizedTest
  @ValueSource(strings = {"kill", "group"})
  void whoKillsHimselfAndHisMonitorReachesNeither(String how) throws Exception {
    Bundle bundle = Hostile.payload(Hostile.withWritableCgroups(bundle()), "stop", how);
    Path output = temp.resolve("report-" + how);
    try (Observer observer = new Observer();
        Shim shim = Shim.serve(bundle)) {
      Client client = shim.client();
      client.create(output);
      client.start();
      Eventually.is(
          Programs.BOUND,
          () ->
              Hostile.report(output).stream()
                  .anyMatch(
                      line ->
                          line.target().equals("init/cgroup.kill") || line.target().equals(how)),
          () -> "the attempt in " + Hostile.report(output));
      assertThat(client.state().getPhase()).isEqualTo(Phase.PHASE_RUNNING);
      assertThat(shim.monitor()).isPositive();
      client.kill("KILL");
      ExitStatus exit = client.await();
      assertThat(exit.getSignal()).as("%s", exit).isEqualTo(9);
      client.delete(false);
      assertThat(shim.husk().outcome().status()).isZero();
      assertThat(observer.escapes()).isEmpty();
    }
  }

  @Test
  void cgroupsUpToTheBoundAreRemovedWithTheSandbox() throws Exception {
    Bundle bundle = Hostile.payload(Hostile.withWritableCgroups(bundle()), "fill");
    Path output = temp.resolve("report");
    try (Shim shim = Shim.serve(bundle)) {
      Client client = shim.client();
      client.create(output);
      Path cgroup = shim.cgroup();
      Map<String, String> settings = ControlFiles.of(cgroup);
      client.start();
      assertThat(client.await().getCode()).isZero();
      assertThat(Hostile.report(output))
          .anyMatch(line -> line.name().equals("widen") && line.result().equals("EAGAIN"))
          .anyMatch(line -> line.name().equals("deepen") && line.result().equals("EAGAIN"));
      assertThat(ControlFiles.of(cgroup)).isEqualTo(settings);
      client.delete(false);
      assertThat(cgroup).doesNotExist();
      assertThat(shim.husk().outcome().status()).isZero();
    }
  }
}
