package dev.husk.bwrap;

import static org.assertj.core.api.Assertions.assertThat;

import dev.husk.oci.NamespaceType;
import dev.husk.process.LaunchPlan;
import dev.husk.process.StageOp;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SandboxPlannerTest {
  private static final Path INIT = Path.of("/opt/husk-init");

  @TempDir Path temporary;
  private Path bundle;
  private Path rootfs;

  @BeforeEach
  void emptyImage() throws IOException {
    bundle = temporary.toRealPath();
    rootfs = Files.createDirectory(bundle.resolve("rootfs"));
  }

  private SandboxPlan plan(ConfigBuilder config) throws Exception {
    return Plans.plan(config, bundle, rootfs, Path.of("/stage"), INIT);
  }

  private SandboxPlan privileged(ConfigBuilder config) throws Exception {
    return Plans.privileged(config, bundle, rootfs, Path.of("/stage"), INIT);
  }

  @Test
  void usualConfigBecomesTheseArguments() throws Exception {
    List<String> arguments =
        plan(ConfigBuilder.usual().masked("/proc/version").readonlyRoot()).arguments();

    assertThat(String.join(" ", arguments).replace(rootfs.toString(), "ROOTFS"))
        .startsWith(
            "--unshare-pid --unshare-uts --hostname sandbox --as-pid-1 --new-session --cap-drop ALL"
                + " --cap-add CAP_DAC_OVERRIDE --cap-add CAP_SETGID --cap-add CAP_SETUID"
                + " --cap-add CAP_SETPCAP --cap-add CAP_SYS_ADMIN --bind ROOTFS / --proc /proc"
                + " --dev-bind /stage/dev /dev --dev-bind /stage/m0 /dev/pts"
                + " --bind /stage/m1 /dev/shm --bind /stage/m2 /dev/mqueue --bind /stage/m3 /sys"
                + " --bind /stage/m4 /sys/fs/cgroup --ro-bind ")
        .contains(" /proc/sys ")
        .contains(" --dev-bind /stage/dev/null /proc/version")
        .endsWith(" --remount-ro / --chdir /");
  }

  @Test
  void argumentBytesEndEachArgumentWithNul() throws Exception {
    SandboxPlan plan = plan(ConfigBuilder.usual());

    String text = new String(plan.argumentBytes(), StandardCharsets.UTF_8);

    assertThat(text).endsWith("\0");
    assertThat(List.of(text.split("\0"))).isEqualTo(plan.arguments());
  }

  @Test
  void launcherUnsharesWhatTheConfigMakesNew() throws Exception {
    LaunchPlan all = plan(ConfigBuilder.bare()).launch(Path.of("/usr/bin/bwrap"));
    LaunchPlan few =
        plan(ConfigBuilder.bare()
                .without(dev.husk.oci.NamespaceType.NETWORK)
                .without(dev.husk.oci.NamespaceType.IPC))
            .launch(Path.of("/usr/bin/bwrap"));

    assertThat(all.namespaces())
        .isEqualTo(LaunchPlan.NEWNS | LaunchPlan.NEWNET | LaunchPlan.NEWIPC);
    assertThat(all.loopback()).isTrue();
    assertThat(few.namespaces()).isEqualTo(LaunchPlan.NEWNS);
    assertThat(few.loopback()).isFalse();
    assertThat(all.bwrapArgs()).containsExactly("--args", "5", "--", "/dev/.husk-init", "init");
  }

  @Test
  void inheritedPidNamespaceStillHasNoReaper() throws Exception {
    assertThat(privileged(ConfigBuilder.bare().without(NamespaceType.PID)).arguments())
        .contains("--as-pid-1")
        .doesNotContain("--unshare-pid");
  }

  @Test
  void initIsTheLastThingPutOnDevAndReadOnly() throws Exception {
    List<StageOp> staging = plan(ConfigBuilder.bare()).staging();

    int last = 0;
    for (int i = 0; i < staging.size(); i++) {
      last = staging.get(i).path().startsWith("/stage/dev") ? i : last;
    }
    assertThat(staging.get(last)).isInstanceOf(StageOp.Mount.class);
    StageOp.Mount remount = (StageOp.Mount) staging.get(last);
    assertThat(remount.path()).isEqualTo("/stage/dev/.husk-init");
    assertThat(remount.flags())
        .isEqualTo(
            MountFlags.REMOUNT
                | MountFlags.BIND
                | MountFlags.RDONLY
                | MountFlags.NOSUID
                | MountFlags.NODEV);
  }

  @Test
  void freshFileSystemIsStagedWithItsExactOptions() throws Exception {
    SandboxPlan plan =
        plan(ConfigBuilder.bare().mount("tmpfs", "t", "/t", "noexec", "size=1m", "uid=5", "ro"));

    assertThat(plan.staging())
        .contains(
            new StageOp.Mount(
                "/mounts/0",
                "t",
                "/stage/m0",
                "tmpfs",
                MountFlags.NOEXEC | MountFlags.NOSUID | MountFlags.NODEV,
                "size=1m,uid=5"));
    assertThat(String.join(" ", plan.arguments()))
        .contains("--bind /stage/m0 /t")
        .contains("--remount-ro /t");
  }

  @Test
  void bindMountsSayWhatWasAsked() throws Exception {
    Path data = Files.createDirectory(bundle.resolve("data"));

    SandboxPlan plan =
        plan(
            ConfigBuilder.bare()
                .mount("bind", "data", "/rw", "rbind")
                .mount("none", data.toString(), "/ro", "rbind", "ro")
                .mount("", "data", "/all", "rbind", "rro")
                .mount("bind", "data", "/flat", "bind"));

    String arguments = String.join(" ", plan.arguments());
    assertThat(arguments)
        .contains("--bind " + data + " /rw")
        .contains("--bind " + data + " /ro --remount-ro /ro")
        .contains("--ro-bind " + data + " /all")
        .contains("--bind /stage/m0 /flat");
    assertThat(plan.staging())
        .contains(
            new StageOp.Mount("/mounts/3", data.toString(), "/stage/m0", "", MountFlags.BIND, ""));
  }

  @Test
  void capabilitiesOfThePayloadAreAddedAndTheUngrantableNamed() throws Exception {
    SandboxPlan plan =
        plan(ConfigBuilder.bare().bounding("CAP_NET_RAW", "CAP_SYS_RESOURCE", "CAP_NO_SUCH"));

    assertThat(plan.arguments()).contains("CAP_NET_RAW").doesNotContain("CAP_SYS_RESOURCE");
    assertThat(plan.warnings())
        .satisfiesExactly(
            first -> assertThat(first).startsWith("CAP_SYS_RESOURCE is not granted"),
            second -> assertThat(second).startsWith("CAP_NO_SUCH is not granted"));
  }

  @Test
  void whatLeadsOutOfTheSandboxIsSaidWhereTheOperatorAllowsIt() throws Exception {
    SandboxPlan plan = privileged(ConfigBuilder.bare().bounding("CAP_SYS_ADMIN"));

    assertThat(plan.arguments()).contains("CAP_SYS_ADMIN");
    assertThat(plan.warnings())
        .singleElement()
        .satisfies(
            warning ->
                assertThat(warning)
                    .contains("/process/capabilities/bounding/0", "CAP_SYS_ADMIN", "privileged"));
  }

  @Test
  void readOnlyParentComesBeforeItsChildWhateverTheOrder() throws Exception {
    Files.createDirectories(rootfs.resolve("a/b"));

    List<String> arguments =
        plan(ConfigBuilder.bare().readonly("/a/b", "/a", "/a/../a")).arguments();

    assertThat(arguments.stream().filter(a -> a.equals("--remount-ro"))).hasSize(2);
    assertThat(arguments.indexOf("/a")).isLessThan(arguments.indexOf("/a/b"));
  }

  @Test
  void absentPathsAreNeitherMaskedNorMadeReadOnly() throws Exception {
    assertThat(plan(ConfigBuilder.usual().masked("/nowhere").readonly("/none/at/all")).arguments())
        .doesNotContain("/nowhere", "/none/at/all");
  }
}
