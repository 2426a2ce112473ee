package dev.husk.bwrap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.husk.failure.HuskException;
import dev.husk.process.StageOp;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HostMountsTest {
  @TempDir Path temporary;
  private Path base;
  private HostMounts mounts;

  @BeforeEach
  void hostWithARestrictedMount() throws IOException {
    base = temporary.toRealPath();
    Files.createDirectories(base.resolve("data/below"));
    Path file =
        Files.writeString(
            base.resolve("mountinfo"),
            """
            1 0 0:1 / / rw,relatime - ext4 /dev/sda rw
            2 1 0:2 / DATA rw,noexec,relatime - tmpfs t rw
            3 1 0:3 / /strict rw,nosuid - tmpfs t rw
            4 2 0:4 / DATA/below ro,noatime - tmpfs t rw
            """
                .replace("DATA", base.resolve("data").toString()));
    mounts = new HostMounts(file);
  }

  @Test
  void flagsAreThoseOfTheNearestMountAbove() throws Exception {
    assertThat(mounts.flagsOf(Path.of("/etc"))).isEqualTo(MountFlags.RELATIME);
    assertThat(mounts.flagsOf(base.resolve("data/x")))
        .isEqualTo(MountFlags.NOEXEC | MountFlags.RELATIME);
    assertThat(mounts.flagsOf(base.resolve("data/below")))
        .isEqualTo(MountFlags.RDONLY | MountFlags.NOATIME);
    assertThat(mounts.flagsOf(base.resolve("database"))).isEqualTo(MountFlags.RELATIME);
    assertThat(mounts.flagsOf(Path.of("/strict")))
        .isEqualTo(MountFlags.NOSUID | MountFlags.STRICTATIME);
  }

  @Test
  void bindWithAnAttributeKeepsTheRestrictionsOfItsSource() throws Exception {
    List<StageOp> staging = staged("rbind", "noatime");

    assertThat(((StageOp.Mount) staging.getLast()).flags())
        .isEqualTo(
            MountFlags.REMOUNT
                | MountFlags.BIND
                | MountFlags.NOEXEC
                | MountFlags.NOATIME
                | MountFlags.NOSUID
                | MountFlags.NODEV);
  }

  @Test
  void bindLosesARestrictionOnlyWhenAsked() throws Exception {
    List<StageOp> staging = staged("rbind", "exec");

    assertThat(((StageOp.Mount) staging.getLast()).flags())
        .isEqualTo(
            MountFlags.REMOUNT
                | MountFlags.BIND
                | MountFlags.RELATIME
                | MountFlags.NOSUID
                | MountFlags.NODEV);
  }

  @Test
  void destinationBelowAnOmittedMountIsRefused() throws Exception {
    Draft draft = plan(ConfigBuilder.bare().mount("bind", "data", "/d", "bind"));

    assertThat(draft.resolver.resolve("/d/below/x")).isInstanceOf(Resolution.Refused.class);
    assertThat(draft.resolver.resolve("/d/other")).isInstanceOf(Resolution.Place.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"sysfs", "debugfs", "tracefs", "securityfs", "configfs", "efivarfs", "cgroup2"})
  void aFileSystemOfTheKernelIsBoundReadOnlyIfAtAll(String type) throws Exception {
    kernelHas(type);

    for (String[] options :
        new String[][] {{"bind"}, {"rbind"}, {"bind", "rw"}, {"bind", "ro", "rw"}}) {
      assertThat(refusal("fs", options)).as("%s", List.of(options)).isEqualTo("/mounts/0/source");
    }
    assertThat(refusal(".", "rbind")).isEqualTo("/mounts/0/source");
    assertThat(refusal(".", "rbind", "ro")).isEqualTo("/mounts/0/source");
    for (String[] options :
        new String[][] {{"bind", "ro"}, {"rbind", "ro"}, {"rbind", "rro", "ro"}}) {
      assertThat(refusal("fs", options)).as("%s", List.of(options)).isEmpty();
    }
    assertThat(refusal(".", "bind")).isEmpty();
    assertThat(refusal(".", "rbind", "ro", "rro")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"bpf", "proc"})
  void whatAReadOnlyMountDoesNotProtectIsNotBound(String type) throws Exception {
    kernelHas(type);

    assertThat(refusal("fs", "bind", "ro")).isEqualTo("/mounts/0/source");
    assertThat(refusal(".", "rbind", "ro", "rro")).isEqualTo("/mounts/0/source");
    assertThat(refusal(".", "bind")).isEmpty();
  }

  private void kernelHas(String type) throws IOException {
    Files.createDirectories(base.resolve("kernel/fs"));
    mounts =
        new HostMounts(
            Files.writeString(
                base.resolve("mountinfo"),
                "1 0 0:1 / / rw - ext4 /dev/sda rw\n2 1 0:2 / "
                    + base.resolve("kernel/fs")
                    + " rw - "
                    + type
                    + " t rw\n"));
  }

  /** The pointer of what is refused; empty when nothing is. */
  private String refusal(String source, String... options) throws Exception {
    try {
      plan(ConfigBuilder.bare().mount("bind", "kernel/" + source, "/d", options));
      return "";
    } catch (HuskException e) {
      return e.failure().violations().getFirst().pointer();
    }
  }

  @Test
  void unreadableMountsAreAFailure() {
    assertThat(
            catchThrowableOfType(
                    HuskException.class,
                    () -> new HostMounts(base.resolve("none")).isMountPoint(base))
                .failure())
        .isInstanceOf(BwrapFailure.Unreadable.class);
  }

  private List<StageOp> staged(String... options) throws Exception {
    return plan(ConfigBuilder.bare().mount("bind", "data", "/d", options)).stageOperations();
  }

  private Draft plan(ConfigBuilder config) throws Exception {
    Path rootfs = Files.createDirectories(base.resolve("rootfs"));
    Draft draft = new Draft(rootfs, Path.of("/stage"), mounts, Optional.empty());
    new MountPlanner(
            draft,
            base,
            Path.of("/opt/husk-init"),
            new NamespacePlan(config.build(), draft.offences, false))
        .plan(config.build().mounts());
    draft.offences.throwIfAny();
    return draft;
  }
}
