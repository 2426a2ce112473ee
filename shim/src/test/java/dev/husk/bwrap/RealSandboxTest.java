package dev.husk.bwrap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Plans carried out by the real bwrap on this machine. */
class RealSandboxTest {
  @TempDir Path temporary;
  private Path bundle;
  private Path rootfs;
  private Path stage;

  @BeforeEach
  void imageWithOnlyBusybox() throws IOException {
    assumeTrue(Programs.isRoot(), "needs root");
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/bwrap")), "needs bwrap");
    assumeTrue(Files.isExecutable(RealSandbox.BUSYBOX), "needs busybox-static");
    bundle = temporary.toRealPath();
    rootfs = bundle.resolve("rootfs");
    Files.createDirectories(rootfs.resolve("bin"));
    stage = Files.createDirectory(bundle.resolve("stage"));
    Files.copy(RealSandbox.BUSYBOX, rootfs.resolve("bin/busybox"));
    Files.setPosixFilePermissions(
        rootfs.resolve("bin/busybox"), PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private String run(SandboxPlan plan, String command) throws IOException {
    String script = command.replace("BB ", "/bin/busybox ");
    ProgramRunner.Output output = RealSandbox.run(plan, bundle, script);
    assertThat(output.timedOut()).isFalse();
    assertThat(output.status()).as(output.text()).isZero();
    return output.text();
  }

  private SandboxPlan plan(ConfigBuilder config) throws Exception {
    return Plans.plan(config, bundle, rootfs, stage, RealSandbox.BUSYBOX);
  }

  private static List<String> names(Path directory) throws IOException {
    try (Stream<Path> children = Files.list(directory)) {
      return children.map(child -> child.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void usualConfigHasExactlyThePlannedMounts() throws Exception {
    SandboxPlan plan = plan(ConfigBuilder.usual().readonlyRoot());

    String mountinfo = run(plan, "BB cat /proc/self/mountinfo");

    assertThat(MountCheck.verify(mountinfo, plan)).as(mountinfo).isEmpty();
    assertThat(mountinfo)
        .containsPattern(
            "/dev/pts rw,nosuid,noexec,relatime - devpts devpts .*gid=5,mode=620,ptmxmode=666")
        .containsPattern("/dev/shm rw,nosuid,nodev,noexec,relatime - tmpfs shm .*size=65536k")
        .containsPattern("/dev/mqueue rw,nosuid,nodev,noexec,relatime - mqueue")
        .containsPattern(" / /dev rw,nosuid,nodev - tmpfs tmpfs rw,size=65536k,mode=755")
        .containsPattern(" / /sys ro,nosuid,nodev,noexec,relatime - sysfs")
        .containsPattern(" / /sys/fs/cgroup ro,nosuid,nodev,noexec,relatime - cgroup2")
        .containsPattern("/dev/.husk-init ro,nosuid,nodev")
        .doesNotContain("oldroot");
    assertThat(names(stage)).isEmpty();
  }

  @Test
  void devicesWorkAndNoOtherNodeDoes() throws Exception {
    String seen =
        run(
            plan(ConfigBuilder.usual().bounding("CAP_MKNOD")),
            """
            echo x >/dev/null && echo null-ok
            BB head -c 3 /dev/zero | BB wc -c
            BB head -c 5 /dev/urandom | BB wc -c
            echo x 2>&1 >/dev/full || echo full-ok
            BB readlink /dev/fd /dev/stdin /dev/ptmx; BB readlink /dev/stdin; BB readlink /dev/ptmx
            exec 3<>/dev/ptmx && BB ls /dev/pts
            BB mknod /dev/mine c 1 3 && (echo x >/dev/mine) 2>&1 || echo mine-refused
            BB mknod /node c 1 3 && (echo x >/node) 2>&1 || echo node-refused
            """);

    assertThat(seen)
        .contains("null-ok", "full-ok", "pts/ptmx", "mine-refused", "node-refused")
        .containsPattern("(?m)^3$")
        .containsPattern("(?m)^5$")
        .contains("Permission denied");
  }

  @Test
  void kernelSettingsAreReadOnlyEvenIfTheConfigForgetsThem() throws Exception {
    String seen =
        run(
            plan(ConfigBuilder.bare().mount("proc", "proc", "/proc")),
            "(echo 1 >/proc/sys/kernel/core_pattern) 2>&1; (echo 0 >/proc/sys/vm/swappiness) 2>&1; echo end");

    assertThat(seen.lines().filter(line -> line.contains("Read-only file system"))).hasSize(2);
  }

  @Test
  void maskedFileReadsEmptyAndMaskedDirectoryIsEmptyAndReadOnly() throws Exception {
    Files.createDirectories(rootfs.resolve("secret/deep"));
    Files.writeString(rootfs.resolve("key"), "hidden");

    String seen =
        run(
            plan(
                ConfigBuilder.usual()
                    .masked("/secret", "/key", "/absent", "/proc/version")
                    .readonlyRoot()),
            """
            echo "key=[$(BB cat /key)] version=[$(BB cat /proc/version)] secret=[$(BB ls /secret)]"
            (echo x >/secret/new) 2>&1; BB ls /
            """);

    assertThat(seen)
        .contains("key=[] version=[] secret=[]", "Read-only file system")
        .doesNotContain("absent");
  }

  @Test
  void readOnlyPathKeepsTheMountsBelowIt() throws Exception {
    Files.createDirectories(rootfs.resolve("etc"));
    Files.writeString(rootfs.resolve("etc/hosts"), "image");
    Files.writeString(bundle.resolve("hosts"), "bound");

    String seen =
        run(
            plan(
                ConfigBuilder.usual()
                    .mount("bind", "hosts", "/etc/hosts", "rbind")
                    .readonly("/etc")),
            "BB cat /etc/hosts; (echo x >/etc/new) 2>&1; echo y >/etc/hosts; BB cat /etc/hosts");

    assertThat(seen).contains("bound", "y", "Read-only file system");
    assertThat(names(rootfs.resolve("etc"))).containsExactly("hosts");
  }

  @Test
  void mountOptionsArriveExactly() throws Exception {
    Files.createDirectories(bundle.resolve("data/below"));

    String seen =
        run(
            plan(
                ConfigBuilder.bare()
                    .mount("proc", "proc", "/proc")
                    .mount("bind", "data", "/noexec", "rbind", "noexec", "noatime")
                    .mount("bind", "data", "/plain", "rbind")
                    .mount("bind", "data", "/flat", "bind", "ro")
                    .mount("bind", "data", "/top", "rbind", "ro")
                    .mount(
                        "tmpfs",
                        "t",
                        "/t",
                        "noexec",
                        "uid=5",
                        "gid=6",
                        "mode=0710",
                        "size=1m",
                        "ro")),
            "BB cat /proc/self/mountinfo");

    assertThat(seen)
        .containsPattern("/noexec rw,nosuid,nodev,noexec,noatime -")
        .containsPattern("/plain rw,nosuid,nodev,relatime -")
        .containsPattern("/flat ro,nosuid,nodev,relatime -")
        .containsPattern("/top ro,nosuid,nodev,relatime -")
        .containsPattern(
            "/t ro,nosuid,nodev,noexec,relatime - tmpfs t rw,size=1024k,mode=710,uid=5,gid=6");
  }

  @Test
  void linkOfTheImageNeverLeadsToTheHost() throws Exception {
    Path outside = Files.createDirectory(bundle.resolve("outside"));
    Files.createDirectory(bundle.resolve("source"));
    Files.createSymbolicLink(rootfs.resolve("data"), Path.of("/oldroot" + outside));
    Files.createSymbolicLink(rootfs.resolve("up"), Path.of("../../../../../oldroot" + outside));

    String seen =
        run(
            plan(
                ConfigBuilder.usual()
                    .mount("bind", "source", "/data/mnt", "rbind")
                    .mount("tmpfs", "tmpfs", "/up/tmp")),
            "BB ls -R /oldroot | BB tail -n 3");

    assertThat(names(outside)).isEmpty();
    assertThat(seen).contains("mnt", "tmp");
  }

  @Test
  void withoutTheResolverThisBwrapFollowsTheLink() throws Exception {
    assumeTrue(
        !BwrapProgram.probe(Path.of("/usr/bin/bwrap"), Programs::run).weaknesses().isEmpty(),
        "this bwrap resolves destinations itself");
    Path outside = Files.createDirectory(bundle.resolve("outside"));
    Files.createSymbolicLink(rootfs.resolve("data"), Path.of("/oldroot" + outside));

    Programs.run(
        "/usr/bin/bwrap",
        "--bind",
        rootfs.toString(),
        "/",
        "--dir",
        "/data/escaped",
        "/bin/busybox",
        "true");

    assertThat(names(outside)).containsExactly("escaped");
  }

  @Test
  void hostMountsBelowSysAreNotCarriedIn() throws Exception {
    String seen =
        run(
            plan(
                ConfigBuilder.bare()
                    .without(dev.husk.oci.NamespaceType.NETWORK)
                    .mount("proc", "proc", "/proc")
                    .mount("sysfs", "sysfs", "/sys", "ro")),
            "BB cat /proc/self/mountinfo; (BB mkdir /sys/fs/cgroup/x) 2>&1; echo end");

    assertThat(seen)
        .containsPattern("/sys ro,nosuid,nodev")
        .doesNotContain("/sys/fs/cgroup cgroup");
    assertThat(seen.lines().filter(line -> line.contains(" /sys/"))).isEmpty();
  }
}
