package dev.husk.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.husk.v1.CreateRequest;
import dev.husk.v1.DeviceControl;
import dev.husk.v1.ExitStatus;
import dev.husk.v1.Phase;
import dev.husk.v1.Process;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Sandboxes of an unprivileged user, in scopes of that user's manager. */
@Tag("lab")
class RootlessTest extends RealSandboxes {
  private static final int DEATHS = Integer.getInteger("husk.rootless.deaths", 12);
  private static final int ROUNDS = Integer.getInteger("husk.rootless.rounds", 24);
  private static final long MIB = 1 << 20;
  private static final Path SUBUID = Path.of("/etc/subuid");
  private static final String BELOW = "/proc/sys/fs/binfmt_misc";

  @BeforeAll
  static void haveUserManager() throws Exception {
    assumeTrue(UserManager.exists(), "no unprivileged user with a service manager here");
    UserManager.start();
  }

  @BeforeEach
  void letTheUserIn() throws Exception {
    Programs.output("chmod", "755", temp.toString());
    assertThat(UserManager.units()).isEmpty();
    if (!Files.exists(UserManager.runtimeDirectory().resolve("husk/.bwrap-probe"))) {
      // The first run asks bwrap for its version, outside of any sandbox.
      Husk.run(Map.of(), UserManager.prefix(), "run", bundle().args("/bin/true").toString());
    }
  }

  @AfterEach
  void nothingOfTheUserIsLeft() throws Exception {
    UserManager.awaitNoUnit();
    assertThat(UserManager.states()).isEmpty();
  }

  private static Shim running(Bundle bundle) throws Exception {
    Shim shim = UserManager.serve(bundle);
    try {
      shim.client().create();
      shim.client().start();
      return shim;
    } catch (Exception | AssertionError e) {
      shim.close();
      throw e;
    }
  }

  private static String scope(String id) throws Exception {
    return UserManager.appSlice() + "/husk-" + id + ".scope";
  }

  private Path output() throws Exception {
    Path output = Files.createFile(temp.resolve("output"));
    Programs.output("chown", UserManager.NAME, output.toString());
    return output;
  }

  @Test
  void everyProcessIsInAScopeOfTheUsersManagerAndUnprivileged() throws Exception {
    Bundle bundle =
        bundle()
            .script("(setsid sh -c 'sleep 600 & sleep 600' &); sleep 600")
            .set("/linux/resources/memory/limit", 64 * MIB)
            .set("/linux/resources/memory/swap", 64 * MIB)
            .set("/linux/resources/cpu/shares", 2048)
            .set("/linux/resources/pids/limit", 40);
    String uid = UserManager.uid();
    try (Shim shim = running(bundle)) {
      Eventually.is(Programs.BOUND, () -> shim.client().pids().size() > 3, () -> "all processes");
      String scope = scope(shim.id());
      assertThat(shim.client().state().getCgroup()).isEqualTo(scope + "/sandbox");
      Set<String> namespaces = new TreeSet<>();
      for (Process process : shim.client().pids()) {
        assertThat(ProcFs.cgroup(process.getPid())).hasValue(scope + "/sandbox/payload/init");
        assertThat(UserManager.status(process.getPid(), "Uid"))
            .hasValue("%s %s %s %s".formatted(uid, uid, uid, uid));
        namespaces.add(
            Files.readSymbolicLink(Path.of("/proc/" + process.getPid() + "/ns/user")).toString());
      }
      assertThat(namespaces)
          .singleElement()
          .isNotEqualTo(Files.readSymbolicLink(Path.of("/proc/self/ns/user")).toString());
      assertThat(shim.deadmen())
          .singleElement()
          .satisfies(pid -> assertThat(ProcFs.cgroup(pid)).hasValue(scope + "/keeper"));
      assertThat(ProcFs.cgroup(shim.husk().pid()).orElseThrow()).doesNotContain(".scope");
      assertThat(Files.readString(shim.cgroup().resolve("memory.max")).strip())
          .isEqualTo(Long.toString(64 * MIB));
      assertThat(Files.readString(shim.cgroup().resolve("pids.max")).strip()).isEqualTo("40");
      assertThat(
              UserManager.show(
                  "husk-" + shim.id() + ".scope", "MemoryMax", "TasksMax", "Slice", "Delegate"))
          .isEqualTo(
              Map.of(
                  "MemoryMax",
                  Long.toString(64 * MIB),
                  "TasksMax",
                  "41",
                  "Slice",
                  "app.slice",
                  "Delegate",
                  "yes"));
      assertThat(shim.client().state().getDeviceControl().getKind())
          .isEqualTo(DeviceControl.Kind.KIND_PRIVATE_DEV);
      shim.client().delete(true);
      assertThat(shim.husk().outcome().status()).isZero();
    }
  }

  @Test
  void aLoginSessionsScopeIsNoObstacle() throws Exception {
    Bundle bundle = bundle().script("cat /proc/self/cgroup; id -u; exit 7");
    try (Observer observer = new Observer()) {
      Outcome outcome =
          Husk.run(
              Map.of(), UserManager.fromSession("session-" + freshId()), "run", bundle.toString());
      assertThat(outcome.status()).as("%s", outcome).isEqualTo(7);
      assertThat(outcome.output()).isEqualTo("0::/init\n0\n");
      assertThat(escapes(observer)).isEmpty();
    }
  }

  @Test
  void aDelegatedServiceOfTheSystemsManagerNeedsNoManagerOfTheUser() throws Exception {
    Bundle bundle = bundle().script("cat /proc/self/cgroup; sleep 600");
    String id = freshId();
    Path runtime = Files.createDirectory(temp.resolve("runtime"));
    Programs.output("chown", UserManager.NAME, runtime.toString());
    List<String> service =
        List.of(
            "systemd-run",
            "--quiet",
            "--wait",
            "--collect",
            "--pipe",
            "--uid=" + UserManager.NAME,
            "--unit=it-service-" + id,
            "--property=Delegate=yes",
            "--property=DelegateSubgroup=supervisor",
            "--setenv=HUSK_NO_SETUP=1",
            "--setenv=XDG_RUNTIME_DIR=" + runtime,
            "--setenv=PATH=" + System.getenv("PATH"),
            "--setenv=JAVA_HOME=" + System.getenv("JAVA_HOME"));
    try (Husk husk = Husk.start(Map.of(), service, List.of("run", "--id", id, bundle.toString()));
        Client client = new Client(runtime.resolve("husk/" + id + "/shim.sock"))) {
      client.awaitServing();
      String cgroup = "/system.slice/it-service-" + id + ".service/" + id;
      assertThat(client.state().getCgroup()).isEqualTo(cgroup);
      for (Process process : client.pids()) {
        assertThat(ProcFs.cgroup(process.getPid())).hasValue(cgroup + "/payload/init");
        assertThat(UserManager.status(process.getPid(), "Uid").orElseThrow())
            .startsWith(UserManager.uid() + " ");
      }
      client.kill("KILL");
      assertThat(husk.outcome().status()).isEqualTo(137);
      assertThat(husk.output()).isEqualTo("0::/init\n");
    }
  }

  /** But for the launcher: trusted, without anything foreign, it waits for being moved. */
  private static List<String> escapes(Observer observer) {
    return observer.escapes().stream()
        .filter(escape -> !escape.contains("husk-init launch") && !escape.contains("husk-deadman"))
        .toList();
  }

  @Test
  void theVerbsWorkFromTheCommandLineOfTheUser() throws Exception {
    Bundle bundle = bundle().script("trap 'exit 7' TERM; while :; do sleep 0.1; done");
    try (Shim shim = running(bundle)) {
      String id = shim.id();
      assertThat(husk("list").output()).contains(id, "running");
      assertThat(husk("ps", id).output()).contains("payload/init", "bwrap");
      assertThat(husk("stats", id).output()).contains("memory");
      husk("pause", id);
      assertThat(shim.client().state().getPhase()).isEqualTo(Phase.PHASE_PAUSED);
      husk("resume", id);
      husk("update", id, "--memory", "50m", "--pids", "33");
      assertThat(UserManager.show("husk-" + id + ".scope", "MemoryMax", "TasksMax"))
          .isEqualTo(Map.of("MemoryMax", Long.toString(50 * MIB), "TasksMax", "34"));
      assertThat(Files.readString(shim.cgroup().resolve("pids.max")).strip()).isEqualTo("33");
      assertThat(husk("owner", Integer.toString(shim.client().state().getPid())).output())
          .contains(id);
      assertThat(husk("tree", id).output()).contains("payload", "33");
      husk("kill", id, "TERM");
      assertThat(husk("wait", id).output()).contains("7");
      husk("delete", id);
      assertThat(shim.husk().outcome().status()).isZero();
    }
  }

  private static Outcome husk(String... arguments) throws Exception {
    Outcome outcome = Husk.run(Map.of(), UserManager.prefix(), arguments);
    assertThat(outcome.status()).as("%s", outcome).isZero();
    return outcome;
  }

  @Test
  void doctorLooksAsTheUserAndLeavesNothing() throws Exception {
    assertThat(husk("doctor").output())
        .contains("the user's manager made " + UserManager.appSlice())
        .contains("cpu memory pids are delegated")
        .contains("controller io is not delegated")
        .contains("user@.service.d/delegate.conf")
        .endsWith("A sandbox can be run here.\n");
  }

  @Test
  void limitsAreEnforced() throws Exception {
    Path output = output();
    Bundle forks =
        bundle()
            .script("i=0; while [ $i -lt 40 ]; do sleep 600 & i=$((i + 1)); done; sleep 1")
            .set("/linux/resources/pids/limit", 10);
    try (Shim neighbour = running(bundle().args("/bin/sleep", "600"));
        Shim hog =
            running(
                bundle()
                    .script("x=x; while :; do x=$x$x; done")
                    .set("/linux/resources/memory/limit", 32 * MIB)
                    .set("/linux/resources/memory/swap", 32 * MIB));
        Shim forker = UserManager.serve(forks)) {
      ExitStatus exit = hog.client().await();
      assertThat(exit.getOomKilled()).isTrue();
      assertThat(exit.getReason()).contains("memory.max " + 32 * MIB);
      forker.client().create(output);
      forker.client().start();
      forker.client().await();
      assertThat(Files.readString(output)).contains("can't fork");
      assertThat(Files.readString(forker.cgroup().resolve("pids.peak")).strip()).isEqualTo("10");
      assertThat(neighbour.client().state().getPhase()).isEqualTo(Phase.PHASE_RUNNING);
    }
  }

  private Outcome fails(Bundle bundle) throws Exception {
    Outcome outcome = Husk.run(Map.of(), UserManager.prefix(), "run", bundle.toString());
    assertThat(outcome.status()).as("%s", outcome).isIn(125, 126, 127);
    UserManager.awaitNoUnit();
    assertThat(UserManager.states()).isEmpty();
    return outcome;
  }

  @Test
  void whatAUserCannotHaveIsNamedAndNothingIsLeft() throws Exception {
    assertThat(fails(bundle().set("/linux/resources/blockIO/weight", 100)).errors())
        .contains("/linux/resources/blockIO/weight", "no controller io")
        .contains("Delegate=cpu cpuset io memory pids", "user@.service.d/delegate.conf");
    assertThat(fails(bundle().set("/process/user/uid", 4_000_000)).errors())
        .contains("/process/user/uid");
    assertThat(fails(bundle().set("/process/oomScoreAdj", -900)).errors())
        .contains("/process/oomScoreAdj");
    Object limit =
        Bundle.object("type", "RLIMIT_NOFILE", "soft", 1024, "hard", Long.MAX_VALUE >> 1);
    assertThat(fails(bundle().set("/process/rlimits", List.of(limit))).errors())
        .contains("/process/rlimits/0/hard", "LimitNOFILE=");
    assertThat(fails(bundle().set("/linux/cgroupsPath", "/husk/box")).errors())
        .contains("leave linux.cgroupsPath");
    Object map = Bundle.object("containerID", 0, "hostID", 0, "size", 10);
    assertThat(fails(bundle().set("/linux/uidMappings", List.of(map))).errors())
        .contains("/linux/uidMappings/0");
    assertThat(fails(bundle().args("/bin/no-such-program")).status()).isEqualTo(127);
    fails(bundle().args("/bin/true").set("/process/cwd", "/proc/none"));
  }

  @Test
  void otherUsersOfTheSandboxHaveIdsOfTheUsersRange() throws Exception {
    Bundle bundle =
        bundle()
            .args("/bin/sleep", "600")
            .set("/process/user/uid", 33)
            .set("/process/user/gid", 34)
            .set("/process/user/additionalGids", List.of(5, 6));
    String[] range = Files.readString(SUBUID).strip().split(":");
    long uid = Long.parseLong(range[1]) + 33 - 1;
    try (Shim shim = running(bundle)) {
      int payload = shim.client().state().getPid();
      assertThat(UserManager.status(payload, "Uid"))
          .hasValue("%d %d %d %d".formatted(uid, uid, uid, uid));
      assertThat(UserManager.status(payload, "Groups"))
          .hasValue((uid - 33 + 5) + " " + (uid - 33 + 6));
      assertThat(ProcFs.cgroup(payload)).hasValue(scope(shim.id()) + "/sandbox/payload/init");
      shim.client().kill("KILL");
      assertThat(shim.client().await().getCode()).isEqualTo(137);
    }
    Path aside = SUBUID.resolveSibling("subuid.aside");
    Files.move(SUBUID, aside);
    try {
      assertThat(fails(bundle).errors())
          .contains("/process/user/uid", "/process/user/additionalGids", "/etc/subuid");
      Outcome single =
          Husk.run(
              Map.of(),
              UserManager.prefix(),
              "run",
              bundle().script("cat /proc/self/uid_map").toString());
      assertThat(single.status()).as("%s", single).isZero();
      assertThat(single.output().strip().split("\\s+"))
          .containsExactly("0", UserManager.uid(), "1");
      assertThat(single.errors()).contains("gid=5 is not in husk's user namespace");
    } finally {
      Files.move(aside, SUBUID);
    }
  }

  @Test
  void withoutUserNamespacesTheErrorNamesTheSwitch() throws Exception {
    Path most = Path.of("/proc/sys/user/max_user_namespaces");
    // Not by Java, which reads such a file byte by byte: the kernel gives it the first only.
    String before = Programs.output("cat", most.toString());
    Files.writeString(most, "0");
    try {
      assertThat(fails(bundle().args("/bin/true")).errors())
          .contains("user namespace", "user/max_user_namespaces");
      Outcome doctor = Husk.run(Map.of(), UserManager.prefix(), "doctor");
      assertThat(doctor.status()).isEqualTo(1);
      assertThat(doctor.output()).contains("kernel.user-namespaces");
    } finally {
      Files.writeString(most, before);
    }
  }

  /** As systemd mounts binfmt_misc there on most machines: in a user namespace it is locked. */
  @Test
  void whatTheHostHasMountedBelowAReadOnlyPathComesAlongReadOnly() throws Exception {
    Programs.output("mount", "-t", "tmpfs", "none", BELOW);
    try {
      Outcome outcome =
          Husk.run(
              Map.of(),
              UserManager.prefix(),
              "run",
              bundle().script("grep ' /proc/sys' /proc/self/mountinfo").toString());
      assertThat(outcome.status()).as("%s", outcome).isZero();
      assertThat(outcome.output().lines())
          .hasSizeGreaterThan(1)
          .allMatch(line -> line.matches(".* /proc/sys[^ ]* ro,.*"));
    } finally {
      Programs.output("umount", BELOW);
    }
  }

  @Test
  void withoutAManagerTheErrorSaysWhatToDo() throws Exception {
    String bundle = bundle().args("/bin/true").toString();
    Outcome noDirectory = Husk.run(Map.of(), UserManager.as("nobody", Path.of("")), "run", bundle);
    assertThat(noDirectory.status()).as("%s", noDirectory).isEqualTo(2);
    assertThat(noDirectory.errors()).contains("XDG_RUNTIME_DIR", "enable-linger");
    Path empty = Files.createDirectory(temp.resolve("runtime"));
    Programs.output("chown", UserManager.NAME, empty.toString());
    Outcome noBus = Husk.run(Map.of(), UserManager.as(UserManager.NAME, empty), "run", bundle);
    assertThat(noBus.status()).as("%s", noBus).isEqualTo(125);
    assertThat(noBus.errors()).contains(empty + "/bus", "enable-linger", "pam_systemd");
  }

  @Test
  void aKilledShimsScopeGoesWithIt() throws Exception {
    Bundle bundle = bundle().script("(setsid sleep 600 &); sleep 600");
    Random random = new Random(7);
    for (int round = 0; round < DEATHS; round++) {
      try (Shim shim = UserManager.serve(bundle)) {
        if (round % 3 == 0) {
          shim.client().asynchronous().create(CreateRequest.getDefaultInstance(), new Ignored<>());
          Thread.sleep(random.nextInt(500));
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
          UserManager.awaitNoUnit();
        }
        // Who killed the deadman, too, left the sandbox to the successor.
        List<String> arguments =
            List.of("run", "--id", shim.id(), bundle().args("/bin/true").toString());
        try (Husk successor = Husk.start(Map.of(), UserManager.prefix(), arguments)) {
          assertThat(successor.outcome().status()).as(successor.errors()).isZero();
        }
        UserManager.awaitNoUnit();
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
  void theDeadmanIsReplacedInTheScope() throws Exception {
    try (Shim shim = running(bundle().args("/bin/sleep", "600"))) {
      long first = shim.deadmen().getFirst();
      assertThat(Programs.signal(first, "KILL")).isTrue();
      Eventually.is(
          Programs.BOUND,
          () -> shim.deadmen().size() == 1 && !shim.deadmen().contains(first),
          () -> "another deadman");
      long second = shim.deadmen().getFirst();
      Eventually.is(
          Programs.BOUND,
          () -> ProcFs.cgroup(second).equals(java.util.Optional.of(scope(shim.id()) + "/keeper")),
          () -> "it keeps the scope");
      assertThat(shim.client().state().getPhase()).isEqualTo(Phase.PHASE_RUNNING);
    }
  }

  @Test
  void theEndOfTheUsersSessionsEndsTheSandboxAndItsStateSaysWhy() throws Exception {
    try (Shim shim = running(bundle().args("/bin/sleep", "600"))) {
      Programs.output("loginctl", "terminate-user", UserManager.NAME);
      ExitStatus exit = shim.client().await();
      assertThat(exit.getCode()).isNotZero();
      assertThat(exit.getReason())
          .contains("husk-" + shim.id() + ".scope was told to stop", "the user's manager");
      assertThat(Files.exists(shim.cgroup())).isFalse();
      // Its runtime directory goes with the manager, and the socket with that.
      shim.husk().process().destroy();
      shim.husk().outcome();
    } finally {
      UserManager.start();
    }
  }

  @Test
  void aHostilePayloadGetsNowhere() throws Exception {
    for (List<String> capabilities :
        List.of(List.<String>of(), List.of("CAP_SYS_ADMIN", "CAP_KILL"))) {
      Bundle bundle =
          Hostile.withWritableCgroups(Hostile.payload(bundle(), HostilePayloadTest.ATTACKS));
      for (String set : List.of("bounding", "permitted", "effective")) {
        bundle.set("/process/capabilities/" + set, capabilities);
      }
      Path output = Files.createFile(temp.resolve("report-" + capabilities.size()));
      Programs.output("chown", UserManager.NAME, output.toString());
      try (Victim victim = new Victim();
          Observer observer = new Observer();
          Shim shim = UserManager.serve(bundle)) {
        shim.client().create(output);
        Map<String, String> settings = ControlFiles.of(shim.cgroup());
        shim.client().start();
        ExitStatus exit = shim.client().await();
        List<Hostile.Line> report = Hostile.report(output);
        String said = Files.readString(output, StandardCharsets.ISO_8859_1);
        assertThat(exit.getCode()).as(said).isZero();
        assertThat(
                report.stream().filter(line -> HostilePayloadTest.isWayOut(line) && !isOwn(line)))
            .isEmpty();
        assertThat(victim.unharmed()).isTrue();
        assertThat(ControlFiles.of(shim.cgroup())).isEqualTo(settings);
        assertThat(escapes(observer)).isEmpty();
        assertThat(observer.processesSeen()).isGreaterThan(3);
        shim.client().delete(false);
        assertThat(shim.husk().outcome().status()).isZero();
      }
    }
  }

  /**
   * With CAP_SYS_ADMIN of its user namespace it may enter what it is in: its first process' own.
   */
  private static boolean isOwn(Hostile.Line line) {
    return line.name().equals("setns") && line.target().startsWith("/proc/1/ns/");
  }

  @Test
  void afterAnyStepThatFailsNothingHangsAndNothingIsLeft() throws Exception {
    assumeTrue(Injection.isPossible(), "no strace");
    List<String> arguments =
        List.of(bundle().script("exit " + Injection.PAYLOAD_STATUS).toString());
    Injection.Runner runner = new Injection.Runner(UserManager.prefix(), UserManager.underStrace());
    Path log = temp.resolve("strace.log");
    int rounds = 0;
    for (Injection injection :
        List.of(
            new Injection("mkdir", "error=EIO", 30),
            new Injection("clone3", "error=EAGAIN", 12),
            new Injection("connect", "error=ECONNREFUSED", 10),
            new Injection("mkdir", "signal=SIGKILL", 30),
            new Injection("clone3", "signal=SIGKILL", 12),
            new Injection("connect", "signal=SIGKILL", 10))) {
      rounds +=
          injection.run(
              runner,
              log,
              arguments,
              round -> {
                UserManager.awaitNoUnit();
                assertThat(UserManager.states()).as(round).isEmpty();
              });
    }
    Files.delete(log);
    Measured.say(
        "failures injected into %d runs of a user: nothing hung, nothing was left"
            .formatted(rounds));
    assertThat(rounds).isGreaterThan(20);
  }

  @Test
  void anotherUserIsNotLetIn() throws Exception {
    try (Shim shim = running(bundle().args("/bin/sleep", "600"))) {
      Path socket = UserManager.runtimeDirectory().resolve("husk/" + shim.id() + "/shim.sock");
      Outcome other =
          Husk.run(
              Map.of(),
              UserManager.as("nobody", Path.of("")),
              "state",
              "--socket",
              socket.toString(),
              shim.id());
      assertThat(other.status()).as("%s", other).isEqualTo(1);
      assertThatThrownBy(() -> shim.client().delete(false))
          .isInstanceOf(StatusRuntimeException.class);
    }
  }

  @Test
  void manyAtOnceLeaveNothing() throws Exception {
    Bundle bundle = bundle().script("sleep 600 & exit 7");
    try (Observer observer = new Observer()) {
      List<Husk> runs = new ArrayList<>();
      for (int i = 0; i < ROUNDS; i++) {
        runs.add(Husk.start(Map.of(), UserManager.prefix(), List.of("run", bundle.toString())));
        if (runs.size() == 4) {
          for (Husk run : runs) {
            assertThat(run.outcome().status()).as(run.errors()).isEqualTo(7);
            run.close();
          }
          runs.clear();
        }
      }
      UserManager.awaitNoUnit();
      Measured.say(
          "scopes of a user: %d sandboxes, 4 at once, %d samples of /proc, %d processes seen, %d outside"
              .formatted(
                  ROUNDS, observer.samples(), observer.processesSeen(), escapes(observer).size()));
      assertThat(escapes(observer)).isEmpty();
    }
  }
}
