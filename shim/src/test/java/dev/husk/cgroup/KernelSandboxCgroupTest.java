package dev.husk.cgroup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import dev.husk.oci.Resources;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;

/** A sandbox's cgroups on the kernel, with processes that do their worst. */
class KernelSandboxCgroupTest {
  private static final int RACES = 40;
  private static final int WARM_UP_MILLIS = 5;
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  /** Starts a child at every turn and never looks back. */
  private static final String FORK_BACK_TO_BACK = "while :; do (:) & (:); done";

  /**
   * From outside: a subshell after the other enters the cgroup, which is what makes the kernel say
   * EBUSY; what is born inside of processes that were moved is born in the leaf.
   */
  private static final String JOIN_BACK_TO_BACK =
      "while :; do (echo 0 > \"$0/cgroup.procs\") 2>/dev/null; done";

  private @Nullable KernelCgroups kernel;

  @BeforeEach
  void open() throws Exception {
    kernel = KernelCgroups.open();
  }

  @AfterEach
  void close() throws Exception {
    if (kernel != null) {
      kernel.close();
    }
  }

  private KernelCgroups kernel() {
    return Objects.requireNonNull(kernel);
  }

  private SandboxCgroup create(Resources resources) throws Exception {
    return SandboxCgroup.create(
        kernel().fs(),
        kernel().host(),
        new SandboxCgroup.Spec(
            "x", Optional.empty(), resources, LimitPolicy.STRICT, RetryBudget.DEFAULT, false));
  }

  private static Resources resources(List<Resources.HugepageLimit> pages, OptionalLong pids) {
    Resources r = Resources.none();
    return new Resources(
        List.of(), r.memory(), r.cpu(), r.blockIO(), pages, r.network(), pids, Map.of(), Map.of());
  }

  private void awaitPopulated(Path cgroup) throws Exception {
    Path events = cgroup.resolve("cgroup.events");
    String now = kernel().fs().read(events);
    for (int i = 0; i < 100 && !now.contains("populated 1"); i++) {
      now = kernel().fs().awaitChange(events, now, Duration.ofMillis(100));
    }
    assertThat(now).contains("populated 1");
  }

  @Test
  void controllersAreEnabledAgainstShellsThatForkAndJoinBackToBack(TestReporter reporter)
      throws Exception {
    Delegation delegation = new Delegation(kernel().fs(), RetryBudget.DEFAULT, Pacer.SYSTEM);
    kernel().fs().write(kernel().root().resolve("cgroup.subtree_control"), "+hugetlb");
    int lost = 0;
    int most = 0;
    int moved = 0;
    long longest = 0;
    for (int race = 0; race < RACES; race++) {
      Path cgroup = kernel().root().resolve("race");
      kernel().fs().mkdir(cgroup);
      kernel().startIn(cgroup, FORK_BACK_TO_BACK);
      long joiner = kernel().start("sh", "-c", JOIN_BACK_TO_BACK, cgroup.toString());
      awaitPopulated(cgroup);
      Thread.sleep(WARM_UP_MILLIS);
      long start = System.nanoTime();
      Delegation.Outcome outcome = delegation.delegate(cgroup, "init", List.of("hugetlb"));
      longest = Math.max(longest, System.nanoTime() - start);
      assertThat(outcome.enabled()).containsExactly("hugetlb");
      assertThat(kernel().fs().read(cgroup.resolve("cgroup.type"))).isEqualTo("domain\n");
      kernel().end(joiner);
      lost += outcome.rounds() > 1 ? 1 : 0;
      most = Math.max(most, outcome.rounds());
      moved += outcome.moved();
      CgroupTree tree = new CgroupTree(kernel().fs(), cgroup, pid -> {});
      assertThat(tree.killAndAwaitEmpty(PATIENCE)).isTrue();
      kernel().fs().rmdirTree(cgroup);
    }
    reporter.publishEntry(
        "enabling against forking and joining shells",
        RACES
            + " times, EBUSY in "
            + lost
            + ", most rounds "
            + most
            + ", moved "
            + moved
            + ", longest "
            + longest / 1000
            + " us");
    assertThat(most).isLessThan(RetryBudget.DEFAULT.maxRounds());
  }

  @Test
  void aForkStormIsKilledToTheLastProcess(TestReporter reporter) throws Exception {
    SandboxCgroup cgroup = create(Resources.none());
    for (int i = 0; i < 4; i++) {
      kernel().startIn(cgroup.initDir(), "while :; do (sleep 100 & sleep 100 &) ; done");
    }
    awaitPopulated(cgroup.sandboxDir());
    for (int i = 0; i < 200 && cgroup.processes().size() < 200; i++) {
      Thread.sleep(10);
    }
    int before = cgroup.processes().size();
    long start = System.nanoTime();
    cgroup.killAndAwaitEmpty(PATIENCE);
    reporter.publishEntry(
        "kill of a fork storm",
        before + " processes gone in " + (System.nanoTime() - start) / 1_000_000 + " ms");
    assertThat(before).isGreaterThan(50);
    assertThat(SandboxCgroups.populated(kernel().fs(), cgroup.sandboxDir())).isFalse();
    assertThat(cgroup.processes()).isEmpty();
    assertThat(cgroup.remove(PATIENCE)).isInstanceOf(Removal.Removed.class);
    assertThat(kernel().tree()).isEmpty();
  }

  @Test
  void aSandboxIsMadeVerifiedAndRemovedWithNothingLeft() throws Exception {
    SandboxCgroup cgroup =
        create(
            resources(List.of(new Resources.HugepageLimit("2MB", 4L << 20)), OptionalLong.empty()));
    assertThat(cgroup.limits())
        .filteredOn(status -> !status.isDefault())
        .hasSize(2)
        .allMatch(LimitStatus::enforced);
    assertThat(kernel().fs().read(cgroup.payloadDir().resolve("hugetlb.2MB.max")))
        .isEqualTo("4194304\n");
    assertThat(cgroup.relativePath()).isEqualTo("/" + kernel().root().getFileName() + "/husk/x");

    long born = kernel().startIn(cgroup.payloadDir(), "exec sleep 100");
    awaitPopulated(cgroup.sandboxDir());
    assertThat(cgroup.enableControllers().enabled()).contains("hugetlb");
    cgroup.verifyMember(born);
    assertThat(cgroup.processes()).containsExactly(new Member(born, "payload/init"));
    Failures.expect(
        CgroupFailure.Escaped.class, () -> cgroup.verifyMember(ProcessHandle.current().pid()));

    Path nested = cgroup.payloadDir().resolve("docker");
    kernel().fs().mkdir(nested);
    kernel().fs().mkdir(nested.resolve("a"));
    kernel().fs().mkdir(nested.resolve("a/b"));
    kernel().startIn(nested.resolve("a/b"), "exec sleep 100");
    awaitPopulated(nested);
    assertThat(cgroup.remove(PATIENCE)).isInstanceOf(Removal.Removed.class);
    assertThat(kernel().tree()).isEmpty();
  }

  @Test
  void theInsideCannotNestBeyondTheBound() throws Exception {
    SandboxCgroup cgroup = create(Resources.none());
    Path deepest = cgroup.payloadDir();
    for (int level = 0; level < Limits.DEPTH; level++) {
      deepest = deepest.resolve("d");
      kernel().fs().mkdir(deepest);
    }
    Path beyond = deepest.resolve("d");
    assertThat(CgroupFsContract.outcome(() -> kernel().fs().mkdir(beyond))).isEqualTo("EAGAIN");
    assertThat(cgroup.remove(PATIENCE)).isInstanceOf(Removal.Removed.class);
    assertThat(kernel().tree()).isEmpty();
  }

  @Test
  void aLimitThatThisHostCannotEnforceLeavesNothing() throws Exception {
    assumeFalse(
        kernel().host().controllers().contains("pids"), "this host has the pids controller");
    Failures.expect(
        CgroupFailure.MissingControllers.class,
        () -> create(resources(List.of(), OptionalLong.of(5))));
    assertThat(kernel().tree()).isEmpty();
  }

  @Test
  void anUnknownPageSizeIsRefusedAndLeavesNothing() throws Exception {
    var failure =
        Failures.expect(
            CgroupFailure.LimitRefused.class,
            () ->
                create(
                    resources(
                        List.of(new Resources.HugepageLimit("3MB", 0)), OptionalLong.empty())));
    assertThat(failure.why()).contains("ENOENT");
    assertThat(kernel().tree()).isEmpty();
  }

  @Test
  void detectionFindsThisHost() throws Exception {
    CgroupHost host = CgroupHost.detect(kernel().fs());
    assertThat(kernel().root()).startsWith(host.mountPoint());
    assertThat(host.controllers()).contains("hugetlb");
  }
}
