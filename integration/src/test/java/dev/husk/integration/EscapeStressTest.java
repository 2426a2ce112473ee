package dev.husk.integration;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.StatusRuntimeException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Sandboxes whose payloads fork by every call that there is, leave their sessions and move between
 * cgroups of their own as fast as they can, ended at any moment of their lives and in every way,
 * while all of /proc is watched. {@code husk.stress.rounds} says how many, {@code
 * husk.stress.parallel} how many at a time: the others' storms go on while one is created, started,
 * killed and deleted.
 */
@Tag("stress")
@Tag("lab-too")
class EscapeStressTest extends RealSandboxes {
  private static final int PARALLEL = Integer.getInteger("husk.stress.parallel", 4);

  /** Milliseconds after the payload's first word in which it is killed. */
  private static final int LATEST_KILL = 60;

  /** Milliseconds in which a create is interrupted. */
  private static final int LATEST_DEATH = 120;

  /** Processes that a storm keeps alive at a time. */
  private static final int STORM = 200;

  private static final String SHELL_STORM =
      "storm() { while :; do (setsid sh -c 'sleep 600 & (setsid sleep 600 &)' &); done; };"
          + " trap 'exit 9' TERM; echo up; storm & storm & ";

  private final AtomicInteger next = new AtomicInteger();
  private final AtomicInteger sandboxes = new AtomicInteger();
  private final AtomicInteger leftEmpty = new AtomicInteger();
  private final Queue<String> unexpected = new ConcurrentLinkedQueue<>();
  private final Map<End, AtomicInteger> ends = new EnumMap<>(End.class);

  /** Ways to end a sandbox. */
  private enum End {
    INTERRUPTED_TWICE,
    PAYLOAD_EXITS,
    SHIM_KILLED,
    TREE_KILLED,
    TREE_TERMINATED,
    DELETED_BY_FORCE,
    KILLED_BEFORE_START,
    DELETED_DURING_START,
    SHIM_KILLED_DURING_CREATE,
    SHIM_KILLED_DURING_START;

    /** Of four rounds three are of {@code run}, which is the quicker; the fourth is of serve. */
    static End of(int round) {
      End[] all = values();
      return round % 4 == 0 ? all[3 + round / 4 % (all.length - 3)] : all[round % 4 - 1];
    }
  }

  /** The payloads. */
  private record Payloads(Bundle storms, Bundle shellStorms, Bundle exits) {
    Bundle storm(Random random) {
      return random.nextInt(4) == 0 ? shellStorms : storms;
    }
  }

  /**
   * A thousand on the host and a thousand in the lab; the lab's other userland has the same kernel.
   */
  int rounds() {
    boolean second = "forky".equals(System.getenv("HUSK_LAB"));
    return Integer.getInteger("husk.stress.rounds", second ? 300 : 1000);
  }

  @Test
  void noProcessIsEverOutsideAndNothingIsLeft() throws Exception {
    Payloads payloads =
        new Payloads(
            Hostile.payload(
                Hostile.withWritableCgroups(bundle()), "storm", Integer.toString(STORM)),
            bundle().script(SHELL_STORM + "wait; while :; do sleep 1; done"),
            bundle().script(SHELL_STORM + "usleep 30000; exit 9"));
    for (End end : End.values()) {
      ends.put(end, new AtomicInteger());
    }
    // The first use of a bwrap probes it, outside of any sandbox.
    assertThat(Husk.run("run", bundle().toString()).status()).isZero();
    Leftovers before = Leftovers.now();
    long start = System.nanoTime();
    try (Observer observer = new Observer();
        ExecutorService pool = Executors.newFixedThreadPool(PARALLEL)) {
      List<Future<?>> workers = new ArrayList<>();
      for (int i = 0; i < PARALLEL; i++) {
        int seed = i;
        workers.add(pool.submit(() -> work(new Random(seed), payloads)));
      }
      for (Future<?> worker : workers) {
        worker.get();
      }
      String line =
          "escape stress: %d rounds, %d sandboxes, %d samples of /proc, %d processes seen, %d outside, %d left empty to a successor, %d s; %s"
              .formatted(
                  rounds(),
                  sandboxes.get(),
                  observer.samples(),
                  observer.processesSeen(),
                  observer.escapes().size(),
                  leftEmpty.get(),
                  (System.nanoTime() - start) / 1_000_000_000,
                  ends);
      Measured.say(line);
      assertThat(observer.escapes()).as(line).isEmpty();
      assertThat(observer.processesSeen()).isGreaterThan(rounds());
      assertThat(unexpected).as(line).isEmpty();
      assertThat(sandboxes.get()).isEqualTo(rounds());
    }
    before.assertNothingSince();
  }

  private Void work(Random random, Payloads payloads) throws Exception {
    for (int round = next.getAndIncrement(); round < rounds(); round = next.getAndIncrement()) {
      End end = End.of(round);
      Bundle storm = payloads.storm(random);
      try {
        int delay = random.nextInt(LATEST_KILL);
        switch (end) {
          case INTERRUPTED_TWICE -> interruptTwice(storm, delay);
          case PAYLOAD_EXITS -> expect(9, Husk.run("run", payloads.exits().toString()));
          case SHIM_KILLED -> killShim(storm, delay);
          case SHIM_KILLED_DURING_CREATE -> killShimDuring(storm, false, random);
          case SHIM_KILLED_DURING_START -> killShimDuring(storm, true, random);
          default -> overTheApi(end, storm, delay);
        }
        sandboxes.incrementAndGet();
        ends.get(end).incrementAndGet();
      } catch (Exception | AssertionError e) {
        unexpected.add("round " + round + ", " + end + ": " + e);
      }
    }
    return null;
  }

  /** An end may have come by itself already. */
  private static void unlessEnded(Runnable call) {
    try {
      call.run();
    } catch (StatusRuntimeException e) {
      assertThat(e.getStatus().getCode())
          .isIn(
              io.grpc.Status.Code.FAILED_PRECONDITION,
              io.grpc.Status.Code.NOT_FOUND,
              io.grpc.Status.Code.UNAVAILABLE);
    }
  }

  /** What the storm says of forks that its end made impossible is of no interest. */
  private static void expect(int status, Outcome outcome) {
    assertThat(outcome.status()).as("%s", outcome).isEqualTo(status);
  }

  private static void interruptTwice(Bundle bundle, int delay) throws Exception {
    try (Husk husk = Husk.start("run", bundle.toString())) {
      husk.awaitOutput("up");
      Thread.sleep(delay);
      husk.signal("INT");
      do {
        Programs.signal(husk.pid(), "TERM");
      } while (!husk.process().waitFor(Duration.ofSeconds(1)));
      // 130: the shell took the first one and ended before the second; 9: that was SIGTERM, which
      // it traps.
      assertThat(husk.outcome().status()).isIn(9, 130, 137);
    }
  }

  private static void killShim(Bundle bundle, int delay) throws Exception {
    String id = freshId();
    try (Husk husk =
        Husk.start(Map.of(), List.of(), List.of("run", "--id", id, bundle.toString()))) {
      husk.awaitOutput("up");
      Thread.sleep(delay);
      husk.process().destroyForcibly().waitFor(Programs.BOUND);
    }
    awaitNothingOf(id);
  }

  private void killShimDuring(Bundle bundle, boolean start, Random random) throws Exception {
    String id = freshId();
    try (Shim shim = Shim.serve(id, bundle)) {
      if (start) {
        shim.client().create();
      }
      Thread call =
          Thread.ofPlatform()
              .start(
                  () ->
                      unlessEnded(
                          () -> {
                            if (start) {
                              shim.client().start();
                            } else {
                              shim.client().create();
                            }
                          }));
      Thread.sleep(random.nextInt(start ? LATEST_KILL / 4 : LATEST_DEATH));
      shim.husk().process().destroyForcibly().waitFor(Programs.BOUND);
      call.join(Programs.BOUND);
    }
    if (!start) {
      succeedIfLeftEmpty(id, bundle);
    }
    awaitNothingOf(id);
  }

  /**
   * A shim that is killed between the making of its cgroup and the birth of its deadman leaves the
   * cgroup, in which nobody has been born yet, to its successor.
   */
  private void succeedIfLeftEmpty(String id, Bundle bundle) throws Exception {
    Path cgroup = CgroupV2.mount().resolve("husk").resolve(id);
    Eventually.is(
        Programs.BOUND,
        () -> !Files.exists(cgroup) || (isEmpty(cgroup) && !hasDeadman(cgroup)),
        () -> cgroup + " gone, or empty and nobody's");
    if (Files.exists(cgroup)) {
      leftEmpty.incrementAndGet();
      try (Shim successor = Shim.serve(id, bundle)) {
        successor.client().create();
        successor.client().delete(true);
        successor.husk().outcome();
      }
    }
  }

  private static boolean isEmpty(Path cgroup) throws Exception {
    try {
      return Files.readString(cgroup.resolve("cgroup.events")).contains("populated 0");
    } catch (NoSuchFileException e) {
      return true;
    }
  }

  private static boolean hasDeadman(Path cgroup) {
    return ProcFs.named("husk-deadman").stream()
        .anyMatch(pid -> ProcFs.commandLine(pid).contains(cgroup + " "));
  }

  private static void awaitNothingOf(String id) throws Exception {
    Path cgroup = CgroupV2.mount().resolve("husk").resolve(id);
    Eventually.is(Programs.BOUND, () -> !Files.exists(cgroup), () -> cgroup + " gone");
    // What a killed shim leaves in its state directory is its successor's to remove.
    Programs.removeTree(Path.of("/run/husk", id));
  }

  private static void overTheApi(End end, Bundle bundle, int delay) throws Exception {
    try (Shim shim = Shim.serve(bundle)) {
      Client client = shim.client();
      client.create();
      if (end == End.KILLED_BEFORE_START) {
        client.killTree("KILL");
        assertThat(client.await().getCode()).isEqualTo(137);
      } else if (end == End.DELETED_DURING_START) {
        Thread start = Thread.ofPlatform().start(() -> unlessEnded(client::start));
        Thread.sleep(delay / 8);
        client.delete(true);
        start.join(Programs.BOUND);
        assertThat(shim.husk().outcome().status()).isZero();
        return;
      } else {
        client.start();
        Thread.sleep(delay);
        kill(end, client);
      }
      client.delete(end == End.DELETED_BY_FORCE);
      assertThat(shim.husk().outcome().status()).isZero();
    }
  }

  private static void kill(End end, Client client) {
    switch (end) {
      case TREE_KILLED -> {
        client.killTree("KILL");
        assertThat(client.await().getCode()).isEqualTo(137);
      }
      case TREE_TERMINATED -> {
        client.killTree("TERM");
        unlessEnded(() -> client.killTree("KILL"));
        assertThat(client.await().getCode()).isIn(137, 9);
      }
      default -> assertThat(client.state().getPid()).isPositive();
    }
  }
}
