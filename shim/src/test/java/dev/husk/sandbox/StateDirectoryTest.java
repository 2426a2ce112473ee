package dev.husk.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.husk.failure.HuskException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
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

  @Test
  void aRootThatIsAFileIsRefusedWithTheReason() throws Exception {
    Path file = Files.writeString(root.resolve("file"), "");
    assertThatThrownBy(() -> StateDirectory.claim(file, "one"))
        .isInstanceOf(HuskException.class)
        .hasMessageContaining(file.toString())
        .hasMessageContaining("--root");
  }
}
