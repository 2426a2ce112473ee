package dev.husk.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.husk.v1.DeviceControl;
import dev.husk.v1.Event;
import dev.husk.v1.ExitStatus;
import dev.husk.v1.Limit;
import dev.husk.v1.LinuxCpu;
import dev.husk.v1.LinuxMemory;
import dev.husk.v1.LinuxPids;
import dev.husk.v1.LinuxResources;
import dev.husk.v1.Phase;
import dev.husk.v1.UpdateRequest;
import io.grpc.StatusRuntimeException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Limits by what they do, and by what the kernel's files say, where the controllers are there. */
@Tag("lab")
class LabLimitsTest extends RealSandboxes {
  private static final long MIB = 1 << 20;
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** Has more than the limit at once, beside a process that has nothing. */
  private static final String HOG =
      "sleep 1000 & dd if=/dev/zero of=/dev/null bs=300M count=1; echo survived; exec sleep 1000";

  private Bundle limited(String pointer, Object value) throws Exception {
    return bundle().set("/linux/resources" + pointer, value);
  }

  private Bundle withMemory(long bytes) throws Exception {
    return limited("/memory", Bundle.object("limit", bytes, "swap", bytes));
  }

  private static String read(Path cgroup, String file) throws Exception {
    return Files.readString(cgroup.resolve(file)).strip();
  }

  private static Map<String, Long> counters(Path cgroup, String file) throws Exception {
    Map<String, Long> counters = new TreeMap<>();
    for (String line : read(cgroup, file).split("\n")) {
      String[] words = line.split(" ");
      counters.put(words[0], Long.parseLong(words[1]));
    }
    return counters;
  }

  private static Shim started(Bundle bundle) throws Exception {
    Shim shim = Shim.serve(bundle);
    try {
      shim.client().create();
      shim.client().start();
      return shim;
    } catch (RuntimeException e) {
      shim.close();
      throw e;
    }
  }

  private static List<Long> oomKills(Shim shim) {
    return shim.client().events().stream()
        .filter(Event::hasOom)
        .map(event -> event.getOom().getOomKills())
        .toList();
  }

  @Test
  void aPayloadBeyondItsMemoryIsKilledWhollyAndAlone() throws Exception {
    try (Shim neighbour = started(withMemory(64 * MIB).script("exec sleep 1000"));
        Shim hog = started(withMemory(64 * MIB).script(HOG))) {
      ExitStatus exit = hog.client().await();
      assertThat(exit.getOomKilled()).isTrue();
      assertThat(exit.getSignal()).isEqualTo(9);
      assertThat(exit.getReason()).contains("out of memory (memory.max 67108864)");
      assertThat(hog.client().state().getExit()).isEqualTo(exit);
      assertThat(hog.client().pids()).isEmpty();
      assertThat(oomKills(hog)).isNotEmpty().allMatch(kills -> kills > 0);
      List<Event> events = hog.client().events();
      assertThat(events.stream().filter(e -> e.hasOom() || e.hasExited()).toList())
          .last()
          .satisfies(event -> assertThat(event.getExited().getStatus()).isEqualTo(exit));

      assertThat(neighbour.client().state().getPhase()).isEqualTo(Phase.PHASE_RUNNING);
      assertThat(oomKills(neighbour)).isEmpty();
      assertThat(counters(neighbour.cgroup(), "memory.events")).containsEntry("oom_kill", 0L);
      hog.client().delete(false);
      neighbour.client().delete(true);
    }
  }

  @Test
  void withoutTheGroupOnlyTheLargestIsKilledAndTheEventSaysSo() throws Exception {
    Bundle bundle = withMemory(64 * MIB).script(HOG);
    bundle.set("/linux/resources/unified", Bundle.object("memory.oom.group", "0"));
    try (Shim shim = started(bundle)) {
      Eventually.is(PATIENCE, () -> !oomKills(shim).isEmpty(), () -> "an event");
      assertThat(oomKills(shim)).containsExactly(1L);
      assertThat(shim.client().state().getPhase()).isEqualTo(Phase.PHASE_RUNNING);
      shim.client().kill("TERM");
      shim.client().killTree("KILL");
      shim.client().await();
      shim.client().delete(false);
    }
  }

  @Test
  void runSaysThatItRanOutOfMemory() throws Exception {
    Outcome outcome =
        Husk.run("run", "--id", freshId(), "--bundle", withMemory(64 * MIB).script(HOG).toString());
    assertThat(outcome.status()).isEqualTo(137);
    assertThat(outcome.errors()).contains("out of memory (memory.max 67108864)");
    assertThat(outcome.output()).doesNotContain("survived");
  }

  @Test
  void aForkBombStopsAtItsLimitWhileOthersAnswer() throws Exception {
    Bundle bomb =
        limited("/pids/limit", 40)
            .script("(while :; do (b() { b | b & }; b); done) 2>/dev/null & exec sleep 1000");
    try (Shim bombed = started(bomb);
        Shim other = started(bundle().script("exec sleep 1000"))) {
      Path cgroup = bombed.cgroup();
      Eventually.is(
          PATIENCE,
          () -> counters(cgroup, "pids.events").get("max") > 5,
          () -> "forks refused: " + read(cgroup, "pids.events"));
      for (int i = 0; i < 20; i++) {
        assertThat(Long.parseLong(read(cgroup, "pids.current"))).isLessThanOrEqualTo(40);
        assertThat(other.client().state().getPhase()).isEqualTo(Phase.PHASE_RUNNING);
      }
      Outcome third =
          Husk.run("run", "--id", freshId(), "--bundle", bundle().script("echo alive").toString());
      assertThat(third.output()).isEqualTo("alive\n");
      bombed.client().killTree("KILL");
      bombed.client().await();
      bombed.client().delete(false);
      other.client().delete(true);
    }
  }

  @Test
  void aLimitOfOneProcessLeavesThePayloadAlone() throws Exception {
    for (int limit : new int[] {0, 1}) {
      Bundle bundle = limited("/pids/limit", limit).script("echo alone; (true); echo forked");
      Outcome outcome = Husk.run("run", "--id", freshId(), "--bundle", bundle.toString());
      assertThat(outcome.output()).as(outcome.errors()).isEqualTo("alone\n");
      assertThat(outcome.errors()).contains("can't fork");
    }
  }

  @Test
  void aBusyLoopGetsItsShareOfTheCpu() throws Exception {
    Bundle bundle =
        limited("/cpu", Bundle.object("quota", 20_000, "period", 100_000))
            .script("while :; do :; done");
    try (Shim shim = started(bundle)) {
      Path cgroup = shim.cgroup();
      Map<String, Long> before = counters(cgroup, "cpu.stat");
      Eventually.is(
          PATIENCE,
          () -> counters(cgroup, "cpu.stat").get("nr_periods") >= before.get("nr_periods") + 30,
          () -> "30 periods");
      Map<String, Long> after = counters(cgroup, "cpu.stat");
      long used = after.get("usage_usec") - before.get("usage_usec");
      long periods = after.get("nr_periods") - before.get("nr_periods");
      assertThat(after.get("nr_throttled")).isGreaterThan(before.get("nr_throttled"));
      assertThat((double) used / (periods * 100_000)).as("share").isBetween(0.05, 0.26);
      shim.client().delete(true);
    }
  }

  @Test
  void thePayloadReadsItsTrueLimits() throws Exception {
    Bundle bundle =
        withMemory(96 * MIB)
            .set("/linux/resources/pids", Bundle.object("limit", 33))
            .set("/linux/resources/cpu", Bundle.object("quota", 30_000, "burst", 10_000))
            .script(
                "cd /sys/fs/cgroup; cat memory.max memory.swap.max pids.max cpu.max cpu.max.burst"
                    + " memory.oom.group cgroup.max.depth");
    Outcome outcome = Husk.run("run", "--id", freshId(), "--bundle", bundle.toString());
    assertThat(outcome.output())
        .as(outcome.errors())
        .isEqualTo("100663296\n0\n33\n30000 100000\n10000\n1\n32\n");
  }

  @Test
  void aJavaVirtualMachineSizesItsHeapByTheLimit() throws Exception {
    Bundle bundle = withMemory(512 * MIB);
    for (String directory : List.of("usr", "lib", "lib64", "jdk")) {
      Files.createDirectories(bundle.rootfs().resolve(directory));
    }
    Path jdk = Path.of(System.getProperty("java.home"));
    bundle
        .mount("/usr", "bind", "/usr", "rbind", "ro")
        .mount("/lib", "bind", Path.of("/lib").toRealPath().toString(), "rbind", "ro")
        .mount("/lib64", "bind", Path.of("/lib64").toRealPath().toString(), "rbind", "ro")
        .mount("/jdk", "bind", jdk.toString(), "rbind", "ro")
        .args("/jdk/bin/java", "-XX:+PrintFlagsFinal", "-version");
    Outcome outcome = Husk.run("run", "--id", freshId(), "--bundle", bundle.toString());
    assertThat(outcome.status()).as(outcome.errors()).isZero();
    String heap =
        outcome
            .output()
            .lines()
            .filter(line -> line.contains(" MaxHeapSize "))
            .collect(Collectors.joining());
    assertThat(heap).matches(".*= +" + 128 * MIB + " .*");
  }

  @Test
  void everyLimitOfThisKernelIsInForceAndReadBack() throws Exception {
    String disk = disk();
    String[] numbers = disk.split(":");
    Map<String, Object> device =
        Bundle.object(
            "major", Integer.parseInt(numbers[0]),
            "minor", Integer.parseInt(numbers[1]),
            "rate", 1_000_000);
    Bundle bundle =
        bundle()
            .script("exec sleep 1000")
            .set(
                "/linux/resources",
                Bundle.object(
                    "memory",
                        Bundle.object(
                            "limit", 100 * MIB, "reservation", 10 * MIB, "swap", 150 * MIB),
                    "cpu",
                        Bundle.object(
                            "shares", 512, "quota", 50_000, "period", 50_000, "burst", 20_000),
                    "pids", Bundle.object("limit", 50),
                    "blockIO",
                        Bundle.object(
                            "throttleReadBpsDevice", List.of(device),
                            "throttleWriteIOPSDevice", List.of(device)),
                    "unified", Bundle.object("memory.high", "90M", "memory.min", "4096")));
    try (Shim shim = started(bundle)) {
      Path p = shim.cgroup();
      Path s = p.resolve("payload");
      assertThat(shim.client().state().getLimitsList())
          .allMatch(Limit::getEnforced)
          .allMatch(limit -> limit.getReason().isEmpty());
      assertThat(read(p, "memory.max")).isEqualTo(read(s, "memory.max")).isEqualTo("104857600");
      assertThat(read(p, "memory.low")).isEqualTo("10485760");
      assertThat(read(p, "memory.min")).isEqualTo("4096");
      assertThat(read(p, "memory.swap.max")).isEqualTo("52428800");
      assertThat(read(p, "memory.high")).isEqualTo(read(s, "memory.high")).isEqualTo("94371840");
      assertThat(read(p, "memory.oom.group")).isEqualTo(read(s, "memory.oom.group")).isEqualTo("1");
      assertThat(read(p, "cpu.weight")).isEqualTo("59");
      assertThat(read(p, "cpu.max")).isEqualTo(read(s, "cpu.max")).isEqualTo("50000 50000");
      assertThat(read(p, "cpu.max.burst")).isEqualTo("20000");
      assertThat(read(p, "pids.max")).isEqualTo(read(s, "pids.max")).isEqualTo("50");
      assertThat(read(p, "io.max"))
          .isEqualTo(disk + " rbps=1000000 wbps=max riops=max wiops=1000000");
      shim.client().delete(true);
    }
  }

  /** A disk as major:minor. */
  private static String disk() throws Exception {
    try (var disks = Files.list(Path.of("/sys/block"))) {
      Path disk = disks.filter(path -> path.toString().contains("ubd")).findFirst().orElseThrow();
      return Files.readString(disk.resolve("dev")).strip();
    }
  }

  @Test
  void theDefaultsAreInStateAndCanBeSwitchedOff() throws Exception {
    try (Shim shim = started(bundle().script("exec sleep 1000"))) {
      assertThat(shim.client().state().getLimitsList())
          .filteredOn(limit -> limit.getFile().equals("pids.max"))
          .singleElement()
          .matches(limit -> limit.getIsDefault() && limit.getEnforced())
          .matches(limit -> limit.getValue().equals("1024"));
      assertThat(read(shim.cgroup(), "pids.max")).isEqualTo("1024");
      assertThat(read(shim.cgroup(), "memory.max")).matches("[0-9]+");
      shim.client().delete(true);
    }
    try (Shim shim = Shim.serve(bundle().script("exec sleep 1000"), "--no-default-limits")) {
      shim.client().create();
      assertThat(read(shim.cgroup(), "pids.max")).isEqualTo("max");
      assertThat(read(shim.cgroup(), "memory.max")).isEqualTo("max");
      shim.client().delete(true);
    }
  }

  private static void update(Shim shim, LinuxResources resources) {
    shim.client().calls().update(UpdateRequest.newBuilder().setResources(resources).build());
  }

  private static LinuxResources memory(long limit, boolean check) {
    return LinuxResources.newBuilder()
        .setMemory(
            LinuxMemory.newBuilder()
                .setLimit(limit)
                .setSwap(limit)
                .setCheckBeforeUpdate(check)
                .build())
        .build();
  }

  @Test
  void limitsOfARunningSandboxChangeTogetherOrNotAtAll() throws Exception {
    Bundle bundle =
        withMemory(200 * MIB)
            .set("/linux/resources/cpu", Bundle.object("quota", 50_000, "burst", 50_000))
            .script("x=$(head -c 30000000 /dev/zero | tr '\\0' x); echo ready; exec sleep 1000");
    try (Shim shim = started(bundle)) {
      Path p = shim.cgroup();
      Path s = p.resolve("payload");
      update(
          shim,
          LinuxResources.newBuilder()
              .setMemory(LinuxMemory.newBuilder().setLimit(150 * MIB).setSwap(160 * MIB))
              .setPids(LinuxPids.newBuilder().setLimit(77))
              .setCpu(LinuxCpu.newBuilder().setQuota(20_000).setBurst(10_000).setShares(2048))
              .build());
      assertThat(read(p, "memory.max")).isEqualTo(read(s, "memory.max")).isEqualTo("157286400");
      assertThat(read(p, "memory.swap.max")).isEqualTo("10485760");
      assertThat(read(p, "pids.max")).isEqualTo(read(s, "pids.max")).isEqualTo("77");
      assertThat(read(p, "cpu.max")).isEqualTo(read(s, "cpu.max")).isEqualTo("20000 100000");
      assertThat(read(p, "cpu.max.burst")).isEqualTo("10000");
      assertThat(read(p, "cpu.weight")).isEqualTo("174");

      LinuxResources refused =
          LinuxResources.newBuilder()
              .setPids(LinuxPids.newBuilder().setLimit(5))
              .putUnified("memory.high", "nonsense")
              .build();
      var error = catchThrowableOfType(StatusRuntimeException.class, () -> update(shim, refused));
      assertThat(error.getMessage()).contains("memory.high");
      assertThat(read(p, "pids.max")).isEqualTo(read(s, "pids.max")).isEqualTo("77");
      assertThat(shim.client().state().getLimitsList())
          .filteredOn(limit -> limit.getFile().equals("pids.max"))
          .singleElement()
          .matches(limit -> limit.getValue().equals("77"));
      shim.client().delete(true);
    }
  }

  @Test
  void aLimitBelowTheUseIsRefusedOrKillsAsTheConfigWants() throws Exception {
    Bundle bundle =
        withMemory(300 * MIB)
            // Each takes its memory anew: from 6.16 on the write leaves the kill to who takes more.
            .script("while :; do dd if=/dev/zero of=/dev/null bs=60M count=20; done");
    try (Shim shim = started(bundle)) {
      Path p = shim.cgroup();
      Eventually.is(
          PATIENCE,
          () -> Long.parseLong(read(p, "memory.current")) > 60 * MIB,
          () -> "60 MiB in use");
      var error =
          catchThrowableOfType(
              StatusRuntimeException.class, () -> update(shim, memory(20 * MIB, true)));
      assertThat(error.getMessage()).contains("checkBeforeUpdate");
      assertThat(read(p, "memory.max")).isEqualTo("314572800");
      update(shim, memory(20 * MIB, false));
      ExitStatus exit = shim.client().await();
      assertThat(exit.getOomKilled()).as("%s", exit).isTrue();
      assertThat(exit.getCode()).isEqualTo(137);
      assertThat(exit.getReason()).contains("memory.max 20971520");
      shim.client().delete(false);
    }
  }

  @Test
  void deviceRulesAreObeyed() throws Exception {
    Bundle bundle =
        limited(
                "/devices",
                List.of(
                    Bundle.object("allow", false, "access", "rwm"),
                    Bundle.object(
                        "allow", false, "type", "c", "major", 1, "minor", 9, "access", "rwm"),
                    Bundle.object(
                        "allow", true, "type", "c", "major", 1, "minor", 11, "access", "m")))
            .script(
                "head -c 1 /dev/zero | wc -c; head -c 1 /dev/urandom >/dev/null 2>&1; echo urandom $?;"
                    + " mknod /dev/mem c 1 1 2>/dev/null; echo mem $?;"
                    + " mknod /dev/kmsg c 1 11; echo kmsg $?;"
                    + " head -c 1 /dev/kmsg 2>/dev/null; echo open $?");
    for (String set : List.of("bounding", "effective", "permitted")) {
      bundle.set("/process/capabilities/" + set, List.of("CAP_MKNOD"));
    }
    Outcome outcome = Husk.run("run", "--id", freshId(), "--bundle", bundle.toString());
    assertThat(outcome.output())
        .as(outcome.errors())
        .isEqualTo("1\nurandom 1\nmem 1\nkmsg 0\nopen 1\n");
    try (Shim shim = Shim.serve(bundle)) {
      shim.client().create();
      assertThat(shim.client().state().getDeviceControl().getKind())
          .isEqualTo(DeviceControl.Kind.KIND_BPF_PROGRAM);
      shim.client().delete(true);
    }
  }

  @Test
  void aPathIntoAnotherSandboxIsRefused() throws Exception {
    try (Shim other = started(bundle().script("exec sleep 1000"))) {
      String path = other.client().state().getCgroup();
      Bundle inside = bundle().set("/linux/cgroupsPath", path + "/inside");
      Outcome outcome = Husk.run("run", "--id", freshId(), "--bundle", inside.toString());
      assertThat(outcome.status()).isNotZero();
      assertThat(outcome.errors()).contains("it is the cgroup of another sandbox");
      assertThat(other.cgroup().resolve("inside")).doesNotExist();
      other.client().delete(true);
    }
  }
}
