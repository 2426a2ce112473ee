package dev.husk.cgroup;

import static org.assertj.core.api.Assertions.assertThat;

import dev.husk.process.Errno;
import dev.husk.process.ErrnoException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Pause and resume on the model; what the model does is asserted on the kernel too. */
@Timeout(60)
class FreezerTest {
  private static final Path SANDBOX = ModelCgroupFs.MOUNT.resolve("p");
  private static final Path INIT = SANDBOX.resolve("payload/init");
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final Duration SHORT = Duration.ofMillis(50);

  private final ModelCgroupFs fs = ModelCgroupFs.host("hugetlb");
  private final Freezer freezer = new Freezer(fs, new CgroupTree(fs, SANDBOX, pid -> {}), SANDBOX);

  @BeforeEach
  void makeTree() throws Exception {
    fs.mkdir(SANDBOX);
    fs.mkdir(SANDBOX.resolve("payload"));
    fs.mkdir(INIT);
  }

  private String read(String file) throws Exception {
    return fs.read(SANDBOX.resolve(file)).strip();
  }

  @Test
  void aFreezeIsDoneWhenTheKernelSaysSoAndIsUndone() throws Exception {
    fs.spawn(INIT);
    assertThat(freezer.freeze(PATIENCE)).isTrue();
    assertThat(read("cgroup.events")).isEqualTo("populated 1\nfrozen 1");
    assertThat(freezer.wanted()).isTrue();
    freezer.thaw(PATIENCE);
    assertThat(read("cgroup.events")).isEqualTo("populated 1\nfrozen 0");
    assertThat(freezer.wanted()).isFalse();
  }

  @Test
  void aFreezeWaitsForTheLast() throws Exception {
    long late = fs.spawnUnfreezable(INIT);
    fs.before(
        (operation, path, content) -> {
          if (operation.equals("write") && path.endsWith("cgroup.freeze")) {
            Thread.ofVirtual().start(() -> fs.wake(late));
          }
        });
    assertThat(freezer.freeze(PATIENCE)).isTrue();
    assertThat(read("cgroup.events")).isEqualTo("populated 1\nfrozen 1");
  }

  @Test
  void whoDoesNotFreezeIsNamedAndAllRunOn() throws Exception {
    fs.spawn(INIT);
    fs.mkdir(INIT.resolve("own"));
    long stuck = fs.spawnUnfreezable(INIT.resolve("own"));
    var failure = Failures.expect(CgroupFailure.NotFrozen.class, () -> freezer.freeze(SHORT));
    assertThat(failure.processes()).isEqualTo(stuck + " (state D)");
    assertThat(read("cgroup.freeze")).isEqualTo("0");
    fs.wake(stuck);
    assertThat(freezer.freeze(PATIENCE)).isTrue();
  }

  @Test
  void ofManyWhoDoNotFreezeSomeAreNamed() throws Exception {
    for (int i = 0; i < 11; i++) {
      fs.spawnUnfreezable(INIT);
    }
    var failure = Failures.expect(CgroupFailure.NotFrozen.class, () -> freezer.freeze(SHORT));
    assertThat(failure.processes()).endsWith(" and 3 more").contains("10007 (state D)");
  }

  @Test
  void whenTheLastProcessEndsThereIsNothingToFreeze() throws Exception {
    assertThat(freezer.freeze(PATIENCE)).isFalse();
    assertThat(read("cgroup.freeze")).isEqualTo("0");
    long last = fs.spawnUnfreezable(INIT);
    fs.before(
        (operation, path, content) -> {
          if (operation.equals("write") && content.equals("1")) {
            Thread.ofVirtual().start(() -> fs.exit(last));
          }
        });
    assertThat(freezer.freeze(PATIENCE)).isFalse();
    assertThat(read("cgroup.freeze")).isEqualTo("0");
  }

  @Test
  void whatAFrozenParentHoldsStaysFrozenAndIsSaid() throws Exception {
    fs.mkdir(SANDBOX.resolve("payload/x"));
    Path inner = SANDBOX.resolve("payload");
    Freezer below = new Freezer(fs, new CgroupTree(fs, inner, pid -> {}), inner);
    fs.spawn(INIT);
    assertThat(below.freeze(PATIENCE)).isTrue();
    assertThat(freezer.freeze(PATIENCE)).isTrue();
    var failure = Failures.expect(CgroupFailure.HeldFrozen.class, () -> below.thaw(SHORT));
    assertThat(failure.above()).isEqualTo(SANDBOX.toString());
    assertThat(fs.read(inner.resolve("cgroup.freeze"))).isEqualTo("1\n");
    freezer.thaw(PATIENCE);
    assertThat(fs.read(inner.resolve("cgroup.events"))).isEqualTo("populated 1\nfrozen 1\n");
    below.thaw(PATIENCE);
  }

  @Test
  void aRefusedFreezeIsTyped() {
    fs.writable = false;
    Failures.expect(CgroupFailure.NotDelegated.class, () -> freezer.freeze(PATIENCE));
  }

  @Test
  void releaseTakesWhatComes() throws Exception {
    fs.spawn(INIT);
    freezer.release();
    freezer.freeze(PATIENCE);
    freezer.release();
    assertThat(read("cgroup.freeze")).isEqualTo("0");
    fs.before(
        (operation, path, content) -> {
          if (path.endsWith("cgroup.freeze")) {
            throw new ErrnoException(operation, path.toString(), Errno.ENODEV);
          }
        });
    freezer.release();
  }
}
