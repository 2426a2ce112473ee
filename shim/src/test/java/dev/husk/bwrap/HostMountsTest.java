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
