package dev.husk.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** From {@code shim/husk} to the running JVM. */
class LauncherTest {
  private static final Path HUSK = Path.of("../shim/husk").toAbsolutePath().normalize();
  private static final Path DIST = HUSK.resolveSibling("target").resolve("dist");

  @TempDir Path temp;

  @Test
  void usesItsStartUpArchiveForEveryCommand() throws Exception {
    for (List<String> command : List.of(List.of("--help"), List.of("serve", "--help"))) {
      Outcome outcome =
          launch(HUSK, temp, Map.of("HUSK_JAVA_OPTS", "-XX:AOTMode=on -Xlog:aot"), command);

      assertThat(outcome.output()).contains("Using AOT-linked classes: true");
      assertThat(outcome.status()).isZero();
    }
  }

  @Test
  void takesAllOfItsClassesFromTheArchive() throws Exception {
    Outcome outcome =
        launch(HUSK, temp, Map.of("HUSK_JAVA_OPTS", "-Xlog:class+load:stdout"), List.of("--help"));

    List<String> ofJars =
        outcome.output().lines().filter(line -> line.contains("source: file:")).toList();
    assertThat(outcome.output()).contains("dev.husk.cli.Main source: shared objects file");
    assertThat(ofJars).isEmpty();
  }

  /** Classes of the server aside: they come when the payload lasts. */
  @Test
  void runsASandboxFromTheArchive() throws Exception {
    assumeTrue(isRoot(), "not root: no sandbox");
    Path classes = temp.resolve("classes");
    Path hello = HUSK.resolve("../../oci-config-samples/hello").normalize();

    Outcome outcome =
        launch(
            HUSK,
            temp,
            Map.of("HUSK_JAVA_OPTS", "-Xlog:class+load:file=" + classes),
            List.of("run", hello.toString()));

    assertThat(outcome.errors()).isEmpty();
    assertThat(outcome.output()).startsWith("Hello from hello: pid 1, uid 0");
    assertThat(outcome.status()).isZero();
    assertThat(Files.readAllLines(classes))
        .anyMatch(line -> line.contains("dev.husk.sandbox.LocalSandbox source: shared"))
        .noneMatch(line -> line.matches(".* dev\\.husk\\.(?!rpc|v1).* source: file:.*"));
  }

  private static boolean isRoot() throws IOException {
    return Integer.valueOf(0).equals(Files.getAttribute(Path.of("/proc/self"), "unix:uid"));
  }

  @Test
  void runsNoOtherProgramOnItsWay() throws Exception {
    Outcome outcome = launch(HUSK, temp, Map.of("PATH", temp.toString()), List.of("--help"));

    assertThat(outcome.errors()).isEmpty();
    assertThat(outcome.status()).isZero();
  }

  @Test
  void startsThroughASymbolicLinkFromAnyDirectory() throws Exception {
    Path link = Files.createSymbolicLink(temp.resolve("husk"), HUSK);

    assertThat(launch(link, Path.of("/"), Map.of(), List.of("--help")).status()).isZero();
    assertThat(launch(Path.of("./husk"), temp, Map.of(), List.of("--help")).status()).isZero();
  }

  @Test
  void startsFromAPathWithSpaces() throws Exception {
    Path husk = copyTo(temp.resolve("a  b c/shim"));
    Files.createDirectory(husk.resolveSibling("target"));
    Files.createSymbolicLink(husk.resolveSibling("target").resolve("dist"), DIST.toRealPath());

    Outcome outcome =
        launch(husk, temp, Map.of("HUSK_JAVA_OPTS", "-XX:AOTMode=on"), List.of("--help"));

    assertThat(outcome.errors()).isEmpty();
    assertThat(outcome.status()).isZero();
  }

  @Test
  void ignoresJvmOptionsOfTheEnvironment() throws Exception {
    Map<String, String> options =
        Map.of("JAVA_TOOL_OPTIONS", "-Dx=y", "JDK_JAVA_OPTIONS", "-Dx=y", "_JAVA_OPTIONS", "-Dx=y");

    Outcome outcome = launch(HUSK, temp, options, List.of("--help"));

    assertThat(outcome.errors()).isEmpty();
    assertThat(outcome.status()).isZero();
  }

  @Test
  void runsWithoutItsArchiveAndSaysSoOnStderrOnly() throws Exception {
    Path dist = temp.resolve("dist");
    Files.createDirectories(dist.resolve("lib"));
    Files.createSymbolicLink(dist.resolve("jre"), DIST.resolve("jre").toRealPath());
    for (Path file : list(DIST.resolve("lib"))) {
      Path copy = dist.resolve("lib").resolve(file.getFileName());
      if (file.toString().endsWith(".aot")) {
        Files.writeString(copy, "not an archive");
      } else {
        Files.createSymbolicLink(copy, file.toRealPath());
      }
    }
    String help = launch(HUSK, temp, Map.of(), List.of("--help")).output();

    Outcome outcome = launch(HUSK, temp, Map.of("HUSK_DIST", dist.toString()), List.of("--help"));

    assertThat(outcome.output()).isEqualTo(help);
    assertThat(outcome.errors()).contains("aot");
    assertThat(outcome.status()).isZero();
  }

  @Test
  void setsUpWhatIsNotBuiltAndEndsWithTheStatusOfAFailedSetUp() throws Exception {
    Path husk = copyTo(temp.resolve("shim"));
    Path setup = Files.createDirectories(temp.resolve("shim/src/main/dist")).resolve("setup");
    Files.writeString(setup, "#!/bin/sh\necho \"set-up of [$*]\"\nexit 69\n");
    assertThat(setup.toFile().setExecutable(true)).isTrue();

    Outcome outcome = launch(husk, temp, Map.of("HUSK_NO_SETUP", ""), List.of("run", "x"));

    assertThat(outcome.status()).isEqualTo(69);
    assertThat(outcome.output()).isEmpty();
    assertThat(outcome.errors()).contains("set-up of []");
  }

  @Test
  void setUpTellsWhatItDoesWithoutDoingIt() throws Exception {
    Path husk = copyTo(temp.resolve("shim"));

    assertThat(launch(husk, temp, Map.of(), List.of("setup", "--help")))
        .satisfies(
            outcome -> {
              assertThat(outcome.status()).isZero();
              assertThat(outcome.output()).startsWith("Usage: husk setup");
            });
    assertThat(launch(husk, temp, Map.of(), List.of("setup", "now")).status()).isEqualTo(2);
  }

  @Test
  void leavesNothingInTheWorkingDirectory() throws Exception {
    Path directory = Files.createDirectory(temp.resolve("work"));

    launch(HUSK, directory, Map.of(), List.of("--help"));

    assertThat(list(directory)).isEmpty();
  }

  private static Path copyTo(Path directory) throws IOException {
    Files.createDirectories(directory);
    return Files.copy(
        HUSK, directory.resolve("husk"), java.nio.file.StandardCopyOption.COPY_ATTRIBUTES);
  }

  private static List<Path> list(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.toList();
    }
  }

  private record Outcome(int status, String output, String errors) {}

  private Outcome launch(
      Path husk, Path directory, Map<String, String> environment, List<String> arguments)
      throws Exception {
    Path output = Files.createTempFile(temp, "output", ".log");
    Path errors = Files.createTempFile(temp, "errors", ".log");
    ProcessBuilder builder =
        new ProcessBuilder(Stream.concat(Stream.of(husk.toString()), arguments.stream()).toList());
    builder.environment().putAll(environment);
    Process process =
        builder
            .directory(directory.toFile())
            .redirectOutput(output.toFile())
            .redirectError(errors.toFile())
            .start();
    try {
      process.getOutputStream().close();
      assertThat(process.waitFor(java.time.Duration.ofSeconds(60))).as("ends by itself").isTrue();
      return new Outcome(process.exitValue(), Files.readString(output), Files.readString(errors));
    } finally {
      process.destroyForcibly();
    }
  }
}
