package dev.husk.cgroup;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SandboxCgroupsTest {
  @TempDir Path mount;

  private CgroupHost host() {
    return new CgroupHost(
        CgroupHost.Mode.UNIFIED, mount, "/outer/own", "/outer/own", List.of(), true, false);
  }

  @Test
  void aSandboxIsFoundByNameAndIdentity() throws Exception {
    Path directory = Files.createDirectories(mount.resolve("husk/x"));
    String identity = SandboxCgroup.identity(directory);
    assertThat(SandboxCgroups.directory(host(), "/outer/own/husk/x", identity)).contains(directory);
    assertThat(SandboxCgroups.directory(host(), "/outer/own/husk/x", "another")).isEmpty();
  }

  /** As a file of a shim elsewhere, or one cut short, may have it. */
  @Test
  void whatIsNotBelowTheMountOrHasNoIdentityIsNone() {
    assertThat(SandboxCgroups.directory(host(), "/", "1")).isEmpty();
    assertThat(SandboxCgroups.directory(host(), "/elsewhere/husk/x", "1")).isEmpty();
    assertThat(SandboxCgroups.directory(host(), "/outer/own/../../x", "1")).isEmpty();
    assertThat(SandboxCgroups.directory(host(), "/outer/own/husk/gone", "")).isEmpty();
    assertThat(SandboxCgroups.directory(host(), "", "")).isEmpty();
  }
}
