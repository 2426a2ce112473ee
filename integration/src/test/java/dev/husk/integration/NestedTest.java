package dev.husk.integration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.husk.v1.Process;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The samples that nest: whatever runs inside, the outside sees all of it below the sandbox's
 * cgroup.
 */
@Tag("lab")
class NestedTest extends RealSandboxes {
  private static final Path SAMPLES = Path.of("../oci-config-samples").toAbsolutePath().normalize();

  /** A machine of one processor starts a Docker Engine or a systemd in ten seconds or so. */
  private static final Duration UP = Duration.ofSeconds(120);

  private static Shim serve(String sample) throws Exception {
    return Shim.serve(freshId(), SAMPLES.resolve(sample), "--privileged");
  }

  /** Runs a command in all namespaces of the payload but the cgroup's, from outside. */
  private static Outcome inside(Shim shim, String... command) throws Exception {
    List<String> all = new ArrayList<>(List.of("nsenter", "-t"));
    all.add(Integer.toString(shim.client().state().getPid()));
    all.addAll(List.of("-m", "-p", "-n", "-i", "-u", "--", "timeout", "60"));
    all.addAll(List.of(command));
    return Programs.run(
        Map.of("DOCKER_BUILDKIT", "0", "DOCKER_HOST", "unix:///run/docker.sock"), all);
  }

  private static String output(Shim shim, String... command) throws Exception {
    Outcome outcome = inside(shim, command);
    assertThat(outcome.status()).as("%s: %s", List.of(command), outcome).isZero();
    return outcome.output().strip();
  }

  private static void awaitSuccess(Shim shim, String... command) throws Exception {
    Eventually.is(
        UP,
        () -> inside(shim, command).status() == 0,
        () -> List.of(command) + " inside; " + shim.husk().errors());
  }

  private static void makeImage(Shim shim) throws Exception {
    Path context = Path.of("/proc/" + shim.client().state().getPid() + "/root/tmp/context");
    Files.createDirectories(context.resolve("bin"));
    Files.copy(
        Path.of(System.getenv().getOrDefault("BUSYBOX", "/bin/busybox")),
        context.resolve("bin/busybox"));
    assertThat(context.resolve("bin/busybox").toFile().setExecutable(true)).isTrue();
    Files.writeString(
        context.resolve("Dockerfile"),
        "FROM scratch\nCOPY bin /bin\nRUN [\"/bin/busybox\", \"--install\", \"/bin\"]\nCMD [\"sleep\", \"600\"]\n");
    output(shim, "docker", "build", "--network=none", "-t", "local/busybox", "/tmp/context");
  }

  @Test
  void dockerBuildsAndRunsItsContainersBelowTheSandbox() throws Exception {
    try (Shim shim = serve("dind")) {
      Client client = shim.client();
      client.create();
      client.start();
      awaitSuccess(shim, "docker", "version");
      Path cgroup = shim.cgroup();
      // What an entry script for Docker in a container would have to do is done.
      assertThat(
              output(
                  shim,
                  "sh",
                  "-ec",
                  "cd /sys/fs/cgroup; wc -l <cgroup.procs; printf '+%s ' $(cat cgroup.controllers) >cgroup.subtree_control"))
          .isEqualTo("0");

      makeImage(shim);
      String first =
          output(
              shim,
              "docker",
              "run",
              "-d",
              "--network=none",
              "-m",
              "64m",
              "--pids-limit",
              "50",
              "local/busybox");
      String second = output(shim, "docker", "run", "-d", "--network=none", "local/busybox");

      assertThat(output(shim, "docker", "exec", first, "cat", "/sys/fs/cgroup/memory.max"))
          .isEqualTo("67108864");
      assertThat(output(shim, "docker", "exec", first, "cat", "/sys/fs/cgroup/pids.max"))
          .isEqualTo("50");
      for (String container : List.of(first, second)) {
        int inner =
            Integer.parseInt(output(shim, "docker", "inspect", "-f", "{{.State.Pid}}", container));
        Process process =
            client.pids().stream()
                .filter(p -> p.getNamespacePid() == inner || isInner(p, inner))
                .findFirst()
                .orElseThrow();
        assertThat(process.getCgroup()).isEqualTo("payload/docker/" + container);
        assertThat(Husk.run("owner", Integer.toString(process.getPid())).output())
            .contains(shim.id(), container);
      }
      assertThat(ProcFs.named("dockerd")).isNotEmpty().allSatisfy(pid -> assertBelow(cgroup, pid));
      assertThat(ProcFs.named("containerd")).allSatisfy(pid -> assertBelow(cgroup, pid));
      output(shim, "docker", "stop", "-t", "1", first);
      assertThat(Files.exists(cgroup.resolve("payload/docker/" + first))).isFalse();

      // No limit of its own: the sandbox's is all there is, and it ends the whole of it.
      Outcome hog =
          inside(shim, "docker", "run", "--network=none", "local/busybox", "tail", "/dev/zero");
      assertThat(hog.status()).isNotZero();
      assertThat(client.await().getOomKilled()).isTrue();
      client.delete(false);
      assertThat(Files.exists(cgroup)).isFalse();
    }
  }

  /** With a pid namespace more than the sandbox's own, its pid there is the last but one. */
  private static boolean isInner(Process process, int pid) {
    List<Long> pids = ProcFs.namespacePids(process.getPid());
    return pids.size() > 2 && pids.get(1) == pid;
  }

  private static void assertBelow(Path cgroup, long pid) {
    String path = ProcFs.cgroup(pid).orElse("");
    assertThat(Path.of("/sys/fs/cgroup" + path)).as("process %d", pid).startsWith(cgroup);
  }

  @Test
  void deletingTheSandboxEndsDockerAndItsContainers() throws Exception {
    try (Shim shim = serve("dind")) {
      Client client = shim.client();
      client.create();
      client.start();
      awaitSuccess(shim, "docker", "version");
      makeImage(shim);
      output(shim, "docker", "run", "-d", "--network=none", "local/busybox");
      List<Integer> all = client.pids().stream().map(Process::getPid).toList();
      assertThat(all).hasSizeGreaterThan(4);

      client.delete(true);

      assertThat(all).noneMatch(pid -> Files.exists(Path.of("/proc", pid.toString())));
    }
  }

  @Test
  void systemdRunsAsTheFirstProcessAndItsUnitsLimitsAreInForce() throws Exception {
    try (Shim shim = serve("systemd")) {
      Client client = shim.client();
      client.create();
      client.start();
      awaitSuccess(shim, "systemctl", "is-active", "basic.target");
      Path cgroup = shim.cgroup();

      String unit =
          output(
              shim,
              "systemd-run",
              "--quiet",
              "--wait",
              "--pipe",
              "--property=MemoryMax=20M",
              "--property=TasksMax=7",
              "sh",
              "-c",
              "own=/sys/fs/cgroup$(sed -n 's/^0:://p' /proc/self/cgroup); cat $own/memory.max $own/pids.max");
      assertThat(unit).isEqualTo("20971520\n7");
      assertThat(client.pids())
          .extracting(Process::getCgroup)
          .contains("monitor", "payload/init/init.scope")
          .allMatch(path -> path.equals("monitor") || path.startsWith("payload/init/"));
      assertThat(ProcFs.named("systemd-journal")).anySatisfy(pid -> assertBelow(cgroup, pid));

      // systemd's own signal for a halt.
      client.kill("SIGRTMIN+3");
      assertThat(client.await().getExact()).isTrue();
      client.delete(false);
    }
  }

  @Test
  void huskRunsInHuskThreeLevelsDeepEachWithItsOwnLimits() throws Exception {
    String id = freshId();
    try (Husk husk =
        Husk.start("run", "--privileged", "--id", id, SAMPLES.resolve("nested").toString())) {
      Path third =
          CgroupV2.mount()
              .resolve("husk/" + id + "/payload/husk/level-2/payload/husk/level-3/payload/init");
      Eventually.is(UP, () -> Files.exists(third), () -> third + "; " + husk.errors());

      Outcome outcome = husk.outcome();

      assertThat(outcome.status()).as("%s", outcome).isEqualTo(3);
      List<String> lines = outcome.output().lines().toList();
      assertThat(lines).hasSize(3);
      for (int level = 1; level <= 3; level++) {
        assertThat(lines.get(level - 1))
            .startsWith(
                "level %d: memory.max %d, pids.max %d, in /init"
                    .formatted(level, (2L << 30) >> level, 2048 >> level));
      }
    }
  }
}
