package dev.husk.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.husk.v1.CreateRequest;
import dev.husk.v1.ExitStatus;
import dev.husk.v1.LinuxCpu;
import dev.husk.v1.LinuxMemory;
import dev.husk.v1.LinuxPids;
import dev.husk.v1.LinuxResources;
import dev.husk.v1.Phase;
import dev.husk.v1.Process;
import dev.husk.v1.UpdateRequest;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Sandboxes in transient scopes of a real systemd. */
@Tag("lab")
class ScopeTest extends RealSandboxes {
  private static final String SYSTEMD = "--cgroup-manager=systemd";
  private static final int ROUNDS = Integer.getInteger("husk.scope.rounds", 200);
  private static final int DEATHS = Integer.getInteger("husk.scope.deaths", 15);
  private static final int PARALLEL = 4;
  private static final long MIB = 1 << 20;

  @BeforeEach
  void haveSystemd() throws Exception {
    assumeTrue(Systemd.runs(), "no systemd here");
    assertThat(Systemd.units("husk-")).isEmpty();
  }

  @AfterEach
  void noUnitIsLeft() throws Exception {
    if (Systemd.runs()) {
      Systemd.awaitNone("husk-");
    }
  }

  private static String unit(String id) {
    return "husk-" + id + ".scope";
  }

  private Shim running(Bundle bundle) throws Exception {
    Shim shim = Shim.serve(bundle, SYSTEMD);
    shim.client().create();
    shim.client().start();
    return shim;
  }

  @Test
  void theUnitSaysWhatTheConfigSaysAndEveryProcessIsInIt() throws Exception {
    Bundle bundle =
        bundle()
            .script("(setsid sh -c 'sleep 600 & sleep 600' &); sleep 600")
            .set("/linux/resources/memory/limit", 64 * MIB)
            .set("/linux/resources/memory/swap", 64 * MIB)
            .set("/linux/resources/memory/reservation", 16 * MIB)
            .set("/linux/resources/pids/limit", 40)
            .set("/linux/resources/cpu/shares", 2048)
            .set("/linux/resources/cpu/quota", 25_000)
            .set("/linux/resources/cpu/period", 50_000)
            .set("/linux/resources/unified/memory.high", "60M");
    try (Shim shim = running(bundle)) {
      Eventually.is(Programs.BOUND, () -> shim.client().pids().size() > 3, () -> "all processes");
      Path sandbox = shim.cgroup();
      Map<String, String> properties =
          Systemd.show(
              unit(shim.id()),
              "MemoryMax",
              "MemorySwapMax",
              "MemoryLow",
              "MemoryHigh",
              "TasksMax",
              "CPUWeight",
              "CPUQuotaPerSecUSec",
              "CPUQuotaPeriodUSec",
              "Delegate",
              "Slice",
              "ControlGroup",
              "ActiveState");
      assertThat(properties)
          .containsEntry("MemoryMax", Long.toString(64 * MIB))
          .containsEntry("MemorySwapMax", "0")
          .containsEntry("MemoryLow", Long.toString(16 * MIB))
          .containsEntry("MemoryHigh", Long.toString(60 * MIB))
          // The process that keeps the scope counts as well.
          .containsEntry("TasksMax", "41")
          .containsEntry("CPUWeight", Files.readString(sandbox.resolve("cpu.weight")).strip())
          .containsEntry("CPUQuotaPerSecUSec", "500ms")
          .containsEntry("CPUQuotaPeriodUSec", "50ms")
          .containsEntry("Delegate", "yes")
          .containsEntry("Slice", "system.slice")
          .containsEntry("ControlGroup", "/system.slice/" + unit(shim.id()))
          .containsEntry("ActiveState", "active");
      assertThat(Files.readString(sandbox.resolve("pids.max"))).isEqualTo("40\n");
      assertThat(Files.readString(sandbox.resolve("cpu.max"))).isEqualTo("25000 50000\n");

      String inside = "/system.slice/" + unit(shim.id()) + "/sandbox/payload/init";
      for (Process process : shim.client().pids()) {
        assertThat(ProcFs.cgroup(process.getPid())).hasValue(inside);
      }
      assertThat(ProcFs.cgroup(shim.monitor())).hasValue(inside);
      assertThat(ProcFs.cgroup(shim.husk().pid()).orElseThrow()).doesNotContain(".scope");
      assertThat(shim.deadmen())
          .singleElement()
          .satisfies(
              pid ->
                  assertThat(ProcFs.cgroup(pid))
                      .hasValue("/system.slice/" + unit(shim.id()) + "/keeper"));
    }
  }

  @Test
  void theConfigNamesSliceAndScope() throws Exception {
    Bundle bundle =
        bundle()
            .args("/bin/sleep", "600")
            .set("/linux/cgroupsPath", "husktest-inner.slice:husk-pre:box");
    // Without an option: the path is of systemd's form.
    try (Shim shim = Shim.serve(bundle)) {
      shim.client().create();
      assertThat(shim.client().state().getCgroup())
          .isEqualTo("/husktest.slice/husktest-inner.slice/husk-pre-box.scope/sandbox");
      assertThat(Systemd.show("husk-pre-box.scope", "Slice"))
          .containsEntry("Slice", "husktest-inner.slice");
    }
    for (String slice : Systemd.units("husktest")) {
      Programs.output("systemctl", "stop", slice);
    }
  }

  @Test
  void aPathOfTheTreeIsNotForSystemdNorTheOtherWayRound() throws Exception {
    Bundle bundle = bundle().set("/linux/cgroupsPath", "/husk/box");
    Outcome path = Husk.run("run", SYSTEMD, bundle.toString());
    assertThat(path.status()).isEqualTo(125);
    assertThat(path.errors()).contains("/linux/cgroupsPath").contains("slice:prefix:name");
    bundle.set("/linux/cgroupsPath", "system.slice:husk:box");
    Outcome form = Husk.run("run", "--cgroup-manager=cgroupfs", bundle.toString());
    assertThat(form.status()).isEqualTo(125);
    assertThat(form.errors()).contains("/linux/cgroupsPath");
    bundle.set("/linux/cgroupsPath", "no-slice:husk:box");
    Outcome slice = Husk.run("run", bundle.toString());
    assertThat(slice.status()).isEqualTo(125);
    assertThat(slice.errors()).contains("no-slice");
  }

  @Test
  void systemdIsAskedOutsideOfADelegatedUnitOnly() throws Exception {
    Bundle bundle = bundle().script("sleep 1000");
    String id = freshId();
    List<String> scope =
        List.of("systemd-run", "--scope", "--quiet", "--unit=it-not-delegated-" + id);
    try (Husk husk = Husk.start(Map.of(), scope, List.of("run", "--id", id, bundle.toString()));
        Client client = Client.ofId(id)) {
      client.awaitServing();
      assertThat(client.state().getCgroup()).isEqualTo("/system.slice/" + unit(id) + "/sandbox");
      client.kill("KILL");
      assertThat(husk.outcome().status()).isEqualTo(137);
    }
    String second = freshId();
    List<String> service =
        List.of(
            "systemd-run",
            "--quiet",
            "--wait",
            "--collect",
            "--pipe",
            "--unit=it-delegated-" + second,
            "--property=Delegate=yes",
            "--property=DelegateSubgroup=supervisor",
            "--setenv=HUSK_NO_SETUP=1",
            "--setenv=PATH=" + System.getenv("PATH"),
            "--setenv=JAVA_HOME=" + System.getenv("JAVA_HOME"));
    try (Husk husk =
            Husk.start(Map.of(), service, List.of("run", "--id", second, bundle.toString()));
        Client client = Client.ofId(second)) {
      client.awaitServing();
      assertThat(client.state().getCgroup())
          .isEqualTo("/system.slice/it-delegated-" + second + ".service/" + second);
      client.kill("KILL");
      assertThat(husk.outcome().status()).isEqualTo(137);
    }
  }

  @Test
  void aMemoryHogIsKilledInItsScopeAndItsNeighbourLives() throws Exception {
    try (Shim neighbour = running(bundle().args("/bin/sleep", "600"));
        Shim hog =
            running(
                bundle()
                    .script("x=x; while :; do x=$x$x; done")
                    .set("/linux/resources/memory/limit", 32 * MIB)
                    .set("/linux/resources/memory/swap", 32 * MIB))) {
      ExitStatus exit = hog.client().await();
      assertThat(exit.getOomKilled()).isTrue();
      assertThat(exit.getReason()).contains("memory.max " + 32 * MIB);
      assertThat(hog.client().events()).anySatisfy(event -> assertThat(event.hasOom()).isTrue());
      // The scope stays until it is deleted, so that it can be looked at.
      assertThat(Systemd.units(unit(hog.id()))).hasSize(1);
      assertThat(neighbour.client().state().getPhase()).isEqualTo(Phase.PHASE_RUNNING);
    }
  }

  private static void update(Shim shim, LinuxResources.Builder resources) {
    shim.client().calls().update(UpdateRequest.newBuilder().setResources(resources).build());
  }

  @Test
  void anUpdateReachesTheUnitAndSurvivesAReloadOfSystemd() throws Exception {
    Bundle bundle =
        bundle()
            .args("/bin/sleep", "600")
            .set("/linux/resources/memory/limit", 64 * MIB)
            .set("/linux/resources/pids/limit", 40);
    try (Shim shim = running(bundle)) {
      update(
          shim,
          LinuxResources.newBuilder()
              .setMemory(LinuxMemory.newBuilder().setLimit(96 * MIB))
              .setPids(LinuxPids.newBuilder().setLimit(50)));
      Map<String, String> expected = Map.of("MemoryMax", Long.toString(96 * MIB), "TasksMax", "51");
      assertThat(Systemd.show(unit(shim.id()), "MemoryMax", "TasksMax")).isEqualTo(expected);
      Programs.output("systemctl", "daemon-reload");
      Programs.output("systemctl", "daemon-reexec");
      assertThat(Systemd.show(unit(shim.id()), "MemoryMax", "TasksMax")).isEqualTo(expected);
      Path scope = shim.cgroup().getParent();
      assertThat(Files.readString(scope.resolve("memory.max")).strip())
          .isEqualTo(Long.toString(96 * MIB));
      assertThat(Files.readString(shim.cgroup().resolve("memory.max")).strip())
          .isEqualTo(Long.toString(96 * MIB));
      assertThat(shim.client().state().getPhase()).isEqualTo(Phase.PHASE_RUNNING);

      // The kernel refuses the cpuset that it has not: nothing changes, in the unit neither.
      assertThatThrownBy(
              () ->
                  update(
                      shim,
                      LinuxResources.newBuilder()
                          .setPids(LinuxPids.newBuilder().setLimit(60))
                          .putUnified("io.max", "250:250 rbps=1000")))
          .isInstanceOf(StatusRuntimeException.class);
      assertThat(Systemd.show(unit(shim.id()), "MemoryMax", "TasksMax")).isEqualTo(expected);
      assertThat(Files.readString(shim.cgroup().resolve("pids.max"))).isEqualTo("50\n");
    }
  }

  @Test
  void weightsAreTheUnitsSinceASandboxHasNoSiblingsInIt() throws Exception {
    try (Shim shim =
        running(bundle().args("/bin/sleep", "600").set("/linux/resources/cpu/idle", 1))) {
      Path scope = shim.cgroup().getParent();
      assertThat(Files.readString(scope.resolve("cpu.idle"))).isEqualTo("1\n");
      update(shim, LinuxResources.newBuilder().setCpu(LinuxCpu.newBuilder().setIdle(0)));
      assertThat(Files.readString(scope.resolve("cpu.idle"))).isEqualTo("0\n");
      update(shim, LinuxResources.newBuilder().putUnified("cpu.weight", "300"));
      assertThat(Files.readString(scope.resolve("cpu.weight"))).isEqualTo("300\n");
      assertThat(Systemd.show(unit(shim.id()), "CPUWeight")).containsEntry("CPUWeight", "300");
      assertThatThrownBy(
              () -> update(shim, LinuxResources.newBuilder().putUnified("cpu.weight.nice", "3")))
          .isInstanceOf(StatusRuntimeException.class)
          .hasMessageContaining("no property for cpu.weight.nice");
      assertThat(Files.readString(scope.resolve("cpu.weight"))).isEqualTo("300\n");
      assertThat(Files.readString(shim.cgroup().resolve("cpu.weight"))).isEqualTo("300\n");
    }
  }

  @Test
  void aFailedCreateLeavesNoUnitAtWhateverStepItFails() throws Exception {
    List<Bundle> failing =
        List.of(
            bundle().args("/bin/no-such-program"),
            bundle().set("/linux/resources/unified/io.max", "250:250 rbps=1000"),
            bundle().args("/bin/true").set("/process/cwd", "/no/such/directory"),
            bundle().set("/linux/cgroupsPath", "-.slice:husk:" + "x".repeat(300)),
            bundle().set("/linux/resources/unified/memory.high", "much"),
            bundle().set("/linux/resources/unified/cpu.weight.nice", "3"),
            bundle().mount("/data", "bind", "/no/such/source", "bind"));
    for (Bundle bundle : failing) {
      Outcome outcome = Husk.run("run", SYSTEMD, bundle.toString());
      assertThat(outcome.status()).as("%s", outcome).isIn(125, 126, 127);
      Systemd.awaitNone("husk-");
    }
    Outcome noBwrap =
        Husk.run("run", SYSTEMD, "--bwrap", "/bin/false", bundle().args("/bin/true").toString());
    assertThat(noBwrap.status()).as("%s", noBwrap).isEqualTo(125);
  }

  @Test
  void aUnitOfSomebodyElseIsRefusedAndLeftAlone() throws Exception {
    String id = freshId();
    java.lang.Process other =
        new ProcessBuilder(
                "systemd-run", "--scope", "--quiet", "--unit=" + unit(id), "sleep", "600")
            .start();
    try {
      Eventually.is(
          Programs.BOUND,
          () -> Systemd.show(unit(id), "ActiveState").containsValue("active"),
          () -> "the other's scope");
      Outcome outcome = Husk.run("run", SYSTEMD, "--id", id, bundle().toString());
      assertThat(outcome.status()).as("%s", outcome).isEqualTo(125);
      assertThat(outcome.errors()).contains(unit(id)).contains("It is active");
      assertThat(Systemd.show(unit(id), "ActiveState")).containsEntry("ActiveState", "active");
      assertThat(other.isAlive()).isTrue();
    } finally {
      Programs.run(Map.of(), List.of("systemctl", "stop", unit(id)));
      other.destroyForcibly().waitFor();
    }
  }

  @Test
  void whoStopsTheScopeEndsTheSandbox() throws Exception {
    try (Shim shim = running(bundle().args("/bin/sleep", "600"))) {
      Programs.output("systemctl", "stop", "--no-block", unit(shim.id()));
      ExitStatus exit = shim.client().await();
      assertThat(exit.getCode()).isEqualTo(137);
      assertThat(exit.getReason()).contains(unit(shim.id()) + " was told to stop");
      Eventually.is(
          Programs.BOUND, () -> Systemd.units(unit(shim.id())).isEmpty(), () -> "the scope's end");
      shim.client().delete(false);
      assertThat(shim.husk().outcome().status()).isZero();
    }
  }

  @Test
  void aKilledShimsScopeGoesWithIt() throws Exception {
    Bundle bundle = bundle().script("(setsid sleep 600 &); sleep 600");
    Random random = new Random(7);
    for (int round = 0; round < DEATHS; round++) {
      try (Shim shim = Shim.serve(bundle, SYSTEMD)) {
        if (round % 3 == 0) {
          Thread.sleep(random.nextInt(100));
          shim.client().asynchronous().create(CreateRequest.getDefaultInstance(), new Ignored<>());
          Thread.sleep(random.nextInt(400));
        } else {
          shim.client().create();
          shim.client().start();
        }
        List<Long> deadmen = round % 3 == 2 ? shim.deadmen() : List.of();
        shim.husk().process().destroyForcibly().waitFor(Programs.BOUND);
        for (long deadman : deadmen) {
          Programs.signal(deadman, "KILL");
        }
        if (deadmen.isEmpty()) {
          Systemd.awaitNone("husk-");
        }
        // Who killed the deadman, too, left the sandbox to the successor.
        try (Shim successor = Shim.serve(shim.id(), bundle, SYSTEMD)) {
          successor.client().create();
          successor.client().delete(true);
          successor.husk().outcome();
        }
        Systemd.awaitNone("husk-");
      }
    }
  }

  /** Nobody waits for that answer. */
  private static final class Ignored<T> implements StreamObserver<T> {
    @Override
    public void onNext(T value) {}

    @Override
    public void onError(Throwable t) {}

    @Override
    public void onCompleted() {}
  }

  @Test
  void manyAtOnceLeaveNoUnit() throws Exception {
    Bundle bundle = bundle().script("sleep 600 & exit 7");
    long start = System.nanoTime();
    try (Observer observer = new Observer();
        ExecutorService pool = Executors.newFixedThreadPool(PARALLEL)) {
      List<Future<Outcome>> runs = new ArrayList<>();
      for (int i = 0; i < ROUNDS; i++) {
        runs.add(pool.submit(() -> Husk.run("run", SYSTEMD, bundle.toString())));
      }
      for (Future<Outcome> run : runs) {
        assertThat(run.get().status()).as("%s", run.get()).isEqualTo(7);
      }
      Systemd.awaitNone("husk-");
      Measured.say(
          "scopes: %d sandboxes, %d at once, %d samples of /proc, %d processes seen, %d outside, %d units left, %d s"
              .formatted(
                  ROUNDS,
                  PARALLEL,
                  observer.samples(),
                  observer.processesSeen(),
                  observer.escapes().size(),
                  Systemd.units("husk-").size(),
                  (System.nanoTime() - start) / 1_000_000_000));
      assertThat(observer.escapes()).isEmpty();
    }
  }

  @Test
  void withoutTheBusTheErrorSaysWhatToDo() throws Exception {
    Outcome outcome =
        Husk.run(
            Map.of(),
            List.of(
                "unshare", "-m", "sh", "-c", "mount -t tmpfs none /run/dbus && exec \"$0\" \"$@\""),
            "run",
            SYSTEMD,
            bundle().toString());
    assertThat(outcome.status()).isEqualTo(125);
    assertThat(outcome.errors()).contains("/run/dbus/system_bus_socket").contains("dbus");
  }

  @Test
  void theCodeOfATakenUnitIsAlreadyExists() throws Exception {
    String id = freshId();
    try (Shim shim = running(bundle().args("/bin/sleep", "600"));
        Shim second =
            Shim.serve(
                id,
                bundle().set("/linux/cgroupsPath", "system.slice:husk:" + shim.id()),
                SYSTEMD)) {
      assertThatThrownBy(() -> second.client().create())
          .isInstanceOfSatisfying(
              StatusRuntimeException.class,
              e -> assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.ALREADY_EXISTS));
      assertThat(shim.client().state().getPhase()).isEqualTo(Phase.PHASE_RUNNING);
    }
  }
}
