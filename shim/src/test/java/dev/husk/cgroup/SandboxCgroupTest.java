package dev.husk.cgroup;

import static org.assertj.core.api.Assertions.assertThat;

import dev.husk.failure.HuskException;
import dev.husk.oci.Resources;
import dev.husk.process.Errno;
import dev.husk.process.ErrnoException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class SandboxCgroupTest {
  private static final Path MOUNT = ModelCgroupFs.MOUNT;
  private static final Path P = MOUNT.resolve("husk/x");
  private static final String[] ALL = {"cpu", "io", "memory", "pids", "hugetlb"};

  private final ModelCgroupFs fs = ModelCgroupFs.host(ALL);

  private static CgroupHost host(ModelCgroupFs fs, boolean container) throws ErrnoException {
    return new CgroupHost(
        CgroupHost.Mode.UNIFIED,
        MOUNT,
        "/",
        "/",
        Controllers.available(fs, MOUNT),
        container,
        container);
  }

  private static SandboxCgroup.Spec spec(Resources resources, LimitPolicy policy) {
    return new SandboxCgroup.Spec(
        "x", Optional.empty(), resources, policy, RetryBudget.DEFAULT, false);
  }

  private static SandboxCgroup create(ModelCgroupFs fs, boolean container, SandboxCgroup.Spec spec)
      throws Exception {
    return new SandboxCgroupMaker(fs, host(fs, container), spec, new TestPacer(), fs::exit).make();
  }

  private static SandboxCgroup create(
      CgroupFs fs, ModelCgroupFs model, boolean container, SandboxCgroup.Spec spec)
      throws Exception {
    return new SandboxCgroupMaker(fs, host(model, container), spec, new TestPacer(), model::exit)
        .make();
  }

  private SandboxCgroup create() throws Exception {
    return create(fs, false, spec(Resources.none(), LimitPolicy.STRICT));
  }

  private CgroupTree tree() {
    return new CgroupTree(fs, P, fs::exit);
  }

  private static Resources pids(long limit) {
    return resources(OptionalLong.of(limit), Map.of());
  }

  private static Resources unified(String file, String value) {
    return resources(OptionalLong.empty(), Map.of(file, value));
  }

  private static Resources resources(OptionalLong pids, Map<String, String> unified) {
    Resources r = Resources.none();
    return new Resources(
        List.of(),
        r.memory(),
        r.cpu(),
        r.blockIO(),
        List.of(),
        r.network(),
        pids,
        Map.of(),
        unified);
  }

  @Test
  void theLayoutIsMadeAndLimitedAndMirrored() throws Exception {
    SandboxCgroup cgroup = create();
    assertThat(cgroup.sandboxDir()).isEqualTo(P);
    assertThat(cgroup.payloadDir()).isEqualTo(P.resolve("payload"));
    assertThat(cgroup.initDir()).isEqualTo(P.resolve("payload/init"));
    assertThat(cgroup.relativePath()).isEqualTo("/husk/x");
    assertThat(fs.read(P.resolve("pids.max"))).isEqualTo("1024\n");
    assertThat(fs.read(P.resolve("payload/pids.max"))).isEqualTo("1024\n");
    assertThat(fs.read(P.resolve("payload/memory.oom.group"))).isEqualTo("1\n");
    assertThat(fs.read(P.resolve("cgroup.max.depth"))).isEqualTo("33\n");
    assertThat(fs.read(P.resolve("payload/cgroup.max.depth"))).isEqualTo("32\n");
    assertThat(cgroup.limits()).allMatch(LimitStatus::enforced);
    assertThat(cgroup.enableControllers().enabled()).containsExactlyInAnyOrder(ALL);
  }

  @Test
  void aProcessBornInTheSandboxSettlesAndIsVerified() throws Exception {
    SandboxCgroup cgroup = create();
    long pid = fs.spawn(cgroup.payloadDir());
    var failure = Failures.expect(CgroupFailure.Escaped.class, () -> cgroup.verifyMember(pid));
    assertThat(failure.actual()).isEqualTo("/husk/x/payload");
    assertThat(failure.expected()).isEqualTo("/husk/x/payload/init");
    cgroup.enableControllers();
    cgroup.verifyMember(pid);
    assertThat(cgroup.processes()).containsExactly(new Member(pid, "payload/init"));
    assertThat(tree().populated()).isTrue();
    fs.exit(pid);
    Failures.expect(CgroupFailure.ProcessGone.class, () -> cgroup.verifyMember(pid));
  }

  @Test
  void theMonitorIsOutOfTheInsidesSightAndEndsWithTheRest() throws Exception {
    SandboxCgroup cgroup = create();
    long monitor = fs.spawn(cgroup.initDir());
    long payload = fs.spawn(cgroup.initDir());
    cgroup.setApart(monitor);
    assertThat(cgroup.processes())
        .containsExactlyInAnyOrder(
            new Member(monitor, "monitor"), new Member(payload, "payload/init"));
    assertThat(cgroup.remove(Duration.ofSeconds(2))).isInstanceOf(Removal.Removed.class);
    assertThat(fs.tree()).isEmpty();
    Failures.expect(CgroupFailure.ProcessGone.class, () -> cgroup.verifyMember(monitor));
  }

  /**
   * As rmdir(2) does on some kernels; a create waits for it on the thread that owns the sandbox.
   */
  @Test
  void anAbandonedCgroupWhoseRemovalHangsIsGivenUp() throws Exception {
    create();
    java.util.concurrent.CountDownLatch stuck = new java.util.concurrent.CountDownLatch(1);
    CgroupFs hanging =
        (CgroupFs)
            java.lang.reflect.Proxy.newProxyInstance(
                CgroupFs.class.getClassLoader(),
                new Class<?>[] {CgroupFs.class},
                (proxy, method, arguments) -> {
                  if (method.getName().equals("rmdirTree")) {
                    stuck.await();
                  }
                  try {
                    return method.invoke(fs, arguments);
                  } catch (java.lang.reflect.InvocationTargetException e) {
                    throw e.getCause();
                  }
                });
    SandboxCgroup.Spec reclaim =
        new SandboxCgroup.Spec(
            "x", Optional.empty(), Resources.none(), LimitPolicy.STRICT, RetryBudget.DEFAULT, true);
    try {
      var failure =
          Failures.expect(
              CgroupFailure.NotRemoved.class, () -> create(hanging, fs, false, reclaim));
      assertThat(failure.where()).isEqualTo(P.toString());
    } finally {
      stuck.countDown();
    }
  }

  /** Whatever names the inside chooses, the list of all is not larger than an answer may be. */
  @Test
  void placesOfManyProcessesAreCutToWhatAnAnswerTakes() throws Exception {
    SandboxCgroup cgroup = create();
    Path deep = cgroup.initDir();
    for (int level = 0; level < 12; level++) {
      deep = deep.resolve("n".repeat(1000));
      fs.mkdir(deep);
    }
    for (int i = 0; i < 3000; i++) {
      fs.spawn(deep);
    }
    List<Member> members = cgroup.processes();
    assertThat(members).hasSize(3000);
    assertThat(members.stream().mapToInt(member -> member.cgroup().length()).sum())
        .isLessThanOrEqualTo(1 << 20);
    assertThat(members.getFirst().cgroup()).startsWith("payload/init/nnn").endsWith("...");
    assertThat(cgroup.pids()).hasSize(3000);
  }

  @Test
  void moreProcessesThanCanBeListedAreNoPartOfThem() throws Exception {
    SandboxCgroup cgroup = create();
    InterposedFs many =
        new InterposedFs(fs)
            .lie(
                cgroup.initDir().resolve("cgroup.procs"),
                "7\n".repeat(CgroupTree.MOST_PROCESSES + 1));
    CgroupTree tree = new CgroupTree(many, P, pid -> {});
    Failures.expect(CgroupFailure.TooMany.class, tree::processes);
    assertThat(tree.some(3)).hasSize(3);
  }

  @Test
  void aLimitWithoutItsControllerFailsBeforeAnythingExists() {
    ModelCgroupFs hybrid = ModelCgroupFs.host("hugetlb");
    var failure =
        Failures.expect(
            CgroupFailure.MissingControllers.class,
            () -> create(hybrid, false, spec(pids(5), LimitPolicy.STRICT)));
    assertThat(failure.missing()).containsExactly("pids");
    assertThat(failure.why()).contains("/linux/resources/pids/limit").contains("hugetlb");
    assertThat(hybrid.tree()).isEmpty();
  }

  @Test
  void bestEffortAndDefaultsAreReportedInstead() throws Exception {
    ModelCgroupFs hybrid = ModelCgroupFs.host("hugetlb");
    SandboxCgroup cgroup = create(hybrid, false, spec(pids(5), LimitPolicy.BEST_EFFORT));
    assertThat(cgroup.limits())
        .filteredOn(status -> !status.enforced())
        .extracting(LimitStatus::file)
        .containsExactly("pids.max", "memory.max", "memory.oom.group");
    assertThat(cgroup.limits())
        .filteredOn(status -> !status.enforced())
        .allMatch(status -> status.reason().contains("not available"));
    SandboxCgroup strict =
        create(
            hybrid,
            false,
            new SandboxCgroup.Spec(
                "y",
                Optional.empty(),
                Resources.none(),
                LimitPolicy.STRICT,
                RetryBudget.DEFAULT,
                false));
    assertThat(strict.limits()).anyMatch(status -> !status.enforced() && status.isDefault());
  }

  @Test
  void aValueThatTheKernelDoesNotTakeOrKeepIsRefusedAndNothingIsLeft() {
    fs.before(
        (operation, path, content) -> {
          if (operation.equals("write") && path.endsWith("memory.high")) {
            throw new ErrnoException("write", path.toString(), Errno.EINVAL);
          }
        });
    var failure =
        Failures.expect(
            CgroupFailure.LimitRefused.class,
            () -> create(fs, false, spec(unified("memory.high", "1"), LimitPolicy.STRICT)));
    assertThat(failure.where()).isEqualTo("/linux/resources/unified/memory.high");
    assertThat(failure.why()).contains("EINVAL");
    assertThat(fs.tree()).isEmpty();
  }

  @Test
  void cpusThatDoNotExistAreNotInForce() {
    ModelCgroupFs cpus = ModelCgroupFs.host("cpuset");
    var failure =
        Failures.expect(
            CgroupFailure.LimitRefused.class,
            () -> create(cpus, false, spec(unified("cpuset.cpus", "64"), LimitPolicy.STRICT)));
    assertThat(failure.why()).contains("in force is \"0-3\"");
    assertThat(cpus.tree()).isEmpty();
  }

  /** Fails action number n of a creation, for every n there is. */
  @Test
  void afterAFailureAtAnyStepNothingIsLeft() throws Exception {
    AtomicInteger actions = new AtomicInteger();
    ModelCgroupFs counted = ModelCgroupFs.host(ALL);
    counted.before((operation, path, content) -> actions.incrementAndGet());
    create(counted, false, spec(pids(5), LimitPolicy.STRICT));
    int failures = 0;
    for (int n = 1; n <= actions.get(); n++) {
      int failing = n;
      ModelCgroupFs broken = ModelCgroupFs.host(ALL);
      AtomicInteger seen = new AtomicInteger();
      broken.before(
          (operation, path, content) -> {
            if (seen.incrementAndGet() == failing) {
              throw new ErrnoException(operation, path.toString(), Errno.of(5));
            }
          });
      try {
        create(broken, false, spec(pids(5), LimitPolicy.STRICT));
      } catch (HuskException | ErrnoException e) {
        failures++;
        assertThat(broken.tree()).as("after action " + n).isEmpty();
      }
    }
    assertThat(failures).isGreaterThan(10);
  }

  @Test
  void anExistingSandboxIsNamedWithItsProcesses() throws Exception {
    SandboxCgroup first = create();
    long pid = fs.spawn(first.initDir());
    var failure = Failures.expect(CgroupFailure.Exists.class, this::create);
    assertThat(failure.why()).contains(Long.toString(pid));
    assertThat(fs.tree()).contains(first.initDir().toString());
    fs.exit(pid);
    failure = Failures.expect(CgroupFailure.Exists.class, this::create);
    assertThat(failure.why()).contains("without processes");
  }

  @Test
  void anEmptyOneIsReclaimedOnRequestOnly() throws Exception {
    fs.mkdir(create().payloadDir().resolve("left-behind"));
    SandboxCgroup.Spec reclaim =
        new SandboxCgroup.Spec(
            "x", Optional.empty(), Resources.none(), LimitPolicy.STRICT, RetryBudget.DEFAULT, true);
    SandboxCgroup cgroup = create(fs, false, reclaim);
    assertThat(fs.children(cgroup.payloadDir())).containsExactly(cgroup.initDir());
    long pid = fs.spawn(cgroup.initDir());
    Failures.expect(CgroupFailure.Exists.class, () -> create(fs, false, reclaim));
    assertThat(fs.alive(pid)).isTrue();
  }

  @Test
  void insideAContainerTheRootIsEvacuatedFirst() throws Exception {
    ModelCgroupFs container = ModelCgroupFs.container(ALL);
    long shim = container.spawn(MOUNT);
    SandboxCgroup cgroup = create(container, true, spec(pids(5), LimitPolicy.STRICT));
    assertThat(container.cgroupOf(shim)).isEqualTo(MOUNT.resolve("init"));
    assertThat(container.read(cgroup.sandboxDir().resolve("pids.max"))).isEqualTo("5\n");
  }

  @Test
  void aPopulatedAncestorIsNamed() throws Exception {
    fs.write(MOUNT.resolve("cgroup.subtree_control"), "+pids +memory");
    fs.mkdir(MOUNT.resolve("mine"));
    long pid = fs.spawn(MOUNT.resolve("mine"));
    SandboxCgroup.Spec spec =
        new SandboxCgroup.Spec(
            "x", Optional.of("/mine/a/b"), pids(5), LimitPolicy.STRICT, RetryBudget.DEFAULT, false);
    var failure = Failures.expect(CgroupFailure.NotEmpty.class, () -> create(fs, false, spec));
    assertThat(failure.where()).isEqualTo("/sys/fs/cgroup/mine");
    assertThat(failure.processes()).isEqualTo(Long.toString(pid));
    assertThat(fs.tree()).containsExactly("/sys/fs/cgroup/mine");
    assertThat(fs.read(MOUNT.resolve("mine/cgroup.type"))).isEqualTo("domain\n");
  }

  @Test
  void aPathIntoAnotherSandboxIsRefusedBeforeAnythingExists() throws Exception {
    create();
    List<String> before = fs.tree();
    SandboxCgroup.Spec spec =
        new SandboxCgroup.Spec(
            "y",
            Optional.of("/husk/x/y"),
            Resources.none(),
            LimitPolicy.STRICT,
            RetryBudget.DEFAULT,
            false);
    fs.before(
        (operation, path, content) -> {
          if (operation.equals("mkdir")) {
            throw new IllegalStateException("made: " + path);
          }
        });
    var failure = Failures.expect(CgroupFailure.InSandbox.class, () -> create(fs, false, spec));
    assertThat(failure.where()).isEqualTo(P.toString());
    assertThat(fs.tree()).isEqualTo(before);
  }

  @Test
  void aPathThroughSomebodyElsesProcessesIsRefusedEvenWithoutALimit() throws Exception {
    fs.mkdir(MOUNT.resolve("theirs"));
    long pid = fs.spawn(MOUNT.resolve("theirs"));
    SandboxCgroup.Spec spec =
        new SandboxCgroup.Spec(
            "y",
            Optional.of("/theirs/y"),
            Resources.none(),
            LimitPolicy.STRICT,
            RetryBudget.DEFAULT,
            false);
    var failure = Failures.expect(CgroupFailure.NotEmpty.class, () -> create(fs, false, spec));
    assertThat(failure.processes()).isEqualTo(Long.toString(pid));
    assertThat(fs.tree()).containsExactly("/sys/fs/cgroup/theirs");
  }

  @Test
  void aTreeThatIsFullIsNamed() throws Exception {
    fs.write(MOUNT.resolve("cgroup.max.depth"), "2");
    Failures.expect(CgroupFailure.TooDeep.class, this::create);
    assertThat(fs.tree()).isEmpty();
  }

  @Test
  void belowAThreadedCgroupNothingIsMade() throws Exception {
    fs.mkdir(MOUNT.resolve("t"));
    fs.mkdir(MOUNT.resolve("t/a"));
    fs.write(MOUNT.resolve("t/a/cgroup.type"), "threaded");
    SandboxCgroup.Spec spec =
        new SandboxCgroup.Spec(
            "x",
            Optional.of("/t/x"),
            Resources.none(),
            LimitPolicy.STRICT,
            RetryBudget.DEFAULT,
            false);
    Failures.expect(CgroupFailure.ThreadedSubtree.class, () -> create(fs, false, spec));
    assertThat(fs.tree()).containsExactly("/sys/fs/cgroup/t", "/sys/fs/cgroup/t/a");
  }

  @Test
  void aSiblingThatRemovesTheSharedParentMeanwhileIsTolerated() throws Exception {
    AtomicInteger left = new AtomicInteger(5);
    fs.before(
        (operation, path, content) -> {
          if (operation.equals("mkdir") && path.equals(P) && left.getAndDecrement() > 0) {
            fs.rmdir(MOUNT.resolve("husk"));
          }
        });
    create();
    assertThat(fs.tree()).contains(P.toString());
  }

  @Test
  void removalTakesTheParentsThatWereMadeAndSparesOthers() throws Exception {
    fs.mkdir(MOUNT.resolve("theirs"));
    SandboxCgroup.Spec spec =
        new SandboxCgroup.Spec(
            "x",
            Optional.of("/theirs/ours/x"),
            Resources.none(),
            LimitPolicy.STRICT,
            RetryBudget.DEFAULT,
            false);
    SandboxCgroup cgroup = create(fs, false, spec);
    assertThat(cgroup.removalOrder())
        .containsExactly(
            cgroup.initDir(),
            cgroup.payloadDir(),
            cgroup.sandboxDir().resolve("monitor"),
            cgroup.sandboxDir(),
            MOUNT.resolve("theirs/ours"));
    assertThat(cgroup.remove(Duration.ofSeconds(2))).isInstanceOf(Removal.Removed.class);
    assertThat(fs.tree()).containsExactly("/sys/fs/cgroup/theirs");
  }

  @Test
  void removalKillsAndTakesWhatTheInsideMade() throws Exception {
    SandboxCgroup cgroup = create();
    fs.mkdir(cgroup.payloadDir().resolve("nested"));
    fs.mkdir(cgroup.payloadDir().resolve("nested/deeper"));
    long pid = fs.spawn(cgroup.payloadDir().resolve("nested/deeper"));
    assertThat(cgroup.remove(Duration.ofSeconds(2))).isInstanceOf(Removal.Removed.class);
    assertThat(fs.alive(pid)).isFalse();
    assertThat(fs.tree()).isEmpty();
    assertThat(cgroup.remove(Duration.ofSeconds(2))).isInstanceOf(Removal.Removed.class);
  }

  @Test
  void aTreeThatShrinksGetsItsTimeAgain() throws Exception {
    SandboxCgroup cgroup = create();
    fs.mkdir(cgroup.payloadDir().resolve("left-behind"));
    var left = new java.util.concurrent.atomic.AtomicLong(1000);
    CgroupFs slow =
        (CgroupFs)
            java.lang.reflect.Proxy.newProxyInstance(
                CgroupFs.class.getClassLoader(),
                new Class<?>[] {CgroupFs.class},
                (proxy, method, arguments) -> {
                  if (method.getName().equals("rmdirTree")) {
                    Thread.sleep(700);
                  }
                  if (method.getName().equals("read")
                      && ((Path) arguments[0]).endsWith("cgroup.stat")) {
                    return "nr_descendants "
                        + left.decrementAndGet()
                        + "\nnr_dying_descendants 0\n";
                  }
                  try {
                    return method.invoke(fs, arguments);
                  } catch (java.lang.reflect.InvocationTargetException e) {
                    throw e.getCause();
                  }
                });
    Remover remover =
        new Remover(
            slow,
            new CgroupTree(slow, P, pid -> {}),
            P,
            List.of(cgroup.initDir(), cgroup.payloadDir(), P),
            List.of(),
            Duration.ofMillis(200));
    assertThat(remover.await()).isInstanceOf(Removal.Removed.class);
    assertThat(left.get()).isLessThan(999);
  }

  @Test
  void aProcessThatCannotDieIsALeakInTimeAndItsEndAllowsTheRemoval() throws Exception {
    SandboxCgroup cgroup = create();
    long pid = fs.spawnUnkillable(cgroup.initDir());
    long start = System.nanoTime();
    Removal leaked = cgroup.remove(Duration.ofMillis(200));
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(2));
    assertThat(leaked).isInstanceOf(Removal.Leaked.class);
    assertThat(((Removal.Leaked) leaked).path()).isEqualTo(P.toString());
    Failures.expect(
        CgroupFailure.StillPopulated.class, () -> cgroup.killAndAwaitEmpty(Duration.ofMillis(50)));
    fs.exit(pid);
    assertThat(cgroup.remove(Duration.ofSeconds(2))).isInstanceOf(Removal.Removed.class);
  }

  @Test
  void anRmdirThatBlocksForEverDoesNotBlockTheCaller() throws Exception {
    SandboxCgroup cgroup = create();
    var never = new java.util.concurrent.CountDownLatch(1);
    CgroupFs stuck =
        (CgroupFs)
            java.lang.reflect.Proxy.newProxyInstance(
                CgroupFs.class.getClassLoader(),
                new Class<?>[] {CgroupFs.class},
                (proxy, method, arguments) -> {
                  if (method.getName().equals("rmdir")) {
                    never.await();
                  }
                  return method.invoke(fs, arguments);
                });
    Remover remover =
        new Remover(
            stuck,
            new CgroupTree(stuck, P, pid -> {}),
            P,
            List.of(cgroup.initDir()),
            List.of(),
            Duration.ofMillis(100));
    Removal result = remover.await();
    assertThat(result).isInstanceOf(Removal.Leaked.class);
    assertThat(((Removal.Leaked) result).reason()).contains("rmdir " + cgroup.initDir());
    never.countDown();
  }

  @Test
  void waitingIsEndedByTheKernelsNotification() throws Exception {
    SandboxCgroup cgroup = create();
    long pid = fs.spawn(cgroup.initDir());
    assertThat(tree().awaitEmpty(Duration.ofMillis(30))).isFalse();
    Thread ender = Thread.ofPlatform().start(() -> fs.exit(pid));
    assertThat(tree().awaitEmpty(Duration.ofSeconds(5))).isTrue();
    ender.join();
  }

  @Test
  void withoutCgroupKillAllAreKilledOneByOneWhileFrozen() throws Exception {
    SandboxCgroup cgroup = create();
    fs.withoutFile("cgroup.kill");
    List<Long> pids = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      pids.add(fs.spawn(cgroup.initDir()));
    }
    List<String> freezes = new ArrayList<>();
    fs.before(
        (operation, path, content) -> {
          if (operation.equals("write") && path.endsWith("cgroup.freeze")) {
            freezes.add(content);
          }
        });
    cgroup.killAndAwaitEmpty(Duration.ofSeconds(1));
    assertThat(pids).noneMatch(fs::alive);
    assertThat(freezes).containsExactly("1", "0");
  }

  @Test
  void aGoneSandboxIsEmptyAndIsKilledWithoutComplaint() throws Exception {
    SandboxCgroup cgroup = create();
    cgroup.remove(Duration.ofSeconds(1));
    cgroup.kill();
    assertThat(tree().populated()).isFalse();
    assertThat(tree().awaitEmpty(Duration.ZERO)).isTrue();
    assertThat(cgroup.processes()).isEmpty();
  }
}
