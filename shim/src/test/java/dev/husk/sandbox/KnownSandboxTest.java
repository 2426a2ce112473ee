package dev.husk.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import dev.husk.cgroup.Evacuation;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KnownSandboxTest {
  @TempDir Path root;

  private static SandboxStatus status() {
    return status(Map.of("pid", "7", "cgroup", "/not/this"));
  }

  private static SandboxStatus status(Map<String, String> annotations) {
    return new SandboxStatus(
        "one",
        "1.3.0",
        Phase.RUNNING,
        "/bundle",
        OptionalInt.of(42),
        annotations,
        Instant.EPOCH,
        Optional.empty(),
        Optional.empty(),
        "/husk/one",
        List.of(),
        Optional.empty());
  }

  @Test
  void aStateFileIsReadBackAsItWasWritten() {
    Evacuation evacuation = new Evacuation("/sys/fs/cgroup", "init", 2, 212, 31);
    String json = StateJson.write(status(), "(dev=1,ino=2)", 99, Optional.of(evacuation));
    assertThat(StateFile.parse(json))
        .isEqualTo(
            new StateFile(
                "running",
                42,
                "/bundle",
                "/husk/one",
                "(dev=1,ino=2)",
                Instant.EPOCH.toString(),
                99,
                OptionalLong.empty(),
                "",
                Optional.of(evacuation)));
  }

  @Test
  void ofADamagedFileIsTakenWhatCameBeforeTheDamage() {
    String json = StateJson.write(status(), "7", 99, Optional.empty());
    StateFile half = StateFile.parse(json.substring(0, json.indexOf("\"bundle\"")));
    assertThat(half.pid()).isEqualTo(42);
    assertThat(half.cgroup()).isEmpty();
    assertThat(StateFile.parse("")).isEqualTo(StateFile.NOTHING);
  }

  /** A config of 4 MiB may be little else. */
  @Test
  void annotationsHoweverLargeHideNothing() throws Exception {
    Path one = Files.createDirectory(root.resolve("one"));
    Files.writeString(one.resolve("lock"), "");
    SandboxStatus large = status(Map.of("a", "x".repeat(3 << 20)));
    Files.writeString(
        one.resolve("state.json"), StateJson.write(large, "(dev=1,ino=2)", 99, Optional.empty()));
    StateFile state = KnownSandbox.list(root).sandboxes().getFirst().state().orElseThrow();
    assertThat(state.cgroup()).isEqualTo("/husk/one");
    assertThat(state.identity()).isEqualTo("(dev=1,ino=2)");
    assertThat(state.shimPid()).isEqualTo(99);
  }

  @Test
  void aLockThatNobodyHoldsMeansADeadShim() throws Exception {
    Path one = Files.createDirectory(root.resolve("one"));
    Files.writeString(one.resolve("lock"), "");
    Files.writeString(
        one.resolve("state.json"), StateJson.write(status(), "7", 99, Optional.empty()));
    Files.createDirectory(root.resolve("no-shim-yet"));
    Files.writeString(root.resolve(".bwrap-probe"), "");
    KnownSandbox.Listing listing = KnownSandbox.list(root);
    assertThat(listing.problem()).isEmpty();
    assertThat(listing.sandboxes()).hasSize(1);
    assertThat(listing.sandboxes().getFirst().id()).isEqualTo("one");
    assertThat(listing.sandboxes().getFirst().shim()).isEqualTo(KnownSandbox.Shim.DEAD);
    assertThat(listing.sandboxes().getFirst().state().map(StateFile::pid)).contains(42L);
  }

  @Test
  void aRootThatDoesNotExistHasNoSandboxes() {
    assertThat(KnownSandbox.list(root.resolve("none")))
        .isEqualTo(new KnownSandbox.Listing(List.of(), Optional.empty()));
  }

  @Test
  void aRootThatIsNoDirectoryIsAProblemAndNoFailure() throws Exception {
    Path file = Files.writeString(root.resolve("file"), "");
    assertThat(KnownSandbox.list(file).problem()).isPresent();
  }
}
