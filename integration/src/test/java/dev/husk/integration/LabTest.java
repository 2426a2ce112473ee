package dev.husk.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The lab on its host: a command's end or the reason arrives, whatever happens, and nothing stays.
 */
class LabTest {
  private static final Path LAB = Path.of("lab").toAbsolutePath();

  /** Whatever downloads and builds packages. */
  private static final Duration BUILD = Duration.ofMinutes(20);

  @TempDir Path temp;

  @BeforeAll
  static void needsTheMachines() throws Exception {
    assumeTrue(System.getenv("HUSK_NO_LAB") == null, "left out by --no-lab");
    for (String part : List.of("kernel", "trixie", "forky")) {
      Outcome image = Programs.run(BUILD, Map.of(), List.of(LAB.resolve("image").toString(), part));
      assumeTrue(image.status() != 77, () -> image.errors().lines().toList().getLast());
      assertThat(image.status()).as("%s", image).isZero();
    }
  }

  @AfterEach
  void nothingIsMountedOrWrittenOutsideOfTheMachine() throws Exception {
    Path kernel = Path.of(LabCommand.run("image", "kernel").output().strip());

    assertThat(Files.readString(Path.of("/proc/self/mountinfo"))).doesNotContain(kernel.toString());
    for (String directory : List.of("proc", "run", "share", "tmp")) {
      try (Stream<Path> files = Files.list(kernel.resolve(directory))) {
        assertThat(files).as(directory).isEmpty();
      }
    }
  }

  @Test
  void passesOutputErrorsAndStatus() throws Exception {
    assertThat(LabCommand.run("run", "--", "sh", "-c", "echo out; echo err >&2; cat; exit 7"))
        .isEqualTo(new Outcome(7, "out\n", "err\n"));
  }

  @Test
  void tellsThatASignalEndedTheCommandOfAUser() throws Exception {
    assertThat(
            LabCommand.run(
                "run", "--suite", "forky", "--user", "sh", "-c", "id -un; kill -KILL $$"))
        .isEqualTo(new Outcome(137, "husk\n", ""));
  }

  @Test
  void endsTheMachineWhenTheTimeIsOver() throws Exception {
    assertThat(LabCommand.run("run", "--time", "1", "--", "sleep", "1000"))
        .isEqualTo(
            new Outcome(
                124,
                "",
                "integration/lab/run: the time of 1 seconds is over (--time); the machine was ended\n"));
  }

  @Test
  void endsAMachineThatPanics() throws Exception {
    Outcome outcome =
        LabCommand.run(
            "run", "--time", "1000", "--", "sh", "-c", "echo c >/proc/sysrq-trigger; sleep 1000");

    assertThat(outcome.errors())
        .startsWith("integration/lab/run: the machine failed: Kernel panic")
        .contains("sysrq triggered crash");
    assertThat(outcome.status()).isEqualTo(125);
  }

  @Test
  void endsAMachineThatHangs() throws Exception {
    try (LabCommand run =
        LabCommand.start(
            Map.of(),
            "run",
            "--silence",
            "8",
            "--time",
            "1000",
            "sh",
            "-c",
            "echo up; sleep 1000")) {
      run.await("up");
      assertThat(Programs.signal(run.machine(), "STOP")).isTrue();

      Outcome outcome = run.outcome(Programs.BOUND);
      assertThat(outcome.errors())
          .startsWith("integration/lab/run: the machine hangs: no sign of life for 8 seconds");
      assertThat(outcome.status()).isEqualTo(125);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"INT", "TERM", "KILL"})
  void leavesNothingWhenItIsEndedItself(String signal) throws Exception {
    try (LabCommand run = LabCommand.start(Map.of(), "run", "--", "sleep", "1000")) {
      String namespace = ProcFs.pidNamespace(run.machine()).orElseThrow();
      assertThat(Programs.signal(run.process().pid(), signal)).isTrue();

      assertThat(run.outcome(Programs.BOUND).status())
          .isEqualTo(128 + Map.of("INT", 2, "TERM", 15, "KILL", 9).get(signal));
      Eventually.is(
          Duration.ofSeconds(30), () -> in(namespace).isEmpty(), () -> "ended: " + in(namespace));
    }
  }

  @Test
  void givesATerminalToAShell() throws Exception {
    try (LabCommand run = LabCommand.startInTerminal("shell")) {
      run.await("# ");
      run.process()
          .outputWriter()
          .append("tty; husk run /husk/oci-config-samples/hello\nexit 7\n")
          .flush();

      Outcome outcome = run.outcome(Programs.BOUND);
      assertThat(outcome.output()).contains("/dev/ttyS0", "Hello from hello: pid 1, uid 0");
      assertThat(outcome.status()).as("%s", outcome).isEqualTo(7);
    }
  }

  /** The smallest part stands for all. The packages are there already. */
  @Test
  void buildsOnceForAllThatWaitEvenIfTheFirstIsKilled() throws Exception {
    Path cache = temp.resolve("husk/lab");
    Files.createDirectories(cache);
    Path kernel = Path.of(LabCommand.run("image", "kernel").output().strip());
    Programs.output(
        "cp", "-r", kernel.resolveSibling("downloads-forky").toString(), cache.toString());
    Map<String, String> environment = Map.of("XDG_CACHE_HOME", temp.toString());
    Path unfinished = cache.resolve(kernel.getFileName() + ".new/usr");
    List<LabCommand> waiting = new ArrayList<>();
    try (LabCommand first = LabCommand.start(environment, "image", "kernel")) {
      Eventually.is(BUILD, () -> Files.exists(unfinished), () -> "a build: " + first.errors());
      for (int i = 0; i < 2; i++) {
        waiting.add(LabCommand.start(environment, "image", "kernel"));
      }
      for (LabCommand second : waiting) {
        second.await("another run builds kernel; waiting");
      }
      assertThat(Programs.signal(first.process().pid(), "KILL")).isTrue();

      for (LabCommand second : waiting) {
        assertThat(second.outcome(BUILD))
            .satisfies(
                outcome -> {
                  assertThat(outcome.status()).as("%s", outcome).isZero();
                  assertThat(outcome.output())
                      .isEqualTo(cache.resolve(kernel.getFileName()) + "\n");
                });
      }
      assertThat(waiting.get(0).errors() + waiting.get(1).errors())
          .containsOnlyOnce("building the kernel");
    } finally {
      for (LabCommand second : waiting) {
        second.close();
      }
    }
    assertThat(cache.resolve(kernel.getFileName()).resolve("usr/bin/linux.uml")).isExecutable();
    assertThat(cache.resolve(kernel.getFileName() + ".new")).doesNotExist();
  }

  @Test
  void saysThatItNeedsRoot() throws Exception {
    // A user namespace without a mapping: the same rights on files, and not root.
    Outcome outcome =
        Programs.run(Map.of(), List.of("unshare", "-U", LAB.resolve("run").toString(), "true"));

    assertThat(outcome)
        .isEqualTo(
            new Outcome(
                77,
                "",
                "integration/lab/run: not root: the lab builds file systems and makes namespaces\n"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "--suite sid true",
        "--time 0 true",
        "--memory x true",
        "--out /nowhere true",
        "--nonsense",
        "--time"
      })
  void refusesWhatIsNoCommandLine(String arguments) throws Exception {
    Outcome outcome =
        LabCommand.run(
            Stream.concat(
                    Stream.of("run"),
                    Stream.of(arguments.split(" ")).filter(word -> !word.isEmpty()))
                .toArray(String[]::new));

    assertThat(outcome.errors()).startsWith("integration/lab/run: ").contains("--help");
    assertThat(outcome.status()).isEqualTo(2);
  }

  @Test
  void countsAMachineThatEndedBeforeItsTestsAsFailed() throws Exception {
    Outcome outcome = LabCommand.run("test", "--suite", "forky", "--time", "1");

    assertThat(outcome.output())
        .startsWith("failed: lab, forky: the machine")
        .contains("the time of 1 seconds is over")
        .endsWith("0 passed, 1 failed, 0 skipped\n");
    assertThat(outcome.status()).isEqualTo(1);
  }

  private static List<String> in(String namespace) {
    return ProcFs.pids().stream()
        .filter(pid -> ProcFs.pidNamespace(pid).filter(namespace::equals).isPresent())
        .map(ProcFs::commandLine)
        .toList();
  }
}
