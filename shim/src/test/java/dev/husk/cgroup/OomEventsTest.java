package dev.husk.cgroup;

import static org.assertj.core.api.Assertions.assertThat;

import dev.husk.oci.Resources;
import dev.husk.process.EventLoop;
import dev.husk.process.NotifiedFile;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What the OOM killer did, from the kernel's counters. */
class OomEventsTest {
  private final ModelCgroupFs fs = ModelCgroupFs.host("memory", "pids");

  private SandboxCgroup create(ModelCgroupFs fs) throws Exception {
    CgroupHost host =
        new CgroupHost(
            CgroupHost.Mode.UNIFIED,
            ModelCgroupFs.MOUNT,
            "/",
            "/",
            Controllers.available(fs, ModelCgroupFs.MOUNT),
            false,
            false);
    SandboxCgroup.Spec spec =
        new SandboxCgroup.Spec(
            "x",
            Optional.empty(),
            Resources.none(),
            LimitPolicy.STRICT,
            RetryBudget.DEFAULT,
            false);
    SandboxCgroup made = new SandboxCgroupMaker(fs, host, spec, new TestPacer(), fs::exit).make();
    made.enableControllers();
    return made;
  }

  private void count(Path cgroup, String file, String events) throws Exception {
    fs.kernelSays(cgroup.resolve(file), events);
  }

  @Test
  void withoutAKillThereIsNoEndByOom() throws Exception {
    SandboxCgroup cgroup = create(fs);
    assertThat(cgroup.oomKills()).isZero();
    assertThat(cgroup.endByOom()).isEmpty();
    count(cgroup.sandboxDir(), "memory.events", "max 77\noom 5\noom_kill 0\noom_group_kill 0");
    assertThat(cgroup.endByOom()).as("reclaim was enough").isEmpty();
  }

  @Test
  void aGroupKillIsTheEndAndNamesTheLimit() throws Exception {
    SandboxCgroup cgroup = create(fs);
    count(cgroup.sandboxDir(), "memory.events", "oom 1\noom_kill 3\noom_group_kill 1");
    count(cgroup.payloadDir(), "memory.events.local", "oom 1\noom_kill 0\noom_group_kill 1");
    assertThat(cgroup.oomKills()).isEqualTo(3);
    String limit = fs.read(cgroup.sandboxDir().resolve("memory.max")).strip();
    assertThat(cgroup.endByOom()).contains("out of memory (memory.max " + limit + ")");
  }

  @Test
  void aKillWhereThePayloadLivesIsTheEnd() throws Exception {
    SandboxCgroup cgroup = create(fs);
    count(cgroup.sandboxDir(), "memory.events", "oom 1\noom_kill 1");
    count(cgroup.initDir(), "memory.events.local", "oom 0\noom_kill 1");
    assertThat(cgroup.endByOom()).isPresent();
  }

  @Test
  void aKillInACgroupMadeInsideIsNot() throws Exception {
    SandboxCgroup cgroup = create(fs);
    count(cgroup.sandboxDir(), "memory.events", "oom 1\noom_kill 1\noom_group_kill 1");
    assertThat(cgroup.oomKills()).isEqualTo(1);
    assertThat(cgroup.endByOom()).isEmpty();
  }

  @Test
  void theHostsOwnShortageIsNamedAsSuch() throws Exception {
    SandboxCgroup cgroup = create(fs);
    count(cgroup.sandboxDir(), "memory.events", "oom 0\noom_kill 2\noom_group_kill 1");
    count(cgroup.sandboxDir(), "memory.events.local", "oom 0\noom_kill 0\noom_group_kill 1");
    assertThat(cgroup.endByOom().orElseThrow()).contains("of the host");
  }

  @Test
  void withoutTheControllerThereIsNothingToRead() throws Exception {
    SandboxCgroup cgroup = create(ModelCgroupFs.host("pids"));
    assertThat(cgroup.oomKills()).isZero();
    assertThat(cgroup.endByOom()).isEmpty();
  }

  /** With the file that every host has; memory.events is notified by the same means. */
  @Test
  void theEventLoopIsToldOfEachChangeOnce() throws Exception {
    KernelCgroups kernel = KernelCgroups.open();
    try (EventLoop loop = new EventLoop("test-notified")) {
      Path cgroup = kernel.root().resolve("watched");
      kernel.fs().mkdir(cgroup);
      NotifiedFile file = NotifiedFile.open(cgroup.resolve("cgroup.events"));
      AtomicInteger told = new AtomicInteger();
      CountDownLatch twice = new CountDownLatch(2);
      Runnable[] again = new Runnable[1];
      again[0] =
          () -> {
            told.incrementAndGet();
            try {
              file.rearm();
            } catch (dev.husk.process.ErrnoException e) {
              throw new IllegalStateException(e);
            }
            loop.whenChanged(file, again[0]);
            twice.countDown();
          };
      CountDownLatch watching = new CountDownLatch(1);
      loop.execute(
          () -> {
            loop.whenChanged(file, again[0]);
            watching.countDown();
          });
      assertThat(watching.await(10, TimeUnit.SECONDS)).isTrue();
      assertThat(told).hasValue(0);
      long pid = kernel.start("sleep", "100");
      kernel.fs().write(cgroup.resolve("cgroup.procs"), Long.toString(pid));
      kernel.end(pid);
      assertThat(twice.await(10, TimeUnit.SECONDS)).as("populated, and not").isTrue();
      CountDownLatch forgotten = new CountDownLatch(1);
      loop.execute(
          () -> {
            loop.forget(file);
            file.close();
            forgotten.countDown();
          });
      assertThat(forgotten.await(10, TimeUnit.SECONDS)).isTrue();
      int before = told.get();
      assertThat(before).isEqualTo(2);
    } finally {
      kernel.close();
    }
  }
}
