package dev.husk.cgroup;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class CgroupHostTest {
  private static final String UNIFIED = "30 23 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n";
  private static final String V1 = "31 23 0:27 / /sys/fs/cgroup/memory rw - cgroup c rw,memory\n";

  private static CgroupHost detect(ModelCgroupFs fs, String mounts, String self) throws Exception {
    return CgroupHost.detect(fs, mounts, self);
  }

  @Test
  void aHostWithCgroup2OnlyIsUnified() throws Exception {
    CgroupHost host = detect(ModelCgroupFs.host("cpu", "memory"), UNIFIED, "0::/user.slice\n");
    assertThat(host.mode()).isEqualTo(CgroupHost.Mode.UNIFIED);
    assertThat(host.mountPoint()).isEqualTo(Path.of("/sys/fs/cgroup"));
    assertThat(host.controllers()).containsExactly("cpu", "memory");
    assertThat(host.ownPath()).isEqualTo("/user.slice");
    assertThat(host.insideContainer()).isFalse();
    assertThat(host.rootPopulated()).isFalse();
  }

  @Test
  void v1BesidesMakesItHybrid() throws Exception {
    CgroupHost host = detect(ModelCgroupFs.host("hugetlb"), V1 + UNIFIED, "4:memory:/\n0::/\n");
    assertThat(host.mode()).isEqualTo(CgroupHost.Mode.HYBRID);
    assertThat(host.controllers()).containsExactly("hugetlb");
  }

  @Test
  void v1OnlyIsRefusedWithARemedy() {
    var failure =
        Failures.expect(
            CgroupFailure.UnsupportedHost.class,
            () -> detect(ModelCgroupFs.host(), V1, "4:memory:/\n"));
    assertThat(failure.why()).contains("v1 only");
    assertThat(failure.remedy()).contains("systemd.unified_cgroup_hierarchy=1");
  }

  @Test
  void aHostWithoutCgroupsIsRefused() {
    var failure =
        Failures.expect(
            CgroupFailure.UnsupportedHost.class, () -> detect(ModelCgroupFs.host(), "", ""));
    assertThat(failure.why()).contains("no cgroups");
  }

  @Test
  void cgroup2WithoutAMountIsRefused() {
    var failure =
        Failures.expect(
            CgroupFailure.UnsupportedHost.class, () -> detect(ModelCgroupFs.host(), V1, "0::/\n"));
    assertThat(failure.why()).contains("not mounted");
  }

  @Test
  void aMountThatDoesNotShowTheOwnCgroupIsOfNoUse() {
    String mount = "30 23 0:26 /../.. /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n";
    var failure =
        Failures.expect(
            CgroupFailure.UnsupportedHost.class,
            () -> detect(ModelCgroupFs.host(), mount, "0::/\n"));
    assertThat(failure.why()).contains("no cgroup2 mount shows");
  }

  @Test
  void theRootOfANamespaceIsToldByItsTypeAndItsProcessesAreSeen() throws Exception {
    ModelCgroupFs fs = ModelCgroupFs.container("cpu", "memory");
    assertThat(detect(fs, UNIFIED, "0::/\n").rootPopulated()).isFalse();
    fs.spawn(ModelCgroupFs.MOUNT);
    CgroupHost host = detect(fs, UNIFIED, "0::/\n");
    assertThat(host.insideContainer()).isTrue();
    assertThat(host.rootPopulated()).isTrue();
  }

  @Test
  void aBindOfASubtreeNamesItsCgroupsFromTheHierarchysRoot() throws Exception {
    String mount = "30 23 0:26 /docker/abc /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n";
    CgroupHost host = detect(ModelCgroupFs.container(), mount, "0::/docker/abc\n");
    assertThat(host.procPath(Path.of("/sys/fs/cgroup/husk/x"))).isEqualTo("/docker/abc/husk/x");
    assertThat(host.procPath(Path.of("/sys/fs/cgroup"))).isEqualTo("/docker/abc/");
  }

  @Test
  void theMountThatShowsMostIsTakenAndEscapesAreDecoded() throws Exception {
    String narrow = "29 23 0:26 /a /mnt/a\\040b rw - cgroup2 cgroup2 rw\n";
    CgroupHost host = detect(ModelCgroupFs.host(), narrow + UNIFIED + narrow, "0::/a\n");
    assertThat(host.mountPoint()).isEqualTo(Path.of("/sys/fs/cgroup"));
    var failure =
        Failures.expect(
            CgroupFailure.NotDelegated.class,
            () -> detect(ModelCgroupFs.host(), narrow, "0::/a\n"));
    assertThat(failure.where()).isEqualTo("/mnt/a b");
  }

  @Test
  void aReadOnlyMountIsNotDelegated() {
    String mount = "30 23 0:26 / /sys/fs/cgroup ro,nosuid - cgroup2 cgroup2 rw\n";
    var failure =
        Failures.expect(
            CgroupFailure.NotDelegated.class, () -> detect(ModelCgroupFs.host(), mount, "0::/\n"));
    assertThat(failure.why()).contains("EROFS");
  }

  @Test
  void aTreeThatMayNotBeWrittenIsNotDelegated() {
    ModelCgroupFs fs = ModelCgroupFs.host("cpu");
    fs.writable = false;
    var failure =
        Failures.expect(CgroupFailure.NotDelegated.class, () -> detect(fs, UNIFIED, "0::/\n"));
    assertThat(failure.why()).contains("EACCES");
    assertThat(failure.remedy()).contains("Delegate=yes");
  }
}
