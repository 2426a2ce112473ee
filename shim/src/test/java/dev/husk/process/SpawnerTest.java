package dev.husk.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.husk.failure.HuskException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SpawnerTest {
  private static final Duration LONG = Duration.ofSeconds(20);
  private final Spawner spawner = new Spawner();

  private String sh(String script) throws HuskException {
    return Programs.run(spawner, List.of("/bin/sh", "-c", script), LONG).text();
  }

  @Test
  void aChildHasNoDescriptorBeyondThoseItWasGiven() throws Exception {
    // The listing itself holds the directory open, as the one after the last that was given.
    assertThat(sh("cd /proc/self/fd && echo *").strip()).isIn("0 1 2", "0 1 2 3");
  }

  @Test
  void aChildHasAnEmptyEnvironment() throws Exception {
    assertThat(sh("tr '\\0' '\\n' </proc/$$/environ")).isEmpty();
  }

  @Test
  void aChildHasNoSignalBlockedOrIgnored() throws Exception {
    assertThat(sh("grep -E '^Sig(Blk|Ign)' /proc/self/status"))
        .isEqualTo("SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n");
  }

  @Test
  void aChildLeadsASessionOfItsOwn() throws Exception {
    String[] fields = sh("echo $$; cut -d' ' -f6 /proc/$$/stat").split("\n", -1);
    assertThat(fields[1]).isEqualTo(fields[0]);
  }

  @Test
  void descriptorsArriveInTheOrderGivenWhateverTheirNumbers(@TempDir Path dir) throws Exception {
    Path first = Files.writeString(dir.resolve("first"), "first");
    Path second = Files.writeString(dir.resolve("second"), "second");
    try (Fd null0 = Fd.readOnly(Path.of("/dev/null"));
        Fd a = Fd.readOnly(first);
        Fd b = Fd.readOnly(second);
        Pipe out = Pipe.open()) {
      Child child =
          spawner.spawn(
              new SpawnRequest(
                  Path.of("/bin/sh"),
                  List.of("sh", "-c", "cat <&4; cat <&3"),
                  List.of(null0, out.writeEnd(), out.writeEnd(), a, b),
                  Optional.empty()));
      out.writeEnd().close();
      assertThat(BoundedOutput.read(out.readEnd(), 100, LONG)).isEqualTo("secondfirst");
      assertThat(child.pidfd().awaitEnd(20_000)).isTrue();
      assertThat(child.reap()).map(WaitStatus::code).contains(0);
    }
  }

  @Test
  void theStatusOfAChildIsItsExitStatusOrItsSignal() throws Exception {
    assertThat(Programs.run(spawner, List.of("/bin/sh", "-c", "exit 42"), LONG).status())
        .isEqualTo(WaitStatus.exited(42));
    assertThat(Programs.run(spawner, List.of("/bin/sh", "-c", "kill -9 $$"), LONG).status())
        .isEqualTo(WaitStatus.signaled(9));
  }

  @Test
  void theKernelsRecordOfAnExitTellsAStatusOf137FromASigkill() throws Exception {
    assertThat(recordOf("exit 137")).contains(WaitStatus.exited(137));
    assertThat(recordOf("kill -9 $$")).contains(WaitStatus.signaled(9));
  }

  private Optional<WaitStatus> recordOf(String script) throws Exception {
    try (Fd nothing = Fd.readWrite(Path.of("/dev/null"))) {
      Child child =
          spawner.spawn(
              new SpawnRequest(
                  Path.of("/bin/sh"),
                  List.of("sh", "-c", script),
                  List.of(nothing, nothing, nothing),
                  Optional.empty()));
      assertThat(child.pidfd().awaitEnd(20_000)).isTrue();
      assertThat(child.pidfd().exitStatus()).as("before it is reaped").isEmpty();
      assertThat(child.reap()).isPresent();
      return child.pidfd().exitStatus();
    }
  }

  @Test
  void aProgramThatDoesNotExistIsAFailureWithItsErrno() {
    assertThatThrownBy(() -> Programs.run(spawner, List.of("/no/such/program"), LONG))
        .isInstanceOfSatisfying(
            HuskException.class,
            e ->
                assertThat(e.failure())
                    .isEqualTo(new ProcessFailure.ExecFailed("/no/such/program", Errno.ENOENT)));
  }

  @Test
  void aProgramThatOutlivesItsTimeIsKilled() throws Exception {
    Programs.Output output =
        Programs.run(spawner, List.of("/bin/sleep", "1000"), Duration.ofMillis(100));
    assertThat(output.timedOut()).isTrue();
    assertThat(output.status()).isEqualTo(WaitStatus.signaled(9));
  }

  @Test
  void aChildOutlivesTheThreadThatAskedForIt() throws Exception {
    try (Fd nothing = Fd.readWrite(Path.of("/dev/null"))) {
      Child[] child = new Child[1];
      Thread asker =
          new Thread(
              () -> {
                try {
                  child[0] =
                      spawner.spawn(
                          new SpawnRequest(
                              Path.of("/bin/sh"),
                              List.of("sh", "-c", "read line </proc/self/fd/0; exec sleep 1000"),
                              List.of(nothing, nothing, nothing),
                              Optional.empty()));
                } catch (HuskException e) {
                  throw new IllegalStateException(e);
                }
              });
      asker.start();
      asker.join();
      assertThat(child[0].pidfd().awaitEnd(200)).isFalse();
      child[0].pidfd().signal(9);
      assertThat(child[0].pidfd().awaitEnd(20_000)).isTrue();
      child[0].reap();
    }
  }
}
