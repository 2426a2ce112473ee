package dev.husk.integration;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** What the payload sees of its config, from inside. */
class ConfigEffectsTest extends RealSandboxes {
  @Test
  void identity() throws Exception {
    Bundle bundle = bundle().script("cat /proc/self/status; umask; cat /proc/self/oom_score_adj");
    bundle.set("/process/user/uid", 1000).set("/process/user/gid", 1001);
    bundle.set("/process/user/additionalGids", List.of(5, 44)).set("/process/user/umask", 0027);
    bundle.set("/process/oomScoreAdj", 500);

    String output = output(bundle);
    assertThat(status(output, "Uid")).isEqualTo("1000 1000 1000 1000");
    assertThat(status(output, "Gid")).isEqualTo("1001 1001 1001 1001");
    assertThat(status(output, "Groups")).isEqualTo("5 44");
    assertThat(status(output, "NoNewPrivs")).isEqualTo("1");
    assertThat(output).endsWith("0027\n500\n");
  }

  /** As systemd and dockerd do: nobody whom the inside cannot move stands in its way. */
  @Test
  void whereTheCgroupsAreWritableTheInsideCanMoveItsProcessesAndEnableControllers()
      throws Exception {
    Bundle bundle =
        bundle()
            .script(
                "cd /sys/fs/cgroup/init && mkdir own && echo $$ > own/cgroup.procs"
                    + " && echo left: $(cat cgroup.procs)"
                    + " && echo +hugetlb > cgroup.subtree_control && cat cgroup.subtree_control");
    List<String> options = List.of("nosuid", "noexec", "nodev", "rw");
    bundle.set("/mounts/6/options", options);

    assertThat(output(bundle)).isEqualTo("left:\nhugetlb\n");
  }

  @Test
  void withoutGroupsThereAreNone() throws Exception {
    assertThat(status(output(bundle().args("/bin/cat", "/proc/self/status")), "Groups")).isEmpty();
  }

  @Test
  void capabilitiesOfRootAreExact() throws Exception {
    Bundle bundle = capabilities(bundle().args("/bin/cat", "/proc/self/status"));

    String output = output(bundle);
    // KILL is bit 5, NET_BIND_SERVICE 10, CHOWN 0. What root gains at exec ends at the bounding
    // set.
    assertThat(status(output, "CapBnd")).endsWith("0421");
    assertThat(status(output, "CapInh")).endsWith("0400");
    assertThat(status(output, "CapAmb")).endsWith("0400");
    assertThat(Long.parseLong(status(output, "CapPrm"), 16)).isEqualTo(0x421);
    assertThat(Long.parseLong(status(output, "CapEff"), 16)).isIn(0x421L, 0x420L);
  }

  @Test
  void capabilitiesOfAUserAreTheAmbientOnes() throws Exception {
    Bundle bundle =
        capabilities(bundle().args("/bin/cat", "/proc/self/status")).set("/process/user/uid", 1000);

    String output = output(bundle);
    assertThat(Long.parseLong(status(output, "CapBnd"), 16)).isEqualTo(0x421);
    for (String set : List.of("CapInh", "CapPrm", "CapEff", "CapAmb")) {
      assertThat(Long.parseLong(status(output, set), 16)).as(set).isEqualTo(0x400);
    }
  }

  @Test
  void withoutCapabilitiesThereAreNone() throws Exception {
    String output = output(bundle().args("/bin/cat", "/proc/self/status"));

    for (String set : List.of("CapBnd", "CapInh", "CapPrm", "CapEff", "CapAmb")) {
      assertThat(Long.parseLong(status(output, set), 16)).as(set).isZero();
    }
  }

  private static Bundle capabilities(Bundle bundle) throws Exception {
    List<String> all = List.of("CAP_CHOWN", "CAP_KILL", "CAP_NET_BIND_SERVICE");
    return bundle
        .set("/process/capabilities/bounding", all)
        .set("/process/capabilities/permitted", all)
        .set("/process/capabilities/effective", List.of("CAP_KILL", "CAP_NET_BIND_SERVICE"))
        .set("/process/capabilities/inheritable", List.of("CAP_NET_BIND_SERVICE"))
        .set("/process/capabilities/ambient", List.of("CAP_NET_BIND_SERVICE"));
  }

  @Test
  void rlimits() throws Exception {
    Bundle bundle = bundle().args("/bin/cat", "/proc/self/limits");
    bundle.set(
        "/process/rlimits",
        List.of(
            Bundle.object("type", "RLIMIT_NOFILE", "soft", 100, "hard", 200),
            Bundle.object("type", "RLIMIT_CORE", "soft", 0, "hard", 4096)));

    assertThat(output(bundle))
        .containsPattern("Max open files +100 +200 ")
        .containsPattern("Max core file size +0 +4096 ");
  }

  @Test
  void environmentIsExactlyTheConfigs() throws Exception {
    Bundle bundle = bundle().args("/bin/env");
    bundle.set("/process/env", List.of("PATH=/bin", "A=1", "EMPTY=", "Z=with space ü"));

    assertThat(output(bundle).lines())
        .containsExactly("PATH=/bin", "A=1", "EMPTY=", "Z=with space ü");
    assertThat(output(bundle.args("/bin/env").set("/process/env", List.of()))).isEmpty();
  }

  @Test
  void workingDirectoryIsMadeIfMissing() throws Exception {
    Bundle bundle = bundle().args("/bin/pwd").set("/process/cwd", "/tmp/made/here");

    assertThat(output(bundle.set("/root/readonly", false))).isEqualTo("/tmp/made/here\n");
    assertThat(output(bundle.set("/process/cwd", "/etc"))).isEqualTo("/etc\n");
  }

  @Test
  void hostnameAndNamespaces() throws Exception {
    Bundle bundle =
        bundle()
            .script("hostname; for n in /proc/self/ns/*; do readlink $n; done")
            .set("/hostname", "abc");

    List<String> lines = output(bundle).lines().toList();
    assertThat(lines.getFirst()).isEqualTo("abc");
    for (String type : List.of("pid", "net", "ipc", "uts", "mnt", "cgroup")) {
      String host = Files.readSymbolicLink(Path.of("/proc/self/ns", type)).toString();
      assertThat(lines).doesNotContain(host).anyMatch(line -> line.startsWith(type + ":["));
    }
  }

  @Test
  void networkIsALoopbackThatIsUp() throws Exception {
    String output = output(bundle().script("ls /sys/class/net; ip link show"));

    assertThat(output).startsWith("lo\n").contains("LOOPBACK,UP");
  }

  @Test
  void rootIsReadOnlyIfAskedFor() throws Exception {
    Bundle bundle = bundle().script("echo x > /tmp/file && cat /tmp/file");

    assertThat(run(bundle).errors()).contains("Read-only file system");
    assertThat(bundle.rootfs().resolve("tmp/file")).doesNotExist();
    assertThat(run(bundle.set("/root/readonly", false)).output()).isEqualTo("x\n");
    assertThat(bundle.rootfs().resolve("tmp/file")).hasContent("x\n");
  }

  @Test
  void mountsHaveTheirOptions() throws Exception {
    Bundle bundle = bundle().args("/bin/cat", "/proc/mounts");
    bundle.mount("/tmp", "tmpfs", "tmpfs", "noexec", "nosuid", "nodev", "size=4096k", "mode=1770");

    Map<String, String> mounts =
        output(bundle)
            .lines()
            .map(line -> line.split(" "))
            .collect(Collectors.toMap(f -> f[1], f -> f[2] + " " + f[3], (first, last) -> last));
    assertThat(mounts.get("/tmp"))
        .startsWith("tmpfs rw,")
        .contains("noexec", "nosuid", "nodev", "size=4096k", "mode=1770");
    assertThat(mounts.get("/dev")).startsWith("tmpfs rw,nosuid").contains("mode=755");
    assertThat(mounts.get("/dev")).contains("size=65536k");
    assertThat(mounts.get("/dev/pts"))
        .startsWith("devpts rw,nosuid,noexec")
        .contains("gid=5", "mode=620", "ptmxmode=666");
    assertThat(mounts.get("/dev/mqueue")).startsWith("mqueue rw,nosuid,nodev,noexec");
    assertThat(mounts.get("/sys")).startsWith("sysfs ro,nosuid,nodev,noexec");
    assertThat(mounts.get("/sys/fs/cgroup")).startsWith("cgroup2 ro,nosuid,nodev,noexec");
    assertThat(mounts.get("/")).contains("ro");
  }

  @Test
  void bindsAreReadOnlyOrWritable() throws Exception {
    Path shared = Files.createDirectory(temp.resolve("shared"));
    Files.writeString(shared.resolve("in"), "hello\n");
    Bundle bundle = bundle();
    Files.createDirectories(bundle.rootfs().resolve("mnt/ro"));
    Files.createDirectories(bundle.rootfs().resolve("mnt/rw"));
    bundle.mount("/mnt/ro", "bind", shared.toString(), "rbind", "ro");
    bundle.mount("/mnt/rw", "bind", shared.toString(), "rbind", "rw");
    bundle.script("cat /mnt/ro/in; echo out > /mnt/rw/out; echo bad > /mnt/ro/bad");

    Outcome outcome = run(bundle);
    assertThat(outcome.output()).isEqualTo("hello\n");
    assertThat(outcome.errors()).contains("Read-only file system");
    assertThat(shared.resolve("out")).hasContent("out\n");
    assertThat(shared.resolve("bad")).doesNotExist();
  }

  @Test
  void maskedPathsAreEmptyAndReadOnlyPathsCannotBeWritten() throws Exception {
    Bundle bundle = bundle();
    Files.createDirectories(bundle.rootfs().resolve("secrets"));
    Files.writeString(bundle.rootfs().resolve("secrets/key"), "secret");
    Files.writeString(bundle.rootfs().resolve("etc/shadow"), "secret");
    bundle.set("/linux/maskedPaths", List.of("/secrets", "/etc/shadow", "/proc/kcore", "/none"));
    bundle.set("/linux/readonlyPaths", List.of("/etc", "/proc/sys")).set("/root/readonly", false);
    bundle.script(
        "ls -A /secrets; cat /etc/shadow; head -c1 /proc/kcore; echo x > /etc/new;"
            + " echo x > /proc/sys/kernel/hostname; echo x > /secrets/new; echo end");

    Outcome outcome = run(bundle);
    assertThat(outcome.output()).isEqualTo("end\n");
    assertThat(outcome.errors().lines().filter(line -> line.contains("Read-only file system")))
        .hasSizeGreaterThanOrEqualTo(2);
    assertThat(bundle.rootfs().resolve("etc/new")).doesNotExist();
    assertThat(bundle.rootfs().resolve("secrets/new")).doesNotExist();
  }

  @Test
  void kernelSettingsAreOutOfReachOfRoot() throws Exception {
    Bundle bundle = allCapabilitiesButAdmin(bundle());
    bundle.script(
        "for f in kernel/panic vm/swappiness; do v=$(cat /proc/sys/$f); echo $v > /proc/sys/$f;"
            + " done; echo end");

    Outcome outcome = run(bundle);
    assertThat(outcome.output()).isEqualTo("end\n");
    assertThat(outcome.errors().lines().filter(line -> line.contains("Read-only file system")))
        .hasSize(2);
  }

  @Test
  void devicesAreTheDefaultOnesAndNoOtherCanBeUsed() throws Exception {
    Bundle bundle = allCapabilitiesButAdmin(bundle()).set("/root/readonly", false);
    bundle.mount("/tmp", "tmpfs", "tmpfs", "nosuid");
    bundle.script(
        "ls /dev; head -c3 /dev/zero | wc -c; echo x > /dev/null; head -c2 /dev/urandom | wc -c;"
            + " for d in /dev/mine /tmp/mine; do mknod $d c 1 5 && head -c1 $d; done; echo end");

    Outcome outcome = run(bundle);
    List<String> lines = outcome.output().lines().map(String::strip).toList();
    assertThat(lines)
        .contains("null", "zero", "full", "random", "urandom", "tty", "ptmx", "pts", "shm")
        .contains("fd", "stdin", "stdout", "stderr", "mqueue", "3", "2", "end")
        .doesNotContain(".husk-init", "kmsg", "mem", "sda", "vda");
    assertThat(outcome.output()).doesNotContain("\0");
    assertThat(outcome.errors().lines()).as("%s", outcome).hasSizeGreaterThanOrEqualTo(2);
  }

  @Test
  void theHostsDeviceNodesCannotBeChangedThroughTheSandbox() throws Exception {
    Object before = Files.getAttribute(Path.of("/dev/full"), "unix:ctime");
    Bundle bundle = allCapabilitiesButAdmin(bundle());
    bundle.script("touch /dev/full; chmod 600 /dev/full; chown 1 /dev/full; echo end");

    Outcome outcome = run(bundle);
    assertThat(outcome.output().strip()).isEqualTo("end");
    assertThat(outcome.errors().lines().filter(line -> line.contains("Read-only file system")))
        .hasSize(3);
    assertThat(Files.getAttribute(Path.of("/dev/full"), "unix:ctime")).isEqualTo(before);
  }

  private static Bundle allCapabilitiesButAdmin(Bundle bundle) throws Exception {
    List<String> all =
        List.of("CAP_MKNOD", "CAP_DAC_OVERRIDE", "CAP_CHOWN", "CAP_FOWNER", "CAP_SYS_CHROOT");
    for (String set : List.of("bounding", "permitted", "effective")) {
      bundle.set("/process/capabilities/" + set, all);
    }
    return bundle;
  }

  @Test
  void cgroupIsItsOwnRootAndItLivesInALeafOfIt() throws Exception {
    Bundle bundle =
        bundle()
            .script(
                "sed -n s/^0:://p /proc/self/cgroup; ls -d /sys/fs/cgroup/*/; cat /sys/fs/cgroup/init/cgroup.procs");

    List<String> lines = output(bundle).lines().toList();
    assertThat(lines).startsWith("/init", "/sys/fs/cgroup/init/").contains("1");
  }

  @Test
  void noDescriptorIsOpenButTheStandardOnes() throws Exception {
    Bundle bundle = bundle().script("ls /proc/1/fd; echo; ls /dev/.husk-init");

    Outcome outcome = run(bundle);
    // The shell itself keeps no others.
    assertThat(outcome.output()).isEqualTo("0\n1\n2\n\n");
    assertThat(outcome.errors()).contains("No such file");
  }

  @Test
  void thePayloadIsPid1AndSeesOnlyItself() throws Exception {
    assertThat(output(bundle().script("echo $$; ls -d /proc/[0-9]* | wc -l")).lines())
        .first()
        .isEqualTo("1");
    assertThat(output(bundle().script("cat /proc/1/comm; true"))).isEqualTo("sh\n");
  }

  private static String status(String text, String name) {
    return text.lines()
        .filter(line -> line.startsWith(name + ":"))
        .map(line -> line.substring(name.length() + 1).strip().replace('\t', ' '))
        .findFirst()
        .orElseThrow();
  }

  private static Outcome run(Bundle bundle) throws Exception {
    return Husk.run("run", bundle.toString());
  }

  private static String output(Bundle bundle) throws Exception {
    Outcome outcome = run(bundle);
    assertThat(outcome.errors()).isEmpty();
    return outcome.output();
  }
}
