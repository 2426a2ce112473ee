package dev.husk.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import dev.husk.cgroup.CgroupFailure;
import dev.husk.failure.HuskException;
import dev.husk.process.Errno;
import org.junit.jupiter.api.Test;

class VanishingTest {
  private final HuskException gone =
      new HuskException(new CgroupFailure.Vanished("read", "/husk/x", Errno.ENODEV));

  @Test
  void aCgroupThatADeleteRemovesMeansThatTheSandboxIsGone() {
    assertThat(Vanishing.seen(gone, true, "x").failure())
        .isEqualTo(new SandboxFailure.NoSuchSandbox("x"));
  }

  @Test
  void anyOtherFailureStaysWhatItIs() {
    assertThat(Vanishing.seen(gone, false, "x")).isSameAs(gone);
    HuskException other =
        new HuskException(new CgroupFailure.NotDelegated("read", "/husk/x", Errno.EACCES));
    assertThat(Vanishing.seen(other, true, "x")).isSameAs(other);
  }
}
