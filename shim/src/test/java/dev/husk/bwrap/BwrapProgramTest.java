package dev.husk.bwrap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.husk.failure.Failure;
import dev.husk.failure.FailureKind;
import dev.husk.failure.HuskException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BwrapProgramTest {
  private static final String HELP =
      """
      usage: bwrap [OPTIONS...] [--] COMMAND [ARGS...]

          --args FD                    Parse NUL-separated args from FD
          --as-pid-1                   Do not install a reaper process with PID=1
          --bind SRC DEST              Bind mount the host path SRC on DEST
          --cap-add CAP                Add cap CAP when running as privileged user
          --cap-drop CAP               Drop cap CAP when running as privileged user
          --chdir DIR                  Change directory to DIR
          --dev-bind SRC DEST          Bind mount, allowing device access
          --hostname NAME              Custom hostname in the sandbox (requires --unshare-uts)
          --new-session                Create a new terminal session
          --proc DEST                  Mount new procfs on DEST
          --remount-ro DEST            Remount DEST as readonly
          --ro-bind SRC DEST           Bind mount the host path SRC readonly on DEST
          --unshare-pid                Create new pid namespace
          --unshare-uts                Create new uts namespace
      """;

  @TempDir Path directory;

  private Path program() throws IOException {
    Path program = Files.writeString(directory.resolve("bwrap"), "#!/bin/false\n");
    return Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private static ProgramRunner answering(String version, String help) {
    return (argv, timeout) ->
        new ProgramRunner.Output(0, false, argv.getLast().equals("--version") ? version : help);
  }

  private static Failure failure(Path program, ProgramRunner runner) {
    return catchThrowableOfType(HuskException.class, () -> BwrapProgram.probe(program, runner))
        .failure();
  }

  @Test
  void realProgramWillDo() throws Exception {
    Path real = Path.of("/usr/bin/bwrap");
    assumeTrue(Files.isExecutable(real), "needs bwrap");

    BwrapProgram program = BwrapProgram.probe(real, Programs::run);

    assertThat(program.version()).isGreaterThanOrEqualTo(BwrapProgram.OLDEST);
    assertThat(program.options()).contains("--bind", "--args", "--unshare-all");
  }

  @ParameterizedTest
  @CsvSource({"0.8.0,2", "0.11.1,1", "0.11.2,1", "0.12.0,0", "0.13.1,0", "1.0.0,0"})
  void weaknessesFollowFromTheVersion(String version, int count) throws Exception {
    BwrapProgram program =
        BwrapProgram.probe(program(), answering("bubblewrap " + version + "\n", HELP));

    assertThat(program.weaknesses()).hasSize(count);
  }

  @Test
  void lowVersionIsTooOldThoughItHasTheOptions() throws Exception {
    Failure failure = failure(program(), answering("bubblewrap 0.6.1\n", HELP));

    assertThat(failure).isInstanceOf(BwrapFailure.TooOld.class);
    assertThat(failure.kind()).isEqualTo(FailureKind.PRECONDITION);
    assertThat(failure.message()).contains("0.6.1", "0.8.0");
  }

  @Test
  void missingOptionsAreNamedWhateverTheVersion() throws Exception {
    String help = HELP.replace("--as-pid-1 ", "").replace("--remount-ro", "--remount");

    Failure failure = failure(program(), answering("bubblewrap 0.9.0\n", help));

    assertThat(failure).isInstanceOf(BwrapFailure.TooOld.class);
    assertThat(failure.why()).contains("--as-pid-1", "--remount-ro").doesNotContain("--bind");
  }

  @Test
  void failingProgramIsReportedWithWhatItSaid() throws Exception {
    Path program = program();

    assertThat(failure(program, (argv, timeout) -> new ProgramRunner.Output(139, false, "boom")))
        .isInstanceOf(BwrapFailure.ProbeFailed.class)
        .satisfies(failure -> assertThat(failure.why()).contains("139", "boom"));
    assertThat(failure(program, (argv, timeout) -> new ProgramRunner.Output(137, true, "")).why())
        .contains("5 seconds");
    assertThat(
            failure(
                    program,
                    (argv, timeout) -> {
                      throw new IOException("EACCES");
                    })
                .why())
        .contains("EACCES");
    assertThat(failure(program, answering("something else", HELP)).why())
        .contains("something else");
  }

  @Test
  void absentAndNotExecutableAreToldApart() throws IOException {
    ProgramRunner never =
        (argv, timeout) -> {
          throw new AssertionError("must not run");
        };
    Path plain = Files.writeString(directory.resolve("plain"), "");

    assertThat(failure(directory.resolve("none"), never)).isInstanceOf(BwrapFailure.NotFound.class);
    assertThat(failure(plain, never)).isInstanceOf(BwrapFailure.ProbeFailed.class);
    assertThat(failure(directory, never)).isInstanceOf(BwrapFailure.ProbeFailed.class);
  }

  @Test
  void searchPathGivesTheFirstExecutable() throws Exception {
    Path program = program();

    assertThat(BwrapProgram.find("relative::/nonexistent:" + directory)).isEqualTo(program);
    assertThat(
            catchThrowableOfType(
                    HuskException.class, () -> BwrapProgram.find("relative:/nonexistent"))
                .failure())
        .isInstanceOf(BwrapFailure.NotFound.class);
  }

  @Test
  void cacheSavesTheSecondProbeUntilTheProgramChanges() throws Exception {
    Path program = program();
    AtomicInteger runs = new AtomicInteger();
    ProgramRunner counting =
        (argv, timeout) -> {
          runs.incrementAndGet();
          return answering("bubblewrap 0.11.0\n", HELP).run(argv, timeout);
        };
    BwrapProbeCache cache = new BwrapProbeCache(directory.resolve("probe"));

    BwrapProgram first = cache.probe(program, counting);
    BwrapProgram second = cache.probe(program, counting);
    assertThat(second).isEqualTo(first);
    assertThat(runs).hasValue(2);

    Files.writeString(program, "#!/bin/true, and longer\n");
    cache.probe(program, counting);
    assertThat(runs).hasValue(4);
  }

  @Test
  void damagedCacheIsNotBelieved() throws Exception {
    Path program = program();
    Path file = directory.resolve("probe");
    BwrapProbeCache cache = new BwrapProbeCache(file);
    cache.probe(program, answering("bubblewrap 0.11.0\n", HELP));
    String good = Files.readString(file);

    for (String bad :
        List.of(
            "",
            good.substring(0, good.length() / 2),
            good + "more",
            good.replace("0.11.0", "x"),
            "x".repeat(1 << 20))) {
      Files.writeString(file, bad);
      assertThat(cache.load(program)).as(bad).isEmpty();
    }
    Files.writeString(file, good);
    assertThat(cache.load(program)).isPresent();
  }

  @Property
  void versionReadsWhatItWrites(
      @ForAll short major, @ForAll short minor, @ForAll short patch, @ForAll String rest) {
    BwrapVersion version =
        new BwrapVersion(Math.abs((int) major), Math.abs((int) minor), Math.abs((int) patch));

    assertThat(BwrapVersion.parse(version + "\n" + rest)).contains(version);
  }

  @Property
  void versionOfAnythingNeverThrows(@ForAll String text) {
    assertThat(BwrapVersion.parse(text)).isInstanceOf(Optional.class);
  }
}
