package dev.husk.bwrap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.husk.failure.HuskException;
import dev.husk.oci.IdMapping;
import dev.husk.oci.NamespaceType;
import dev.husk.process.IdMaps;
import dev.husk.process.StageOp;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a config may ask for in the user namespace of an unprivileged user's sandbox. */
class UserNamespacePlanTest {
  private static final IdMaps SINGLE = IdMaps.single(1000, 1000);
  private static final IdMaps RANGES =
      new IdMaps(
          List.of(new IdMapping(0, 1000, 1), new IdMapping(1, 100000, 100)),
          List.of(new IdMapping(0, 1000, 1), new IdMapping(1, 100000, 100)));

  @TempDir Path bundle;

  @BeforeEach
  void makeRootfs() throws Exception {
    Files.createDirectories(bundle.resolve("rootfs/dev"));
  }

  private SandboxPlan plan(ConfigBuilder config, IdMaps maps) throws HuskException {
    return SandboxPlanner.plan(
        config.build(),
        bundle,
        bundle.resolve("rootfs"),
        new SandboxPlanner.Means(
            Path.of("/stage"), Path.of("/opt/husk-init"), -1L, false, Optional.of(maps)));
  }

  private List<String> refused(ConfigBuilder config, IdMaps maps) {
    HuskException refusal = catchThrowableOfType(HuskException.class, () -> plan(config, maps));
    assertThat(refusal).isNotNull();
    return ((BwrapFailure.ConfigRefused) refusal.failure())
        .offences().stream().map(Offence::pointer).toList();
  }

  private static String dataOfPts(SandboxPlan plan) {
    return plan.staging().stream()
        .filter(StageOp.Mount.class::isInstance)
        .map(StageOp.Mount.class::cast)
        .filter(mount -> mount.type().equals("devpts"))
        .findFirst()
        .orElseThrow()
        .data();
  }

  @Test
  void aStockConfigIsPlannedAndTheTerminalsGroupIsWarnedOf() throws HuskException {
    SandboxPlan plan = plan(ConfigBuilder.usual(), SINGLE);
    assertThat(plan.userNamespace()).isTrue();
    assertThat(dataOfPts(plan)).isEqualTo("newinstance,ptmxmode=0666,mode=0620");
    assertThat(plan.warnings())
        .singleElement()
        .asString()
        .startsWith("/mounts/2/options/5: gid=5 is not in husk's user namespace");
  }

  @Test
  void theTerminalsGroupIsKeptWhereItIsMapped() throws HuskException {
    SandboxPlan plan = plan(ConfigBuilder.usual(), RANGES);
    assertThat(dataOfPts(plan)).endsWith(",gid=5");
    assertThat(plan.warnings()).isEmpty();
  }

  @Test
  void ownersThatAreNotMappedAreRefusedWhereTheyStand() {
    ConfigBuilder config =
        ConfigBuilder.bare()
            .user(7, 8, 9L)
            .mount("tmpfs", "tmpfs", "/tmp", "size=1m", "uid=3", "gid=0")
            .mount("devpts", "devpts", "/dev/pts", "gid=6");
    assertThat(refused(config, SINGLE))
        .containsExactly(
            "/process/user/uid",
            "/process/user/gid",
            "/process/user/additionalGids",
            "/mounts/0/options/1",
            "/mounts/1/options/0");
    assertThat(refused(ConfigBuilder.bare().user(101, 100, 101L), RANGES))
        .containsExactly("/process/user/uid", "/process/user/additionalGids/0");
  }

  @Test
  void viewsOfTheHostsNamespacesCannotBeMounted() {
    assertThat(
            refused(
                ConfigBuilder.usual().without(NamespaceType.NETWORK).without(NamespaceType.IPC),
                SINGLE))
        .containsExactly("/mounts/4/type", "/mounts/5/type");
  }

  @Test
  void capabilitiesInsideAreNoWayOutside() throws HuskException {
    ConfigBuilder config =
        ConfigBuilder.bare().namespace(NamespaceType.USER, "").bounding("CAP_SYS_ADMIN");
    assertThat(plan(config, SINGLE).arguments()).contains("CAP_SYS_ADMIN");
    assertThat(refused(ConfigBuilder.bare().without(NamespaceType.PID), SINGLE))
        .containsExactly("/linux/namespaces");
  }
}
