package dev.husk.integration;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
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
 * Sandboxes whose payloads fork, fork again and leave their sessions as fast as they can, killed at
 * any moment and in every way, while all of /proc is watched. {@code husk.stress.rounds} says how
 * many, {@code husk.stress.parallel} how many at a time.
 */
@Tag("stress")
class EscapeStressTest extends RealSandboxes {
  private static final int ROUNDS = Integer.getInteger("husk.stress.rounds", 1000);
  private static final int PARALLEL = Integer.getInteger("husk.stress.parallel", 4);

  /** Milliseconds after the payload's first word in which it is killed. */
  private static final int LATEST_KILL = 60;

  private static final String STORM =
      "storm() { while :; do (setsid sh -c 'sleep 600 & (setsid sleep 600 &)' &); done; };"
          + " trap 'exit 9' TERM; echo up; storm & storm & ";

  private final AtomicInteger next = new AtomicInteger();
  private final AtomicInteger sandboxes = new AtomicInteger();
  private final Queue<String> unexpected = new ConcurrentLinkedQueue<>();

  /** Ways to end a sandbox: three of {@code run}, which are three of four rounds, and of serve. */
  private enum End {
    INTERRUPTED_TWICE,
    PAYLOAD_EXITS,
    SHIM_KILLED,
    TREE_KILLED,
    TREE_TERMINATED,
    DELETED_BY_FORCE
  }

  @Test
  void noProcessIsEverOutsideAndNothingIsLeft() throws Exception {
    Bundle waits = bundle().script(limit(STORM + "wait; while :; do sleep 1; done"));
    Bundle exits = bundle().script(limit(STORM + "usleep 30000; exit 9"));
    // The first use of a bwrap probes it, outside of any sandbox.
    assertThat(Husk.run("run", bundle().toString()).status()).isZero();
    Leftovers before = Leftovers.now();
    long start = System.nanoTime();
    try (Observer observer = new Observer();
        ExecutorService pool = Executors.newFixedThreadPool(PARALLEL)) {
      List<Future<?>> workers = new ArrayList<>();
      for (int i = 0; i < PARALLEL; i++) {
        int seed = i;
        workers.add(pool.submit(() -> work(new Random(seed), waits, exits)));
      }
      for (Future<?> worker : workers) {
        worker.get();
      }
      String line =
          "escape stress: %d rounds, %d sandboxes, %d samples of /proc, %d processes seen, %d outside, %d s"
              .formatted(
                  ROUNDS,
                  sandboxes.get(),
                  observer.samples(),
                  observer.processesSeen(),
                  observer.escapes().size(),
                  (System.nanoTime() - start) / 1_000_000_000);
      System.out.println(line);
      assertThat(observer.escapes()).as(line).isEmpty();
      assertThat(observer.processesSeen()).isGreaterThan(ROUNDS);
      assertThat(unexpected).as(line).isEmpty();
      assertThat(sandboxes.get()).isEqualTo(ROUNDS);
    }
    before.assertNothingSince();
  }

  /** A storm has to end where the host's pids do not. */
  private static String limit(String script) {
    return "ulimit -u 400; " + script;
  }

  private Void work(Random random, Bundle waits, Bundle exits) throws Exception {
    End[] ends = End.values();
    for (int round = next.getAndIncrement(); round < ROUNDS; round = next.getAndIncrement()) {
      End end = round % 4 == 0 ? ends[3 + round / 4 % 3] : ends[round % 4 - 1];
      try {
        int delay = random.nextInt(LATEST_KILL);
        switch (end) {
          case INTERRUPTED_TWICE -> interruptTwice(waits, delay);
          case PAYLOAD_EXITS -> expect(9, Husk.run("run", exits.toString()));
          case SHIM_KILLED -> killShim(waits, delay);
          case TREE_KILLED, TREE_TERMINATED, DELETED_BY_FORCE -> overTheApi(end, waits, delay);
        }
        sandboxes.incrementAndGet();
      } catch (Exception | AssertionError e) {
        unexpected.add("round " + round + ", " + end + ": " + e);
      }
    }
    return null;
  }

  /** TERM may have ended it all already. */
  private static void killTheRest(Client client) {
    try {
      client.killTree("KILL");
    } catch (StatusRuntimeException e) {
      assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.FAILED_PRECONDITION);
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
        Programs.signal(husk.pid(), "INT");
      } while (!husk.process().waitFor(Duration.ofSeconds(1)));
      // 130: the shell took the first one and ended before the second.
      assertThat(husk.outcome().status()).isIn(130, 137);
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
    Path cgroup = CgroupV2.mount().resolve("husk").resolve(id);
    Eventually.is(Programs.BOUND, () -> !Files.exists(cgroup), () -> cgroup + " gone");
    // What a killed shim leaves in its state directory is its successor's to remove.
    Programs.removeTree(Path.of("/run/husk", id));
  }

  private static void overTheApi(End end, Bundle bundle, int delay) throws Exception {
    try (Shim shim = Shim.serve(bundle)) {
      Client client = shim.client();
      client.create();
      client.start();
      Thread.sleep(delay);
      switch (end) {
        case TREE_KILLED -> {
          client.killTree("KILL");
          assertThat(client.await().getCode()).isEqualTo(137);
        }
        case TREE_TERMINATED -> {
          client.killTree("TERM");
          killTheRest(client);
          assertThat(client.await().getCode()).isIn(137, 9);
        }
        default -> assertThat(client.state().getPid()).isPositive();
      }
      client.delete(end == End.DELETED_BY_FORCE);
      assertThat(shim.husk().outcome().status()).isZero();
    }
  }
}
