package dev.husk.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.husk.failure.HuskException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class StateDirectoryTest {
  @TempDir Path root;

  @Test
  void theDirectoryOfAnIdIsItsOwnersAlone() throws Exception {
    StateDirectory directory = StateDirectory.claim(root.resolve("a/b"), "one");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory.path())))
        .isEqualTo("rwx------");
    directory.release();
  }

  @Test
  void releaseLeavesNothing() throws Exception {
    StateDirectory directory = StateDirectory.claim(root, "one");
    directory.makeStage();
    directory.writeState("{}");
    directory.release();
    assertThat(root).isEmptyDirectory();
  }

  @Test
  void theStateOfADeadShimIsFoundByItsSuccessor() throws Exception {
    Path left = Files.createDirectory(root.resolve("one"));
    Files.writeString(
        left.resolve("state.json"), "{\"cgroup\":\"/husk/one\",\"cgroupIdentity\":\"7\"}");
    StateDirectory directory = StateDirectory.claim(root, "one");
    StateFile state = StateFile.parse(directory.abandonedState().orElseThrow());
    assertThat(state.cgroup()).isEqualTo("/husk/one");
    assertThat(state.identity()).isEqualTo("7");
    directory.release();
  }

  @Test
  void aFreshIdHasNoAbandonedState() throws Exception {
    StateDirectory directory = StateDirectory.claim(root, "one");
    assertThat(directory.abandonedState()).isEmpty();
    directory.release();
  }

  private static void fifo(Path path) throws Exception {
    assertThat(new ProcessBuilder("mkfifo", path.toString()).start().waitFor()).isZero();
  }

  @Test
  void aRootThatOthersMayWriteToIsRefusedUntouched() throws Exception {
    Files.setPosixFilePermissions(root, PosixFilePermissions.fromString("rwxrwxrwx"));
    Path victim = Files.writeString(root.resolve("victim"), "precious");
    Path left = Files.createDirectory(root.resolve("one"));
    Files.createSymbolicLink(left.resolve("lock"), victim);
    assertThatThrownBy(() -> StateDirectory.claim(root, "one"))
        .isInstanceOf(HuskException.class)
        .hasMessageContaining("0777");
    Files.setPosixFilePermissions(root, PosixFilePermissions.fromString("rwxr-xr-x"));
    Files.setPosixFilePermissions(left, PosixFilePermissions.fromString("rwxrwxr-x"));
    assertThatThrownBy(() -> StateDirectory.claim(root, "one"))
        .isInstanceOf(HuskException.class)
        .hasMessageContaining(left.toString())
        .hasMessageContaining("0775");
    assertThat(victim).hasContent("precious");
  }

  @Test
  void aLockThatIsALinkIsNotFollowed() throws Exception {
    Path victim = Files.writeString(root.resolve("victim"), "precious");
    Path left = Files.createDirectory(root.resolve("one"));
    Files.createSymbolicLink(left.resolve("lock"), victim);
    assertThatThrownBy(() -> StateDirectory.claim(root, "one")).isInstanceOf(HuskException.class);
    assertThat(victim).hasContent("precious");
  }

  @Test
  void anIdThatIsALinkIsRefused() throws Exception {
    Files.createSymbolicLink(root.resolve("one"), Files.createDirectory(root.resolve("other")));
    assertThatThrownBy(() -> StateDirectory.claim(root, "one"))
        .isInstanceOf(HuskException.class)
        .hasMessageContaining("not a directory");
    assertThat(root.resolve("other")).isEmptyDirectory();
  }

  @Test
  void aDirectoryOfSomebodyElseIsRefused() throws Exception {
    assumeTrue("root".equals(System.getProperty("user.name")), "not root");
    Path left = Files.createDirectory(root.resolve("one"));
    Files.setAttribute(left, "unix:uid", 4321);
    assertThatThrownBy(() -> StateDirectory.claim(root, "one"))
        .isInstanceOf(HuskException.class)
        .hasMessageContaining("user 4321");
  }

  @Test
  void aStickyRootIsEverybodysWithoutHarm() throws Exception {
    assertThat(new ProcessBuilder("chmod", "1777", root.toString()).start().waitFor()).isZero();
    StateDirectory.claim(root, "one").release();
    assertThat(root).isEmptyDirectory();
  }

  @Test
  @Timeout(30)
  void noFifoIsWaitedFor() throws Exception {
    Path left = Files.createDirectory(root.resolve("one"));
    fifo(left.resolve("state.json"));
    assertThatThrownBy(() -> StateDirectory.claim(root, "one"))
        .isInstanceOf(HuskException.class)
        .hasMessageContaining("regular file");
    assertThat(KnownSandbox.list(root).sandboxes())
        .singleElement()
        .satisfies(known -> assertThat(known.state()).isEmpty());
    Files.delete(left.resolve("lock"));
    fifo(left.resolve("lock"));
    assertThatThrownBy(() -> StateDirectory.claim(root, "one"))
        .isInstanceOf(HuskException.class)
        .hasMessageContaining("regular file");
    assertThat(KnownSandbox.list(root).sandboxes())
        .singleElement()
        .satisfies(known -> assertThat(known.shim()).isEqualTo(KnownSandbox.Shim.UNKNOWN));
  }

  @Test
  void aRootThatIsAFileIsRefusedWithTheReason() throws Exception {
    Path file = Files.writeString(root.resolve("file"), "");
    assertThatThrownBy(() -> StateDirectory.claim(file, "one"))
        .isInstanceOf(HuskException.class)
        .hasMessageContaining(file.toString())
        .hasMessageContaining("--root");
  }
}
