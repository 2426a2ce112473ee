package dev.husk.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.husk.v1.Stats;
import dev.husk.v1.StatsRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Limits that share out, by what each sandbox gets of it as the kernel counts. */
@Tag("lab")
class LimitEffectsTest extends RealSandboxes {
  private static final String BUSY = "while :; do :; done";
  private static final long MIB = 1 << 20;

  private Bundle busy(String section, Object... namesAndValues) throws Exception {
    return bundle().script(BUSY).set("/linux/resources/" + section, Bundle.object(namesAndValues));
  }

  private static Shim started(Bundle bundle) throws Exception {
    Shim shim = Shim.serve(bundle);
    shim.client().create();
    shim.client().start();
    return shim;
  }

  private static Stats stats(Shim shim) {
    return shim.client().calls().stats(StatsRequest.getDefaultInstance()).getStats();
  }

  private static long used(Shim shim) throws Exception {
    return number(shim, "usage_usec");
  }

  private static long number(Shim shim, String key) throws Exception {
    for (String line : Files.readAllLines(shim.cgroup().resolve("cpu.stat"))) {
      if (line.startsWith(key + " ")) {
        return Long.parseLong(line.substring(key.length() + 1));
      }
    }
    throw new AssertionError("no " + key + " in cpu.stat");
  }

  /** What one gets for each part that the other gets, while both want all. */
  private static double ratio(Shim one, Shim other) throws Exception {
    long oneBefore = used(one);
    long otherBefore = used(other);
    Eventually.is(
        Programs.BOUND,
        () -> used(one) + used(other) - oneBefore - otherBefore > 3_000_000,
        () -> "three seconds of a processor");
    return (double) (used(one) - oneBefore) / Math.max(1, used(other) - otherBefore);
  }

  @Test
  void theCpuIsSharedByWeight() throws Exception {
    assumeTrue(CgroupV2.has("cpu"), "no controller cpu on cgroup v2");
    assumeTrue(Runtime.getRuntime().availableProcessors() == 1, "more processors than loops");
    try (Shim heavy = started(busy("unified", "cpu.weight", "400"));
        Shim light = started(busy("unified", "cpu.weight", "100"))) {
      double ratio = ratio(heavy, light);
      Measured.say("cpu.weight 400 against 100: %.2f times the processor".formatted(ratio));
      assertThat(ratio).isBetween(2.0, 8.0);
    }
  }

  @Test
  void anIdleSandboxGetsWhatOthersLeave() throws Exception {
    assumeTrue(CgroupV2.has("cpu"), "no controller cpu on cgroup v2");
    assumeTrue(Runtime.getRuntime().availableProcessors() == 1, "more processors than loops");
    try (Shim usual = started(busy("cpu", "shares", 1024));
        Shim idle = started(busy("cpu", "idle", 1))) {
      assertThat(Files.readString(idle.cgroup().resolve("cpu.idle"))).isEqualTo("1\n");
      double ratio = ratio(usual, idle);
      Measured.say("cpu.idle against cpu.shares 1024: %.0f times the processor".formatted(ratio));
      assertThat(ratio).isGreaterThan(8);
    }
  }

  @Test
  void whatWasSavedMayBeSpentInABurst() throws Exception {
    assumeTrue(CgroupV2.has("cpu"), "no controller cpu on cgroup v2");
    Bundle bundle =
        busy("cpu", "quota", 20_000, "period", 100_000, "burst", 20_000)
            .script(
                "while :; do usleep 400000; i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done; done");
    try (Shim shim = started(bundle)) {
      Eventually.is(
          Programs.BOUND, () -> number(shim, "nr_bursts") > 2, () -> "bursts, not " + stats(shim));
    }
  }

  @Test
  void withoutALimitOfProcessesThereAreMoreThanByDefault() throws Exception {
    assumeTrue(CgroupV2.has("pids"), "no controller pids on cgroup v2");
    Bundle bundle =
        bundle()
            .script("i=0; while [ $i -lt 1100 ]; do sleep 600 & i=$((i+1)); done; wait")
            .set("/linux/resources/pids", Bundle.object("limit", -1));
    try (Shim shim = started(bundle)) {
      assertThat(Files.readString(shim.cgroup().resolve("pids.max"))).isEqualTo("max\n");
      Eventually.is(
          Programs.BOUND,
          () -> stats(shim).getPids().getCurrent() > 1100,
          () -> "1100 processes, not " + stats(shim).getPids());
    }
  }

  @Test
  void writesToADiskAreHeldBack() throws Exception {
    assumeTrue(CgroupV2.has("io"), "no controller io on cgroup v2");
    Path disk = Files.createTempDirectory(Path.of("/var/tmp"), "husk-it-");
    try {
      String[] device =
          Programs.output("findmnt", "-n", "-o", "MAJ:MIN", "-T", disk.toString())
              .strip()
              .split(":");
      assumeTrue(!device[0].equals("0"), "no disk behind /var/tmp");
      Bundle bundle =
          Bundle.in(disk, "bundle")
              .script("dd if=/dev/zero of=/file bs=1M count=4 conv=fsync 2>/dev/null")
              .set("/root/readonly", false)
              .set(
                  "/linux/resources/blockIO/throttleWriteBpsDevice",
                  List.of(
                      Bundle.object(
                          "major", Integer.parseInt(device[0]),
                          "minor", Integer.parseInt(device[1]),
                          "rate", MIB)));
      try (Shim shim = Shim.serve(bundle)) {
        shim.client().create();
        long start = System.nanoTime();
        shim.client().start();
        assertThat(shim.client().await().getCode()).isZero();
        long millis = (System.nanoTime() - start) / 1_000_000;
        Measured.say("4 MiB at most 1 MiB a second: %d ms".formatted(millis));
        // The kernel lets one slice of a tenth of a second begin before the first wait.
        assertThat(millis).isGreaterThan(2500);
      }
    } finally {
      Programs.removeTree(disk);
    }
  }
}
