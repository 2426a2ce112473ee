package dev.husk.cgroup;

import static org.assertj.core.api.Assertions.assertThat;

import dev.husk.process.Errno;
import dev.husk.process.ErrnoException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DelegationTest {
  private static final List<String> WANTED = List.of("cpu", "memory", "pids", "rdma");

  private final ModelCgroupFs fs = ModelCgroupFs.host("cpu", "memory", "pids");
  private final Path root = ModelCgroupFs.MOUNT.resolve("s");
  private final Path leaf = root.resolve("init");
  private final Path control = root.resolve("cgroup.subtree_control");
  private final TestPacer pacer = new TestPacer();

  @BeforeEach
  void makeRoot() throws Exception {
    fs.write(ModelCgroupFs.MOUNT.resolve("cgroup.subtree_control"), "+cpu +memory +pids");
    fs.mkdir(root);
  }

  private Delegation.Outcome delegate() throws Exception {
    return new Delegation(fs, RetryBudget.DEFAULT, pacer).delegate(root, "init", WANTED);
  }

  @Test
  void processesSettleInTheLeafAndAllThereIsIsEnabledInOneWrite() throws Exception {
    long first = fs.spawn(root);
    long second = fs.spawn(root);
    List<String> commands = new ArrayList<>();
    fs.before(
        (operation, path, content) -> {
          if (operation.equals("write") && path.equals(control)) {
            commands.add(content);
          }
        });
    Delegation.Outcome outcome = delegate();
    assertThat(outcome.rounds()).isEqualTo(1);
    assertThat(outcome.moved()).isEqualTo(2);
    assertThat(outcome.enabled()).containsExactlyInAnyOrder("cpu", "memory", "pids");
    assertThat(commands).containsExactly("+cpu +memory +pids");
    assertThat(fs.cgroupOf(first)).isEqualTo(leaf);
    assertThat(fs.cgroupOf(second)).isEqualTo(leaf);
    assertThat(fs.read(leaf.resolve("cgroup.type"))).isEqualTo("domain\n");
  }

  @Test
  void aSecondTimeFindsNothingToDo() throws Exception {
    delegate();
    assertThat(delegate().enabled()).containsExactlyInAnyOrder("cpu", "memory", "pids");
  }

  /** A process is born between the pass and the write, that many times. */
  private void bornBeforeEnabling(int times) {
    AtomicInteger left = new AtomicInteger(times);
    fs.before(
        (operation, path, content) -> {
          if (operation.equals("write")
              && path.equals(control)
              && content.startsWith("+")
              && left.getAndDecrement() > 0) {
            fs.spawn(root);
          }
        });
  }

  @Test
  void aProcessThatSlipsInCostsARoundEachAndPausesGrow() throws Exception {
    bornBeforeEnabling(6);
    assertThat(delegate().rounds()).isEqualTo(7);
    assertThat(pacer.pauses).containsExactly(1L, 2L, 4L);
  }

  @Test
  void aForkerWithoutEndUsesUpTheRoundsAndNothingIsEnabled() {
    bornBeforeEnabling(Integer.MAX_VALUE);
    RetryBudget budget = new RetryBudget(12, Duration.ofSeconds(60), Duration.ofMillis(50));
    var failure =
        Failures.expect(
            CgroupFailure.Busy.class,
            () -> new Delegation(fs, budget, pacer).delegate(root, "init", WANTED));
    assertThat(failure.rounds()).isEqualTo(12);
    assertThat(failure.where()).isEqualTo(root.toString());
    assertThat(failure.why()).contains("EBUSY").contains("12 rounds");
    assertThat(pacer.pauses).endsWith(50L);
    assertThat(fs.tree()).contains(leaf.toString());
  }

  @Test
  void theDeadlineEndsItBeforeTheRoundsDo() {
    bornBeforeEnabling(Integer.MAX_VALUE);
    RetryBudget budget = new RetryBudget(1000, Duration.ofMillis(20), Duration.ofMillis(50));
    var failure =
        Failures.expect(
            CgroupFailure.Busy.class,
            () -> new Delegation(fs, budget, pacer).delegate(root, "init", WANTED));
    assertThat(failure.rounds()).isLessThan(12);
    assertThat(failure.millis()).isBetween(20L, 60L);
  }

  @Test
  void aRoundThatFindsNewProcessesForEverIsBound() throws Exception {
    fs.before(
        (operation, path, content) -> {
          if (operation.equals("read") && path.equals(root.resolve("cgroup.procs"))) {
            fs.spawn(root);
          }
        });
    assertThat(delegate().moved()).isEqualTo(16);
  }

  @Test
  void aZombieThatStaysListedIsNoReasonToGoOn() throws Exception {
    fs.spawnZombie(root);
    assertThat(delegate().rounds()).isEqualTo(1);
  }

  @Test
  void aProcessThatEndsBeforeItsMoveIsForgotten() throws Exception {
    long pid = fs.spawn(root);
    fs.before(
        (operation, path, content) -> {
          if (path.equals(leaf.resolve("cgroup.procs"))) {
            fs.exit(pid);
          }
        });
    assertThat(delegate().moved()).isZero();
  }

  @Test
  void aProcessOutsideThePidNamespaceIsNamedAndNothingIsMovedInItsPlace() {
    fs.spawnForeign(root);
    Failures.expect(CgroupFailure.ForeignProcess.class, this::delegate);
  }

  @Test
  void threadedControllersAloneDoNotTurnTheCgroupIntoAThreadedDomain() throws Exception {
    bornBeforeEnabling(2);
    Delegation.Outcome outcome =
        new Delegation(fs, RetryBudget.DEFAULT, pacer)
            .delegate(root, "init", List.of("cpu", "pids"));
    assertThat(outcome.rounds()).isEqualTo(3);
    assertThat(fs.read(root.resolve("cgroup.type"))).isEqualTo("domain\n");
    assertThat(fs.read(leaf.resolve("cgroup.type"))).isEqualTo("domain\n");
  }

  @Test
  void aThreadedSubtreeIsNamed() throws Exception {
    fs.mkdir(leaf);
    fs.write(leaf.resolve("cgroup.type"), "threaded");
    var failure = Failures.expect(CgroupFailure.ThreadedSubtree.class, this::delegate);
    assertThat(failure.type()).isEqualTo("threaded");
  }

  @ParameterizedTest
  @CsvSource({
    "mkdir, init, EACCES, NotDelegated",
    "mkdir, init, EROFS, NotDelegated",
    "mkdir, init, EAGAIN, TooDeep",
    "mkdir, init, ENODEV, Vanished",
    "mkdir, init, ENOMEM, KernelFull",
    "read, cgroup.procs, EOPNOTSUPP, ThreadedSubtree",
    "read, cgroup.controllers, ENODEV, Vanished",
    "write, init/cgroup.procs, EACCES, AncestorDenied",
    "write, init/cgroup.procs, ENOENT, BehindBorder",
    "write, init/cgroup.procs, EBUSY, NotALeaf",
    "write, init/cgroup.procs, EINVAL, Immovable",
    "write, cgroup.subtree_control, EPERM, NotDelegated",
    "write, cgroup.subtree_control, EOPNOTSUPP, ThreadedSubtree",
    "write, cgroup.subtree_control, ENODEV, Vanished",
    "write, cgroup.subtree_control, EINVAL, NotEnabled",
    "write, cgroup.subtree_control, ENOMEM, KernelFull"
  })
  void everyErrnoOfAStepHasItsFailure(String operation, String file, String errno, String failure) {
    fs.spawn(root);
    AtomicInteger calls = new AtomicInteger();
    fs.before(
        (op, path, content) -> {
          if (op.equals(operation) && path.equals(root.resolve(file))) {
            calls.incrementAndGet();
            throw new ErrnoException(op, path.toString(), errnoOf(errno));
          }
        });
    var thrown = Failures.expect(CgroupFailure.class, this::delegate);
    assertThat(thrown.getClass().getSimpleName()).isEqualTo(failure);
    assertThat(calls.get()).isEqualTo(errno.equals("EINVAL") && file.contains("procs") ? 5 : 1);
  }

  private static Errno errnoOf(String name) {
    for (int value = 1; value < 134; value++) {
      if (Errno.of(value).name().equals(name)) {
        return Errno.of(value);
      }
    }
    throw new IllegalArgumentException(name);
  }

  @Test
  void aKernelThreadIsSkipped() throws Exception {
    long pid = fs.spawn(root);
    fs.otherFile("/proc/" + pid + "/stat", pid + " (k w) S 2 0 0 0 -1 69238880 0 0");
    fs.before(
        (operation, path, content) -> {
          if (path.equals(leaf.resolve("cgroup.procs"))) {
            fs.exit(pid);
            throw new ErrnoException("write", path.toString(), Errno.EINVAL);
          }
        });
    assertThat(delegate().rounds()).isEqualTo(1);
    assertThat(pacer.pauses).isEmpty();
  }
}
